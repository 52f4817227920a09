// The names of provinces on the map: in letters that can be read at the scale of the moment, and never under a unit.

import { svg } from "./dom.js";

const LEAST = 9.5;

export class Labels {
  constructor(game, home) {
    this.game = game;
    this.home = home;
    this.texts = new Map();
    for (const [name, province] of Object.entries(game.geometry.provinces)) this.texts.set(name, svg("text", { class: province.kind === "sea" ? "sea" : "ground" }, name));
    this.element = svg("g", { class: "names" }, [...this.texts.values()]);
  }

  // `scale`: pixels a unit of the drawing; `grown`: times that units are drawn larger; `shapes`: province -> its path.
  // A name for which there is no room in its province is left out.
  lay(scale, grown, shapes) {
    const { geometry } = this.game;
    const side = geometry.unit;
    const taken = Object.values(geometry.places).map(({ unit }) => around(unit, side * 0.62 * grown, side * 0.52 * grown));
    for (const { center } of Object.values(geometry.provinces)) if (center) taken.push(around(center, side * 0.28, side * 0.28));
    for (const [name, text] of this.texts) {
      const province = geometry.provinces[name];
      const size = Math.max(side * (province.kind === "sea" ? 0.48 : 0.42), LEAST / scale);
      const [wide, high] = [size * (0.4 + 0.36 * name.length), size * 0.46];
      const place = this.choices(name, wide, high, grown).find(([x, y]) => this.fits([x, y], wide, high, shapes.get(name), taken));
      text.toggleAttribute("hidden", !place);
      text.style.display = place ? "" : "none";
      if (!place) continue;
      taken.push(around(place, wide, high));
      text.setAttribute("x", place[0].toFixed(1));
      text.setAttribute("y", place[1].toFixed(1));
      text.setAttribute("font-size", size.toFixed(1));
    }
  }

  fits([x, y], wide, high, shape, taken) {
    const [left, top, width, height] = this.home;
    if (x - wide < left || x + wide > left + width || y - high < top || y + high > top + height) return false;
    if (taken.some(([a, b, c, d]) => x + wide > a && x - wide < b && y + high > c && y - high < d)) return false;
    return shape.isPointInFill(new DOMPoint(x, y));
  }

  // Where the drawing has it, and then around the unit, near before far.
  choices(name, wide, high, grown) {
    const { provinces, places, unit: side } = this.game.geometry;
    const [x, y] = places[name]?.unit ?? provinces[name].label ?? [0, 0];
    const drawn = provinces[name].label ? [[provinces[name].label[0], provinces[name].label[1]]] : [];
    const ring = [1, 1.35, 1.8, 2.4].flatMap((far) => {
      const [across, down] = [(side * 0.66 * grown + wide) * far, (side * 0.56 * grown + high) * far];
      return [[0, down], [0, -down], [across, 0], [-across, 0], [across * 0.8, down * 0.8], [-across * 0.8, down * 0.8], [across * 0.8, -down * 0.8], [-across * 0.8, -down * 0.8]];
    });
    return [...drawn, ...ring.map(([dx, dy]) => [x + dx, y + dy])];
  }
}

// Left, right, top, bottom.
function around([x, y], wide, high) {
  return [x - wide, x + wide, y - high, y + high];
}
