// The outline: the tasks as a tree beside the canvas. Everything that a mouse can do there can be done here by keys.
import { drawTree, nameOf } from "./outline-tree.js";
import * as menu from "./outline-menu.js";
import { bringIntoSight, operated, say } from "./parts.js";

export function attach(store, root) {
  const pane = root.querySelector("[data-tree]");
  const outline = {
    store, root, pane,
    current: null, // the task that Tab comes to
    item: (name) => pane.querySelector(`[data-task="${CSS.escape(name)}"]`),
    do: async (operation, words) => {
      const done = await operated(store, operation, "outline");
      if (done) say(root, words);
      if (done?.selection) outline.focus(done.selection);
      return done;
    },
    focus: (name) => {
      outline.current = name;
      outline.draw();
      outline.item(name)?.focus();
    },
    draw: () => drawTree(outline),
  };
  store.on("analysis", outline.draw);
  store.on("selection", ({ task, origin }) => {
    if (task) outline.current = task;
    outline.draw();
    if (task && origin !== "outline") outline.item(task)?.scrollIntoView({ block: "nearest" });
  });
  pane.addEventListener("click", (event) => clicked(event, outline));
  pane.addEventListener("dblclick", (event) => { if (nameOf(event.target) && !event.target.closest("[data-menu]")) rename(nameOf(event.target), outline); });
  pane.addEventListener("keydown", (event) => pressed(event, outline));
  pane.addEventListener("contextmenu", (event) => {
    const name = nameOf(event.target);
    if (!name) return;
    event.preventDefault();
    menu.open(outline, name, COMMANDS);
  });
  outline.draw();
}

// What can be done with a task: key, words, and the act. The menu shows them all.
export const COMMANDS = [
  { key: "Enter", words: "Edit in the inspector", act: inspect },
  { key: "F2", words: "Rename", act: rename },
  { key: "i", words: "Insert a task after it…", act: insert },
  { key: "c", words: "Connect it to…", act: menu.connect },
  { key: "Alt+ArrowUp", words: "Move up in the file", act: (name, outline) => move(name, outline, -1) },
  { key: "Alt+ArrowDown", words: "Move down in the file", act: (name, outline) => move(name, outline, 1) },
  { key: "Control+d", words: "Duplicate", act: (name, outline) => outline.do({ op: "duplicate_task", name }, `Duplicated ${name}.`) },
  { key: "Delete", words: "Delete", act: remove },
];

function clicked(event, outline) {
  const name = nameOf(event.target);
  if (!name) return;
  outline.current = name;
  if (event.target.closest("[data-menu]")) return menu.open(outline, name, COMMANDS);
  if (event.target.closest("[data-fold]")) return fold(name, outline, !outline.store.closed.has(name));
  outline.store.select({ task: name }, { origin: "outline" });
}

function pressed(event, outline) {
  const name = nameOf(event.target);
  if (!name || event.target.matches("input")) return;
  const pushed = [event.altKey && "Alt", (event.ctrlKey || event.metaKey) && "Control", event.key.length === 1 ? event.key.toLowerCase() : event.key].filter(Boolean).join("+");
  const command = COMMANDS.find((one) => one.key === pushed || (pushed === "Backspace" && one.key === "Delete"));
  if (command) command.act(name, outline);
  else if (pushed === "F10" && event.shiftKey || pushed === "ContextMenu") menu.open(outline, name, COMMANDS);
  else if (!walk(pushed, name, outline)) return;
  event.preventDefault();
  event.stopPropagation();
}

function walk(key, name, outline) {
  const items = [...outline.pane.querySelectorAll("[role=treeitem]")].filter((item) => !item.parentElement.closest("[aria-expanded=false]"));
  const at = items.indexOf(outline.item(name));
  const item = items[at];
  const to = {
    ArrowDown: () => items[at + 1], ArrowUp: () => items[at - 1], Home: () => items[0], End: () => items.at(-1),
    ArrowRight: () => opened(item, outline) ?? item.querySelector("[role=treeitem]"),
    ArrowLeft: () => shut(item, outline) ?? item.parentElement.closest("[role=treeitem]"),
    " ": () => item,
  }[key];
  if (!to) return false;
  const next = to();
  if (next) outline.store.select({ task: next.dataset.task }, { origin: "outline" });
  if (next) outline.focus(next.dataset.task);
  return true;
}

function opened(item, outline) {
  if (item.getAttribute("aria-expanded") !== "false") return null;
  fold(item.dataset.task, outline, false);
  return item;
}

function shut(item, outline) {
  if (item.getAttribute("aria-expanded") !== "true") return null;
  fold(item.dataset.task, outline, true);
  return item;
}

function fold(name, outline, closed) {
  outline.store.fold([name], closed);
  outline.focus(name);
}

function inspect(name, outline) {
  outline.store.select({ task: name }, { origin: "outline" });
  bringIntoSight(document.querySelector("#inspector"), "task");
  const field = () => document.querySelector("#inspector [data-task] #in-name");
  const shows = () => document.querySelector("#inspector [data-task]")?.dataset.task === name;
  if (shows()) return field().focus();
  const place = document.querySelector("#inspector [data-inspected]");
  const seen = new MutationObserver(() => {
    if (!shows()) return;
    seen.disconnect();
    field().focus();
  });
  seen.observe(place, { childList: true });
}

function insert(name, outline) {
  outline.store.select({ task: name }, { origin: "outline" });
  outline.store.tell("place", { after: name });
}

function remove(name, outline) {
  const items = [...outline.pane.querySelectorAll("[role=treeitem]")];
  const at = items.indexOf(outline.item(name));
  const next = (items[at + 1] ?? items[at - 1])?.dataset.task ?? null;
  outline.do({ op: "remove_task", name, bridge: true }, `Deleted ${name}.`).then((done) => {
    if (!done || !next) return;
    outline.store.select({ task: next }, { origin: "outline" });
    outline.focus(next);
  });
}

function move(name, outline, by) {
  const item = outline.item(name);
  const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!beside) return;
  const place = by < 0 ? { before: beside.dataset.task } : { after: beside.dataset.task };
  outline.do({ op: "move_task", name, ...place }, `Moved ${name} ${by < 0 ? "before" : "after"} ${beside.dataset.task}.`).then(() => outline.focus(name));
}

function rename(name, outline) {
  const label = outline.item(name).querySelector("[data-label]");
  const input = document.createElement("input");
  Object.assign(input, { className: "form-control rename", value: name, ariaLabel: `New name of ${name}`, spellcheck: false, autocomplete: "off" });
  let over = false;
  const end = async (to) => {
    if (over) return;
    over = true;
    input.replaceWith(label);
    const renamed = to && to !== name ? await outline.do({ op: "rename_task", name, to }, `Renamed to ${to}.`) : null;
    outline.focus(renamed ? to : name);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(input.value.trim());
    else if (event.key === "Escape") end(null);
  });
  input.addEventListener("blur", () => end(input.value.trim()));
  label.replaceWith(input);
  input.select();
}
