// The library: tournaments and examinations as cards, and one table of all games, filtered and sorted.

import { button, chosenTheme, icon, switchTheme } from "./controls.js";
import { h, replace } from "./dom.js";
import { proper } from "./game.js";
import { examCard, tournamentCard } from "./shelf_cards.js";
import { gamesTable } from "./shelf_rows.js";
import { FILTERS, fromAddress, ORDERS, Shelf, STATES, toAddress } from "./shelf.js";

// Rows that are drawn at once.
const DRAWN = 50;

class LibraryPage {
  constructor(shelf) {
    this.shelf = shelf;
    this.drawn = DRAWN;
    this.table = h("div", { class: "rows" });
    this.told = h("p", { class: "quiet told", role: "status" });
    this.fields = this.makeFields();
    replace(document.body, this.head(), h("main", { class: "library" }, this.cards("Tournaments", shelf.tournaments.map((one) => tournamentCard(shelf, one, (of) => toAddress({ ...fromAddress(""), folder: of.below })))), this.games(), this.cards("Examinations", shelf.exams.map(examCard))));
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.key(event));
    this.route();
  }

  head() {
    const { shelf } = this;
    const counted = (things, one) => (things.length ? `${things.length.toLocaleString("en")} ${one}${things.length === 1 ? "" : "s"}` : "");
    const words = [counted(shelf.games, "game"), counted(shelf.tournaments, "tournament"), counted(shelf.exams, "examination")].filter(Boolean);
    return h("header", { class: "top" }, h("div", { class: "titles" }, h("h1", {}, shelf.name), h("span", { class: "outcome" }, words.join(", ")), this.reports()), h("button", { type: "button", class: "plain theme", "aria-label": "Light or dark", title: "Light or dark", onclick: switchTheme }, icon("theme")));
  }

  // Those of tournaments stand on their cards.
  reports() {
    const { shelf } = this;
    const carded = new Set(shelf.tournaments.map((one) => one.below));
    const others = Object.entries(shelf.reports).filter(([folder]) => !carded.has(folder));
    return others.map(([folder, address]) => h("a", { href: address }, `Report of ${folder || "these games"}`));
  }

  cards(title, cards) {
    return cards.length ? h("section", { "aria-label": title }, h("h2", {}, title), h("div", { class: "cards" }, cards)) : null;
  }

  games() {
    const { shelf } = this;
    if (!shelf.games.length) {
      const words = shelf.exams.length || shelf.tournaments.length ? "No game has been begun here yet." : "There is no run in this folder yet.";
      return h("section", { class: "nothing", "aria-label": "Games" }, h("p", {}, words), h("p", { class: "quiet" }, "A game without a key or a bill is played by ", h("code", {}, "ai-diplomacy play"), "; games of other programs come in by ", h("code", {}, "ai-diplomacy import"), ". Load this page again when there is one."));
    }
    return h("section", { "aria-label": "Games" }, h("h2", {}, "Games"), h("div", { class: "filters", role: "search" }, Object.values(this.fields), button(icon("before"), "Turn the order round", () => this.choose({ down: !this.wanted.down })), this.clear), this.told, this.table);
  }

  makeFields() {
    const { shelf } = this;
    const cast = shelf.games.length ? shelf.cast(shelf.games[0]) : null;
    const players = shelf.players.map((player) => [player, cast.short(player)]);
    const choices = {
      folder: ["Folder", "all folders", shelf.folders.map((folder) => [folder, folder])],
      player: ["Player", "any player", players],
      power: ["Power", "any power", shelf.powers.map((power) => [power, proper(power)])],
      winner: ["First", "anybody first", players],
      state: ["State", "any state", Object.entries(STATES)],
    };
    const fields = { q: h("input", { type: "search", class: "text", "aria-label": "Search", placeholder: "Search…  ( / )", oninput: () => this.choose({ q: fields.q.value }) }) };
    for (const [name, [title, all, options]] of Object.entries(choices)) {
      fields[name] = h("select", { "aria-label": title, hidden: name === "folder" && options.length < 2, onchange: () => this.choose({ [name]: fields[name].value }) }, h("option", { value: "" }, all), options.map(([value, shown]) => h("option", { value }, shown)));
    }
    fields.sort = h("select", { class: "sorting", "aria-label": "Sorted", onchange: () => this.choose({ sort: fields.sort.value, down: ORDERS[fields.sort.value].most }) }, Object.entries(ORDERS).map(([name, { title }]) => h("option", { value: name }, `by ${title.toLowerCase()}`)));
    this.clear = h("button", { type: "button", class: "link", onclick: () => this.choose(Object.fromEntries(FILTERS.map((name) => [name, ""]))) }, "clear");
    return fields;
  }

  // Through the address, so that it always tells what is shown.
  choose(change) {
    const hash = toAddress({ ...this.wanted, ...change });
    history.replaceState(null, "", hash);
    this.route();
  }

  route() {
    this.wanted = fromAddress(location.hash);
    for (const [name, field] of Object.entries(this.fields)) {
      const value = this.wanted[name];
      if (field.value === value) continue;
      field.value = value;
      // What an address asks for and nobody here is called.
      if (field.value !== value) {
        field.append(h("option", { value }, value));
        field.value = value;
      }
    }
    this.clear.hidden = !FILTERS.some((name) => this.wanted[name]);
    this.drawn = DRAWN;
    if (this.shelf.games.length) this.draw();
  }

  draw() {
    const { shelf, wanted } = this;
    const found = shelf.chosen(wanted);
    const focused = this.table.contains(document.activeElement) ? document.activeElement.dataset.sort : null;
    const left = found.length - this.drawn;
    this.told.textContent = found.length === shelf.games.length ? `${found.length.toLocaleString("en")} games` : `${found.length.toLocaleString("en")} of ${shelf.games.length.toLocaleString("en")} games`;
    replace(
      this.table,
      found.length ? gamesTable(shelf, found.slice(0, this.drawn), wanted, (name) => this.choose({ sort: name, down: wanted.sort === name ? !wanted.down : ORDERS[name].most })) : h("p", { class: "nothing" }, "No game is like that. ", h("button", { type: "button", class: "link", onclick: () => this.clear.click() }, "Show all games")),
      left > 0 ? h("button", { type: "button", class: "plain more", onclick: () => this.more() }, `Show ${Math.min(left, DRAWN).toLocaleString("en")} more; ${left.toLocaleString("en")} are left`) : null,
    );
    if (focused) this.table.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  more() {
    const at = this.drawn;
    this.drawn += DRAWN;
    this.draw();
    this.table.querySelectorAll("tbody a")[at]?.focus();
  }

  key(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
    event.preventDefault();
    this.fields.q.focus();
  }
}

chosenTheme();
new LibraryPage(new Shelf(JSON.parse(document.querySelector("#shelf").textContent)));
