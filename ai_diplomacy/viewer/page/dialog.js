// The exact prompt and reply of one call, in a dialog.

import { count, dollars, h, replace, seconds } from "./dom.js";
import { stepName, verdictOf } from "./calls.js";
import { named } from "./names.js";

export class CallDialog {
  constructor(game, source) {
    this.game = game;
    this.source = source;
    this.element = h("dialog", { class: "call", "aria-labelledby": "call-title", onclick: (event) => event.target === this.element && this.element.close() });
    document.body.append(this.element);
  }

  async open(phase, line) {
    const call = phase.calls.find((each) => each.line === line);
    const body = h("div", { class: "texts" }, h("p", { class: "quiet", role: "status" }, "Opening…"));
    replace(
      this.element,
      h(
        "header",
        {},
        h("h2", { id: "call-title" }, named(this.game, call.power), ` ${stepName(call)} · ${phase.phase}`),
        h("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: () => this.element.close() }, "✕"),
      ),
      h("p", { class: "quiet" }, this.account(call)),
      call.problems?.length ? h("ul", { class: "problems" }, call.problems.map((problem) => h("li", {}, problem))) : null,
      body,
    );
    if (!this.element.open) this.element.showModal();
    try {
      const { system, prompt, reply } = await this.source.call(phase.phase, line);
      replace(
        body,
        text("Reply", call.failure !== undefined ? `(no reply) ${reply}` : reply, "reply", true),
        text("Prompt", prompt, "prompt", true),
        text("System prompt", system, "system", false),
      );
    } catch (error) {
      replace(body, h("p", { class: "problem", role: "alert" }, `It cannot be read: ${error.message}`));
    }
  }

  account(call) {
    const parts = [call.model, verdictOf(call)];
    if (call.failure === undefined) {
      parts.push(`${seconds(call.latency)}`, `${count(call.input)} tokens in`, `${count(call.output)} out`, call.inherited ? "paid in the run before" : dollars(call.cost));
      if (call.reasoning) parts.push(`${count(call.reasoning)} of them reasoning`);
      if (call.stop !== "end") parts.push(`stopped: ${call.stop}`);
    }
    return parts.join(" · ");
  }
}

function text(name, content, className, opened) {
  return h(
    "details",
    { open: opened, class: className },
    h("summary", {}, name, h("span", { class: "quiet" }, `${content.length.toLocaleString("en")} characters`)),
    h("pre", { tabindex: "0" }, content),
  );
}
