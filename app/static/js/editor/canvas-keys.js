// The canvas by keyboard: the arrows go from task to task, the rest is on the sheet of keys.
import { done } from "./canvas-links.js";

const AHEAD = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const STEP = 60; // px that Shift and an arrow pan

export function attachKeys(canvas) {
  const { stage, view, store, root } = canvas;
  const acts = {
    "+": () => view.zoomBy(1.2), "=": () => view.zoomBy(1.2), "-": () => view.zoomBy(1 / 1.2), 0: () => view.fit(),
    Delete: () => remove(canvas), Backspace: () => remove(canvas),
    Enter: () => enter(canvas), " ": () => enter(canvas),
    Escape: () => store.select({}, { origin: "canvas" }),
    o: () => canvas.fold(document.activeElement?.dataset.task ?? store.selection.task),
    O: () => canvas.foldAll(),
    f: () => root.querySelector("[data-find]").focus(),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return held(canvas, event);
    if (event.altKey) return;
    if (event.key in AHEAD) event.preventDefault(), arrow(canvas, event);
    else if (Object.hasOwn(acts, event.key)) event.preventDefault(), acts[event.key]();
  });
}

// The task with the focus is selected; once it is, its inspector is next.
function enter({ store }) {
  const name = document.activeElement?.dataset.task;
  if (name && !store.tasks.has(name)) store.select({ task: name }, { origin: "keys" });
  else document.querySelector("#inspector :is(input,select,textarea,button)")?.focus();
}

function held({ store, drawing }, event) {
  const act = {
    a: () => store.selectAll(drawing.graph?.nodes.map(({ name }) => name) ?? [], { origin: "canvas" }),
    d: () => done(store.operateAll([...store.tasks].map((name) => ({ op: "duplicate_task", name })), { origin: "canvas" })),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function arrow({ store, drawing, view, stage }, { key, shiftKey }) {
  const [dx, dy] = AHEAD[key];
  if (shiftKey) return view.moveBy(-dx * STEP, -dy * STEP);
  const from = store.selection.task && store.drawnAs(store.selection.task);
  const here = drawing.box(from);
  const name = here ? neighbour(drawing.graph, here, from, dx, dy) : drawing.graph?.entry_points[0];
  if (!name) return;
  store.select({ task: name }, { origin: "keys" });
  (drawing.node(name) ?? stage).focus({ preventScroll: true });
}

// The nearest task in that direction; what lies aside counts twice.
function neighbour(graph, here, own, dx, dy) {
  const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
  const from = middle(here);
  const rated = graph.nodes.filter(({ name }) => name !== own).map(({ name, position }) => {
    const to = middle(position);
    const [ahead, aside] = [(to.x - from.x) * dx + (to.y - from.y) * dy, Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx)];
    return { name, ahead, cost: ahead + 2 * aside };
  });
  const found = rated.filter(({ ahead }) => ahead > 4).sort((a, b) => a.cost - b.cost);
  return found[0]?.name ?? null;
}

/** Delete what is selected: tasks, or one transition. */
export function remove({ store, drawing }) {
  const { edge } = store.selection;
  if (edge !== null) return done(store.operate(disconnection(drawing, edge), { origin: "canvas" }));
  if (!store.tasks.size) return null;
  return done(store.operateAll([...store.tasks].map((name) => ({ op: "remove_task", name })), { origin: "canvas" }));
}

function disconnection(drawing, edge) {
  const { from, to, kind, index } = drawing.edge(edge);
  return { op: "disconnect", from, to, kind, index };
}
