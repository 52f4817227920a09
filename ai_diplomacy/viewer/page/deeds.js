// Word and deed: every promise of the game with its reader, its private side, what was ordered, and what it cost.

import { h } from "./dom.js";
import { order, proper } from "./game.js";
import { chooser, named } from "./names.js";
import { cost } from "./story.js";

const ACCOUNTS = {
  lie: "a lie when it was said",
  changed: "changed its mind",
  mistake: "by mistake",
  "taken back": "taken back in words",
  "let off": "let off in words",
  unexplained: "unexplained",
};
const MOST = 150;

export class DeedsPanel {
  // `onchoose`: told of another choice of rows, as the address holds it.
  constructor(game, onchoose) {
    this.game = game;
    this.onchoose = onchoose;
    this.all = false;
    this.drawn = { key: null, nodes: [] };
  }

  // What is shown for a choice, made anew only when it is another; the rows of the phase are marked.
  show(phase, choice) {
    const rows = this.chosen(choice).rows;
    const later = rows.findIndex((row) => order(row.phase) >= order(phase.phase));
    const first = later < 0 ? Math.max(0, rows.length - 1) : later;
    const from = this.all ? 0 : first - (first % MOST);
    const key = [choice, this.all, from, this.game.deeds?.promises];
    if (!this.drawn.key?.every((part, at) => part === key[at])) this.drawn = { key, nodes: this.made(choice, from) };
    for (const node of this.drawn.nodes) for (const each of node.querySelectorAll(".deed")) mark(each, phase);
    return this.drawn.nodes;
  }

  // `choice`: "", "broken", "FRANCE", or "broken+FRANCE+ITALY".
  chosen(choice) {
    const powers = new Set(choice ? choice.split("+") : []);
    const broken = powers.delete("broken");
    const rows = (this.game.deeds?.promises ?? []).filter((row) => (!broken || row.verdict === "broken") && (!powers.size || powers.has(row.from) || powers.has(row.to)));
    return { broken, powers, rows };
  }

  made(choice, from) {
    const { game } = this;
    const { broken, powers, rows } = this.chosen(choice);
    const tell = (only, some) => this.onchoose([only ? "broken" : "", ...game.powers.filter((power) => some.has(power))].filter(Boolean).join("+"));
    const toggled = (power) => new Set(powers.has(power) ? [...powers].filter((other) => other !== power) : [...powers, power]);
    const tools = h(
      "div",
      { class: "tools" },
      h("button", { type: "button", class: "chip only", "aria-pressed": String(broken), onclick: () => tell(!broken, powers) }, "Broken only"),
      chooser(game, "Whose promises, made or read", powers, (power) => tell(broken, toggled(power))),
    );
    if (!game.deeds) return [tools, h("p", { class: "quiet", role: "status" }, "Promises are held against orders…")];
    const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
    if (!rows.length) return [tools, h("p", { class: "quiet" }, game.deeds.promises.length ? "No promise is like that." : "No promise has been made in this game.")];
    const lies = rows.filter((row) => row.account === "lie").length;
    const told = [`${rows.length.toLocaleString("en")} ${rows.length === 1 ? "promise" : "promises"}`, broken ? null : `${count("kept")} kept`, `${count("broken")} broken`, lies ? `${lies} of them lies when they were said` : null];
    const priced = rows.some((row) => row.cost !== null);
    const shown = this.all ? rows : rows.slice(from, from + MOST);
    const rest = rows.length - shown.length;
    return [
      tools,
      h("p", { class: "quiet told", role: "status" }, told.filter(Boolean).join(", "), priced ? ". A price is what the breach cost its victim, in centres." : "."),
      h("ol", { class: "deeds" }, shown.map((row) => this.row(row))),
      ...(rest > 0 ? [h("button", { type: "button", class: "link", onclick: () => { this.all = true; this.onchoose(choice); } }, `show the other ${rest} promises`)] : []),
    ];
  }

  row(row) {
    const { game } = this;
    const kind = ["kept", "broken"].includes(row.verdict) ? row.verdict : "ended";
    const sign = { kept: "✓ ", broken: "✕ ", ended: "– " }[kind];
    const pair = [row.from, row.to].sort().join("+");
    return h(
      "li",
      { class: `deed ${kind}`, power: game.colour(row.from), data: { from: row.from, to: row.to, verdict: row.verdict, phase: row.phase, decided: row.decided } },
      h(
        "header",
        {},
        h("a", { class: "when", href: `#${row.decided || row.phase}/orders`, title: "To the orders" }, row.decided && row.decided !== row.phase ? `${row.phase} → ${row.decided}` : row.phase),
        named(game, row.from),
        h("span", { class: "quiet" }, "to"),
        named(game, row.to),
        h("b", { class: "verdict" }, sign, row.verdict),
        row.account ? h("span", { class: "account" }, ACCOUNTS[row.account] ?? row.account) : null,
        row.cost !== null ? h("span", { class: "price", title: `What it cost ${proper(row.to)}, in centres${row.gain === null ? "" : `; ${proper(row.from)} gained ${row.gain.toFixed(1)}`}` }, cost(row.cost)) : null,
      ),
      h(
        "dl",
        {},
        part("said", [h("code", {}, row.promise), row.source === "pledge" ? null : h("span", { class: "quiet" }, ` (${row.source})`), row.said ? [" ", h("a", { class: "quoted", href: `#${row.phase}/press${row.to === "ALL" ? "" : `/${pair}`}`, title: "To the message" }, h("q", {}, row.said))] : null]),
        row.quote ? part("thought", [h("q", { class: "private" }, row.quote), h("a", { class: "quiet where", href: row.where.startsWith("message") ? `#${row.decided || row.phase}/press/${pair}` : `#${row.decided || row.phase}/minds/${row.from}` }, row.where)]) : null,
        row.ordered.length || row.verdict === "broken" ? part("ordered", row.ordered.length ? h("code", {}, row.ordered.join(", ")) : h("span", { class: "quiet" }, "nothing that kept it")) : null,
        row.reason ? part("why", `${row.reason}${row.by ? `, by ${proper(row.by)}’s deed` : ""}`) : null,
        row.contradictory ? part("note", "stood against another promise, to somebody else") : null,
      ),
    );
  }
}

function mark(element, phase) {
  element.classList.toggle("here", element.dataset.phase === phase.phase || element.dataset.decided === phase.phase);
}

function part(name, content) {
  return [h("dt", {}, name), h("dd", {}, content)];
}
