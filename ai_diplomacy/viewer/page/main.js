// The page: one phase of the game at a time, on the map and in one of seven views beside it.

import { callsPanel } from "./calls.js";
import { curvesPanel } from "./curves.js";
import { CallDialog } from "./dialog.js";
import { h, replace, svg } from "./dom.js";
import { Game, proper } from "./game.js";
import { MapView } from "./map.js";
import { mindPanel } from "./minds.js";
import { badge } from "./names.js";
import { ordersPanel } from "./orders.js";
import { PressPanel } from "./press.js";
import { relationsPanel } from "./relations.js";
import { openSource } from "./source.js";
import { resultOf, summaryPanel } from "./summary.js";
import { inSight, Timeline } from "./timeline.js";

const TABS = { press: "Press", orders: "Orders", minds: "Minds", relations: "Relations", curves: "Centres", calls: "Calls", summary: "Summary" };
const PACE = 1600;

class Page {
  constructor(game, source) {
    this.game = game;
    this.source = source;
    this.at = 0;
    this.tab = "press";
    this.power = game.powers[0];
    this.whole = false;
    this.arrows = true;
    this.dialog = new CallDialog(game, source);
    this.open = (phase, line) => this.dialog.open(phase, line);
    this.press = new PressPanel(game, this.open);
    this.timeline = new Timeline(game);
    this.readout = h("p", { class: "readout", "aria-hidden": "true" });
    this.map = new MapView(game, (text) => (this.readout.textContent = text));
    this.build();
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.key(event));
  }

  get phase() {
    return this.game.phases[this.at];
  }

  build() {
    const { game, source } = this;
    const many = source.live && document.body.dataset.many === "yes";
    this.state = h("span", { class: "state", role: "status" });
    this.result = h("span", { class: "outcome" });
    this.defaults = h("ul", { class: "defaults", "aria-label": "Steps on defaults" });
    this.heading = h("h2", { class: "phase-name", "aria-live": "polite" });
    this.standing = h("ul", { class: "standing", "aria-label": "Centres" });
    this.playing = null;
    this.player = button(icon("play"), "Play", () => this.play());
    this.panel = h("div", { class: "panel", id: "panel", role: "tabpanel", tabindex: "-1" });
    this.tabs = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "Views", onkeydown: (event) => this.tabKey(event) },
      Object.entries(TABS).map(([name, title]) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", data: { tab: name }, onclick: () => this.go(this.at, name) }, title)),
    );
    replace(
      document.body,
      h(
        "header",
        { class: "top" },
        h("div", { class: "titles" }, many ? h("a", { href: "/", class: "back" }, "← all runs") : null, h("h1", {}, game.run.name), this.result, this.state),
        h("button", { type: "button", class: "plain theme", "aria-label": "Light or dark", title: "Light or dark", onclick: switchTheme }, icon("theme")),
      ),
      this.defaults,
      h(
        "nav",
        { class: "time", "aria-label": "Phases" },
        h("div", { class: "steps" }, button(icon("first"), "First phase", () => this.go(0)), button(icon("before"), "Phase before", () => this.go(this.at - 1)), this.player, button(icon("next"), "Next phase", () => this.go(this.at + 1)), button(icon("last"), "Last phase", () => this.go(this.game.phases.length - 1))),
        h("div", { class: "row" }, this.timeline.element),
      ),
      h(
        "main",
        {},
        h(
          "section",
          { class: "board", "aria-label": "Map" },
          h("div", { class: "caption" }, this.heading, this.standing),
          h(
            "div",
            { class: "sheet" },
            this.map.element,
            this.readout,
            h(
              "div",
              { class: "zoom" },
              button("+", "Closer", () => this.map.zoom(1 / 1.4)),
              button("−", "Farther", () => this.map.zoom(1.4)),
              button(icon("whole"), "Whole map", () => this.map.look(this.map.home)),
              h("button", { type: "button", class: "plain", "aria-pressed": "true", "aria-label": "Orders on the map", title: "Orders on the map", onclick: (event) => this.showArrows(event.currentTarget) }, icon("arrow")),
            ),
          ),
          legend(),
        ),
        h("section", { class: "side", "aria-label": "The phase in detail" }, this.tabs, this.panel),
      ),
      h("footer", { class: "keys" }, key("←"), key("→"), " step ", key("space"), " play ", key("Home"), key("End"), " ends ", key("1"), "–", key("7"), " views"),
      this.dialog.element,
    );
    this.tell();
  }

  // Where the page is, and going elsewhere: everything is in the address, so that a link leads to the same view.

  route() {
    const [name, tab, power] = decodeURIComponent(location.hash.slice(1)).split("/");
    const known = this.game.index.get(name);
    if (tab && TABS[tab]) this.tab = tab;
    if (power && this.game.powers.includes(power)) this.power = power;
    this.at = known ?? (this.game.run.finished ? 0 : this.game.phases.length - 1);
    this.show();
  }

  go(at, tab = this.tab, power = this.power) {
    const phase = this.game.phases[Math.min(Math.max(at, 0), this.game.phases.length - 1)];
    const hash = `#${phase.phase}/${tab}${tab === "minds" ? `/${power}` : ""}`;
    if (hash === location.hash) return;
    history.replaceState(null, "", hash);
    this.route();
  }

  show() {
    const { game, phase } = this;
    const [season, kind] = phase.title.split(": ");
    replace(this.heading, season, kind ? h("span", { class: "kind" }, kind) : null, h("span", { class: "code" }, phase.phase));
    document.title = `${phase.phase} · ${game.run.name}`;
    replace(
      this.standing,
      game.powers
        .map((power) => [power, phase.centers[power]?.length ?? 0])
        .sort((one, other) => other[1] - one[1])
        .map(([power, centers]) => h("li", { class: centers ? "" : "out", title: proper(power), data: { power, centers } }, badge(game, power), h("span", { class: "hidden" }, proper(power)), String(centers))),
    );
    this.map.show(phase, this.arrows);
    this.timeline.show(phase, this.tab);
    for (const tab of this.tabs.children) {
      const chosen = tab.dataset.tab === this.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) inSight(this.tabs, tab);
    }
    this.panel.setAttribute("aria-labelledby", `tab-${this.tab}`);
    this.fill();
  }

  fill() {
    const { game, phase } = this;
    const panels = {
      press: () => this.press.show(phase),
      orders: () => ordersPanel(game, phase, this.open),
      minds: () => mindPanel(game, phase, this.power, this.open, (power) => this.choose(power)),
      relations: () => relationsPanel(game, phase),
      curves: () => curvesPanel(game, phase),
      calls: () => callsPanel(game, phase, this.whole, this.open, (whole) => this.scope(whole)),
      summary: () => summaryPanel(game, this.source),
    };
    replace(this.panel, panels[this.tab]());
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
    this.map.show(this.phase, this.arrows);
  }

  // Playing

  play() {
    if (this.playing) return this.pause();
    if (this.at === this.game.phases.length - 1) this.go(0);
    this.playing = setInterval(() => (this.at < this.game.phases.length - 1 ? this.go(this.at + 1) : this.pause()), PACE);
    this.player.replaceChildren(icon("pause"));
    this.player.setAttribute("aria-label", "Pause");
    return undefined;
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.player.replaceChildren(icon("play"));
    this.player.setAttribute("aria-label", "Play");
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
    if (!target.closest("button, a, summary")) keys[" "] = () => this.play();
    Object.keys(TABS).forEach((name, at) => (keys[String(at + 1)] = () => this.go(this.at, name)));
    const act = keys[event.key];
    if (!act || (target.closest(".scroll, pre") && event.key !== " " && !/^[1-7]$/.test(event.key))) return;
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
    if (this.game.phases.length - 1 !== last) this.timeline.fill();
    this.at = following ? this.game.phases.length - 1 : this.game.index.get(before);
    if (this.phase.phase !== before) history.replaceState(null, "", `#${this.phase.phase}/${this.tab}${this.tab === "minds" ? `/${this.power}` : ""}`);
    this.tell();
    if (this.phase.phase !== before || document.phases.some((phase) => phase.phase === before)) this.show();
    else if (["summary", "curves"].includes(this.tab)) this.fill();
  }

  tell(connection = this.connection, detail = "") {
    this.connection = connection;
    const { finished } = this.game.run;
    this.result.textContent = resultOf(this.game);
    replace(this.defaults, this.game.figures.defaults.map((seat) => h("li", { class: seat.mostly ? "idle" : "" }, `${proper(seat.power)} (${seat.model})${seat.mostly ? " did not play" : ""}: ${seat.defaulted} of ${seat.steps} steps on defaults, most often: ${seat.reason}`)));
    const words = { lost: "the server does not answer", problem: detail, connected: finished ? "" : "● live" };
    this.state.textContent = words[connection] ?? "";
    this.state.classList.toggle("live", connection === "connected" && !finished);
  }
}

function button(sign, name, act) {
  return h("button", { type: "button", class: "plain", "aria-label": name, title: name, onclick: act }, sign);
}

// Drawn, because fonts differ in what signs they have.
const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z",
  before: "M10 3L5 8l5 5",
  play: "M5 3l8 5l-8 5z",
  pause: "M5 3v10M11 3v10",
  next: "M6 3l5 5l-5 5",
  last: "M13 3v10M3 3l7 5l-7 5z",
  whole: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  arrow: "M3 13L12 4M6.500 4H12v5.500",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
};

function icon(name) {
  const filled = ["first", "play", "last"].includes(name);
  return svg("svg", { class: `icon${filled ? " filled" : ""}${name === "theme" ? " theme" : ""}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

function key(name) {
  return h("kbd", {}, name);
}

function legend() {
  const entries = { move: "move", support: "support", convoy: "convoy", failed: "failed" };
  return h("ul", { class: "legend strokes", "aria-label": "Lines on the map" }, Object.entries(entries).map(([name, word]) => h("li", {}, h("span", { class: `stroke ${name}`, "aria-hidden": "true" }), word)), h("li", {}, h("span", { class: "shape round", "aria-hidden": "true" }), "army"), h("li", {}, h("span", { class: "shape hull", "aria-hidden": "true" }), "fleet"));
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // A file that was opened without a server may have no storage.
  }
}

async function start() {
  try {
    const theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // As above.
  }
  const source = openSource();
  try {
    const [run, geometry] = await source.load();
    const game = new Game(run, geometry);
    let page = null;
    const begin = () => {
      if (!game.phases.length) return document.querySelector("#loading").replaceChildren("The game is about to begin…");
      page = new Page(game, source);
      return page.route();
    };
    begin();
    source.watch(run.version, {
      onchange: (change) => {
        if (page) return page.changed(change);
        game.merge(change);
        return begin();
      },
      onstate: (state, detail) => page?.tell(state, detail),
    });
  } catch (error) {
    document.querySelector("#loading")?.replaceChildren(`The game cannot be shown: ${error.message}`);
    throw error;
  }
}

start();
