// The game on a line of time: everybody's centres as a stacked band, with marks for what happened. One stop of the
// keyboard; a click, a drag or an arrow key goes to another phase.

import { h, replace, svg } from "./dom.js";
import { counts, proper, year } from "./game.js";
import { listed } from "./names.js";

export class Timeline {
  constructor(game, ongo) {
    this.game = game;
    this.ongo = ongo;
    this.at = 0;
    this.band = svg("svg", { class: "band", preserveAspectRatio: "none", "aria-hidden": "true" });
    this.marks = h("div", { class: "happenings", "aria-hidden": "true" });
    this.years = h("div", { class: "yearline", "aria-hidden": "true" });
    this.cursor = h("div", { class: "cursor", "aria-hidden": "true" });
    this.tip = h("p", { class: "timetip", "aria-hidden": "true", hidden: true });
    this.element = h(
      "div",
      { class: "timeline", role: "slider", tabindex: "0", "aria-label": "Phase", "aria-valuemin": "1", onkeydown: (event) => this.key(event) },
      this.marks,
      this.band,
      this.years,
      this.cursor,
      this.tip,
    );
    this.listen();
    this.fill();
  }

  // Draws the whole of it; again whenever the game has grown, or more is known of it.
  fill() {
    const { phases, powers } = this.game;
    const total = phases.length;
    const all = Math.max(1, ...phases.map((phase) => sum(counts(phase.centers, powers))));
    this.band.setAttribute("viewBox", `0 0 ${total} ${all}`);
    const stacked = phases.map((phase) => {
      let under = all;
      const held = counts(phase.outcome?.centers ?? phase.centers, powers);
      return powers.map((power) => [under, (under -= held[power])]);
    });
    replace(
      this.band,
      powers.map((power, row) => {
        const upper = stacked.map((column, at) => `${at} ${column[row][1]}H${at + 1}`).join("V");
        const lower = stacked.map((column, at) => `${total - at} ${stacked[total - 1 - at][row][0]}H${total - at - 1}`).join("V");
        return svg("path", { power: this.game.colour(power), d: `M${steps(upper)}L${steps(lower)}Z` });
      }),
    );
    replace(
      this.marks,
      phases.flatMap((phase, at) => {
        const { stabs, gone, fails, takes } = this.game.marksOf(phase);
        const left = this.middle(at);
        return [
          fails ? mark("fails", left) : null,
          gone.length ? mark("gone", left) : null,
          stabs.length ? mark("stab", left) : null,
          takes.length ? mark("takes", left) : null,
        ];
      }),
    );
    const starts = phases.map((phase, at) => [year(phase.phase), at]).filter(([at], place) => place === 0 || year(phases[place - 1].phase) !== at);
    replace(this.years, starts.map(([name, at], place) => h("span", { class: place % 2 ? "odd" : place % 4 ? "second" : "", style: null }, String(name))));
    [...this.years.children].forEach((label, place) => (label.style.left = `${(100 * starts[place][1]) / total}%`));
    for (const each of this.marks.children) each.style.left = each.dataset.left;
    this.years.classList.toggle("many", starts.length > 9);
    this.element.setAttribute("aria-valuemax", String(total));
    this.show(phases[Math.min(this.at, total - 1)]);
  }

  show(phase) {
    this.at = this.game.index.get(phase.phase);
    this.cursor.style.left = `${(100 * this.at) / this.game.phases.length}%`;
    this.cursor.style.width = `${100 / this.game.phases.length}%`;
    this.element.setAttribute("aria-valuenow", String(this.at + 1));
    this.element.setAttribute("aria-valuetext", this.about(this.at));
  }

  about(at) {
    const { game } = this;
    const phase = game.phases[at];
    const { stabs, gone, fails, takes } = game.marksOf(phase);
    const parts = [
      ...stabs.map((row) => `${proper(row.breaker)} stabs ${proper(row.victim)}`),
      ...(gone.length ? [`${listed(gone)} eliminated`] : []),
      ...takes.map(([center, power]) => `${proper(power)} takes ${game.place(center).name}`),
      ...(fails ? [`${fails} ${fails === 1 ? "step" : "steps"} on defaults`] : []),
    ];
    return [phase.title, ...parts].join(" · ");
  }

  middle(at) {
    return `${(100 * (at + 0.5)) / this.game.phases.length}%`;
  }

  key(event) {
    const last = this.game.phases.length - 1;
    const to = { ArrowLeft: this.at - 1, ArrowDown: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at + 1, PageDown: this.at + 5, PageUp: this.at - 5, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.ongo(to);
  }

  listen() {
    const { element } = this;
    const place = (event) => {
      const box = this.band.getBoundingClientRect();
      return Math.min(this.game.phases.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * this.game.phases.length)));
    };
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.ongo(place(event));
    });
    element.addEventListener("pointermove", (event) => {
      const at = place(event);
      if (element.hasPointerCapture(event.pointerId) && at !== this.at) this.ongo(at);
      this.tip.hidden = false;
      this.tip.textContent = this.about(at);
      this.tip.classList.toggle("late", at > this.game.phases.length / 2);
      this.tip.style.setProperty("--at", this.middle(at));
    });
    element.addEventListener("pointerleave", () => (this.tip.hidden = true));
  }
}

function mark(kind, left) {
  return h("i", { class: `mark ${kind}`, data: { left } });
}

function sum(values) {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

// "0 5H1V1 4H2" has a needless x behind each V.
function steps(path) {
  return path.replace(/V[\d.]+ /g, "V");
}
