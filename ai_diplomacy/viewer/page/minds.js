// What one power had in mind in a phase: goals, feelings, diary, intentions beside what it then did.

import { count, dollars, h, prose } from "./dom.js";
import { ordersOf } from "./game.js";
import { chooser, named } from "./names.js";
import { asking, orderList, pledgeLine, refused } from "./orders.js";
import { feelingMark } from "./relations.js";

const STEPS = { initialize: "At the start", negotiate: "Press, round", plan: "Plan", order: "Orders", reflect: "Reflection", consolidate: "Looking back" };

export function mindPanel(game, phase, power, open, onchoose) {
  const at = game.index.get(phase.phase);
  const held = game.mindsAt(at)[power];
  const mind = phase.minds[power] ?? {};
  const orders = ordersOf(phase)[power] ?? [];
  const pledges = phase.pledges.filter((pledge) => pledge.from === power);
  const calls = phase.calls.filter((call) => call.power === power);
  const bill = game.figures.spending.by_power[power];
  return [
    chooser(game, "Whose mind", new Set([power]), onchoose),
    h(
      "section",
      { class: "card mind", power: game.colour(power) },
      h("header", {}, h("h3", {}, named(game, power)), h("span", { class: "model" }, game.model(power, phase.phase))),
      h(
        "dl",
        { class: "facts" },
        fact("This phase", `${calls.length} calls, ${count(sum(calls, "output"))} tokens written, ${dollars(sum(calls, "cost"))}`),
        bill ? fact("Whole game", `${count(bill.input_tokens)} tokens read, ${count(bill.output_tokens)} written, ${dollars(bill.total_usd)}`) : null,
      ),
      block("Goals", held?.goals?.length ? h("ul", {}, held.goals.map((goal) => h("li", {}, goal))) : null),
      block("Relationships", held ? feelings(game, held) : null),
      block("Plan", mind.directive ? prose(mind.directive) : null, asking(phase, power, "plan", open)),
      block("Reasoning", mind.reasoning ? prose(mind.reasoning) : null),
      block("Intent, told to nobody", mind.intent ? prose(mind.intent, "private") : null),
      block("What it did", orders.length ? [orderList(phase, orders, phase.orders[power]), refused(phase.orders[power])] : null, asking(phase, power, "order", open)),
      block("What it had promised", pledges.length ? h("ul", { class: "pledges" }, pledges.map((pledge) => pledgeLine(game, pledge, false))) : null),
      block("Diary", mind.diary?.length ? mind.diary.map((entry) => diary(phase, power, entry, open)) : null),
      block("Reflection", mind.reflected ? reflection(game, held, mind.reflected) : null, asking(phase, power, "reflect", open)),
      block("Looking back on the years gone by", mind.summary ? prose(mind.summary) : null, asking(phase, power, "consolidate", open)),
      block("Steps without a usable reply", mind.defaulted?.length ? h("ul", {}, mind.defaulted.map((entry) => h("li", {}, `${entry.step}: ${entry.reason}`))) : null),
      held || calls.length ? null : h("p", { class: "quiet" }, "This power has nothing on its mind in this phase."),
    ),
  ];
}

function block(title, content, asked = null) {
  return content ? h("div", { class: "said" }, h("h4", {}, title, asked), content) : null;
}

function fact(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

function feelings(game, held) {
  return h(
    "ul",
    { class: "feelings" },
    Object.entries(held.relationships).map(([other, word]) => {
      const before = held.before?.[other];
      return h("li", {}, named(game, other), feelingMark(word), before && before !== word ? h("span", { class: "quiet" }, `was ${before}`) : null);
    }),
  );
}

function diary(phase, power, entry, open) {
  const round = entry.step === "negotiate" ? ` ${entry.round}` : "";
  return h(
    "blockquote",
    {},
    h("footer", {}, `${STEPS[entry.step] ?? entry.step}${round}`, asking(phase, power, entry.step, open, entry.step === "negotiate" ? entry.round : null)),
    prose(entry.text),
  );
}

function reflection(game, held, reflected) {
  const changed = Object.entries(reflected.relationships).filter(([other, word]) => held?.relationships[other] !== word);
  const goals = JSON.stringify(reflected.goals) === JSON.stringify(held?.goals) ? null : reflected.goals;
  if (!changed.length && !goals) return h("p", { class: "quiet" }, "Nothing changes its mind.");
  return [
    goals ? h("ul", {}, goals.map((goal) => h("li", {}, goal))) : null,
    changed.length
      ? h("ul", { class: "feelings" }, changed.map(([other, word]) => h("li", {}, named(game, other), held?.relationships[other] ? h("span", { class: "quiet" }, `${held.relationships[other]} →`) : null, feelingMark(word))))
      : null,
  ];
}

function sum(calls, figure) {
  let total = 0;
  for (const call of calls) {
    if (call.inherited || call.failure !== undefined) continue;
    if (call[figure] === null) return null;
    total += call[figure];
  }
  return total;
}
