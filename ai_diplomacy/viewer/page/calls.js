// The calls to the models on a line of time, and as a table; each opens its prompt and reply.

import { count, dollars, h, seconds, svg } from "./dom.js";
import { proper } from "./game.js";
import { named } from "./names.js";

const WIDE = 640;
const LEFT = 30;
const LANE = 26;

export function callsPanel(game, phase, whole, open, onscope) {
  const phases = whole ? game.phases : [phase];
  const calls = phases.flatMap((each) => each.calls.map((call) => ({ ...call, phase: each })));
  return [
    h(
      "div",
      { class: "chooser", role: "group", "aria-label": "Which calls" },
      h("button", { type: "button", class: "chip", "aria-pressed": String(!whole), onclick: () => onscope(false) }, "This phase"),
      h("button", { type: "button", class: "chip", "aria-pressed": String(whole), onclick: () => onscope(true) }, "Whole game"),
    ),
    lanes(game, calls, open),
    whole ? null : table(game, calls, open),
  ];
}

function lanes(game, calls, open) {
  const timed = calls.filter(({ reply }) => reply && !reply.inherited && reply.latency !== null);
  if (!timed.length) return h("p", { class: "quiet" }, calls.length ? "These calls were answered in another run." : "No call has been answered in this phase.");
  const at = clock(timed);
  const high = game.powers.length * LANE + 24;
  return h(
    "figure",
    { class: "lanes" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} ${high}`, role: "group", "aria-label": `${timed.length} calls on a line of time` },
      game.powers.map((power, lane) => [
        svg("path", { class: "grid", d: `M${LEFT} ${(lane + 1) * LANE}H${WIDE}` }),
        svg("text", { class: "axis", x: 4, y: lane * LANE + LANE / 2 }, game.letter(power)),
      ]),
      timed.map((call) => {
        const { power, step } = call.key;
        const { started, latency, waited } = call.reply;
        const lane = game.powers.indexOf(power);
        const [asked, sent, done] = [at(started - waited), at(started), at(started + latency)];
        return svg(
          "g",
          { class: `call${call.late ? " late" : ""}`, power: game.colour(power), data: { call: call.line }, onclick: () => open(call.phase, call.line) },
          svg("title", {}, `${proper(power)}, ${stepName(call)} in ${call.phase.phase}: ${seconds(latency)}${waited > 0.01 ? `, after waiting ${seconds(waited)}` : ""}`),
          sent - asked > 0.4 ? svg("rect", { class: "waiting", x: asked, y: lane * LANE + 9, width: sent - asked, height: LANE - 18 }) : null,
          svg("rect", { class: `answering ${step}`, x: sent, y: lane * LANE + 4, width: Math.max(1.2, done - sent), height: LANE - 8, rx: 2 }),
        );
      }),
      svg("text", { class: "axis", x: LEFT, y: high - 8 }, "0"),
      svg("text", { class: "axis", x: WIDE - 2, y: high - 8, "text-anchor": "end" }, `${seconds(at.busy)}${at.gaps ? `, ${at.gaps} pauses of the run left out` : ""}`),
    ),
  );
}

// Seconds since 1970 -> place on the line. The pauses between the sessions of a run are cut out.
function clock(calls) {
  const spans = calls.map(({ reply }) => [reply.started - reply.waited, reply.started + reply.latency]).sort((one, other) => one[0] - other[0]);
  const cuts = [];
  let end = spans[0][0];
  let gone = 0;
  for (const [from, to] of spans) {
    if (from - end > 30) {
      gone += from - end;
      cuts.push([from, gone]);
    }
    end = Math.max(end, to);
  }
  const start = spans[0][0];
  const busy = Math.max(end - start - gone, 0.001);
  const place = (moment) => {
    let before = 0;
    for (const [from, sum] of cuts) if (moment >= from) before = sum;
    return LEFT + ((moment - start - before) / busy) * (WIDE - LEFT - 2);
  };
  return Object.assign(place, { busy, gaps: cuts.length });
}

function table(game, calls, open) {
  if (!calls.length) return null;
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of calls" },
    h(
      "table",
      { class: "numbers calls" },
      h("thead", {}, h("tr", {}, ["Power", "Step", "Read as", "Took", "Waited", "Tokens in", "out", "Cost"].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        calls.map((call) =>
          h(
            "tr",
            { class: "opens", onclick: () => open(call.phase, call.line) },
            h("th", { scope: "row" }, named(game, call.key.power)),
            h("td", {}, h("button", { type: "button", class: "link", "aria-label": `${stepName(call)}, open prompt and reply`, data: { call: call.line } }, stepName(call))),
            h("td", { class: (call.phase.readingOf(call)?.verdict ?? "ok") === "ok" ? "" : "warn" }, verdictOf(call.phase, call)),
            call.failure ? h("td", { colspan: "5" }, call.failure.message) : replyCells(call.reply),
          ),
        ),
      ),
    ),
  );
}

function replyCells({ latency, waited, usage, inherited, cost_usd: cost }) {
  const cells = [seconds(latency), waited < 0.001 ? "–" : seconds(waited), count(usage.input), count(usage.output), inherited ? "paid before" : dollars(cost)];
  return cells.map((cell) => h("td", {}, cell));
}

export function stepName({ key }) {
  return `${key.step}${key.round ? ` ${key.round}` : ""}${key.attempt ? ", corrected" : ""}${key.raised ? ", larger allowance" : ""}`;
}

export function verdictOf(phase, call) {
  if (call.late) return "too late";
  if (call.failure) return "failed";
  return phase.readingOf(call)?.verdict ?? "not read yet";
}
