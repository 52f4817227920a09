// The map of one phase: who owns what, where the units stand, and what they were ordered to do.

import { svg } from "./dom.js";
import { apart, parsed, proper } from "./game.js";
import { drawnOrders } from "./arrows.js";
import { Labels } from "./labels.js";
import { performed } from "./motion.js";
import { inWords } from "./words.js";

const READABLE = 9.5;

export class MapView {
  // `ontell`: told in words what the pointer is at; `onpick`: told of a province that was chosen.
  constructor(game, { ontell, onpick }) {
    this.game = game;
    Object.assign(this, { ontell, onpick });
    const { unit } = game.geometry;
    const size = (this.home = cropped(game.geometry));
    this.box = [...size];
    this.moving = [];
    this.scale = 0;
    this.provinces = new Map();
    this.centers = new Map();
    this.land = svg("g", { class: "provinces" });
    this.names = new Labels(game, size);
    this.places = svg("g", { class: "labels", "aria-hidden": "true" }, this.names.element);
    this.orders = svg("g", { class: "orders" });
    this.units = svg("g", { class: "units" });
    this.element = svg(
      "svg",
      { class: "map", viewBox: size.join(" "), role: "img", "aria-label": "Map", preserveAspectRatio: "xMidYMid meet" },
      svg("rect", { class: "ocean", x: size[0], y: size[1], width: size[2], height: size[3] }),
      this.land,
      this.places,
      this.orders,
      this.units,
    );
    this.element.style.setProperty("--unit", String(unit));
    this.drawProvinces();
    this.listen();
  }

  drawProvinces() {
    const { geometry } = this.game;
    const side = geometry.unit;
    for (const shape of geometry.scenery) this.land.append(svg("path", { class: "scenery", d: shape }));
    for (const kind of ["sea", "coast", "land"]) {
      for (const [name, province] of Object.entries(geometry.provinces)) {
        if (province.kind !== kind) continue;
        const title = svg("title");
        const path = svg("path", { class: `province ${kind === "sea" ? "sea" : "ground"}`, d: province.shape, data: { province: name } }, title);
        this.provinces.set(name, { path, title });
        this.land.append(path);
      }
    }
    for (const [name, province] of Object.entries(geometry.provinces)) {
      if (province.center) {
        const [x, y] = province.center;
        const letter = svg("text", { x, y, "font-size": side * 0.36 });
        const mark = svg("g", { class: "center" }, svg("circle", { cx: x, cy: y, r: side * 0.26 }), letter);
        this.centers.set(name, { mark, letter });
        this.places.append(mark);
      }
    }
  }

  // Draws a phase with the orders of some powers; an empty set stands for all, nothing for none.
  show(phase, only = new Set()) {
    const { game } = this;
    this.still();
    const owner = {};
    for (const [power, centers] of Object.entries(phase.centers)) for (const center of centers) owner[center] = power;
    const holder = {};
    for (const [power, units] of Object.entries(phase.units)) for (const unit of units) holder[unit.slice(2).split("/")[0]] = [power, unit];
    for (const [name, { path, title }] of this.provinces) {
      const power = owner[name];
      const sea = game.geometry.provinces[name].kind === "sea";
      const tinted = power ?? (sea ? undefined : holder[name]?.[0]);
      path.classList.toggle("owned", Boolean(power));
      path.classList.toggle("held", Boolean(tinted) && !power);
      if (tinted) path.style.setProperty("--power", game.colour(tinted));
      if (power) path.dataset.owner = power;
      else delete path.dataset.owner;
      title.textContent = this.about(name, power, holder[name]);
    }
    for (const [name, { mark, letter }] of this.centers) {
      const power = owner[name];
      mark.classList.toggle("owned", Boolean(power));
      if (power) {
        mark.style.setProperty("--power", game.colour(power));
        mark.style.setProperty("--ink", game.ink(power));
      }
      letter.textContent = power ? game.letter(power) : "";
    }
    const { orders } = phase;
    const results = phase.outcome?.results ?? {};
    this.units.replaceChildren(...this.unitsOf(phase, orders));
    this.orders.replaceChildren(...(only ? drawnOrders(game, phase, orders, results, only) : []));
    this.element.setAttribute("aria-label", `Map of ${phase.title}`);
  }

  unitsOf(phase, orders) {
    const drawn = [];
    const results = phase.outcome?.results ?? {};
    const given = new Map();
    for (const [power, texts] of Object.entries(orders)) for (const text of texts) given.set(`${power} ${parsed(text).unit}`, text);
    const told = (power, unit, dislodged) => {
      const text = given.get(`${power} ${unit}`);
      const words = text ? inWords(this.game, power, text, results) : `${proper(power)}’s ${this.game.unitName(unit)}`;
      return this.unit(power, unit, dislodged, Boolean(text) && parsed(text).kind === "disband", words);
    };
    for (const [power, units] of Object.entries(phase.units)) for (const unit of units) drawn.push(told(power, unit, false));
    for (const [power, units] of Object.entries(phase.dislodged)) for (const unit of units) drawn.push(told(power, unit, true));
    return drawn;
  }

  unit(power, unit, dislodged, leaving, words) {
    const { game } = this;
    const side = game.geometry.unit;
    const place = game.place(unit.slice(2));
    const [x, y] = dislodged ? apart(place, side) : place.unit;
    const name = `${words}${dislodged ? ", dislodged" : ""}`;
    return svg(
      "g",
      {
        class: `unit${dislodged ? " dislodged" : ""}${leaving ? " leaving" : ""}`,
        transform: `translate(${x} ${y})`,
        power: game.colour(power),
        data: { power, unit, dislodged: String(dislodged) },
      },
      svg("title", {}, name),
      unit.startsWith("F") ? hull(side) : svg("circle", { r: side * 0.5, class: "token" }),
      svg("text", { y: side * (unit.startsWith("F") ? 0.02 : 0), "font-size": side * 0.6, fill: game.ink(power) }, game.letter(power)),
      leaving ? svg("path", { class: "cross", d: `M${-side * 0.5} ${-side * 0.5}L${side * 0.5} ${side * 0.5}M${side * 0.5} ${-side * 0.5}L${-side * 0.5} ${side * 0.5}` }) : null,
    );
  }

  about(name, owner, standing) {
    const province = this.game.geometry.provinces[name];
    const parts = [`${province.name} (${name})`];
    if (province.center) parts.push(owner ? `centre of ${proper(owner)}` : "neutral centre");
    if (standing) parts.push(`${proper(standing[0])}’s ${standing[1].startsWith("F") ? "fleet" : "army"}`);
    return parts.join(" · ");
  }

  // Its orders done before the eyes; `still` ends that.
  perform(phase, wait, span) {
    this.still();
    this.moving = performed(this.game, phase, [...this.units.children], wait, span);
  }

  still() {
    for (const each of this.moving) each.cancel();
    this.moving = [];
  }

  // One order stands out among the others; without one, none does.
  light(text) {
    this.orders.classList.toggle("lighting", Boolean(text));
    for (const each of this.orders.children) each.classList.toggle("lit", each.dataset.order === text);
  }

  // Letters and units are never smaller than can be read.
  fit() {
    const { width, height } = this.element.getBoundingClientRect();
    const scale = Math.min(width / this.box[2], height / this.box[3]);
    if (!scale || Math.abs(scale - this.scale) < 0.002) return;
    this.scale = scale;
    const side = this.game.geometry.unit;
    const grown = Math.min(2.4, Math.max(1, READABLE / (side * 0.6 * scale)));
    this.element.style.setProperty("--grow", grown.toFixed(3));
    this.element.classList.toggle("distant", side * 0.36 * scale < 9);
    this.names.lay(scale, grown, new Map([...this.provinces].map(([name, { path }]) => [name, path])));
  }

  // Looking closer: buttons, the wheel with the control key, and dragging.

  zoom(factor, at = null) {
    const [left, top, width, height] = this.box;
    const [x, y] = at ?? [left + width / 2, top + height / 2];
    const scale = Math.min(1, Math.max(0.15, (width / this.home[2]) * factor)) / (width / this.home[2]);
    this.look([x - (x - left) * scale, y - (y - top) * scale, width * scale, height * scale]);
  }

  look(box) {
    const [left, top, width, height] = this.home;
    const wide = Math.min(box[2], width);
    const high = Math.min(box[3], height);
    this.box = [clamp(box[0], left, left + width - wide), clamp(box[1], top, top + height - high), wide, high];
    this.element.setAttribute("viewBox", this.box.join(" "));
    this.element.classList.toggle("close", wide < width);
    if (this.element.isConnected) this.fit();
  }

  listen() {
    const { element } = this;
    new ResizeObserver(() => this.fit()).observe(element);
    element.addEventListener("pointerover", (event) => {
      const unit = event.target.closest?.("[data-unit]");
      const near = event.target.closest?.("[data-province], .unit, .order");
      if (near) this.ontell(near.querySelector("title")?.textContent ?? "", unit?.dataset.unit, near.dataset.order);
    });
    // A finger that is lifted leaves what it has asked for.
    element.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.ontell(""));
    element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, this.point(event));
    }, { passive: false });
    let from = null;
    this.pinch();
    element.addEventListener("pointerdown", (event) => {
      if (this.box[2] < this.home[2]) from = { point: [event.clientX, event.clientY], box: [...this.box] };
    });
    element.addEventListener("pointermove", (event) => {
      if (!from || this.fingers.size > 1) return;
      const scale = from.box[2] / element.clientWidth;
      this.look([from.box[0] - (event.clientX - from.point[0]) * scale, from.box[1] - (event.clientY - from.point[1]) * scale, from.box[2], from.box[3]]);
    });
    let pressed = [0, 0];
    element.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    element.addEventListener("click", (event) => {
      if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 5) return;
      const unit = event.target.closest(".unit")?.dataset.unit;
      const name = unit ? unit.slice(2).split("/")[0] : event.target.closest("[data-province]")?.dataset.province;
      this.onpick(name ?? null);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) element.addEventListener(end, () => (from = null));
  }

  // Two fingers: as far as they go apart, it comes closer.
  pinch() {
    const { element } = this;
    this.fingers = new Map();
    const between = () => {
      const [[x, y], [a, b]] = this.fingers.values();
      return [Math.hypot(x - a, y - b), { clientX: (x + a) / 2, clientY: (y + b) / 2 }];
    };
    element.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
    element.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.fingers.set(event.pointerId, [event.clientX, event.clientY]));
    element.addEventListener("pointermove", (event) => {
      if (!this.fingers.has(event.pointerId)) return;
      const before = this.fingers.size === 2 ? between()[0] : 0;
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      if (!before) return;
      const [after, middle] = between();
      if (after) this.zoom(before / after, this.point(middle));
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
  }

  point(event) {
    const seen = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.element.getScreenCTM().inverse());
    return [seen.x, seen.y];
  }
}

// What holds every unit and every name, without the margins of the drawing.
function cropped({ size, unit, places, provinces }) {
  const spots = [...Object.values(places).map((place) => place.unit), ...Object.values(provinces).flatMap(({ center }) => (center ? [center] : []))].filter(Boolean);
  const [xs, ys] = [0, 1].map((axis) => spots.map((spot) => spot[axis]));
  const margin = unit * 1.7;
  const [left, top] = [Math.max(size[0], Math.min(...xs) - margin), Math.max(size[1], Math.min(...ys) - margin)];
  const [right, bottom] = [Math.min(size[0] + size[2], Math.max(...xs) + margin), Math.min(size[1] + size[3], Math.max(...ys) + margin)];
  return [left, top, right - left, bottom - top];
}

function hull(side) {
  const half = side * 0.62;
  const high = side * 0.38;
  return svg("path", {
    class: "token",
    d: `M${-half} ${-high}H${half}L${half * 0.66} ${high}Q0 ${high * 1.35} ${-half * 0.66} ${high}Z`,
  });
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
