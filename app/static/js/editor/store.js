// The one document behind all panes. The text is the truth; what is known about it comes from the server.
//
// Panes read `text`, `analysis`, `selection`, change it by `operate` (a gesture) or `setText` (typing), and listen:
//   text       {origin}                the text has changed
//   analysis   the analysis            problems, graph and outline of the present text
//   selection  {task, edge, line, origin}
//   busy       true | false            an operation is on its way
//   saved      {revision, updated}     the text is what the server holds
//   problem    {message}               something did not work; shown to the person
// The editor's pane holds the only history, so that undo means the same everywhere.
import { call } from "./api.js";

// After a key it is waited half as long as the last answer took: a burst of keys is one question, and a slow server is
// asked less often.
const PAUSE_MS = { least: 10, most: 100 };
const EMPTY = { problems: [], graph: null, outline: [], stale: false };

export class Store extends EventTarget {
  #pane = null; // {apply(changes), undo(), redo()}: the text pane
  #timer = null;
  #asked = null; // the analysis on its way: there is at most one
  #pause = PAUSE_MS.least;
  #queue = Promise.resolve();
  #waiting = 0;
  #folds = 0; // how often something was closed or opened
  #choices = 0; // how often something was selected; not by a pane that only follows the text

  constructor({ ref, packRef, text }) {
    super();
    this.ref = ref;
    this.packRef = packRef;
    this.text = text;
    this.analysis = EMPTY;
    this.analysed = null; // the text that `analysis` speaks of
    this.closed = new Set(); // parallel tasks that are drawn without what stands in them, here and in the outline
    this.shown = null; // {drawing, graph}: the last whole text's, which stays while a text is broken
    this.selection = { task: null, edge: null, line: null };
    this.tasks = new Set();
  }

  /** Listen: `listener(detail)`. Answers a function that stops it. */
  on(name, listener) {
    const heard = (event) => listener(event.detail);
    this.addEventListener(name, heard);
    return () => this.removeEventListener(name, heard);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The text pane, which owns history: {apply(changes), undo(), redo()}; offsets count UTF-16 code units. */
  connect(pane) {
    this.#pane = pane;
  }

  /** What the text says now, as the pane reports it, or as a whole from elsewhere (then one undoable step). */
  setText(text, { origin } = {}) {
    if (text === this.text) return;
    if (origin !== "text" && this.#pane) {
      this.#pane.apply([difference(this.text, text)]);
      return;
    }
    this.text = text;
    this.tell("text", { origin });
    this.#analyseSoon();
  }

  /** One gesture: the server makes the smallest change, the pane applies it as one undoable step.
   *  Gestures wait for one another. Throws with a message that has been shown. */
  operate(operation, { origin } = {}) {
    const done = this.#queue.then(() => this.#carried(() => this.#edited(this.text, operation), origin));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Several operations as one undoable step. Each is an operation, or a function of what came before that gives one:
   *  `{text, graph, added: {names, first, last}}`, where `added` are the tasks that were not there at the start. */
  operateAll(operations, { origin } = {}) {
    const done = this.#queue.then(() => this.#carried(() => this.#chained(operations), origin));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Select a task, an edge (its index in the graph) or a line; `tasks` keeps what is selected besides. */
  select({ task = null, edge = null, line = null } = {}, { origin, keep = false } = {}) {
    if (!keep) this.tasks = new Set(task ? [task] : []);
    if (origin !== "settled") this.#choices += 1;
    const before = this.selection;
    this.selection = { task, edge, line };
    if (keep || before.task !== task || before.edge !== edge || before.line !== line) this.tell("selection", { ...this.selection, origin });
  }

  /** Select several tasks; the last one is the one that the inspector shows. */
  selectAll(names, { origin } = {}) {
    this.tasks = new Set(names);
    this.select({ task: [...this.tasks].at(-1) ?? null }, { origin, keep: true });
  }

  /** Close a parallel task, or open it. Changes what is seen, and nothing of the text. */
  fold(names, close) {
    for (const name of names) {
      if (close) this.closed.add(name);
      else this.closed.delete(name);
    }
    this.#folds += 1;
    this.analysed = null;
    return this.analyse();
  }

  /** The parallel tasks, from the outside in. */
  containers() {
    return this.entries().filter(({ children }) => children?.length).map(({ name }) => name);
  }

  /** Which task stands for this one in the drawing: itself, or the closed one around it. */
  drawnAs(name) {
    const around = (entries) => {
      for (const entry of entries) {
        const found = entry.name === name ? name : around(entry.children ?? []);
        if (found) return entry.name !== name && this.closed.has(entry.name) ? entry.name : found;
      }
      return null;
    };
    return around(this.analysis.outline) ?? name;
  }

  undo() {
    return this.#pane?.undo() ?? false;
  }

  redo() {
    return this.#pane?.redo() ?? false;
  }

  /** How many steps can be undone and redone. */
  depth() {
    return this.#pane?.depth() ?? { undo: 0, redo: 0 };
  }

  /** The outline's entry of a task, children of parallel tasks too. */
  task(name) {
    return this.entries().find((entry) => entry.name === name) ?? null;
  }

  /** The innermost task that this line (from 1) belongs to. */
  taskAt(line) {
    const around = this.entries().filter((entry) => entry.line <= line && line <= (entry.end_line ?? entry.line));
    return around.at(-1)?.name ?? null;
  }

  /** Say what did not work, in words. */
  fail(error) {
    if (error.name !== "AbortError") this.tell("problem", { message: error.message, error });
  }

  /** Ask for problems, graph and outline of the present text. Resolves when they are known, or it has been said why not. */
  async analyse() {
    clearTimeout(this.#timer);
    while (this.analysed !== this.text) {
      this.#asked ??= this.#ask(this.text).finally(() => { this.#asked = null; });
      if (!(await this.#asked)) return;
    }
  }

  // While an answer is on its way, the newest text is what is asked about next.
  #analyseSoon() {
    clearTimeout(this.#timer);
    if (!this.#asked) this.#timer = setTimeout(() => this.analyse(), this.#pause);
  }

  async #ask(text) {
    const began = performance.now();
    try {
      const found = await this.#looked("/workflows/analyse", { text });
      if (text === this.text) this.#know(found);
      return true;
    } catch (error) {
      this.fail(error);
      return text !== this.text;
    } finally {
      this.#pause = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, (performance.now() - began) / 4));
    }
  }

  // What an answer says about a text. A graph that is shown already is not sent again, and of another one only what differs.
  async #looked(path, body) {
    const [base, folds] = [this.shown, this.#folds];
    const found = await call("POST", path, { ...body, pack_ref: this.packRef, drawing: base?.drawing, closed: [...this.closed] });
    const same = base && found.drawing === base.drawing;
    return { text: body.text, ...found, base, folds, graph: same ? base.graph : found.graph };
  }

  #know({ text, base, folds, problems, graph, drawing, outline, stale }) {
    if (base !== this.shown || folds !== this.#folds) return; // then it says too little of the graph, and is asked again
    if (graph && graph !== base?.graph && (!stale || !base)) this.shown = { drawing, graph };
    this.analysis = { problems, graph, outline, stale };
    this.analysed = text;
    this.tell("analysis", this.analysis);
  }

  async #carried(ask, origin) {
    this.#busy(1);
    const choices = this.#choices;
    try {
      const answer = await this.#settled(ask);
      if (answer.changes.length) this.#pane.apply(answer.changes, { origin: origin ?? "operation" });
      if (this.text !== answer.text) throw new Error("The change could not be applied as the server made it. Undo it, and reload the page if that does not help.");
      if (answer.changes.length) this.#know(answer);
      await this.analyse();
      // Who has selected something else in the meantime keeps it.
      if (answer.selection !== undefined && choices === this.#choices) this.select({ task: answer.selection }, { origin: origin ?? "operation" });
      return { selection: answer.selection ?? null, changed: answer.changes.length > 0 };
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      this.#busy(-1);
    }
  }

  // Somebody who types while the answer is on its way is not overruled: the gesture is asked again for the new text.
  async #settled(ask) {
    for (let tries = 0; tries < 5; tries += 1) {
      const sent = this.text;
      const answer = await ask();
      if (sent === this.text) return answer;
    }
    throw new Error("The text changes faster than this can be done. Try again when you have stopped typing.");
  }

  #edited(text, operation) {
    return this.#looked("/workflows/edit", { text, operation });
  }

  async #chained(operations) {
    const before = new Set((this.analysis.graph?.nodes ?? []).map(({ name }) => name));
    let state = { text: this.text, graph: this.analysis.graph };
    for (const operation of operations) {
      const asked = typeof operation === "function" ? operation({ ...state, added: added(state.graph, before) }) : operation;
      state = { ...state, ...(await this.#edited(state.text, asked)) };
    }
    const { first } = added(state.graph, before);
    const changes = state.text === this.text ? [] : [difference(this.text, state.text)];
    return { ...state, changes, selection: first ?? state.selection };
  }

  #busy(by) {
    this.#waiting += by;
    this.tell("busy", this.#waiting > 0);
  }

  /** Every task's entry of the outline, children after their parallel task. */
  entries() {
    const all = (entries) => entries.flatMap((entry) => [entry, ...all(entry.children ?? [])]);
    return all(this.analysis.outline);
  }
}

// Of the tasks that are new: all, where one comes in, and where one goes out.
function added(graph, before) {
  const names = (graph?.nodes ?? []).map(({ name }) => name).filter((name) => !before.has(name));
  const inner = (graph?.edges ?? []).filter(({ from, to }) => names.includes(from) && names.includes(to));
  const kids = new Set((graph?.nodes ?? []).filter((node) => node.container).map(({ name }) => name));
  const top = names.filter((name) => !kids.has(name));
  const leaves = top.filter((name) => !inner.some((edge) => edge.from === name && edge.from !== edge.to));
  return { names, first: top[0], last: leaves.at(-1) ?? top.at(-1) };
}

/** The smallest single change from one text to another, as {from, to, insert}; never within a CRLF. */
export function difference(before, after) {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  if (before[from - 1] === "\r") from -= 1;
  if (end && before.at(-end) === "\n") end -= 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
