// Making elements. Text goes in as text and nothing else: what a model wrote can never become part of the page's own.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "power") element.style.setProperty("--power", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function replace(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

// A long text is shown in part, with a button for the rest, so that one message cannot bury the others.
export function prose(text, className = "") {
  const limit = 1500;
  const body = h("p", { class: `prose ${className}` });
  if (text.length <= limit) {
    body.textContent = text;
    return body;
  }
  body.textContent = `${text.slice(0, limit)}…`;
  const more = h("button", {
    type: "button",
    class: "link",
    onclick: () => {
      body.textContent = text;
      more.remove();
    },
  }, `show all ${text.length.toLocaleString("en")} characters`);
  return h("div", {}, body, more);
}

// Figures: what is not known is said to be unknown.

export function count(value) {
  return value === null || value === undefined ? "unknown" : value.toLocaleString("en");
}

export function dollars(value) {
  if (value === null || value === undefined) return "unknown";
  if (value === 0) return "$0";
  return value < 1 ? `$${value.toFixed(4)}` : `$${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export function seconds(value) {
  if (value === null || value === undefined) return "unknown";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 120) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
