// Tournaments and examinations as cards beside the games.

import { count, dollars, h } from "./dom.js";

const SHOWN = 6;

export function tournamentCard(shelf, tournament, onlook) {
  const games = tournament.below ? shelf.games.filter((game) => game.name.startsWith(`${tournament.below}/`)) : shelf.games;
  const ended = games.filter((game) => game.state === "ended");
  const playing = games.filter((game) => game.state === "playing").length;
  const stopped = games.filter((game) => game.state === "stopped").length;
  const agreed = tournament.games ?? games.length;
  const waiting = agreed - games.length;
  const words = [`${ended.length} of ${agreed} games ended`, playing ? `${playing} playing` : "", stopped ? `${stopped} stopped` : "", waiting > 0 ? `${waiting} not begun` : ""].filter(Boolean).join(", ");
  const cast = games.length ? shelf.cast(games[0]) : null;
  const table = standing(ended);
  return h(
    "article",
    { class: "card shelved", data: { tournament: tournament.name } },
    h("header", {}, h("h3", {}, tournament.name), tournament.schedule ? h("span", { class: "quiet" }, tournament.schedule.replaceAll("_", " ")) : null),
    h("div", { class: "progress" }, h("progress", { max: agreed || 1, value: ended.length, "aria-label": words }), h("p", { class: "quiet" }, words)),
    table.length
      ? h(
          "table",
          { class: "numbers", "aria-label": `Standing of ${tournament.name}` },
          h("thead", {}, h("tr", {}, ["Player", "Seats", "Centres", "First"].map((title) => h("th", { scope: "col" }, title)))),
          h("tbody", {}, table.slice(0, SHOWN).map((seat) => h("tr", {}, h("th", { scope: "row", title: seat.player }, cast.short(seat.player)), h("td", {}, String(seat.seats)), h("td", {}, seat.mean.toFixed(2)), h("td", {}, String(seat.first))))),
        )
      : h("p", { class: "quiet" }, `No game has ended yet. Players: ${tournament.players.join(", ")}.`),
    table.length > SHOWN ? h("p", { class: "quiet" }, `and ${table.length - SHOWN} more players`) : null,
    table.length ? h("p", { class: "quiet" }, "Mean of the centres at the end, and games in which it was first, alone or with others. What may be concluded says the report.") : null,
    h("p", { class: "ways" }, h("a", { href: onlook(tournament) }, "its games"), Object.hasOwn(shelf.reports, tournament.below) ? h("a", { href: shelf.reports[tournament.below] }, "its report") : null),
  );
}

export function examCard(exam) {
  const share = (value) => (value === null || value === undefined ? "unknown" : `${(100 * value).toFixed(1)} %`);
  const percent = (value) => value.toFixed(1);
  const { regret } = exam;
  const facts = regret
    ? [
        ["regret", `${percent(regret.mean)} % of what was at stake [${percent(regret.low)}, ${percent(regret.high)}]`],
        ["legal at once", share(exam.legal)],
        ["positions", `${count(exam.positions)}, without a usable reply ${count(exam.unusable)}`],
        ["cost", dollars(exam.cost)],
      ]
    : [["positions", count(exam.positions)]];
  return h(
    "article",
    { class: "card shelved", data: { exam: exam.name } },
    h("header", {}, h("h3", {}, exam.exam), h("span", { class: "quiet" }, exam.name)),
    h("dl", { class: "facts" }, facts.map(([name, told]) => [h("dt", {}, name), h("dd", {}, told)])),
    h("p", { class: "quiet" }, regret ? `Bank ${exam.bank}; in brackets 95 % of what chance allows.` : exam.state === "playing" ? "Being examined: there is no card yet." : "It was stopped before its end: there is no card."),
    exam.card ? h("p", { class: "ways" }, h("a", { href: exam.address }, "its card")) : null,
  );
}

// The mean of the centres of each player over the games that have ended, most first.
function standing(games) {
  const players = new Map();
  for (const game of games) {
    for (const seat of game.seats) {
      if (seat.centers === null) continue;
      const sums = players.get(seat.player) ?? { player: seat.player, seats: 0, centers: 0, first: 0 };
      sums.seats += 1;
      sums.centers += seat.centers;
      sums.first += game.first.includes(seat.power);
      players.set(seat.player, sums);
    }
  }
  return [...players.values()].map((sums) => ({ ...sums, mean: sums.centers / sums.seats })).sort((one, other) => other.mean - one.mean || one.player.localeCompare(other.player));
}
