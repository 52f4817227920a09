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
    const problems = phase.readingOf(call)?.problems ?? [];
    const body = h("div", { class: "texts" }, h("p", { class: "quiet", role: "status" }, "Opening…"));
    replace(
      this.element,
      h(
        "header",
        {},
        h("h2", { id: "call-title" }, named(this.game, call.key.power), ` ${stepName(call)} · ${phase.phase}`),
        h("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: () => this.element.close() }, "✕"),
      ),
      h("p", { class: "quiet" }, this.account(phase, call)),
      problems.length ? h("ul", { class: "problems" }, problems.map((problem) => h("li", {}, problem))) : null,
      body,
    );
    if (!this.element.open) this.element.showModal();
    try {
      const { system, prompt, reply } = await this.source.call(phase.phase, line);
      replace(
        body,
        text("Reply", call.failure ? `(no reply) ${reply}` : reply, "reply", true),
        text("Prompt", prompt, "prompt", true),
        text("System prompt", system, "system", false),
      );
    } catch (error) {
      replace(body, h("p", { class: "problem", role: "alert" }, `It cannot be read: ${error.message}`));
    }
  }

  account(phase, call) {
    const parts = [call.model, verdictOf(phase, call)];
    if (call.reply) {
      const { latency, usage, inherited, cost_usd: cost, stop } = call.reply;
      parts.push(seconds(latency), `${count(usage.input)} tokens in`, `${count(usage.output)} out`, inherited ? "paid in the run before" : cost === null ? "cost unknown" : dollars(cost));
      if (usage.reasoning) parts.push(`${count(usage.reasoning)} of them reasoning`);
      if (stop !== "end") parts.push(`stopped: ${stop}`);
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
