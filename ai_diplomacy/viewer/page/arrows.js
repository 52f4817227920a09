// Orders as the atlas draws them: a solid arrow for a move, a broken one for a move that failed, dots for supports, waves
// of dashes for convoys, rings for builds.

import { svg } from "./dom.js";
import { apart, parsed } from "./game.js";
import { inWords } from "./words.js";

// `only`: the powers whose orders are drawn; an empty set for all.
export function drawnOrders(game, phase, orders, results, only) {
  const side = game.geometry.unit;
  const all = [];
  for (const [power, texts] of Object.entries(orders)) {
    const filled = phase.last("orders_submitted", power)?.defaults ?? [];
    for (const text of texts) all.push({ power, order: parsed(text), failed: results[parsed(text).unit] ?? [], filled: filled.includes(text) });
  }
  const routes = new Map();
  for (const { order } of all) {
    if (order.kind === "move") routes.set(order.unit, bowed(spot(game, order.unit), spot(game, order.target, true), side));
  }
  const layers = { hold: [], support: [], convoy: [], move: [], retreat: [], build: [], disband: [], waive: [] };
  for (const each of all) {
    if (only.size && !only.has(each.power)) continue;
    const drawn = drawOrder(game, side, each, routes);
    if (drawn.length) layers[each.order.kind].push(group(game, each, drawn, results));
  }
  return Object.values(layers).flat();
}

function group(game, { power, order, failed, filled }, drawn, results) {
  return svg(
    "g",
    { class: `order ${order.kind}${failed.length ? " failed" : ""}${filled ? " filled" : ""}`, power: game.colour(power), data: { power, order: order.text } },
    svg("title", {}, `${inWords(game, power, order.text, results)}${filled ? ", by default" : ""}`),
    drawn,
  );
}

function drawOrder(game, side, { order, failed }, routes) {
  const at = order.unit && spot(game, order.unit);
  switch (order.kind) {
    case "move": {
      const route = routes.get(order.unit);
      return [...line(route, side), tip(route, side), ...mark(route.at(0.58), side, failed)];
    }
    case "retreat": {
      const place = game.place(order.unit.slice(2));
      const route = bowed(apart(place, side), spot(game, order.target, true), side);
      return [...line(route, side), tip(route, side), ...mark(route.at(0.58), side, failed)];
    }
    case "support":
    case "convoy": {
      const route = routes.get(order.other);
      const meets = order.target && route ? route.at(0.5) : spot(game, order.target ?? order.other, true);
      const leg = straight(at, meets, side * 0.55, order.target && route ? 0 : side * 0.6);
      return [...line(leg, side), svg("circle", { class: "joint", cx: leg.to[0], cy: leg.to[1], r: side * 0.12 }), ...mark(leg.at(0.5), side, failed)];
    }
    case "build":
      return [
        svg("circle", { class: "ring", cx: at[0], cy: at[1], r: side * 0.72 }),
        svg("g", { transform: `translate(${at[0]} ${at[1]})` },
          svg("text", { class: "plus", "font-size": side * 0.62 }, `+${order.unit[0]}`)),
      ];
    case "hold":
      return failed.length ? mark([at[0] + side * 0.55, at[1] - side * 0.5], side, failed) : [svg("path", { class: "bar", d: `M${at[0] - side * 0.4} ${at[1] + side * 0.66}h${side * 0.8}` })];
    default:
      return [];
  }
}

function spot(game, place, bare = false) {
  return game.place(bare ? place.replace(/^[AF] /, "") : place.slice(2)).unit;
}

// A line with a light edge, so that it stands out on land and sea alike.
function line(route, side) {
  return [
    svg("path", { class: "casing", d: route.d, "stroke-width": side * 0.27 }),
    svg("path", { class: "shaft", d: route.d, "stroke-width": side * 0.15 }),
  ];
}

function tip(route, side) {
  const [x, y] = route.to;
  const turn = (Math.atan2(y - route.near[1], x - route.near[0]) * 180) / Math.PI;
  const size = side * 0.4;
  return svg("path", { class: "tip", d: `M0 0L${-size * 1.25} ${-size * 0.72}L${-size * 0.95} 0L${-size * 1.25} ${size * 0.72}Z`, transform: `translate(${x} ${y}) rotate(${turn})` });
}

function mark([x, y], side, failed) {
  if (!failed.length) return [];
  const arm = side * 0.14;
  return [
    svg("g", { class: "mark", transform: `translate(${x} ${y})` },
      svg("circle", { r: side * 0.3 }),
      svg("path", { d: `M${-arm} ${-arm}L${arm} ${arm}M${arm} ${-arm}L${-arm} ${arm}`, "stroke-width": side * 0.09 })),
  ];
}

// A slight bow keeps two units that change places apart.
function bowed(from, to, side) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const bow = Math.min(length * 0.12, side * 0.9);
  const middle = [(from[0] + to[0]) / 2 - (dy / length) * bow, (from[1] + to[1]) / 2 + (dx / length) * bow];
  const start = toward(from, middle, side * 0.56);
  const end = toward(to, middle, side * 0.62);
  return {
    from: start,
    to: end,
    near: middle,
    d: `M${round(start)}Q${round(middle)} ${round(end)}`,
    at: (t) => [0, 1].map((i) => (1 - t) ** 2 * start[i] + 2 * (1 - t) * t * middle[i] + t ** 2 * end[i]),
  };
}

function straight(from, to, before, after) {
  const start = toward(from, to, before);
  const end = toward(to, from, after);
  return { from: start, to: end, near: start, d: `M${round(start)}L${round(end)}`, at: (t) => [0, 1].map((i) => start[i] + (end[i] - start[i]) * t) };
}

function toward(from, to, distance) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const part = Math.min(distance, length * 0.45) / length;
  return [from[0] + dx * part, from[1] + dy * part];
}

function round(point) {
  return point.map((value) => value.toFixed(1)).join(" ");
}
