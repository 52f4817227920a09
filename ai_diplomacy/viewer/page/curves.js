// Centres by year, a line a power, with the phase that is shown marked.

import { h, svg } from "./dom.js";
import { proper, year } from "./game.js";
import { badge, named } from "./names.js";

const WIDE = 640;
const HIGH = 340;
const EDGE = { left: 34, right: 96, top: 14, bottom: 30 };
const DASHES = ["", "9 4", "3 4", "12 3 3 3", "6 3", "2 3", "14 5"];

export function curvesPanel(game, phase) {
  const points = game.curve();
  const most = 1 + Math.max(6, ...points.flatMap((point) => Object.values(point.counts)));
  const victory = game.geometry.victory;
  const [first, last] = [points[0].year, Math.max(points.at(-1).year, points[0].year + 1)];
  const x = (at) => EDGE.left + ((at - first) / (last - first)) * (WIDE - EDGE.left - EDGE.right);
  const y = (count) => HIGH - EDGE.bottom - (count / most) * (HIGH - EDGE.top - EDGE.bottom);
  const tags = spread(game.powers.map((power) => ({ power, y: y(points.at(-1).counts[power]) })));
  const step = Math.max(1, Math.ceil((last - first) / 8));
  const now = x(Math.min(last, year(phase.phase) - (phase.phase.startsWith("W") ? 0 : 0.5)));
  return [
    h(
      "figure",
      { class: "curves" },
      svg(
        "svg",
        { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `Supply centres by year; the numbers are in the table below` },
        range(0, most, most > 12 ? 4 : 2).map((count) => [
          svg("path", { class: "grid", d: `M${EDGE.left} ${y(count)}H${WIDE - EDGE.right}` }),
          svg("text", { class: "axis", x: EDGE.left - 8, y: y(count), "text-anchor": "end" }, String(count)),
        ]),
        victory <= most
          ? [
              svg("path", { class: "victory", d: `M${EDGE.left} ${y(victory)}H${WIDE - EDGE.right}` }),
              svg("text", { class: "axis", x: EDGE.left + 4, y: y(victory) + 9 }, `${victory} win alone`),
            ]
          : null,
        range(first, last, step).map((at) => svg("text", { class: "axis", x: x(at), y: HIGH - 10, "text-anchor": "middle" }, at === points[0].year ? "start" : String(at))),
        svg("path", { class: "now", d: `M${now} ${EDGE.top}V${HIGH - EDGE.bottom}` }),
        game.powers.map((power, at) =>
          svg("path", {
            class: "curve",
            power: game.colour(power),
            "stroke-dasharray": DASHES[at % DASHES.length],
            d: points.map((point, i) => `${i ? "L" : "M"}${x(point.year).toFixed(1)} ${y(point.counts[power]).toFixed(1)}`).join(""),
          }),
        ),
        tags.map(({ power, at }) =>
          svg("text", { class: "tag", x: WIDE - EDGE.right + 8, y: at, power: game.colour(power) }, `${points.at(-1).counts[power]}  ${proper(power)}`),
        ),
      ),
    ),
    table(game, points),
  ];
}

function table(game, points) {
  const numbers = h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of centres by year" },
    h(
      "table",
      { class: "numbers" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Year"), game.powers.map((power) => h("th", { scope: "col", title: proper(power) }, badge(game, power), h("span", { class: "hidden" }, proper(power)))))),
      h(
        "tbody",
        {},
        points.map((point, at) => h("tr", {}, h("th", { scope: "row" }, at ? String(point.year) : "start"), game.powers.map((power) => h("td", { class: point.counts[power] ? "" : "quiet" }, String(point.counts[power]))))),
      ),
    ),
  );
  return [numbers, h("p", { class: "legend" }, game.powers.map((power) => named(game, power)))];
}

// Moves names apart that would lie on each other.
function spread(tags) {
  const room = 15;
  const sorted = [...tags].sort((one, other) => one.y - other.y);
  let last = -Infinity;
  for (const tag of sorted) {
    tag.at = Math.max(tag.y, last + room);
    last = tag.at;
  }
  const over = last - (HIGH - EDGE.bottom + 6);
  if (over > 0) {
    let next = Infinity;
    for (const tag of sorted.reverse()) {
      tag.at = Math.min(tag.at, next - room, HIGH - EDGE.bottom + 6);
      next = tag.at;
    }
  }
  return tags;
}

function range(from, to, step) {
  const made = [];
  for (let at = from; at <= to; at += step) made.push(at);
  return made;
}
