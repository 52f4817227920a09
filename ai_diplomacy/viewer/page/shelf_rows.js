// The table of games: who sat where and with how many centres it ended, who won, and what it took.

import { dollars, h } from "./dom.js";
import { proper } from "./game.js";
import { badge, listed } from "./names.js";
import { ORDERS, STATES } from "./shelf.js";

const COLUMNS = ["game", "begun", "state", null, "result", "stabs", "failures", "cost", "length"];

export function gamesTable(shelf, games, wanted, onsort) {
  return h(
    "table",
    { class: "games", role: "table", "aria-label": "Games" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, COLUMNS.map((name) => head(name, wanted, onsort)))),
    h("tbody", { role: "rowgroup" }, games.map((game) => row(shelf, game))),
  );
}

function head(name, wanted, onsort) {
  if (!name) return h("th", { scope: "col", role: "columnheader" }, "Seats");
  const chosen = wanted.sort === name;
  const order = chosen ? (wanted.down ? "descending" : "ascending") : null;
  return h(
    "th",
    { scope: "col", role: "columnheader", class: `told-${name}`, "aria-sort": order },
    h("button", { type: "button", data: { sort: name }, onclick: () => onsort(name) }, ORDERS[name].title, h("span", { class: "sign", "aria-hidden": "true" }, chosen ? (wanted.down ? "▾" : "▴") : "")),
  );
}

function row(shelf, game) {
  const cast = shelf.cast(game);
  const cell = (name, ...children) => h("td", { role: "cell", class: `told-${name}` }, h("span", { class: "label", "aria-hidden": "true" }, ORDERS[name].title), ...children);
  return h(
    "tr",
    { role: "row", data: { game: game.name } },
    h("th", { scope: "row", role: "rowheader", class: "told-game" }, h("a", { href: game.address }, game.name.slice(game.folder ? game.folder.length + 1 : 0)), game.folder ? h("span", { class: "quiet folder" }, game.folder) : null, game.forked ? h("span", { class: "quiet" }, `fork of ${game.forked}`) : null),
    cell("begun", begun(game.begun)),
    cell("state", h("span", { class: `mark ${game.state}` }, STATES[game.state])),
    h("td", { role: "cell", class: "seated" }, h("ul", { class: "lineup" }, game.seats.map((seat) => place(cast, game, seat)))),
    cell("result", result(cast, game)),
    cell("stabs", figure(game.counts.broken_on_purpose, promises(game.counts))),
    cell("failures", failures(game)),
    cell("cost", unknown(game.cost, dollars)),
    cell("length", h("b", {}, game.years === null ? "unknown" : `${game.years} ${game.years === 1 ? "year" : "years"}`), h("span", { class: "quiet" }, game.phase)),
  );
}

function place(cast, game, seat) {
  const first = game.first.includes(seat.power);
  const centers = seat.centers === null ? "centres unknown" : `${seat.centers} ${seat.centers === 1 ? "centre" : "centres"}`;
  const full = seat.player === seat.model ? seat.model : `${seat.player}, ${seat.model}`;
  return h(
    "li",
    { class: `${first ? "best" : ""}${seat.centers === 0 ? " out" : ""}`, power: cast.colour(seat.power), title: `${proper(seat.power)}: ${full}, ${centers}`, data: { power: seat.power } },
    badge(cast, seat.power),
    h("span", { class: "hidden" }, proper(seat.power)),
    h("b", {}, seat.centers === null ? "?" : String(seat.centers)),
    h("span", { class: "player" }, cast.short(seat.player)),
  );
}

function result(cast, game) {
  if (!game.winners.length) return h("span", { class: "quiet" }, "unknown");
  const names = listed(game.winners.map((seat) => seat.power));
  const won = ["solo", "last_power"].includes(game.outcome);
  const words = won ? "wins alone" : game.outcome === "draw" ? "draw" : game.outcome ? "leads at the end" : "leads so far";
  return [h("b", {}, game.winners.length > 3 ? `${game.winners.length} powers` : names), h("span", { class: "quiet", title: names }, `${game.winners.length > 1 ? words.replace("leads", "lead") : words}${won || game.outcome === "draw" ? "" : `, ${game.winners[0].centers}`}`)];
}

function promises({ pledges_broken: broken, broken_on_purpose: meant, confessed_breaches: confessed }) {
  return [`promises broken: ${broken ?? "unknown"} (one a reader)`, `meant: ${meant ?? "unknown"}`, `breaches that notes announced: ${confessed ?? "unknown"}`].join("; ");
}

function failures(game) {
  const { failed_calls: failed, calls } = game.counts;
  const title = `steps on defaults: ${game.defaulted ?? "unknown"} of ${game.steps ?? "unknown"}; calls that failed: ${failed ?? "unknown"} of ${calls ?? "unknown"}`;
  const idle = game.idle.length ? h("span", { class: "warn" }, `${listed(game.idle)} did not play`) : null;
  return [figure(game.defaulted, title, game.idle.length), game.defaulted ? h("span", { class: "quiet" }, `of ${game.steps.toLocaleString("en")} steps`) : null, idle];
}

function figure(value, title, warn = false) {
  return h("b", { title, class: `${warn ? "warn" : ""}${value ? "" : " none"}` }, unknown(value, (known) => known.toLocaleString("en")));
}

function unknown(value, shown) {
  return value === null || value === undefined ? h("span", { class: "quiet" }, "unknown") : shown(value);
}

function begun(seconds) {
  if (seconds === null) return h("span", { class: "quiet" }, "unknown");
  const [day, time] = new Date(seconds * 1000).toISOString().split("T");
  return h("time", { datetime: `${day}T${time}`, title: "UTC" }, day, h("span", { class: "quiet" }, time.slice(0, 5)));
}
