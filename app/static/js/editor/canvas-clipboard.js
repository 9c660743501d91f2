// Copy, cut and paste on the canvas: what goes through the clipboard is the tasks' own YAML, so that it can be pasted
// into any text, and any text with tasks can be pasted here.
import { done } from "./canvas-links.js";
import { remove } from "./canvas-keys.js";

export function attachClipboard(canvas) {
  const { store, stage } = canvas;
  const copied = (event) => {
    if (!stage.contains(document.activeElement) || !store.tasks.size) return false;
    event.clipboardData.setData("text/plain", tasksText(store));
    event.preventDefault();
    return true;
  };
  document.addEventListener("copy", copied);
  document.addEventListener("cut", (event) => { if (copied(event)) remove(canvas); });
  document.addEventListener("paste", (event) => {
    if (!stage.contains(document.activeElement)) return;
    const tasks = event.clipboardData.getData("text/plain");
    if (!tasks.trim()) return;
    event.preventDefault();
    done(store.operate({ op: "paste", tasks, after: store.selection.task ?? undefined }, { origin: "canvas" }));
  });
}

// The lines of the selected tasks as they stand in the text, children only with their container.
function tasksText(store) {
  const lines = store.text.split(/\r?\n/);
  const top = store.analysis.outline.filter(({ name }) => store.tasks.has(name));
  const inner = store.analysis.outline.filter((entry) => !top.includes(entry)).flatMap(({ children }) => children ?? []).filter(({ name }) => store.tasks.has(name));
  return [...top, ...inner].map(({ line, end_line }) => plain(lines.slice(line - 1, end_line))).join("\n") + "\n";
}

function plain(lines) {
  const depth = lines[0].search(/\S/);
  return lines.map((line) => (line.slice(0, depth).trim() ? line : line.slice(depth))).join("\n").trimEnd();
}
