// What a phase does to its units, seen: moves glide, bounces come back, the dislodged fade.

import { apart, parsed } from "./game.js";

// Starts it for the drawn units of a phase, in milliseconds after a wait; what it starts can be cancelled.
export function performed(game, phase, drawn, wait, span) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || !phase.outcome) return [];
  const side = game.geometry.unit;
  const { results, dislodged, orders } = phase.outcome;
  const given = new Map(Object.values(orders).flat().map((text) => [parsed(text).unit, parsed(text)]));
  const started = [];
  for (const element of drawn) {
    const { unit, power } = element.dataset;
    const out = element.dataset.dislodged === "true";
    const order = given.get(unit);
    const here = out ? apart(game.place(unit.slice(2)), side) : game.place(unit.slice(2)).unit;
    const frames = framesOf(game, order, here, results[unit] ?? [], phase.phase.endsWith("R") && !out);
    if (!out && dislodged[power]?.includes(unit)) frames.push({ transform: at(apart({ unit: here }, side)), opacity: 0.45 });
    if (frames.length < 2) continue;
    if (frames.some((frame) => frame.transform !== frames[0].transform)) element.parentNode.append(element);
    started.push(element.animate(frames, { delay: wait, duration: span, fill: "forwards", easing: "ease-in-out" }));
  }
  return started;
}

function framesOf(game, order, here, failed, bystander) {
  const start = { transform: at(here), opacity: 1 };
  if (!order || bystander) return [start];
  if (order.kind === "disband") return [start, { transform: at(here), opacity: 0 }];
  if (order.kind !== "move" && order.kind !== "retreat") return [start];
  const there = game.place(order.target).unit;
  if (!failed.length) return [start, { transform: at(there), opacity: 1 }];
  return [start, { transform: at([0, 1].map((i) => here[i] + (there[i] - here[i]) * 0.45)), opacity: 1 }, start];
}

function at([x, y]) {
  return `translate(${x}px, ${y}px)`;
}
