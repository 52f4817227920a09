// A game of which nothing has been played yet: who will play what, and whether it is under way.

import { h } from "./dom.js";
import { named } from "./names.js";

export function waiting(game, connection = "", detail = "") {
  const states = { connected: "● live: the first phase is about to begin", lost: "the server does not answer", problem: detail };
  const over = game.run.finished ? "The run ended before its first phase." : "No phase has been played yet.";
  return [
    h("strong", {}, game.run.name),
    h("p", {}, over),
    game.run.finished ? null : h("p", { class: "state live" }, states[connection] ?? "connecting…"),
    h("dl", { class: "facts cast" }, game.powers.map((power) => [h("dt", {}, named(game, power)), h("dd", {}, game.run.models[power].at(-1).model)])),
  ];
}
