// Who plays what, and how it stands: one seat a power, which also says whose orders the map shows; and who failed.

import { h, replace } from "./dom.js";
import { counts, proper, year } from "./game.js";
import { badge } from "./names.js";

export class Seats {
  // `onchoose`: told of the powers whose orders alone are to be shown; an empty set for all.
  constructor(game, onchoose) {
    this.game = game;
    this.only = new Set();
    this.onchoose = onchoose;
    this.element = h("ul", { class: "seats", "aria-label": "Who plays what, and its centres" });
  }

  show(phase) {
    const { game } = this;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.power : null;
    const finished = game.run.finished;
    const ends = finished && counts(finished.centers, game.powers);
    const most = ends && Math.max(...Object.values(ends));
    replace(
      this.element,
      game.powers.map((power) => {
        const centers = phase.centers[power]?.length ?? 0;
        const best = ends && (finished.winners.length ? finished.winners.includes(power) : ends[power] === most);
        const gone = game.goneIn(power);
        const model = game.model(power, phase.phase);
        const end = !ends ? null : gone ? `out ${year(gone)}` : `ends ${ends[power]}`;
        return h(
          "li",
          { class: `${centers ? "" : "out"}${best ? " best" : ""}`, data: { power, centers } },
          h(
            "button",
            { type: "button", class: "seat", "aria-pressed": String(this.only.has(power)), power: game.colour(power), title: `${proper(power)}, played by ${model}. Press to see its orders alone.`, data: { power }, onclick: () => this.choose(power) },
            badge(game, power),
            h("span", { class: "who" }, h("b", {}, proper(power), best ? h("span", { class: "star", title: finished.winners.length ? "Winner" : "Leader" }, " ★") : null), h("span", { class: "short" }, game.short(model))),
            h("span", { class: "owns" }, h("b", {}, String(centers)), end ? h("span", { class: "ends" }, end) : null),
          ),
        );
      }),
    );
    if (focused) this.element.querySelector(`[data-power="${focused}"]`)?.querySelector("button")?.focus();
  }

  choose(power) {
    if (!this.only.delete(power)) this.only.add(power);
    if (this.only.size === this.game.powers.length) this.only.clear();
    this.onchoose(this.only);
  }
}

// What went wrong in the run as a whole, a line each: most calls failed, a seat did not play, steps on defaults.
export function failures(game) {
  const { counts: rows, defaults } = game.figures;
  const [calls, failed] = ["calls", "failed_calls"].map((figure) => Object.values(rows).reduce((sum, row) => sum + row[figure], 0));
  const lines = defaults.map((seat) =>
    h("li", { class: seat.mostly ? "idle" : "" }, `${proper(seat.power)} (${game.short(seat.model)})${seat.mostly ? " did not play" : ""}: ${seat.defaulted} of ${seat.steps} steps on defaults, most often: ${seat.reason}`),
  );
  if (calls && failed / calls >= 0.25) lines.unshift(h("li", { class: "idle" }, `${failed.toLocaleString("en")} of ${calls.toLocaleString("en")} calls failed: much of this game was played by the rules, not by the models.`));
  return lines;
}
