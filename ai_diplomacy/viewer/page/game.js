// The run as the page knows it: the document, grown by what a live run adds, and what follows from it.

import { Cast } from "./cast.js";
import { Phase } from "./phase.js";

const RESULTS = {
  bounce: "bounced",
  cut: "support cut",
  void: "without effect",
  dislodged: "dislodged",
  disrupted: "convoy disrupted",
  "no convoy": "no convoy",
  disband: "disbanded",
};

export const FEELINGS = ["Enemy", "Unfriendly", "Neutral", "Friendly", "Ally"];

export class Game extends Cast {
  constructor(document, geometry) {
    super();
    this.geometry = geometry;
    this.phases = [];
    this.deeds = null;
    this.merge(document);
  }

  // Takes in a document, or the part of one that has changed. Phases keep the order of play.
  merge(document) {
    this.version = document.version;
    this.run = document.run;
    this.figures = document.figures;
    this.cast(document.run.powers, Object.values(document.run.models).flatMap((changes) => changes.map(({ model }) => model)));
    const known = new Map(this.phases.map((phase) => [phase.phase, phase]));
    for (const phase of document.phases) known.set(phase.phase, new Phase(phase));
    this.phases = [...known.values()].sort((one, other) => order(one.phase) - order(other.phase));
    for (const [at, phase] of this.phases.entries()) if (phase.phase.endsWith("R")) phase.dislodged = this.phases[at - 1]?.outcome?.dislodged ?? {};
    this.index = new Map(this.phases.map((phase, at) => [phase.phase, at]));
    this.minds = null;
    this.gone = null;
  }

  model(power, phase) {
    let model = "";
    for (const change of this.run.models[power] ?? []) {
      if (!change.after || order(phase) > order(change.after)) model = change.model;
    }
    return model;
  }

  // The phase after which a power had neither unit nor centre, if it came to that.
  goneIn(power) {
    if (!this.gone) {
      this.gone = new Map();
      for (const { phase, outcome } of this.phases) {
        for (const each of outcome ? this.powers : []) {
          const held = outcome.centers[each]?.length || outcome.units[each]?.length || outcome.dislodged[each]?.length;
          if (held) this.gone.delete(each);
          else if (!this.gone.has(each)) this.gone.set(each, phase);
        }
      }
    }
    return this.gone.get(power);
  }

  // What happened in a phase that a line of time marks: {stabs, gone, takes, fails}.
  marksOf(phase) {
    const stabs = this.deeds?.stabs.filter((row) => row.stab && row.phase === phase.phase) ?? [];
    const gone = this.powers.filter((power) => this.goneIn(power) === phase.phase);
    const fails = phase.all("step_defaulted").length;
    return { stabs, gone, fails, takes: Object.entries(phase.outcome?.captures ?? {}) };
  }

  // What each power has in mind as a phase is played: power -> goals, relationships and those of the turn before.
  mindsAt(at) {
    this.minds ??= this.allMinds();
    return this.minds[at] ?? {};
  }

  allMinds() {
    const held = {};
    const turns = [];
    // What is thought of a turn while its retreats and its winter are played counts from the next turn on.
    let reflected = [];
    for (const phase of this.phases) {
      for (const { power, goals, relationships } of phase.all("initialized")) held[power] = { goals, relationships, before: null };
      if (phase.phase.endsWith("M")) {
        for (const { power, goals, relationships } of reflected) held[power] = { goals, relationships, before: held[power]?.relationships ?? null };
        reflected = [];
      }
      turns.push({ ...held });
      reflected.push(...phase.all("reflected"));
    }
    return turns;
  }

  // Centres at the end of each year that was played to its end, and now: [{year, counts}], the start of the game first.
  curve() {
    const points = [];
    if (this.phases.length) {
      const first = this.phases[0];
      points.push({ year: year(first.phase) - 1, counts: counts(first.centers, this.powers) });
    }
    for (const phase of this.phases) {
      const centers = phase.outcome?.centers ?? phase.centers;
      const point = { year: year(phase.phase), counts: counts(centers, this.powers) };
      if (points.at(-1)?.year === point.year) points[points.length - 1] = point;
      else points.push(point);
    }
    return points;
  }

  place(location) {
    return this.geometry.places[location] ?? this.geometry.places[location.split("/")[0]] ?? { name: location, unit: [0, 0], dislodged: [0, 0] };
  }

  // "A PAR" -> "army Paris"
  unitName(unit) {
    return `${unit.startsWith("F") ? "fleet" : "army"} ${this.place(unit.slice(2)).name}`;
  }
}

export function order(phase) {
  return Number(phase.slice(1, -1)) * 100 + "SFW".indexOf(phase[0]) * 10 + "MRA".indexOf(phase.at(-1));
}

export function year(phase) {
  return Number(phase.slice(1, -1));
}

export function proper(power) {
  if (power === "ALL") return "everyone";
  return power.charAt(0) + power.slice(1).toLowerCase();
}

export function counts(centers, powers) {
  return Object.fromEntries(powers.map((power) => [power, (centers[power] ?? []).length]));
}

// "A PAR - BUR VIA" -> {unit: "A PAR", kind: "move", target: "BUR"}; kinds: move, hold, support, convoy, retreat,
// build, disband, waive.
export function parsed(text) {
  const words = text.split(" ");
  if (words[0] === "WAIVE" || words.length < 3) return { kind: "waive", unit: "", text };
  const unit = `${words[0]} ${words[1]}`;
  const rest = words.slice(3);
  switch (words[2]) {
    case "-":
      return { kind: "move", unit, target: rest[0], text };
    case "R":
      return { kind: "retreat", unit, target: rest[0], text };
    case "S":
    case "C": {
      const kind = words[2] === "S" ? "support" : "convoy";
      return { kind, unit, other: `${rest[0]} ${rest[1]}`, target: rest[2] === "-" ? rest[3] : null, text };
    }
    case "B":
      return { kind: "build", unit, text };
    case "D":
      return { kind: "disband", unit, text };
    default:
      return { kind: "hold", unit, text };
  }
}

export function outcomeWords(outcomes) {
  return outcomes.map((word) => RESULTS[word] ?? word).join(", ");
}

// Beside the unit that drove it out, not under it.
export function apart(place, side) {
  return [place.unit[0] - side * 0.55, place.unit[1] - side * 0.5];
}
