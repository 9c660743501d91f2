// A small map of the drawing with the part that is in sight; a click or a drag goes there.
import { drawn } from "./elements.js";

const LARGEST = 112;

export function attachMap({ store, root, view, drawing }) {
  const map = root.querySelector("[data-map]");
  const sight = drawn("rect", { class: "mv", rx: 10 });
  let made = null;

  const shapes = (graph) => {
    const size = LARGEST / Math.max(graph.width, graph.height, 1);
    const nodes = graph.nodes.map(({ position, name }) => drawn("rect", { class: "mn", "data-of": name, rx: 10, ...position }));
    map.replaceChildren(drawn("svg", {
      viewBox: `0 0 ${graph.width} ${graph.height}`, width: graph.width * size, height: graph.height * size, "aria-hidden": "true",
    }, [...nodes, sight]));
  };
  view.addEventListener("moved", () => {
    const { graph } = drawing;
    if (!graph) return;
    const [w, h] = [view.room.width / view.scale, view.room.height / view.scale];
    map.hidden = graph.width <= w && graph.height <= h;
    if (map.hidden) return;
    if (made !== graph) shapes(made = graph), marks();
    const left = Math.max(0, view.x), top = Math.max(0, view.y);
    const box = { x: left, y: top, width: Math.max(0, Math.min(graph.width, view.x + w) - left), height: Math.max(0, Math.min(graph.height, view.y + h) - top) };
    for (const [key, value] of Object.entries(box)) sight.setAttribute(key, value);
  });
  // Which are selected or broken changes far less often than what is in sight.
  const marks = () => {
    const nodes = new Map(drawing.nodes().map((node) => [node.dataset.task, node]));
    for (const shape of map.querySelectorAll(".mn")) mark(shape, nodes.get(shape.dataset.of));
  };
  store.on("selection", marks);
  store.on("analysis", marks);
  const go = (event) => {
    if (!event.buttons) return;
    const frame = map.firstElementChild.getBoundingClientRect();
    const part = (now, from, size) => Math.min(1, Math.max(0, (now - from) / size));
    view.centre({ x: part(event.clientX, frame.left, frame.width) * drawing.graph.width, y: part(event.clientY, frame.top, frame.height) * drawing.graph.height });
  };
  map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); go(event); });
  map.addEventListener("pointermove", go);
}

function mark(shape, node) {
  shape.classList.toggle("on", node?.classList.contains("sel") ?? false);
  shape.classList.toggle("bad", node?.classList.contains("p-error") ?? false);
}
