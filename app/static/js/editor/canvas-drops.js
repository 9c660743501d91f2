// What is dragged out of the palette: onto a port, an edge, a task, or free.
import { done, conditionOf, nodeAt } from "./canvas-links.js";

const TYPE = "application/x-attune-action";

export function attachDrops(canvas) {
  const { stage, root } = canvas;
  let marked = [];

  const mark = (elements) => {
    for (const element of marked) element.classList.remove("target");
    marked = elements;
    for (const element of marked) element.classList.add("target");
  };
  stage.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    root.classList.add("is-dropping");
    mark(place(canvas, event).marks);
  });
  stage.addEventListener("dragleave", (event) => {
    if (stage.contains(event.relatedTarget)) return;
    root.classList.remove("is-dropping");
    mark([]);
  });
  stage.addEventListener("drop", (event) => {
    const key = event.dataTransfer.getData(TYPE);
    if (!key) return;
    event.preventDefault();
    root.classList.remove("is-dropping");
    const { kind, ...where } = place(canvas, event);
    mark([]);
    done(drop(canvas, entry(key), { ...where, kind, at: canvas.view.at(event) }));
  });
}

// {port, kind, source} | {edge} | {node} | {}, each with the elements to mark.
function place({ stage, drawing, view }, event) {
  const under = document.elementsFromPoint(event.clientX, event.clientY).filter((element) => stage.contains(element));
  const port = under.map((element) => element.closest(".pt")).find(Boolean);
  if (port) return { source: port.dataset.node, kind: port.dataset.port, marks: [port, port.closest(".n")].filter(Boolean) };
  const edge = under.map((element) => element.closest(".edge[data-edge]:not(.endcap)")).find(Boolean);
  if (edge) return { edge: Number(edge.dataset.edge), marks: drawing.edgeParts(Number(edge.dataset.edge)) };
  const node = nodeAt({ stage, view }, event);
  return { node: node?.dataset.task ?? null, marks: node ? [node] : [] };
}

// What the palette knows about the thing: an action, or a piece with its own operation.
function entry(key) {
  const shown = document.querySelector(`#palette [data-key="${CSS.escape(key)}"]`);
  const read = (name) => JSON.parse(shown?.dataset[name] ?? "null");
  return { operation: read("operation") ?? { op: "add_task", action: key }, onto: read("onto") };
}

async function drop(canvas, { operation, onto }, where) {
  const { store, drawing } = canvas;
  const options = { origin: "canvas" };
  if (where.source) return follow(canvas, operation, where, options);
  if (where.edge !== undefined) return between(store, operation, drawing.edgeParts(where.edge)[0].dataset, options);
  if (where.node && onto) return store.operateAll(Object.entries(onto).map(([key, value]) => ({ op: "set_field", path: ["tasks", where.node, key], value })), options);
  if (where.node) return follow(canvas, operation, { ...where, source: where.node, kind: "succeeded" }, options);
  return store.operate(operation, options);
}

async function follow(canvas, operation, { source, kind, at }, options) {
  const when = await conditionOf(canvas, kind, at);
  if (when === null) return null;
  if (operation.op === "add_task") return canvas.store.operate({ ...operation, after: source, from: source, kind, when }, options);
  return canvas.store.operateAll([
    { ...operation, after: source },
    ({ added }) => ({ op: "connect", from: source, to: added.first, kind, when }),
  ], options);
}

function between(store, operation, { from, to, kind, index }, options) {
  if (operation.op === "add_task") return store.operate({ op: "insert_between", from, to, kind, index: Number(index), action: operation.action }, options);
  return store.operateAll([
    { ...operation, after: from },
    ({ added }) => ({ op: "retarget", from, to, new_to: added.first, kind, index: Number(index) }),
    ({ added }) => ({ op: "connect", from: added.last, to, kind: "succeeded" }),
  ], options);
}
