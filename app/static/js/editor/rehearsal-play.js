// A rehearsal: what the server says would happen, and how far this page has gone through it.
import { call } from "./api.js";

const PASSING = new Set(["running", "requested", "scheduled", "ready"]);

export class Play extends EventTarget {
  script = []; // entries of POST /workflows/rehearse
  parameters = null; // null: examples
  now = null; // when the simulated clock begins: as the first question is asked, or as the run began
  source = null; // id of the run that the answers come from
  answer = null;
  stops = []; // the steps that people go through: a task ended, or waits
  at = 0; // stops that have happened
  #asked = null;
  #text = null;

  constructor(store) {
    super();
    this.store = store;
  }

  get isOn() {
    return this.answer !== null;
  }

  /** The answer for the text as it is now; the place is kept as far as it can be. */
  async ask() {
    this.#asked?.abort();
    const asked = this.#asked = new AbortController();
    const { text, packRef } = this.store;
    this.now ??= new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const body = { text, pack_ref: packRef, now: this.now, script: this.script, ...(this.parameters ? { parameters: this.parameters } : {}) };
    const answer = await call("POST", "/workflows/rehearse", body, { signal: asked.signal });
    this.#text = text;
    this.answer = answer;
    this.stops = answer.steps.filter((step) => step.item === null && !PASSING.has(step.what));
    this.at = Math.min(this.at, this.stops.length);
    this.#tell();
  }

  /** Ask again when the text is another than the one that was played. */
  async renew() {
    if (!this.isOn || this.#text !== this.store.text) await this.ask();
  }

  async go(at) {
    await this.renew();
    this.at = Math.max(0, Math.min(this.stops.length, at));
    this.#tell();
  }

  /** To where this task is next: before it ends. From its end on, the next visit counts. */
  async goTo(task) {
    await this.renew();
    const index = this.stops.findIndex((step, place) => place >= this.at && step.task === task);
    const again = index === this.at ? this.stops.findIndex((step, place) => place > this.at && step.task === task) : index;
    if (again < 0 && index < 0) return false;
    await this.go(again < 0 ? index : again);
    return true;
  }

  async end() {
    await this.renew();
    await this.go(this.stops.length);
  }

  stop() {
    this.#asked?.abort();
    Object.assign(this, { answer: null, stops: [], at: 0, now: this.source ? this.now : null });
    this.#tell();
  }

  /** What every visit of a task comes to: {result} | {error} | {timed_out} | {answer}; null: the example again. */
  async say(task, outcome) {
    this.script = this.script.filter((entry) => entry.task !== task);
    if (outcome) this.script.push({ task, ...outcome });
    await this.ask();
  }

  entry(task) {
    return this.script.find((entry) => entry.task === task) ?? null;
  }

  /** The stop that was reached last, and the one that comes. */
  get last() {
    return this.stops[this.at - 1] ?? null;
  }

  get next() {
    return this.stops[this.at] ?? null;
  }

  /** All steps up to the place, passing ones too. */
  get past() {
    const { last } = this;
    return last ? this.answer.steps.filter((step) => step.seq <= last.seq) : [];
  }

  /** Variables as they are at the place. */
  get variables() {
    if (this.isOn && this.at === this.stops.length) return this.answer.vars;
    return Object.assign({}, ...this.past.map((step) => step.published ?? {}));
  }

  /** What a task was given before it came to `stop`. */
  inputOf(stop) {
    return this.answer.steps.findLast((step) => step.seq < stop.seq && step.task === stop.task && step.visit === stop.visit && step.input)?.input ?? stop.input;
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
