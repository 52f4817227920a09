// How the game went and what it took, in numbers: those of the run's own files.

import { count, dollars, h, seconds } from "./dom.js";
import { counts } from "./game.js";
import { listed, named } from "./names.js";

export function summaryPanel(game, source) {
  const { run, figures } = game;
  const last = game.phases.at(-1);
  const now = counts(last.outcome?.centers ?? last.centers, game.powers);
  const begun = counts(game.phases[0].centers, game.powers);
  // Those who share a place have the same, as on the terminal.
  const place = (power) => 1 + game.powers.filter((other) => now[other] > now[power]).length;
  const ranking = [...game.powers].sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1));
  const total = figures.spending.total;
  return [
    h("p", { class: "lead result" }, resultOf(game)),
    scroll(
      "Results",
      ["Place", "Power", "Centres", "Change", ...(figures.scores ? ["Draw size", "Sum of squares"] : []), "Tokens", "Cost"],
      ranking.map((power) => {
        const score = figures.scores?.[power];
        const bill = figures.spending.by_power[power];
        return [
          String(place(power)),
          h("span", {}, named(game, power), models(game, run.models[power])),
          count(now[power]),
          signed(now[power] - begun[power]),
          ...(score ? [score.draw_size.toFixed(3), score.sum_of_squares.toFixed(3)] : []),
          bill ? count(plus(bill.input_tokens, bill.output_tokens)) : "0",
          bill ? dollars(bill.total_usd) : "$0",
        ];
      }),
    ),
    scroll(
      "Words and orders",
      ["Power", "Messages", "Pledges kept", "Orders legal", "Asked again", "Defaults"],
      ranking.map((power) => {
        const row = figures.counts[power];
        const promised = row.pledges_kept + row.pledges_broken;
        return [
          named(game, power),
          count(row.messages_sent),
          promised ? `${row.pledges_kept} of ${promised}` : "–",
          row.orders_given && !run.imported ? `${(100 * (row.orders_given - row.illegal_orders_first) / row.orders_given).toFixed(1)} %` : "–",
          count(row.reasked),
          count(row.defaulted_steps),
        ];
      }),
    ),
    h("h3", {}, "What it took"),
    h(
      "dl",
      { class: "facts wide" },
      facts([
        ["Calls answered", count(total.calls)],
        ["Tokens read", `${count(total.input_tokens)}${total.cached_tokens ? `, ${count(total.cached_tokens)} of them from the provider’s cache` : ""}`],
        ["Tokens written", count(total.output_tokens)],
        ["Cost", dollars(total.total_usd)],
        total.lost_calls ? ["Calls lost", count(total.lost_calls)] : null,
        run.timing ? ["Time", `${seconds(run.timing.total_time)} (${run.timing.execution})`] : null,
        run.timing ? ["All calls one by one", seconds(run.timing.sum_of_call_time)] : null,
        run.timing ? ["Least possible", seconds(run.timing.critical_path)] : null,
        run.imported ? ["Imported", `${run.imported.format}, from ${run.imported.source}`] : ["Sessions", count(run.sessions)],
        run.imported ? ["Missing", run.imported.missing.join(", ")] : null,
        run.imported?.problems.length ? ["Odd in the source", run.imported.problems.join("; ")] : null,
        run.forked ? ["Forked", `from ${run.forked.source} at ${run.forked.phase}`] : null,
        [run.imported ? "Imported at" : "Begun", new Date(run.begun * 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC"],
      ]),
    ),
    h("h3", {}, "By step"),
    scroll(
      "By step",
      ["Step", "Calls", "Tokens in", "Tokens out", "Cost"],
      Object.entries(figures.spending.by_step).map(([step, row]) => [step, count(row.calls), count(row.input_tokens), count(row.output_tokens), dollars(row.total_usd)]),
    ),
    h("h3", {}, "Models"),
    h("ul", { class: "ids" }, [...game.shorts.keys()].map((model) => h("li", {}, h("code", {}, model)))),
    h("h3", {}, "Settings"),
    h("dl", { class: "facts wide" }, facts(Object.entries(run.config).filter(([name, value]) => !["models", "max_tokens", "prompts", "constrain"].includes(name) && value !== null).map(([name, value]) => [name.replaceAll("_", " "), String(value)]))),
    source.file("x") ? h("div", {}, h("h3", {}, "Files"), h("ul", { class: "files" }, run.files.map((name) => h("li", {}, h("a", { href: source.file(name), target: "_blank", rel: "noopener" }, name))))) : null,
  ];
}

export function resultOf(game) {
  const finished = game.run.finished;
  if (!finished) return `Not finished: the game stands in ${game.phases.at(-1).title}.`;
  const names = listed(finished.winners);
  const owned = counts(finished.centers, game.powers);
  const most = Math.max(...Object.values(owned));
  const leaders = game.powers.filter((power) => owned[power] === most);
  return {
    solo: `${names} wins alone in ${finished.phase}.`,
    draw: `${names} agree on a draw in ${finished.phase}.`,
    last_power: `${names} is the last power on the board after ${finished.phase}.`,
    limit: `The game ends after ${finished.phase}; ${listed(leaders)} ${leaders.length > 1 ? "lead" : "leads"} with ${most} centres.`,
  }[finished.outcome];
}

function signed(change) {
  return change ? `${change > 0 ? "+" : "−"}${Math.abs(change)}` : "0";
}

function models(game, changes) {
  return changes.map(({ after, model }) => h("span", { class: "model", title: model }, after ? `after ${after}: ${game.short(model)}` : game.short(model)));
}

function plus(one, other) {
  return one === null || other === null ? null : one + other;
}

function facts(pairs) {
  return pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}

function scroll(label, names, rows) {
  const heading = Math.max(0, names.indexOf("Power"));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    h(
      "table",
      { class: "numbers" },
      h("thead", {}, h("tr", {}, names.map((name, at) => h("th", { scope: "col", class: at <= heading ? "left" : null }, name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value, at) => h(at === heading ? "th" : "td", at === heading ? { scope: "row" } : {}, value))))),
    ),
  );
}
