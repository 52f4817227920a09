// One phase as the run's own logs tell of it: its events, lines of events.jsonl, and its calls, lines of calls.jsonl.

export class Phase {
  // `document`: phase, title, events and calls. Which units are dislodged in it (power -> units), the phase before tells.
  constructor(document) {
    Object.assign(this, document);
    this.byType = Map.groupBy(this.events, (event) => event.type);
    this.dislodged = {};
    [{ units: this.units, centers: this.centers }] = this.all("phase_started");
  }

  // The events of a type, those of one power if it is named.
  all(type, power = null) {
    const events = this.byType.get(type) ?? [];
    return power === null ? events : events.filter((event) => (event.power ?? event.sender) === power);
  }

  // The last of them.
  last(type, power = null) {
    return this.all(type, power).at(-1);
  }

  // How the phase was adjudicated, if it was.
  get outcome() {
    return this.last("phase_adjudicated");
  }

  // The orders by power: those that were adjudicated, or else those that have come in so far.
  get orders() {
    return this.outcome?.orders ?? Object.fromEntries(this.all("orders_submitted").map((given) => [given.power, given.orders]));
  }

  // How the reply of a call was read; nothing for one that came too late to be.
  readingOf({ key, late }) {
    if (late) return undefined;
    return this.all("reply_read", key.power).findLast((read) => read.step === key.step && read.round === key.round && read.attempt === key.attempt);
  }
}
