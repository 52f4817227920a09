// Orders in words, as somebody would say them.

import { outcomeWords, parsed, proper } from "./game.js";

// "Russia: fleet Sweden moves to Denmark (bounced)"
export function inWords(game, power, text, results = {}) {
  const order = parsed(text);
  const failed = results[order.unit] ?? [];
  const verb = {
    move: () => `moves to ${game.place(order.target).name}`,
    retreat: () => `retreats to ${game.place(order.target).name}`,
    hold: () => "holds",
    support: () => `supports ${helped(game, order)}`,
    convoy: () => `convoys ${helped(game, order)}`,
    build: () => "is built",
    disband: () => "disbands",
    waive: () => "",
  }[order.kind]();
  if (order.kind === "waive") return `${proper(power)} builds nothing`;
  return `${proper(power)}’s ${game.unitName(order.unit)} ${verb}${failed.length ? ` (${outcomeWords(failed)})` : ""}`;
}

function helped(game, { other, target }) {
  return `${game.unitName(other)}${target ? ` to ${game.place(target).name}` : ""}`;
}
