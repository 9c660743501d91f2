// The hand on the canvas: pan, pinch, select, a rubber band, and the drags that connect (canvas-links.js).
import { Link } from "./canvas-links.js";
import { drawn } from "./elements.js";
import { selects } from "./transitions.js";

const SLIP = 4; // px: less is a click

export function attachPointer(canvas) {
  const { stage, view } = canvas;
  const fingers = new Map();
  let act = null; // {move(event), end(event), cancel()}

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || event.metaKey) view.zoomBy(Math.exp(-event.deltaY * lines * 0.0022), event);
    else if (event.shiftKey && !event.deltaX) view.moveBy(-event.deltaY * lines, 0);
    else view.moveBy(-event.deltaX * lines, -event.deltaY * lines);
  }, { passive: false });

  stage.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      act?.cancel?.();
      act = pinch(canvas, fingers);
      return;
    }
    if (fingers.size > 2) return;
    event.preventDefault(); // no selection of words, no ghost of a link; the focus is set below
    stage.setPointerCapture(event.pointerId);
    act = begun(canvas, event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    act?.move(event, fingers.get(event.pointerId));
    fingers.set(event.pointerId, event);
  });
  const ended = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (event.type === "pointerup") act?.end?.(event);
    else act?.cancel?.();
    act = null;
  };
  stage.addEventListener("pointerup", ended);
  stage.addEventListener("pointercancel", ended);
  stage.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !act) return;
    event.stopImmediatePropagation();
    act.cancel?.();
    act = null;
  });
}

function begun(canvas, event) {
  const port = event.target.closest(".pt");
  const edge = event.target.closest(".edge[data-edge]");
  const node = event.target.closest(".n[data-task]");
  if (event.button === 1) return pan(canvas, event, () => {});
  if (event.target.closest("[data-fold]")) return pan(canvas, event, () => canvas.fold(node.dataset.task));
  if (port) return slipped(event, () => Link.from(canvas, port, event), () => (edge ? clickEdge(canvas, edge) : clickNode(canvas, port.closest(".n"), event)));
  if (edge) return slipped(event, () => Link.end(canvas, selects(edge), event) ?? pan(canvas, event), () => clickEdge(canvas, edge));
  if (node) return pan(canvas, event, () => clickNode(canvas, node, event));
  if (event.shiftKey) return band(canvas, event);
  return pan(canvas, event, () => clickNothing(canvas));
}

// A click, or, once the hand has moved, what `drag` begins.
function slipped(event, drag, click) {
  let act = null;
  return {
    move(now, before) {
      if (!act && Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) >= SLIP) act = drag();
      act?.move(now, before);
    },
    end(now) { if (act) act.end?.(now); else click(); },
    cancel() { act?.cancel?.(); },
  };
}

function pan({ view, root }, event, click) {
  return slipped(event, () => {
    root.classList.add("is-panning");
    return {
      move: (now, before) => view.moveBy(now.clientX - before.clientX, now.clientY - before.clientY),
      end: () => root.classList.remove("is-panning"),
      cancel: () => root.classList.remove("is-panning"),
    };
  }, click ?? (() => {}));
}

function pinch({ view }, fingers) {
  let before = spread(fingers);
  return {
    move(now) {
      const other = [...fingers.values()].find((finger) => finger.pointerId !== now.pointerId);
      if (!other) return;
      const after = spread(new Map([[1, now], [2, other]]));
      view.moveBy(after.clientX - before.clientX, after.clientY - before.clientY);
      if (before.far > 0) view.zoomBy(after.far / before.far, after);
      before = after;
    },
  };
}

function spread(fingers) {
  const [a, b] = [...fingers.values()];
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2, far: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) };
}

function band({ view, drawing, store, stage }, event) {
  const from = view.at(event);
  const frame = drawn("rect", { class: "band" });
  drawing.over.append(frame);
  const box = (now) => {
    const to = view.at(now);
    return { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
  };
  return {
    move(now) { for (const [key, value] of Object.entries(box(now))) frame.setAttribute(key, value); },
    end(now) {
      frame.remove();
      const around = box(now);
      const caught = drawing.graph.nodes.filter(({ position }) => within(position, around)).map(({ name }) => name);
      store.selectAll([...new Set([...store.tasks, ...caught])], { origin: "canvas" });
      stage.focus({ preventScroll: true });
    },
    cancel() { frame.remove(); },
  };
}

function within(inner, outer) {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

function clickNode({ store }, node, event) {
  const name = node.dataset.task;
  node.focus({ preventScroll: true });
  if (node.classList.contains("gone")) return;
  if (!event.shiftKey) store.select({ task: name }, { origin: "canvas" });
  else store.selectAll(toggled(store.tasks, name), { origin: "canvas" });
}

function toggled(names, name) {
  const others = [...names].filter((other) => other !== name);
  return names.has(name) ? others : [...others, name];
}

function clickEdge({ store, stage, drawing }, edge) {
  stage.focus({ preventScroll: true });
  const index = selects(edge);
  const { from, index: way } = drawing.edge(index);
  const line = store.task(from)?.transitions[way]?.line ?? null;
  store.select({ edge: index, line }, { origin: "canvas" });
}

function clickNothing({ store, stage }) {
  stage.focus({ preventScroll: true });
  store.select({}, { origin: "canvas" });
}
