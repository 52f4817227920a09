// How every power sees every other one, as a table that changes with the phase.

import { h } from "./dom.js";
import { FEELINGS, proper } from "./game.js";
import { badge, named } from "./names.js";

const SIGNS = { Enemy: "−−", Unfriendly: "−", Neutral: "○", Friendly: "+", Ally: "++" };

export function relationsPanel(game, phase) {
  const minds = game.mindsAt(game.index.get(phase.phase));
  const alive = game.powers;
  if (!Object.keys(minds).length) return [h("p", { class: "quiet" }, "No power has said how it sees the others.")];
  return [
    h("p", { class: "lead" }, "How the power of each row sees the power of each column, as this phase is played. A dot marks what has changed since the turn before. A field opens all that the two wrote to each other."),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of relationships" },
      h(
        "table",
        { class: "matrix" },
        h("thead", {}, h("tr", {}, h("td", {}), alive.map((power) => h("th", { scope: "col" }, badge(game, power), h("span", { class: "hidden" }, proper(power)))))),
        h(
          "tbody",
          {},
          alive.map((power) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, named(game, power)),
              alive.map((other) => cell(phase, minds[power], power, other)),
            ),
          ),
        ),
      ),
    ),
    h("ul", { class: "legend" }, FEELINGS.map((word) => h("li", {}, feelingMark(word)))),
  ];
}

function cell(phase, mind, power, other) {
  if (power === other) return h("td", { class: "self" });
  const word = mind?.relationships[other];
  if (!word) return h("td", { class: "none" }, h("span", { class: "quiet" }, "·"));
  const before = mind.before?.[other];
  const changed = before && before !== word;
  return h(
    "td",
    { class: `feeling f${FEELINGS.indexOf(word)}`, title: `${proper(power)} sees ${proper(other)} as ${word}${changed ? `, before that ${before}` : ""}`, data: { from: power, to: other, feeling: word } },
    h(
      "a",
      { href: `#${phase.phase}/press/${[power, other].sort().join("+")}`, "aria-label": `${proper(power)} sees ${proper(other)} as ${word}; their letters` },
      h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[word] ?? "?"),
      h("span", { class: "word" }, word),
    ),
    changed ? h("span", { class: "changed", "aria-label": `changed from ${before}` }, "•") : null,
  );
}

export function feelingMark(word) {
  return h("span", { class: `feeling f${FEELINGS.indexOf(word)}` }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[word] ?? "?"), h("span", { class: "word" }, word));
}
