// The game as a story: what became of it, and its stabs and moments, a link each.

import { h, replace } from "./dom.js";
import { order } from "./game.js";
import { named } from "./names.js";
import { resultOf } from "./summary.js";

const SIGNS = { stab: "◆", turn: "↕", lead: "★", blunder: "?!", elimination: "✕", solo: "★★", "near solo": "★" };
const MOST = 12;

export class StoryPanel {
  constructor(game) {
    this.game = game;
    this.all = false;
    this.drawn = { key: null, nodes: [] };
  }

  // Made anew only when more is known; what happened in the phase is marked.
  show(phase) {
    const { game } = this;
    const key = [game.version, game.deeds, this.all];
    if (!this.drawn.key?.every((part, at) => part === key[at])) this.drawn = { key, nodes: this.made().flat(Infinity).filter(Boolean) };
    for (const node of this.drawn.nodes) for (const each of node.querySelectorAll("[data-phase]")) each.classList.toggle("here", each.dataset.phase === phase.phase);
    return this.drawn.nodes;
  }

  made() {
    const { game } = this;
    return [
      h("p", { class: "lead result" }, resultOf(game)),
      seats(game),
      game.deeds ? [stabs(game), this.moments()] : h("p", { class: "quiet", role: "status" }, "Looking for the game’s moments…"),
      h(
        "p",
        { class: "legend marks" },
        "On the line of time: ",
        [["stab", "a stab"], ["gone", "a power eliminated"], ["fails", "replies that could not be used"], ["takes", "centres taken"]].map(([mark, words]) => h("span", {}, h("i", { class: `mark ${mark}`, "aria-hidden": "true" }), words)),
      ),
    ];
  }

  moments() {
    // Stabs have a list of their own.
    const found = this.game.deeds.moments.filter((moment) => moment.kind !== "stab");
    if (!found.length) return [];
    const shown = (this.all ? found : found.slice(0, MOST)).toSorted((one, other) => order(one.phase) - order(other.phase));
    return [
      h("h3", {}, "Moments"),
      h(
        "ol",
        { class: "moments" },
        shown.map((moment) =>
          h(
            "li",
            { data: { phase: moment.phase } },
            h("a", { class: "when", href: `#${moment.phase}/story` }, moment.phase),
            h("span", { class: "what" }, h("span", {}, h("i", { class: `kind ${moment.kind.replace(" ", "-")}`, "aria-hidden": "true" }, SIGNS[moment.kind] ?? "·"), moment.text)),
          ),
        ),
      ),
      found.length > MOST ? h("button", { type: "button", class: "link more", onclick: (event) => this.more(event.target) }, this.all ? "the largest alone" : `all ${found.length} moments`) : null,
    ];
  }

  more(pressed) {
    const panel = pressed.parentElement;
    this.all = !this.all;
    replace(panel, this.show({ phase: panel.querySelector(".here")?.dataset.phase ?? "" }));
    panel.querySelector(".more").focus();
  }
}

// Who plays what: powers of one model stand together.
function seats(game) {
  const last = game.phases.at(-1).phase;
  const by = Map.groupBy(game.powers, (power) => game.model(power, last));
  return h("dl", { class: "facts cast" }, [...by].map(([model, powers]) => [h("dt", { title: model }, game.short(model)), h("dd", {}, powers.map((power) => named(game, power)))]));
}

function stabs(game) {
  const found = game.deeds.stabs.filter((row) => row.stab);
  if (!found.length) return [];
  return [
    h("h3", {}, "Stabs"),
    h(
      "ol",
      { class: "moments stabs" },
      found.slice(0, MOST).map((row) =>
        h(
          "li",
          { data: { phase: row.phase } },
          h("a", { class: "when", href: `#${row.phase}/deeds/broken+${row.breaker}` }, row.phase),
          h("span", { class: "what" }, h("span", {}, named(game, row.breaker), " on ", named(game, row.victim)), row.said ? h("q", { class: "private" }, row.said) : h("code", {}, row.promised), h("code", {}, row.ordered)),
          h("span", { class: "size" }, cost(row.figures?.cost)),
        ),
      ),
    ),
    found.length > MOST ? h("p", {}, h("a", { href: `#${found[0].phase}/deeds/broken` }, `all ${found.length} stabs, and every other promise`)) : null,
  ];
}

// In centres, to one place behind the point.
export function cost(centers) {
  if (centers === null || centers === undefined) return "";
  const round = Math.abs(centers) < 0.05 ? 0 : centers;
  return `${round > 0 ? "−" : round < 0 ? "+" : ""}${Math.abs(round).toFixed(1)}`;
}
