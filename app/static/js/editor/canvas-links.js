// A drag that makes a transition (from a port to a task) or leads one elsewhere (from an edge's end).
import { drawn } from "./elements.js";

const NEAR = 30; // units of the drawing around an edge's tip in which its end is taken

export class Link {
  /** From a port: of a node, or of an edge that starts there already (then one more of the same kind). */
  static from(canvas, port, event) {
    const { node: source, port: kind } = port.dataset;
    const start = canvas.view.at(centre(port));
    return new Link(canvas, { start, kind, source, drop: (target, now) => connect(canvas, { source, kind, target, now }) }, event);
  }

  /** From an edge's end; null where the hand isn't near one. */
  static end(canvas, index, event) {
    const { drawing, view } = canvas;
    const [edge, tip, at] = [drawing.edge(index), drawing.tip(index), view.at(event)];
    if (!edge || !tip || Math.hypot(tip.x - at.x, tip.y - at.y) > NEAR) return null;
    const [part] = drawing.edgeParts(index);
    const drop = (target) => retarget(canvas, part.dataset, target);
    return new Link(canvas, { start: edge.points[0], kind: part.dataset.kind, source: edge.from, drop, part }, event);
  }

  constructor(canvas, link, event) {
    this.canvas = canvas;
    this.link = link;
    this.target = null;
    this.line = drawn("path", { class: "e" });
    canvas.drawing.over.append(drawn("g", { class: `edge link k-${LOOKS[link.kind] ?? "when"}` }, [this.line]));
    canvas.root.classList.add("is-linking");
    link.part?.classList.add("is-led");
    this.move(event);
  }

  move(event) {
    const { start } = this.link;
    const end = this.canvas.view.at(event);
    const bend = Math.max(24, Math.abs(end.y - start.y) / 2);
    this.line.setAttribute("d", `M${start.x} ${start.y}C${start.x} ${start.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`);
    this.#point(nodeAt(this.canvas, event));
  }

  end(event) {
    const target = this.target?.dataset.task ?? null;
    this.cancel();
    this.link.drop(target, this.canvas.view.at(event));
  }

  cancel() {
    this.#point(null);
    this.canvas.drawing.over.replaceChildren();
    this.canvas.root.classList.remove("is-linking");
    this.link.part?.classList.remove("is-led");
  }

  #point(node) {
    if (node === this.target) return;
    this.target?.classList.remove("target");
    node?.classList.add("target");
    this.target = node;
  }
}

export const LOOKS = { succeeded: "ok", failed: "fail", timed_out: "tout", always: "always", custom: "when" };

/** The node under the pointer, whatever lies over it. */
export function nodeAt({ stage }, { clientX, clientY }) {
  const found = document.elementsFromPoint(clientX, clientY).find((element) => stage.contains(element) && element.closest(".n[data-task]:not(.gone)"));
  return found?.closest(".n[data-task]") ?? null;
}

/** Ask the condition that a transition of one's own needs; undefined: none is needed, null: it was not given. */
export async function conditionOf({ asking }, kind, at) {
  if (kind !== "custom") return undefined;
  return asking.ask(at, { label: "When", hint: "An expression, for example result().ok", button: "Connect" });
}

async function connect(canvas, { source, kind, target, now }) {
  const when = await conditionOf(canvas, kind, now);
  if (when === null) return;
  if (target) await done(canvas.store.operate({ op: "connect", from: source, to: target, kind, when }, { origin: "canvas" }));
  else await addAtEnd(canvas, { source, kind, when, now });
}

// Let go where nothing is: a new task, led to from there.
async function addAtEnd({ store, asking }, { source, kind, when, now }) {
  const action = await asking.ask(now, { label: "New task with the action", list: "palette-actions", hint: "Or let go over a task to connect it.", button: "Add" });
  if (action) await done(store.operate({ op: "add_task", action, from: source, kind, when }, { origin: "canvas" }));
}

async function retarget({ store }, { from, to, kind, index }, target) {
  if (!target || target === to) return;
  await done(store.operate({ op: "retarget", from, to, new_to: target, kind, index: Number(index) }, { origin: "canvas" }));
}

/** What doesn't work has been shown by the store. */
export function done(promise) {
  return promise.catch(() => null);
}

function centre(element) {
  const frame = element.getBoundingClientRect();
  return { clientX: frame.left + frame.width / 2, clientY: frame.top + frame.height / 2 };
}
