// The page: one phase of the game at a time, on the map and in one of nine views beside it.

import { around } from "./around.js";
import { callsPanel } from "./calls.js";
import { button, chosenTheme, icon, key, legend, switchTheme } from "./controls.js";
import { curvesPanel } from "./curves.js";
import { DeedsPanel } from "./deeds.js";
import { CallDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { Film } from "./film.js";
import { Game } from "./game.js";
import { MapView } from "./map.js";
import { mindPanel } from "./minds.js";
import { ordersPanel } from "./orders.js";
import { PressPanel } from "./press.js";
import { ProvinceCard } from "./provinces.js";
import { relationsPanel } from "./relations.js";
import { failures, Seats } from "./seats.js";
import { openSource } from "./source.js";
import { StoryPanel } from "./story.js";
import { resultOf, summaryPanel } from "./summary.js";
import { Timeline } from "./timeline.js";
import { waiting } from "./waiting.js";

const TABS = { story: "Story", press: "Press", orders: "Orders", deeds: "Word and deed", minds: "Minds", relations: "Relations", centres: "Centres", calls: "Calls", summary: "Summary" };
// What views were called in addresses before.
const FORMERLY = { curves: "centres" };

class Page {
  constructor(game, source) {
    this.game = game;
    this.source = source;
    this.at = 0;
    this.tab = game.run.finished ? "story" : "press";
    // What a view shows of itself, as its address has it: whose mind, which thread, which promises.
    this.detail = { minds: game.powers[0], press: "", deeds: "" };
    this.whole = false;
    this.arrows = true;
    this.dialog = new CallDialog(game, source);
    this.open = (phase, line) => this.dialog.open(phase, line);
    this.press = new PressPanel(game, this.open, (thread) => this.go(this.at, "press", thread));
    this.story = new StoryPanel(game);
    this.deeds = new DeedsPanel(game, (choice) => this.go(this.at, "deeds", choice));
    this.timeline = new Timeline(game, (at) => this.go(at));
    this.seats = new Seats(game, () => this.draw());
    this.province = new ProvinceCard(game);
    this.readout = h("p", { class: "readout", "aria-hidden": "true" });
    this.map = new MapView(game, {
      ontell: (text, unit, order) => {
        this.readout.textContent = text;
        this.point(unit, order);
      },
      onpick: (name) => this.province.pick(name),
    });
    this.film = new Film(this);
    this.build();
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.key(event));
    this.ponder();
  }

  get phase() {
    return this.game.phases[this.at];
  }

  build() {
    const { game, source } = this;
    this.state = h("span", { class: "state", role: "status" });
    this.result = h("h1", { class: "outcome" });
    this.defaults = h("ul", { class: "defaults", "aria-label": "What went wrong" });
    this.heading = h("h2", { class: "phase-name", "aria-live": "polite" });
    this.told = h("p", { class: "deed-caption", role: "status" });
    this.note = h("p", { class: "note unknown", role: "status", hidden: true });
    this.panel = h("div", { class: "panel", id: "panel", role: "tabpanel", tabindex: "-1" });
    this.panel.addEventListener("pointerover", (event) => this.map.light(event.target.closest("[data-order]")?.dataset.order));
    this.panel.addEventListener("pointerleave", () => this.map.light(null));
    this.panel.addEventListener("focusin", (event) => this.map.light(event.target.closest("[data-order]")?.dataset.order));
    this.tabs = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "Views", onkeydown: (event) => this.tabKey(event) },
      Object.entries(TABS).map(([name, title]) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", data: { tab: name }, onclick: () => this.go(this.at, name) }, title)),
    );
    this.sheet = h(
      "div",
      { class: "sheet" },
      this.map.element,
      this.readout,
      this.told,
      this.province.element,
      h(
        "div",
        { class: "zoom" },
        button("+", "Closer", () => this.map.zoom(1 / 1.4)),
        button("−", "Farther", () => this.map.zoom(1.4)),
        button(icon("home"), "Whole map", () => this.map.look(this.map.home)),
        h("button", { type: "button", class: "plain", "aria-pressed": "true", "aria-label": "Orders on the map", title: "Orders on the map", onclick: (event) => this.showArrows(event.currentTarget) }, icon("arrow")),
        document.fullscreenEnabled ? button(icon("whole"), "Full screen", () => (document.fullscreenElement ? document.exitFullscreen() : this.sheet.requestFullscreen())) : null,
      ),
    );
    replace(
      document.body,
      h(
        "header",
        { class: "top" },
        h("div", { class: "titles" }, around(), this.result, h("span", { class: "run-name" }, game.run.name), this.state),
        h("button", { type: "button", class: "plain theme", "aria-label": "Light or dark", title: "Light or dark", onclick: switchTheme }, icon("theme")),
      ),
      h("section", { "aria-label": "Players" }, this.defaults, this.seats.element),
      h(
        "nav",
        { class: "time", "aria-label": "Phases" },
        h("div", { class: "steps" }, button(icon("first"), "First phase", () => this.go(0)), button(icon("before"), "Phase before", () => this.go(this.at - 1)), this.film.player, button(icon("next"), "Next phase", () => this.go(this.at + 1)), button(icon("last"), "Last phase", () => this.go(this.game.phases.length - 1)), this.film.speed),
        this.timeline.element,
      ),
      h(
        "main",
        {},
        h("section", { class: "board", "aria-label": "Map" }, h("div", { class: "caption" }, this.heading, this.province.chooser), this.sheet, legend()),
        h("section", { class: "side", "aria-label": "The phase in detail" }, this.tabs, this.note, this.panel),
      ),
      h("footer", { class: "keys" }, key("←"), key("→"), " step ", key("space"), " play ", key("Home"), key("End"), " ends ", key("1"), "–", key("9"), " views"),
      this.dialog.element,
    );
    this.tell();
  }

  // Where the page is, and going elsewhere: everything is in the address, so that a link leads to the same view.

  route() {
    const [name, asked, detail] = decodeURIComponent(location.hash.slice(1)).split("/");
    const tab = FORMERLY[asked] ?? asked;
    const known = this.game.index.get(name);
    if (tab && Object.hasOwn(TABS, tab)) {
      this.tab = tab;
      if (this.fits(tab, detail ?? "")) this.detail[tab] = detail ?? "";
    }
    this.at = known ?? (this.game.run.finished ? 0 : this.game.phases.length - 1);
    const wrong = [name && known === undefined ? `There is no phase ${name} in this game.` : "", tab && !Object.hasOwn(TABS, tab) ? `There is no view ${tab}.` : ""].filter(Boolean);
    this.note.hidden = !wrong.length;
    this.note.textContent = wrong.length ? `${wrong.join(" ")} This is ${this.phase.title}, ${TABS[this.tab]}.` : "";
    this.show();
  }

  // Whether a view can show this of itself.
  fits(tab, detail) {
    if (!Object.hasOwn(this.detail, tab)) return false;
    const powers = detail.split("+").filter((word) => word !== "broken" && word !== "");
    if (!powers.every((power) => this.game.powers.includes(power))) return false;
    return { minds: powers.length === 1, press: [0, 2].includes(powers.length), deeds: true }[tab];
  }

  address(at = this.at, tab = this.tab, detail = this.detail[tab]) {
    return `#${this.game.phases[at].phase}/${tab}${detail ? `/${detail}` : ""}`;
  }

  go(to, tab = this.tab, detail = this.detail[tab]) {
    const at = Math.min(Math.max(to, 0), this.game.phases.length - 1);
    const address = this.address(at, tab, detail);
    if (address === location.hash) return this.show();
    // Another view is a place to come back to; another phase is not.
    if (tab === this.tab && detail === this.detail[tab]) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    return this.route();
  }

  show() {
    const { game, phase } = this;
    const [season, kind] = phase.title.split(": ");
    replace(this.heading, season, kind ? h("span", { class: "kind" }, kind) : null, h("span", { class: "code" }, phase.phase));
    document.title = `${phase.phase} · ${game.run.name}`;
    this.draw();
    this.province.show(phase);
    this.timeline.show(phase);
    for (const tab of this.tabs.children) {
      const chosen = tab.dataset.tab === this.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `tab-${this.tab}`);
    this.fill();
  }

  // The map and the seats beside it.
  draw() {
    this.seats.show(this.phase);
    this.map.show(this.phase, this.arrows ? this.seats.only : null);
  }

  fill() {
    const { game, phase, detail } = this;
    const panels = {
      story: () => this.story.show(phase),
      press: () => this.press.show(phase, detail.press),
      orders: () => ordersPanel(game, phase, this.open),
      deeds: () => this.deeds.show(phase, detail.deeds),
      minds: () => mindPanel(game, phase, detail.minds, this.open, (power) => this.choose(power)),
      relations: () => relationsPanel(game, phase),
      centres: () => curvesPanel(game, phase),
      calls: () => callsPanel(game, phase, this.whole, this.open, (whole) => this.scope(whole)),
      summary: () => summaryPanel(game, this.source),
    };
    const shown = panels[this.tab]();
    if (shown !== this.shown) replace(this.panel, shown);
    this.shown = shown;
  }

  // Which order of the panel belongs to what is pointed at on the map.
  point(unit, order) {
    for (const each of this.panel.querySelectorAll(".orders [data-order]")) each.classList.toggle("lit", each.dataset.order === order || Boolean(unit && each.dataset.order.startsWith(`${unit} `)));
  }

  caption(text) {
    this.told.textContent = text;
  }

  choose(power) {
    this.go(this.at, "minds", power);
    this.panel.querySelector(`.chooser [data-power="${power}"]`)?.focus();
  }

  scope(whole) {
    this.whole = whole;
    this.fill();
    this.panel.querySelector(".chooser [aria-pressed=true]")?.focus();
  }

  showArrows(pressed) {
    this.arrows = !this.arrows;
    pressed.setAttribute("aria-pressed", String(this.arrows));
    this.draw();
  }

  // Word and deed, which takes longer to find out than the page to be drawn.
  async ponder() {
    try {
      this.game.deeds = await this.source.deeds();
      this.timeline.fill();
      if (["story", "deeds"].includes(this.tab)) this.fill();
    } catch (error) {
      this.game.deeds ??= { promises: [], stabs: [], moments: [] };
      this.tell("problem", error.message);
    }
  }

  key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || this.dialog.element.open) return;
    if (target.closest("input, textarea, select, [role=tablist]")) return;
    const keys = {
      ArrowLeft: () => this.go(this.at - 1),
      ArrowRight: () => this.go(this.at + 1),
      Home: () => this.go(0),
      End: () => this.go(this.game.phases.length - 1),
    };
    if (!target.closest("button, a, summary")) keys[" "] = () => this.film.toggle();
    Object.keys(TABS).forEach((name, at) => (keys[String(at + 1)] = () => this.go(this.at, name)));
    const act = keys[event.key];
    if (!act || (target.closest(".scroll, pre") && event.key !== " " && !/^[1-9]$/.test(event.key))) return;
    event.preventDefault();
    act();
  }

  tabKey(event) {
    const names = Object.keys(TABS);
    const at = names.indexOf(this.tab);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.go(this.at, names[(next + names.length) % names.length]);
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  // A run that is still played

  changed(document) {
    const last = this.game.phases.length - 1;
    const following = this.at === last;
    const before = this.phase.phase;
    this.game.merge(document);
    this.timeline.fill();
    this.at = following ? this.game.phases.length - 1 : this.game.index.get(before);
    if (this.phase.phase !== before) history.replaceState(null, "", this.address());
    this.tell();
    if (this.phase.phase !== before || document.phases.some((phase) => phase.phase === before)) this.show();
    else if (["summary", "centres", "story"].includes(this.tab)) this.fill();
    if (this.game.phases.length - 1 !== last || this.game.run.finished) this.ponder();
  }

  tell(connection = this.connection, detail = "") {
    this.connection = connection;
    const { finished } = this.game.run;
    this.result.textContent = resultOf(this.game);
    const wrong = failures(this.game);
    this.defaults.classList.toggle("banner", wrong.some((line) => line.className === "idle"));
    replace(this.defaults, wrong);
    const words = { lost: "the server does not answer", problem: detail, connected: finished ? "" : "● live" };
    this.state.textContent = words[connection] ?? "";
    this.state.classList.toggle("live", connection === "connected" && !finished);
  }
}

async function start() {
  chosenTheme();
  const source = openSource();
  const loading = document.querySelector("#loading");
  try {
    const [run, geometry] = await source.load();
    const game = new Game(run, geometry);
    let page = null;
    let connection = ["", ""];
    const begin = () => {
      if (!game.phases.length) return replace(loading, waiting(game, ...connection));
      page = new Page(game, source);
      page.route();
      return page.tell(...connection);
    };
    begin();
    source.watch(run.version, {
      onchange: (change) => {
        if (page) return page.changed(change);
        game.merge(change);
        return begin();
      },
      onstate: (...state) => {
        connection = state;
        return page ? page.tell(...state) : replace(loading, waiting(game, ...state));
      },
    });
  } catch (error) {
    loading?.replaceChildren(`The game cannot be shown: ${error.message} `, around() ?? "");
    throw error;
  }
}

start();
