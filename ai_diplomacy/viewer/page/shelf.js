// The games of a library as they are filtered and sorted; all of it is in the address, so that a link leads to the same list.

import { Cast } from "./cast.js";

export const STATES = { playing: "playing", stopped: "stopped", ended: "ended", imported: "imported" };

// What the list can be sorted by: its title, what is compared (null: not known, always last), and whether it begins with the most.
export const ORDERS = {
  game: { title: "Game", of: (game) => game.at, most: false },
  begun: { title: "Begun", of: (game) => game.begun, most: true },
  state: { title: "State", of: (game) => Object.keys(STATES).indexOf(game.state), most: false },
  result: { title: "Result", of: (game) => best(game), most: true },
  stabs: { title: "Stabs", of: (game) => game.counts.broken_on_purpose, most: true },
  failures: { title: "Failures", of: (game) => game.defaulted, most: true },
  cost: { title: "Cost", of: (game) => game.cost, most: true },
  length: { title: "Length", of: (game) => game.years, most: true },
};
export const FILTERS = ["q", "folder", "player", "power", "winner", "state"];
const FIRST = "begun";

export class Shelf {
  constructor(document) {
    Object.assign(this, document);
    this.games.forEach((game, at) => {
      game.at = at;
      game.folder = game.name.includes("/") ? game.name.slice(0, game.name.lastIndexOf("/")) : "";
      game.winners = game.seats.filter((seat) => game.first.includes(seat.power));
      game.text = [game.name, game.phase, game.state, game.forked, ...game.seats.flatMap((seat) => [seat.player, seat.model, seat.power])].join("\n").toLowerCase();
    });
    this.players = sorted(this.games.flatMap((game) => game.seats.map((seat) => seat.player)));
    this.powers = sorted(this.games.flatMap((game) => game.seats.map((seat) => seat.power)));
    this.folders = sorted(this.games.map((game) => game.folder));
    this.casts = new Map();
  }

  // Names and colours of the powers of a game, whatever its map.
  cast(game) {
    const key = game.seats.map((seat) => seat.power).join();
    if (!this.casts.has(key)) this.casts.set(key, new Cast().cast(game.seats.map((seat) => seat.power), this.players));
    return this.casts.get(key);
  }

  // `wanted`: of each filter what it lets through; an empty one lets everything through.
  chosen(wanted) {
    const words = (wanted.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const sits = (seat) => (!wanted.player || seat.player === wanted.player) && (!wanted.power || seat.power === wanted.power);
    const found = this.games.filter(
      (game) =>
        words.every((word) => game.text.includes(word)) &&
        (!wanted.folder || game.folder === wanted.folder || game.folder.startsWith(`${wanted.folder}/`)) &&
        (!(wanted.player || wanted.power) || game.seats.some(sits)) &&
        (!wanted.winner || game.winners.some((seat) => seat.player === wanted.winner)) &&
        (!wanted.state || game.state === wanted.state),
    );
    const { of } = ORDERS[wanted.sort];
    const sign = wanted.down ? -1 : 1;
    return found.sort((one, other) => unknownLast(of(one), of(other)) ?? (sign * (of(one) - of(other)) || one.at - other.at));
  }
}

export function fromAddress(hash) {
  const told = new URLSearchParams(hash.replace(/^#/, ""));
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, told.get(name) ?? ""]));
  const sort = told.get("sort") ?? "";
  wanted.sort = Object.hasOwn(ORDERS, sort) ? sort : FIRST;
  wanted.down = told.has("order") ? told.get("order") === "down" : ORDERS[wanted.sort].most;
  return wanted;
}

export function toAddress(wanted) {
  const told = new URLSearchParams(FILTERS.filter((name) => wanted[name]).map((name) => [name, wanted[name]]));
  if (wanted.sort !== FIRST || wanted.down !== ORDERS[FIRST].most) {
    told.set("sort", wanted.sort);
    if (wanted.down !== ORDERS[wanted.sort].most) told.set("order", wanted.down ? "down" : "up");
  }
  return `#${told}`;
}

function best(game) {
  const [seat] = game.winners;
  return seat ? seat.centers : null;
}

function unknownLast(one, other) {
  const [no, none] = [one ?? null, other ?? null].map((value) => value === null);
  if (no && none) return null;
  return no ? 1 : none ? -1 : null;
}

function sorted(names) {
  return [...new Set(names)].filter(Boolean).sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}
