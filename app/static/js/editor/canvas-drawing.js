// The drawing that the server made, in the page: what changed is exchanged, the rest (and the focus) stays.
import { arrange, drawn } from "./elements.js";
import { transitionAt } from "./transitions.js";

export class Drawing {
  #graph = null;

  constructor(stage, view) {
    this.stage = stage;
    this.view = view;
    this.marks = drawn("g", { class: "over" }); // what a rehearsal says about tasks
    this.over = drawn("g", { class: "over" }); // what a gesture draws on top
  }

  get graph() {
    return this.#graph;
  }

  get svg() {
    return this.view.svg;
  }

  /** Put a graph of POST /workflows/analyse into the page: all of it, or what differs from the one that is shown.
   *  The part that is looked at stays where it is. */
  show(graph, anchor) {
    const before = this.#graph;
    this.#graph = graph;
    const next = parsed(graph.svg);
    const focused = this.stage.contains(document.activeElement) ? document.activeElement.id : null;
    if (!this.svg) this.view.sheet.append(next);
    arrange(this.svg, [...parts(this.svg, next), this.marks, this.over]);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.#hold(before, anchor);
    this.view.measure(graph);
  }

  node(name) {
    return this.svg?.querySelector(`.n[data-task="${CSS.escape(name)}"]`) ?? null;
  }

  nodes() {
    return [...(this.svg?.querySelectorAll(".n[data-task]") ?? [])];
  }

  /** {x, y, width, height} of a task, or null. */
  box(name) {
    return this.#graph?.nodes.find((node) => node.name === name)?.position ?? null;
  }

  edge(index) {
    return transitionAt(this.#graph, index);
  }

  /** Both groups of an edge: line and port; of an end cap the one there is. */
  edgeParts(index) {
    return [...(this.svg?.querySelectorAll(`[data-edge="${index}"]`) ?? [])];
  }

  /** Where the edge arrives, or null where it isn't drawn. */
  tip(index) {
    return this.edge(index)?.points?.at(-1) ?? null;
  }

  // An edit moves only what it must: the selected task (or the one in the middle) stays under the eye.
  #hold(before, anchor) {
    if (!before) return;
    const old = new Map(before.nodes.map((node) => [node.name, node.position]));
    const held = this.#graph.nodes.find((node) => node.name === anchor && old.has(node.name)) ?? this.#central(old);
    if (!held) return;
    this.view.x += held.position.x - old.get(held.name).x;
    this.view.y += held.position.y - old.get(held.name).y;
  }

  #central(old) {
    const { view } = this;
    const middle = { x: view.x + view.room.width / 2 / view.scale, y: view.y + view.room.height / 2 / view.scale };
    const far = ({ x, y, width, height }) => Math.hypot(x + width / 2 - middle.x, y + height / 2 - middle.y);
    const kept = this.#graph.nodes.filter((node) => old.has(node.name));
    return kept.length ? kept.reduce((a, b) => (far(old.get(b.name)) < far(old.get(a.name)) ? b : a)) : null;
  }
}

// The picture comes from our own server, which escapes every word of the text in it.
function parsed(svg) {
  const holder = document.createElement("template");
  holder.innerHTML = svg;
  return holder.content.querySelector("svg");
}

const written = new WeakMap(); // a child as the server wrote it, without what selection and pointing add

// What the drawing consists of from now on. A part that the server left empty, or wrote as before, is the one in the page;
// where it says no more than a place, the one in the page is moved there.
function parts(old, next) {
  const kept = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  return [...next.children].map((child) => {
    const same = kept.get(child.id);
    if (same && child.hasAttribute("data-same")) return placed(same, child.getAttribute("transform"));
    if (same && written.get(same) === child.outerHTML) return same;
    written.set(child, child.outerHTML);
    return child;
  });
}

function placed(part, place) {
  if (place === null) return part;
  part.setAttribute("transform", place);
  written.delete(part); // it is not as it was written any more
  return part;
}
