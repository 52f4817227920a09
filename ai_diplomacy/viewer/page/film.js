// Playing: phase after phase, each with a caption of what it does.

import { h } from "./dom.js";
import { button, icon } from "./controls.js";
import { proper } from "./game.js";
import { listed } from "./names.js";

const PACE = 2600;
const SPEEDS = [0.5, 1, 2, 4];

export class Film {
  // `page`: what steps; `map`: what moves.
  constructor(page) {
    this.page = page;
    this.timer = null;
    this.player = button(icon("play"), "Play", () => this.toggle());
    this.speed = h("select", { class: "plain speed", "aria-label": "Speed of playing", title: "Speed of playing" }, SPEEDS.map((speed) => h("option", { value: String(speed), selected: speed === 1 }, `${speed}×`)));
  }

  get playing() {
    return this.timer !== null;
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.page.at === this.page.game.phases.length - 1) this.page.go(0);
    this.player.replaceChildren(icon("pause"));
    this.player.setAttribute("aria-label", "Pause");
    this.step();
    return undefined;
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.page.map.still();
    this.page.caption("");
    this.player.replaceChildren(icon("play"));
    this.player.setAttribute("aria-label", "Play");
  }

  // The orders are seen, then done, and the next phase is shown.
  step() {
    const { page } = this;
    const pace = PACE / Number(this.speed.value);
    page.caption(deedOf(page.game, page.phase));
    page.map.perform(page.phase, pace * 0.45, pace * 0.5);
    this.timer = setTimeout(() => {
      if (page.at === page.game.phases.length - 1) return this.pause();
      page.go(page.at + 1);
      return this.step();
    }, pace);
  }
}

// What a phase does, in a line: a stab before an elimination before what is taken, driven out, or merely ordered.
export function deedOf(game, phase) {
  const { stabs, gone, takes } = game.marksOf(phase);
  const outcome = phase.outcome;
  if (!outcome) return "";
  const told = stabs.slice(0, 2).map((row) => `${proper(row.breaker)} breaks its word to ${proper(row.victim)}`);
  if (gone.length) told.push(`${listed(gone)} ${gone.length > 1 ? "are" : "is"} out of the game`);
  for (const [power, taken] of Map.groupBy(takes, ([, power]) => power)) if (told.length < 3) told.push(`${proper(power)} takes ${taken.map(([center]) => game.place(center).name).join(", ")}`);
  for (const [power, units] of Object.entries(outcome.dislodged)) for (const unit of units) if (told.length < 3) told.push(`${proper(power)}’s ${game.unitName(unit)} is driven out`);
  if (told.length) return `${told.join("; ")}.`;
  const orders = Object.values(outcome.orders).flat();
  const count = (sign) => orders.filter((text) => text.includes(sign)).length;
  const failed = Object.values(outcome.results).filter((result) => result.includes("bounce")).length;
  if (phase.phase.endsWith("M")) return `${count(" - ")} moves${failed ? `, ${failed} of them bounced` : ""}; no centre changes hands.`;
  return phase.phase.endsWith("R") ? "The dislodged retreat." : `${count(" B")} builds, ${count(" D")} disbands.`;
}
