// Draws the outline's tree from the analysis, and keeps the focus on the task that had it.
import { arrange, made } from "./elements.js";

export function nameOf(element) {
  return element.closest?.("[role=treeitem]")?.dataset.task ?? null;
}

export function drawTree(outline) {
  const { store, root, pane } = outline;
  const tasks = store.analysis.outline;
  if (pane.querySelector("input")) return; // somebody gives a new name there
  const names = tasks.flatMap((task) => [task, ...(task.children ?? [])]).map((task) => task.name);
  if (!names.includes(outline.current)) outline.current = names[0] ?? null;
  const said = JSON.stringify(tasks.map((task) => shown(task, outline)));
  if (said !== outline.drawn) rebuild(outline, tasks, names);
  outline.drawn = said;
  mark(outline);
}

// What of a task is in the tree, whatever line it stands in.
function shown(task, outline) {
  return [task.name, spoken(task), task.problems, task.errors, outline.store.closed.has(task.name), (task.children ?? []).map((child) => shown(child, outline))];
}

const written = new WeakMap(); // an entry of the tree -> what it shows

function rebuild(outline, tasks, names) {
  const { root, pane } = outline;
  const focused = pane.contains(document.activeElement);
  root.querySelector("[data-count]").textContent = names.length === 1 ? "1 task" : `${names.length} tasks`;
  if (names.length) arrange(tree(pane), tasks.map((task) => entry(task, outline)));
  else pane.replaceChildren(made("p", { class: "sm m3 pad-s" }, "No tasks yet."));
  if (focused && outline.current && !pane.contains(document.activeElement)) outline.item(outline.current)?.focus();
}

function tree(pane) {
  const before = pane.querySelector(":scope > .tree");
  if (before) return before;
  const list = made("ul", { class: "tree", role: "tree", "aria-labelledby": "outline-title" });
  pane.replaceChildren(list);
  return list;
}

// The one in the page where it shows the same, else a new one.
function entry(task, outline) {
  const said = JSON.stringify(shown(task, outline));
  const before = outline.item(task.name);
  if (before && written.get(before) === said) return before;
  const after = item(task, outline, 1);
  written.set(after, said);
  return after;
}

function item(task, outline, level) {
  const children = task.children ?? [];
  const open = children.length ? !outline.store.closed.has(task.name) : null;
  return made("li", {
    role: "treeitem", "data-task": task.name, tabindex: "-1", "aria-level": level, "aria-selected": "false", "aria-expanded": open === null ? null : String(open), "aria-label": spoken(task),
  }, [
    made("div", { class: "tree-line" }, [
      made("span", { class: "tree-row", "aria-hidden": "true" }, [
        children.length ? made("span", { class: open ? "fold open" : "fold", "data-fold": true }) : null,
        made("span", { class: "el", "data-label": true }, task.name),
        task.problems ? made("span", { class: task.errors ? "dotp" : "dotp warn" }) : null,
      ]),
      // for a hand; a key opens the same menu
      made("button", { type: "button", class: "row-menu", tabindex: "-1", "data-menu": true, "aria-haspopup": "menu", "aria-label": `What to do with ${task.name}` }, "⋯"),
    ]),
    children.length && open ? made("ul", { role: "group" }, children.map((child) => item(child, outline, level + 1))) : null,
  ]);
}

function mark({ store, pane, current }) {
  for (const entry of pane.querySelectorAll("[role=treeitem]")) {
    const { task } = entry.dataset;
    const selected = store.selection.task === task || store.tasks.has(task);
    entry.classList.toggle("on", selected);
    entry.setAttribute("aria-selected", selected);
    entry.setAttribute("tabindex", current === task ? "0" : "-1");
  }
}

function spoken(task) {
  const leads = task.transitions.flatMap((way) => way.targets.map((target) => `${words(way)} to ${target}`));
  const problems = task.problems ? [`${task.problems} ${task.problems === 1 ? "problem" : "problems"}`] : [];
  return [task.name, task.action ?? task.type, ...problems, ...leads].join(", ");
}

function words(way) {
  return { succeeded: "on success", failed: "on failure", timed_out: "on time-out", always: "always" }[way.kind] ?? `if ${way.label ?? way.when}`;
}
