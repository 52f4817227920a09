// What one power had in mind in a phase: goals, feelings, diary, intentions beside what it then did.

import { count, dollars, h, prose } from "./dom.js";
import { chooser, named } from "./names.js";
import { asking, orderList, pledgeLine, refused } from "./orders.js";
import { feelingMark } from "./relations.js";

const STEPS = { initialize: "At the start", provisional: "Provisional orders", negotiate: "Press, round", plan: "Plan", order: "Orders", reflect: "Reflection", consolidate: "Looking back" };

export function mindPanel(game, phase, power, open, onchoose) {
  const at = game.index.get(phase.phase);
  const held = game.mindsAt(at)[power];
  const { reasoning, intent } = phase.last("orders_explained", power) ?? {};
  const { directive } = phase.last("planned", power) ?? {};
  const { summary } = phase.last("consolidated", power) ?? {};
  const [given, reflected] = [phase.last("orders_submitted", power), phase.last("reflected", power)];
  const [diary, defaulted] = [phase.all("diary_written", power), phase.all("step_defaulted", power)];
  const provisional = phase.all("provisional_orders", power).sort((one, other) => one.round - other.round);
  const orders = phase.orders[power] ?? [];
  const pledges = phase.all("pledge_judged", power);
  const calls = phase.calls.filter((call) => call.key.power === power);
  const bill = game.figures.spending.by_power[power];
  return [
    chooser(game, "Whose mind", new Set([power]), onchoose),
    h(
      "section",
      { class: "card mind", power: game.colour(power) },
      h("header", {}, h("h3", {}, named(game, power)), h("span", { class: "model", title: game.model(power, phase.phase) }, game.short(game.model(power, phase.phase)))),
      h(
        "dl",
        { class: "facts" },
        fact("This phase", `${calls.length} calls, ${count(sum(calls, (reply) => reply.usage.output))} tokens written, ${dollars(sum(calls, (reply) => reply.cost_usd))}`),
        bill ? fact("Whole game", `${count(bill.input_tokens)} tokens read, ${count(bill.output_tokens)} written, ${dollars(bill.total_usd)}`) : null,
      ),
      block("Goals", held?.goals?.length ? h("ul", {}, held.goals.map((goal) => h("li", {}, goal))) : null),
      block("Relationships", held ? feelings(game, held) : null),
      block("Plan", directive ? prose(directive) : null, asking(phase, power, "plan", open)),
      block("What it would have ordered", provisional.length ? h("ul", {}, provisional.map((each) => h("li", {}, each.round ? `after round ${each.round}: ` : "before press: ", h("code", {}, each.orders.join(", "))))) : null, asking(phase, power, "provisional", open)),
      block("Reasoning", reasoning ? prose(reasoning) : null),
      block("Intent, told to nobody", intent ? prose(intent, "private") : null),
      block("What it did", orders.length ? [orderList(phase, orders, given), refused(given)] : null, asking(phase, power, "order", open)),
      block("What it had promised", pledges.length ? h("ul", { class: "pledges" }, pledges.map((pledge) => pledgeLine(game, pledge, false))) : null),
      block("Diary", diary.length ? diary.map((entry) => noted(phase, power, entry, open)) : null),
      block("Reflection", reflected ? reflection(game, held, reflected) : null, asking(phase, power, "reflect", open)),
      block("Looking back on the years gone by", summary ? prose(summary) : null, asking(phase, power, "consolidate", open)),
      block("Steps without a usable reply", defaulted.length ? h("ul", {}, defaulted.map((entry) => h("li", {}, `${entry.step}: ${entry.reason}`))) : null),
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

function noted(phase, power, entry, open) {
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

// Over the replies of these calls that were paid for in this run; null if it is not known of one.
function sum(calls, figure) {
  let total = 0;
  for (const { reply } of calls) {
    if (!reply || reply.inherited) continue;
    if (figure(reply) === null) return null;
    total += figure(reply);
  }
  return total;
}
