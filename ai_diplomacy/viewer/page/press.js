// The press of a phase as conversations, and messages found anywhere in the game.

import { h, prose, replace } from "./dom.js";
import { chooser, listed, named } from "./names.js";
import { asking, outcomeOf, pledgeLine, verdictOf } from "./orders.js";

const MOST_FOUND = 100;

export class PressPanel {
  // `onthread`: told of another thread that is to be shown, as "FRANCE+GERMANY"; "" for the phase alone.
  constructor(game, open, onthread) {
    this.game = game;
    this.open = open;
    this.onthread = onthread;
    this.thread = "";
    this.chosen = new Set();
    this.publicToo = true;
    this.words = "";
    this.search = h("input", {
      type: "search",
      placeholder: "Find in all messages",
      "aria-label": "Find in the messages of all phases",
      oninput: () => {
        this.words = this.search.value;
        this.fill();
      },
    });
    this.tools = h("div", { class: "tools" });
    this.list = h("div", { class: "messages", "aria-live": "off" });
    this.element = [h("div", { class: "filter" }, this.tools, this.search), this.list];
  }

  show(phase, thread) {
    this.phase = phase;
    if (thread && thread !== this.thread) {
      this.chosen = new Set(thread.split("+"));
      this.search.value = this.words = "";
    }
    this.thread = thread;
    this.fill();
    if (thread) queueMicrotask(() => this.toPhase());
    return this.element;
  }

  // The thread is at the phase that is shown.
  toPhase() {
    const here = this.list.querySelector(".here") ?? this.list.querySelector("[data-phase]:last-child");
    if (here && this.list.isConnected) this.list.scrollTop = here.offsetTop - 8;
  }

  fill() {
    const { game, phase } = this;
    replace(
      this.tools,
      h("button", { type: "button", class: "chip all", "aria-pressed": String(!this.chosen.size), onclick: () => this.choose(null) }, "All"),
      chooser(game, "Whose messages", this.chosen, (power) => this.choose(power)),
      h(
        "button",
        { type: "button", class: "chip", "aria-pressed": String(this.publicToo), onclick: () => { this.publicToo = !this.publicToo; this.fill(); } },
        "Public",
      ),
      this.chosen.size === 2
        ? h("button", { type: "button", class: "chip whole", "aria-pressed": String(Boolean(this.thread)), onclick: () => this.onthread(this.thread ? "" : [...this.chosen].sort().join("+")) }, "Whole game")
        : null,
    );
    const threaded = Boolean(this.thread) && !this.words.trim();
    const key = threaded ? [this.thread, this.publicToo, game.version, game.deeds] : null;
    this.list.classList.toggle("thread", threaded);
    if (threaded) this.list.tabIndex = 0;
    else this.list.removeAttribute("tabindex");
    // A thread stays as it is from phase to phase.
    if (!key || !this.key?.every((part, at) => part === key[at])) replace(this.list, this.words.trim() ? this.found() : threaded ? this.whole() : this.conversations(phase));
    this.key = key;
    if (threaded) for (const each of this.list.children) each.classList.toggle("here", each.dataset.phase === phase.phase);
  }

  // All that passed between two powers, phase after phase.
  whole() {
    const { game } = this;
    const parts = [];
    let count = 0;
    for (const phase of game.phases) {
      const messages = phase.all("message_delivered").filter((each) => this.passes(each));
      if (!messages.length) continue;
      count += messages.length;
      const broken = phase.all("pledge_judged").filter((pledge) => outcomeOf(pledge) === "broken" && messages.some((message) => carries(message, pledge)));
      const first = this.thread.split("+")[0];
      parts.push(
        h(
          "section",
          { class: "card conversation", data: { phase: phase.phase } },
          h("header", {}, h("h3", {}, h("a", { href: `#${phase.phase}/press/${this.thread}` }, phase.title)), broken.length ? h("span", { class: "broken" }, "✕ a word broken") : null),
          messages.map((message) => this.message(phase, message, message.sender !== first)),
        ),
      );
    }
    const pair = this.thread.split("+").map((power, at) => [at ? " – " : "", named(game, power)]);
    return [h("p", { class: "quiet", role: "status" }, pair, ` in the whole game: ${count.toLocaleString("en")} ${count === 1 ? "message" : "messages"}`), ...parts];
  }

  choose(power) {
    if (power === null) this.chosen.clear();
    else if (!this.chosen.delete(power)) this.chosen.add(power);
    const focused = document.activeElement?.dataset?.power;
    // A thread is of two.
    if (this.thread) this.onthread(this.chosen.size === 2 ? [...this.chosen].sort().join("+") : "");
    else this.fill();
    if (focused) this.tools.querySelector(`[data-power="${focused}"]`)?.focus();
    else if (power === null) this.tools.querySelector(".all").focus();
  }

  // With one power: all that it wrote or read. With several: what passed among them.
  passes(message) {
    const { chosen } = this;
    const open = message.recipients.includes("ALL");
    if (open && !this.publicToo) return false;
    if (!chosen.size) return true;
    if (chosen.size === 1) return open || chosen.has(message.sender) || message.recipients.some((power) => chosen.has(power));
    return chosen.has(message.sender) && (open || message.recipients.some((power) => chosen.has(power)));
  }

  conversations(phase) {
    const conversations = new Map();
    for (const message of phase.all("message_delivered").filter((each) => this.passes(each))) {
      const parties = message.recipients.includes("ALL") ? ["ALL"] : [message.sender, ...message.recipients].sort();
      const name = parties.join("+");
      if (!conversations.has(name)) conversations.set(name, { parties, messages: [] });
      conversations.get(name).messages.push(message);
    }
    const back = phase.all("message_returned").filter((each) => each.problem !== "illegal_pledge" && (!this.chosen.size || this.chosen.has(each.sender)));
    const dropped = phase.all("message_edited").filter((each) => each.before !== null && each.after === null && (!this.chosen.size || this.chosen.has(each.sender)));
    if (!conversations.size && !back.length && !dropped.length) return [h("p", { class: "quiet" }, phase.phase.endsWith("M") ? "No messages to show." : "Powers write to each other before movement only.")];
    const sorted = [...conversations.values()].sort((one, other) => (one.parties[0] === "ALL" ? 1 : 0) - (other.parties[0] === "ALL" ? 1 : 0) || (one.parties.join() < other.parties.join() ? -1 : 1));
    return [...sorted.map((conversation) => this.conversation(phase, conversation)), ...back.map((message) => this.notDelivered(message, `returned: ${message.detail}`, message.body)), ...dropped.map((edit) => this.notDelivered(edit, `to ${listed(edit.recipients)}, dropped in this fork`, edit.before))];
  }

  conversation(phase, { parties, messages }) {
    const { game } = this;
    const open = parties[0] === "ALL";
    const pledges = phase.all("pledge_judged").filter((pledge) => messages.some((message) => carries(message, pledge)));
    return h(
      "section",
      { class: "card conversation" },
      h("header", {}, h("h3", {}, open ? "To everyone" : parties.map((power, at) => [at ? h("span", { class: "quiet" }, " – ") : null, named(game, power)]))),
      messages.map((message) => this.message(phase, message, !open && message.sender !== parties[0])),
      pledges.length ? h("ul", { class: "pledges", "aria-label": "Pledges and what was ordered" }, pledges.map((pledge) => pledgeLine(game, pledge))) : null,
    );
  }

  message(phase, message, right = false, withPlace = false) {
    const { game } = this;
    const tag = phase.all("message_meant").find((each) => each.sequence === message.sequence);
    const beliefs = phase.all("message_believed").filter((each) => each.sequence === message.sequence);
    const edit = phase.all("message_edited").find((each) => each.after === message.body && each.before !== each.after && each.round === message.round && each.sender === message.sender && each.recipients.join() === message.recipients.join());
    const verdicts = (text) => phase.all("pledge_judged").filter((pledge) => pledge.pledged === text && carries(message, pledge));
    return h(
      "article",
      { class: `message${right ? " right" : ""}`, power: game.colour(message.sender), data: { sender: message.sender, recipients: message.recipients.join(" "), round: message.round } },
      h(
        "header",
        {},
        withPlace ? h("a", { href: `#${phase.phase}/press` }, phase.title) : null,
        named(game, message.sender),
        withPlace || message.recipients.length > 1 || message.recipients[0] === "ALL" ? h("span", { class: "quiet" }, `to ${listed(message.recipients)}`) : null,
        h("span", { class: "quiet" }, `round ${message.round}`),
        tag ? h("span", { class: "quiet tag" }, tag.meant ? "meant" : "not meant") : null,
        edit?.before === null ? h("span", { class: "edited" }, "added in this fork") : null,
        asking(phase, message.sender, "negotiate", this.open, message.round),
      ),
      prose(message.body),
      beliefs.length ? h("p", { class: "promised beliefs" }, "Held to be meant by", beliefs.map(({ reader, percent }) => h("span", {}, named(game, reader), ` ${percent} %`))) : null,
      edit && edit.before !== null ? h("details", { class: "edited" }, h("summary", {}, "changed in this fork; it was"), prose(edit.before)) : null,
      message.pledges.length
        ? h(
            "p",
            { class: "promised" },
            "Pledges ",
            message.pledges.map((text) => {
              const told = [...new Set(verdicts(text).map(verdictOf))];
              return h("span", { class: `pledge ${told.length === 1 ? outcomeOf(verdicts(text)[0]) : ""}` }, h("code", {}, text), told.length ? ` ${told.join(", ")}` : null);
            }),
          )
        : null,
    );
  }

  notDelivered(message, why, text) {
    return h("article", { class: "message back" }, h("header", {}, named(this.game, message.sender), h("span", { class: "quiet" }, why)), prose(text));
  }

  found() {
    const words = this.words.trim().toLowerCase();
    const hits = [];
    for (const phase of this.game.phases) {
      for (const message of phase.all("message_delivered")) if (message.body.toLowerCase().includes(words) && this.passes(message)) hits.push([phase, message]);
    }
    const shown = hits.slice(0, MOST_FOUND).map(([phase, message]) => this.message(phase, message, false, true));
    const more = `${this.chosen.size || !this.publicToo ? ", of those that are chosen above" : ""}${hits.length > MOST_FOUND ? `; here are the first ${MOST_FOUND}` : ""}`;
    return [h("p", { class: "quiet", role: "status" }, `${hits.length.toLocaleString("en")} ${hits.length === 1 ? "message" : "messages"} in the whole game${more}`), ...shown];
  }
}

// Whether the message made the pledge to its reader.
function carries(message, pledge) {
  return message.sender === pledge.sender && message.pledges.includes(pledge.pledged) && pledge.recipients.every((reader) => message.recipients.includes(reader));
}

