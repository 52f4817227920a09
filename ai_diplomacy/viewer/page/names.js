// A power's name with its mark: a letter on its colour.

import { h } from "./dom.js";
import { proper } from "./game.js";

export function badge(game, power) {
  const mark = h("span", { class: "badge", power: game.colour(power), "aria-hidden": "true" }, game.letter(power));
  mark.style.setProperty("--ink", game.ink(power));
  return mark;
}

// `ending`: what is written onto the name, such as ’s.
export function named(game, power, ending = "") {
  if (power === "ALL") return h("span", { class: "named" }, `everyone${ending}`);
  return h("span", { class: "named" }, badge(game, power), `${proper(power)}${ending}`);
}

export function listed(powers) {
  const names = powers.map(proper);
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("");
}

// A row of buttons, one a power, of which one or several are pressed.
export function chooser(game, label, chosen, onchoose) {
  return h(
    "div",
    { class: "chooser", role: "group", "aria-label": label },
    game.powers.map((power) =>
      h(
        "button",
        { type: "button", class: "chip", "aria-pressed": String(chosen.has(power)), power: game.colour(power), data: { power }, onclick: () => onchoose(power) },
        badge(game, power),
        proper(power),
      ),
    ),
  );
}
