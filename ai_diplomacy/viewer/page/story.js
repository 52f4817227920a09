// The game as a story: what became of it, and its stabs and moments, a link each.

import { h } from "./dom.js";
import { order, proper } from "./game.js";
import { named } from "./names.js";
import { resultOf } from "./summary.js";

const SIGNS = { stab: "◆", turn: "↕", lead: "★", blunder: "?!", elimination: "✕", solo: "★★", "near solo": "★" };
const MOST = 12;

export function storyPanel(game, phase, tellAll, ontell) {
  const { deeds } = game;
  return [
    h("p", { class: "lead result" }, resultOf(game)),
    seats(game),
    deeds ? [...stabs(game, deeds, phase), ...moments(game, deeds, phase, tellAll, ontell)] : h("p", { class: "quiet", role: "status" }, "Looking for the game’s moments…"),
    h(
      "p",
      { class: "legend marks" },
      "On the line of time: ",
      [["stab", "a stab"], ["gone", "a power eliminated"], ["fails", "replies that could not be used"], ["takes", "centres taken"]].map(([mark, words]) => h("span", {}, h("i", { class: `mark ${mark}`, "aria-hidden": "true" }), words)),
    ),
  ];
}

// Who plays what: powers of one model stand together.
function seats(game) {
  const last = game.phases.at(-1).phase;
  const by = Map.groupBy(game.powers, (power) => game.model(power, last));
  return h("dl", { class: "facts cast" }, [...by].map(([model, powers]) => [h("dt", { title: model }, game.short(model)), h("dd", {}, powers.map((power) => named(game, power)))]));
}

function stabs(game, deeds, phase) {
  const found = deeds.stabs.filter((row) => row.stab);
  if (!found.length) return [];
  return [
    h("h3", {}, "Stabs"),
    h(
      "ol",
      { class: "moments stabs" },
      found.slice(0, MOST).map((row) =>
        h(
          "li",
          { class: row.phase === phase.phase ? "here" : "" },
          h("a", { class: "when", href: `#${row.phase}/deeds/broken+${row.breaker}` }, row.phase),
          h("span", { class: "what" }, h("span", {}, named(game, row.breaker), " on ", named(game, row.victim)), row.said ? h("q", { class: "private" }, row.said) : h("code", {}, row.promised), h("code", {}, row.ordered)),
          h("span", { class: "size" }, cost(row.figures?.cost)),
        ),
      ),
    ),
    found.length > MOST ? h("p", {}, h("a", { href: `#${phase.phase}/deeds/broken` }, `all ${found.length} stabs, and every other promise`)) : null,
  ];
}

function moments(game, deeds, phase, tellAll, ontell) {
  // Stabs have a list of their own.
  const found = deeds.moments.filter((moment) => moment.kind !== "stab");
  if (!found.length) return [];
  const shown = (tellAll ? found : found.slice(0, MOST)).toSorted((one, other) => order(one.phase) - order(other.phase));
  return [
    h("h3", {}, "Moments"),
    h(
      "ol",
      { class: "moments" },
      shown.map((moment) =>
        h(
          "li",
          { class: moment.phase === phase.phase ? "here" : "" },
          h("a", { class: "when", href: `#${moment.phase}/story` }, moment.phase),
          h("span", { class: "what" }, h("span", {}, h("i", { class: `kind ${moment.kind.replace(" ", "-")}`, "aria-hidden": "true" }, SIGNS[moment.kind] ?? "·"), moment.text)),
        ),
      ),
    ),
    found.length > MOST ? h("button", { type: "button", class: "link", onclick: () => ontell(!tellAll) }, tellAll ? "the largest alone" : `all ${found.length} moments`) : null,
  ];
}

// In centres, to one place behind the point.
export function cost(centers) {
  if (centers === null || centers === undefined) return "";
  const round = Math.abs(centers) < 0.05 ? 0 : centers;
  return `${round > 0 ? "−" : round < 0 ? "+" : ""}${Math.abs(round).toFixed(1)}`;
}

export function phaseName(game, phase) {
  return game.phases[game.index.get(phase)]?.title ?? proper(phase);
}
