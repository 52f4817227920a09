// The buttons of the page, with signs that are drawn, because fonts differ in what signs they have.

import { h, svg } from "./dom.js";

const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z",
  before: "M10 3L5 8l5 5",
  play: "M5 3l8 5l-8 5z",
  pause: "M5 3v10M11 3v10",
  next: "M6 3l5 5l-5 5",
  last: "M13 3v10M3 3l7 5l-7 5z",
  home: "M2.500 7.500L8 3l5.500 4.500M4 7v6h8V7",
  whole: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  arrow: "M3 13L12 4M6.500 4H12v5.500",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
};

export function button(sign, name, act) {
  return h("button", { type: "button", class: "plain", "aria-label": name, title: name, onclick: act }, sign);
}

export function icon(name) {
  const filled = ["first", "play", "last"].includes(name);
  return svg("svg", { class: `icon${filled ? " filled" : ""}${name === "theme" ? " theme" : ""}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

export function key(name) {
  return h("kbd", {}, name);
}

export function legend() {
  const entries = { move: "move", support: "support", convoy: "convoy", failed: "failed", filled: "by default" };
  return h("ul", { class: "legend strokes", "aria-label": "Lines on the map" }, Object.entries(entries).map(([name, word]) => h("li", {}, h("span", { class: `stroke ${name}`, "aria-hidden": "true" }), word)), h("li", {}, h("span", { class: "shape round", "aria-hidden": "true" }), "army"), h("li", {}, h("span", { class: "shape hull", "aria-hidden": "true" }), "fleet"));
}

export function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // A file that was opened without a server may have no storage.
  }
}

export function chosenTheme() {
  try {
    const theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // As above.
  }
}
