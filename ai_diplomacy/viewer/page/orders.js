// The orders of a phase, power by power: what was ordered, what came of it, and what could not stand.

import { h, prose } from "./dom.js";
import { outcomeWords, parsed, proper } from "./game.js";
import { named } from "./names.js";

export function ordersPanel(game, phase, open) {
  const { orders } = phase;
  const powers = game.powers.filter((power) => orders[power]?.length || phase.last("orders_submitted", power));
  if (!powers.length) return [h("p", { class: "quiet" }, "No orders have been given in this phase yet.")];
  return [...events(game, phase), ...powers.map((power) => card(game, phase, power, orders[power] ?? [], open))];
}

function card(game, phase, power, orders, open) {
  const given = phase.last("orders_submitted", power);
  const told = phase.last("orders_explained", power);
  return h(
    "section",
    { class: "card", power: game.colour(power), data: { power } },
    h("header", {}, h("h3", {}, named(game, power)), asking(phase, power, "order", open)),
    orders.length ? orderList(phase, orders, given) : h("p", { class: "quiet" }, "Nothing to order."),
    refused(given),
    given?.vote_draw ? h("p", { class: "note" }, "Votes for a draw.") : null,
    told?.reasoning ? h("div", { class: "said" }, h("h4", {}, "Reasoning"), prose(told.reasoning)) : null,
    told?.intent ? h("div", { class: "said private" }, h("h4", {}, "Intent, told to nobody"), prose(told.intent)) : null,
  );
}

export function orderList(phase, orders, given) {
  const results = phase.outcome?.results ?? {};
  return h(
    "ul",
    { class: "orders" },
    orders.map((order) => {
      const failed = results[parsed(order).unit] ?? [];
      const defaulted = given?.defaults.includes(order);
      return h(
        "li",
        { class: `${failed.length ? "failed" : ""}${defaulted ? " filled" : ""}`.trim(), data: { order } },
        h("code", {}, order),
        failed.length ? h("span", { class: "result" }, `✕ ${outcomeWords(failed)}`) : null,
        defaulted ? h("span", { class: "quiet" }, "by default") : null,
      );
    }),
  );
}

export function refused(given) {
  if (!given?.illegal_first.length) return null;
  const stood = given.illegal.length;
  return h(
    "details",
    { class: "refused" },
    h("summary", {}, `${given.illegal_first.length} of ${given.given} did not stand as first written${stood ? `; ${stood} not after the correction either` : ""}`),
    h("ul", {}, given.illegal_first.map((line) => h("li", {}, h("s", {}, h("code", {}, line.text)), " ", line.reason))),
  );
}

// Buttons that open the prompts and replies of one power's step.
export function asking(phase, power, step, open, round = null) {
  const calls = phase.calls.filter(({ key }) => key.power === power && key.step === step && (round === null || key.round === round));
  if (!calls.length) return null;
  return h(
    "span",
    { class: "asking" },
    calls.map((call, at) =>
      h("button", { type: "button", class: "link", data: { call: call.line }, onclick: () => open(phase, call.line) }, calls.length === 1 ? "prompt & reply" : `prompt ${at + 1}`),
    ),
  );
}

function events(game, phase) {
  const outcome = phase.outcome;
  if (!outcome) return [];
  const lines = [];
  for (const [center, power] of Object.entries(outcome.captures)) {
    const loser = game.powers.find((name) => phase.centers[name]?.includes(center));
    lines.push(h("li", {}, named(game, power), ` takes ${game.place(center).name}`, loser ? [" from ", named(game, loser)] : null));
  }
  for (const [power, units] of Object.entries(outcome.dislodged)) {
    for (const unit of units) lines.push(h("li", {}, named(game, power, "’s"), ` ${game.unitName(unit)} is dislodged`));
  }
  return lines.length ? [h("ul", { class: "happened", "aria-label": "What changed" }, lines)] : [];
}

// What a power promised in a phase, and what it then did.
export function pledgeLine(game, pledge, withSender = true) {
  return h(
    "li",
    { class: outcomeOf(pledge) },
    withSender ? [named(game, pledge.sender), " "] : null,
    h("span", { class: "quiet" }, "to "),
    h("span", {}, pledge.recipients.map(proper).join(", ")),
    " ",
    h("code", {}, pledge.pledged),
    " ",
    h("b", { class: "verdict" }, verdictOf(pledge)),
    outcomeOf(pledge) !== "broken" ? null : h("span", { class: "quiet" }, pledge.ordered ? [" ordered ", h("code", {}, pledge.ordered)] : " not ordered"),
    pledge.decided && pledge.decided !== pledge.phase ? h("span", { class: "quiet" }, ` in ${pledge.decided}`) : null,
  );
}

// Runs of earlier versions say only whether it was kept.
export function outcomeOf(pledge) {
  const verdict = pledge.verdict || (pledge.kept ? "kept" : "broken");
  return verdict === "kept" || verdict === "broken" ? verdict : "ended";
}

export function verdictOf(pledge) {
  return { kept: "✓ kept", broken: "✕ broken", ended: `– ${pledge.verdict}` }[outcomeOf(pledge)];
}
