// One province: who stands in it, what is ordered there, and who owned it when.

import { h, replace } from "./dom.js";
import { parsed } from "./game.js";
import { named } from "./names.js";
import { inWords } from "./words.js";

export class ProvinceCard {
  // `onclose`: told when it is closed by its own button.
  constructor(game) {
    this.game = game;
    this.name = null;
    this.element = h("section", { class: "province-card", "aria-label": "Province", hidden: true });
    const choices = Object.entries(game.geometry.provinces).map(([name, { name: full }]) => [full, name]).sort();
    this.chooser = h("select", { class: "plain", "aria-label": "A province’s history", onchange: () => this.pick(this.chooser.value || null) }, h("option", { value: "" }, "a province…"), choices.map(([full, name]) => h("option", { value: name }, full)));
  }

  // Another province; the same one again, or none, closes it.
  pick(name) {
    this.name = name === this.name ? null : name;
    this.chooser.value = this.name ?? "";
    this.show(this.phase);
  }

  show(phase) {
    this.phase = phase;
    this.element.hidden = !this.name;
    if (!this.name) return;
    const { game, name } = this;
    const province = game.geometry.provinces[name];
    const results = phase.outcome?.results ?? {};
    const inside = (place) => place && place.replace(/^[AF] /, "").split("/")[0] === name;
    const units = Object.entries(phase.units).flatMap(([power, held]) => held.filter(inside).map((unit) => [power, unit]));
    const orders = Object.entries(phase.orders).flatMap(([power, texts]) => texts.filter((text) => concerns(parsed(text), inside)).map((text) => inWords(game, power, text, results)));
    replace(
      this.element,
      h("header", {}, h("h3", {}, province.name, " ", h("code", {}, name)), h("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: () => this.pick(null) }, "✕")),
      units.length ? h("p", {}, units.map(([power, unit]) => [named(game, power, "’s"), ` ${unit.startsWith("F") ? "fleet" : "army"} `])) : h("p", { class: "quiet" }, "No unit stands here."),
      orders.length ? h("ul", { class: "deeds-here" }, orders.map((words) => h("li", {}, words))) : null,
      province.center ? h("ol", { class: "owners", "aria-label": "Owners" }, this.owners(name)) : null,
    );
  }

  // Since when each owner had it, a link each.
  owners(name) {
    const { game } = this;
    const lines = [];
    let before;
    for (const phase of game.phases) {
      const owner = game.powers.find((power) => phase.centers[power]?.includes(name)) ?? null;
      if (owner !== before) lines.push(h("li", {}, h("a", { href: `#${phase.phase}` }, phase.phase), " ", owner ? named(game, owner) : h("span", { class: "quiet" }, "nobody")));
      before = owner;
    }
    return lines;
  }
}

function concerns(order, inside) {
  return inside(order.unit) || inside(order.target) || inside(order.other);
}

