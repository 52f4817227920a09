// The press of a phase as conversations, and letters found anywhere in the game.

import { h, prose, replace } from "./dom.js";
import { chooser, listed, named } from "./names.js";
import { asking, pledgeLine } from "./orders.js";

const MOST_FOUND = 100;

export class PressPanel {
  constructor(game, open) {
    this.game = game;
    this.open = open;
    this.chosen = new Set();
    this.publicToo = true;
    this.words = "";
    this.search = h("input", {
      type: "search",
      placeholder: "Find in all letters",
      "aria-label": "Find in the letters of all phases",
      oninput: () => {
        this.words = this.search.value;
        this.fill();
      },
    });
    this.tools = h("div", { class: "tools" });
    this.list = h("div", { class: "letters", "aria-live": "off" });
    this.element = [h("div", { class: "filter" }, this.tools, this.search), this.list];
  }

  show(phase) {
    this.phase = phase;
    this.fill();
    return this.element;
  }

  fill() {
    const { game, phase } = this;
    replace(
      this.tools,
      h("button", { type: "button", class: "chip all", "aria-pressed": String(!this.chosen.size), onclick: () => this.choose(null) }, "All"),
      chooser(game, "Whose letters", this.chosen, (power) => this.choose(power)),
      h(
        "button",
        { type: "button", class: "chip", "aria-pressed": String(this.publicToo), onclick: () => { this.publicToo = !this.publicToo; this.fill(); } },
        "Public",
      ),
    );
    replace(this.list, this.words.trim() ? this.found() : this.conversations(phase));
  }

  choose(power) {
    if (power === null) this.chosen.clear();
    else if (!this.chosen.delete(power)) this.chosen.add(power);
    const focused = document.activeElement?.dataset?.power;
    this.fill();
    if (focused) this.tools.querySelector(`[data-power="${focused}"]`)?.focus();
    else if (power === null) this.tools.querySelector(".all").focus();
  }

  // With one power: all that it wrote or read. With several: what passed among them.
  passes(letter) {
    const { chosen } = this;
    const open = letter.to.includes("ALL");
    if (open && !this.publicToo) return false;
    if (!chosen.size) return true;
    if (chosen.size === 1) return open || chosen.has(letter.from) || letter.to.some((power) => chosen.has(power));
    return chosen.has(letter.from) && (open || letter.to.some((power) => chosen.has(power)));
  }

  conversations(phase) {
    const talks = new Map();
    for (const letter of phase.press.filter((each) => this.passes(each))) {
      const parties = letter.to.includes("ALL") ? ["ALL"] : [letter.from, ...letter.to].sort();
      const name = parties.join("+");
      if (!talks.has(name)) talks.set(name, { parties, letters: [] });
      talks.get(name).letters.push(letter);
    }
    const back = phase.returned.filter((each) => each.problem !== "illegal_pledge" && (!this.chosen.size || this.chosen.has(each.from)));
    if (!talks.size && !back.length) return [h("p", { class: "quiet" }, phase.phase.endsWith("M") ? "No letters to show." : "Powers write to each other before movement only.")];
    const sorted = [...talks.values()].sort((one, other) => (one.parties[0] === "ALL" ? 1 : 0) - (other.parties[0] === "ALL" ? 1 : 0) || (one.parties.join() < other.parties.join() ? -1 : 1));
    return [...sorted.map((talk) => this.talk(phase, talk)), ...back.map((letter) => this.returned(letter))];
  }

  talk(phase, { parties, letters }) {
    const { game } = this;
    const open = parties[0] === "ALL";
    const pledges = phase.pledges.filter((pledge) => samePeople(pledge, parties));
    return h(
      "section",
      { class: "card talk" },
      h("header", {}, h("h3", {}, open ? "To everyone" : parties.map((power, at) => [at ? h("span", { class: "quiet" }, " – ") : null, named(game, power)]))),
      letters.map((letter) => this.letter(phase, letter, !open && letter.from !== parties[0])),
      pledges.length ? h("ul", { class: "pledges", "aria-label": "Pledges and what was ordered" }, pledges.map((pledge) => pledgeLine(game, pledge))) : null,
    );
  }

  letter(phase, letter, right = false, withPlace = false) {
    const { game } = this;
    const verdict = (text) => phase.pledges.find((pledge) => pledge.from === letter.from && pledge.pledged === text && pledge.to.join() === letter.to.join());
    return h(
      "article",
      { class: `letter${right ? " right" : ""}`, power: game.colour(letter.from), data: { from: letter.from, to: letter.to.join(" "), round: letter.round } },
      h(
        "header",
        {},
        withPlace ? h("a", { href: `#${phase.phase}/press` }, phase.title) : null,
        named(game, letter.from),
        withPlace || letter.to.length > 1 || letter.to[0] === "ALL" ? h("span", { class: "quiet" }, `to ${listed(letter.to)}`) : null,
        h("span", { class: "quiet" }, `round ${letter.round}`),
        asking(phase, letter.from, "negotiate", this.open, letter.round),
      ),
      prose(letter.body),
      letter.pledges.length
        ? h(
            "p",
            { class: "promised" },
            "Pledges ",
            letter.pledges.map((text) => {
              const judged = verdict(text);
              return h("span", { class: `pledge ${judged ? (judged.kept ? "kept" : "broken") : ""}` }, h("code", {}, text), judged ? (judged.kept ? " ✓ kept" : " ✕ broken") : null);
            }),
          )
        : null,
    );
  }

  returned(letter) {
    return h("article", { class: "letter back" }, h("header", {}, named(this.game, letter.from), h("span", { class: "quiet" }, `returned: ${letter.detail}`)), prose(letter.body));
  }

  found() {
    const words = this.words.trim().toLowerCase();
    const hits = [];
    for (const phase of this.game.phases) {
      for (const letter of phase.press) if (letter.body.toLowerCase().includes(words) && this.passes(letter)) hits.push([phase, letter]);
    }
    const shown = hits.slice(0, MOST_FOUND).map(([phase, letter]) => this.letter(phase, letter, false, true));
    const more = hits.length > MOST_FOUND ? `, of which the first ${MOST_FOUND}` : "";
    return [h("p", { class: "quiet", role: "status" }, `${hits.length.toLocaleString("en")} ${hits.length === 1 ? "letter" : "letters"} in the whole game${more}`), ...shown];
  }
}

function samePeople(pledge, parties) {
  if (pledge.to.includes("ALL")) return parties[0] === "ALL";
  return [pledge.from, ...pledge.to].sort().join("+") === parties.join("+");
}

