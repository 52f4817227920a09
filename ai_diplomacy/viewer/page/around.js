// The way from a game to its neighbours in the library, and back to the list; nothing for a game that lies alone.

import { h } from "./dom.js";

export function around() {
  const { list, before, next, beforeName, nextName } = document.body.dataset;
  if (!list) return null;
  const step = (sign, where, name, word, rel) => (where ? h("a", { href: where, rel, title: `${word}: ${name}`, "aria-label": `${word}: ${name}` }, sign) : null);
  return h("nav", { class: "around", "aria-label": "Games" }, h("a", { href: list, class: "back" }, "← all runs"), step("‹ previous", before, beforeName, "Previous game", "prev"), step("next ›", next, nextName, "Next game", "next"));
}
