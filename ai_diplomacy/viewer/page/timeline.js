// The phases of the game in a row, a link each, grouped by year.

import { h, replace } from "./dom.js";
import { year } from "./game.js";

export class Timeline {
  constructor(game) {
    this.game = game;
    this.links = new Map();
    this.element = h("ol", { class: "years" });
    this.fill();
  }

  fill() {
    const years = new Map();
    this.links.clear();
    for (const phase of this.game.phases) {
      const at = year(phase.phase);
      if (!years.has(at)) years.set(at, []);
      const link = h("a", { href: `#${phase.phase}`, class: `phase ${phase.phase.at(-1)}`, title: phase.title, data: { phase: phase.phase } }, label(phase.phase));
      this.links.set(phase.phase, link);
      years.get(at).push(h("li", {}, link));
    }
    replace(
      this.element,
      [...years].map(([at, links]) => h("li", {}, h("span", { class: "year" }, String(at)), h("ol", {}, links))),
    );
  }

  // `tab` is kept when another phase is chosen.
  show(phase, tab) {
    for (const [name, link] of this.links) {
      link.setAttribute("href", `#${name}/${tab}`);
      if (name === phase.phase) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    const link = this.links.get(phase.phase);
    if (link && this.element.parentElement) inSight(this.element.parentElement, link);
  }
}

// Scrolls a row, and nothing else, until one of the things in it is seen.
export function inSight(row, item) {
  const [from, to] = [row.getBoundingClientRect(), item.getBoundingClientRect()];
  const margin = 40;
  if (to.left < from.left) row.scrollLeft -= from.left - to.left + margin;
  else if (to.right > from.right) row.scrollLeft += to.right - from.right + margin;
}

// F1901R -> "Fr": the season, and a small letter for what is not movement.
function label(phase) {
  return phase.endsWith("R") ? `${phase[0]}r` : phase[0];
}
