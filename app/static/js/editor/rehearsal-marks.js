// The way that the rehearsal has gone, on the drawing: what ended and how, which transitions were taken.
import { shape } from "./elements.js";

const LOOKS = { completed: "ok", failed: "fail", timed_out: "tout", waiting_inquiry: "ask", skipped: "skip" };

export function attachMarks(play, store) {
  const show = () => {
    const { canvas } = store;
    const { svg } = canvas?.drawing ?? {};
    if (!svg) return;
    canvas.drawing.marks.replaceChildren();
    svg.classList.toggle("rehearsed", play.isOn);
    for (const part of svg.querySelectorAll(".taken, .now")) part.classList.remove("taken", "now");
    if (!play.isOn) return;
    for (const [task, what] of states(play)) mark(canvas.drawing, task, what);
    for (const part of taken(play, svg)) part.classList.add("taken");
    if (play.next) canvas.drawing.node(play.next.task)?.classList.add("now");
  };
  play.addEventListener("change", show);
  store.on("analysis", show);
}

function states(play) {
  return new Map(play.past.filter((step) => step.item === null).map((step) => [step.task, step.what]));
}

function mark(drawing, task, what) {
  const box = drawing.box(task);
  if (!box || !LOOKS[what]) return;
  const badge = shape(what === "completed" ? "done" : "error");
  badge.setAttribute("class", `st st-${LOOKS[what]}`);
  for (const [key, value] of Object.entries({ x: box.x - 7, y: box.y - 7, width: 15, height: 15 })) badge.setAttribute(key, value);
  drawing.marks.append(badge);
}

function taken(play, svg) {
  const ways = play.past.flatMap(({ task, transitions }) => (transitions ?? []).filter(({ fired }) => fired)
    .flatMap(({ index, targets }) => targets.map((to) => [task, to, index])));
  return ways.flatMap(([from, to, index]) => [
    ...svg.querySelectorAll(`.edge[data-from="${CSS.escape(from)}"][data-to="${CSS.escape(to)}"][data-index="${index}"]`),
  ]);
}
