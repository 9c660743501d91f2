// The canvas: the server's drawing, in a pane that pans and zooms, where every gesture is an operation on the text.
import { Asking } from "./canvas-asking.js";
import { attachClipboard } from "./canvas-clipboard.js";
import { Drawing } from "./canvas-drawing.js";
import { attachDrops } from "./canvas-drops.js";
import { attachFinding } from "./canvas-finding.js";
import { attachKeys } from "./canvas-keys.js";
import { attachMap } from "./canvas-map.js";
import { attachPointer } from "./canvas-pointer.js";
import { Viewport } from "./canvas-viewport.js";

export function attach(store, root) {
  const stage = root.querySelector("[data-stage]");
  const view = new Viewport(stage);
  const drawing = new Drawing(stage, view);
  const canvas = { store, root, stage, view, drawing, asking: new Asking(root, view) };
  canvas.fold = (name) => { if (store.containers().includes(name)) store.fold([name], !store.closed.has(name)); };
  canvas.foldAll = () => {
    const names = store.containers();
    store.fold(names, !names.every((name) => store.closed.has(name)));
  };
  store.on("analysis", (analysis) => show(canvas, analysis)); // before the parts, which look at what is drawn
  store.on("selection", (selection) => light(canvas, selection));
  attachZoom(canvas);
  for (const attachPart of [attachMap, attachPointer, attachDrops, attachKeys, attachClipboard, attachFinding]) attachPart(canvas);
  store.canvas = canvas;
  return canvas;
}

function show(canvas, { graph, stale }) {
  const { store, root, drawing, view } = canvas;
  const first = !drawing.graph;
  const wasStale = root.classList.contains("is-stale");
  root.classList.toggle("is-stale", stale);
  for (const mark of document.querySelectorAll("[data-stale]")) mark.hidden = !stale;
  const other = store.shown && store.shown.graph !== drawing.graph;
  if (other) drawing.show(store.shown.graph, store.selection.task);
  if (first && drawing.graph) view.open(drawing.box(drawing.graph.entry_points[0]) ?? undefined);
  root.querySelector("[data-empty]").hidden = Boolean(graph?.nodes.length || drawing.graph?.nodes.length) && !(graph && !graph.nodes.length);
  if (other || stale || wasStale) fade(canvas, stale);
  if (other) light(canvas, { ...store.selection, origin: "analysis" });
}

// What the broken text doesn't hold any more can't be clicked; the rest can.
function fade({ store, drawing }, stale) {
  for (const node of drawing.nodes()) node.classList.toggle("gone", stale && !store.task(node.dataset.task));
}

function light({ store, drawing, view }, { task, edge, origin }) {
  const selected = new Set([...store.tasks].map((name) => store.drawnAs(name)));
  const here = task && store.drawnAs(task);
  for (const node of drawing.nodes()) {
    const on = selected.has(node.dataset.task);
    node.classList.toggle("sel", on);
    node.setAttribute("aria-pressed", on);
    node.setAttribute("tabindex", node.dataset.task === here ? "0" : "-1");
  }
  if (!task) drawing.nodes()[0]?.setAttribute("tabindex", "0");
  for (const part of drawing.svg?.querySelectorAll(".edge.sel") ?? []) part.classList.remove("sel");
  if (edge !== null) for (const part of drawing.edgeParts(edge)) part.classList.add("sel");
  const box = task && origin !== "canvas" && origin !== "analysis" ? drawing.box(here) : null;
  if (box && view.room.width) view.reveal(box);
}

function attachZoom({ root, view }) {
  const acts = { in: () => view.zoomBy(1.2), out: () => view.zoomBy(1 / 1.2), fit: () => view.fit() };
  for (const button of root.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => acts[button.dataset.zoom]());
  const shown = root.querySelector("[data-scale]");
  view.addEventListener("moved", () => { shown.textContent = `${Math.round(view.scale * 100)} %`; });
}
