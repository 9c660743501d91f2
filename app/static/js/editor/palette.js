// The palette: find an action, a piece of flow or a pattern, and put it in: by Enter, by a click, or by dragging.
// A drag carries the key of the entry (an action's ref, or flow:<piece>); `entryOf(key)` tells what it means.
import { bringIntoSight, isTyping, operated, say } from "./parts.js";

export const DRAGGED = "application/x-attune-action";

/** What putting an entry in means: {operation, onto, label}; null for an unknown key. */
export function entryOf(key) {
  const button = document.querySelector(`#palette [data-key="${CSS.escape(key)}"]`);
  if (!button) return null;
  const { operation, onto } = button.dataset;
  return { operation: JSON.parse(operation), onto: onto ? JSON.parse(onto) : null, label: button.textContent.trim() };
}

/** Put an entry in after a task (null: at the end) and connect it where that is possible.
 *  `between`: into the only way on after a success, where there is exactly one. Resolves to the new task's name. */
export async function putIn(store, key, { after = null, connect = true, between = false } = {}) {
  const entry = entryOf(key);
  const task = after ? store.task(after) : null;
  const from = connect && task && !inContainer(store, after) ? after : null;
  const next = between && from ? onlyWayOn(task) : null;
  if (entry.operation.op === "add_task" && next) {
    const done = await operated(store, { op: "insert_between", from, to: next, kind: "succeeded", action: entry.operation.action }, "palette");
    return done?.selection ?? null;
  }
  if (entry.operation.op === "add_task") {
    const place = { ...(after ? { after } : {}), ...(from ? { from, kind: "succeeded" } : {}) };
    return (await operated(store, { ...entry.operation, ...place }, "palette"))?.selection ?? null;
  }
  const pasted = await operated(store, { ...entry.operation, ...(after ? { after } : {}) }, "palette");
  if (pasted?.selection && from) await operated(store, { op: "connect", from, to: pasted.selection, kind: "succeeded" }, "palette");
  if (pasted?.selection) store.select({ task: pasted.selection }, { origin: "palette" });
  return pasted?.selection ?? null;
}

export function attach(store, root) {
  const find = root.querySelector("#palette-find");
  const entries = [...root.querySelectorAll("[data-key]")];
  let wanted = null; // where the next one goes, when somebody has said so

  const shown = () => entries.filter((entry) => !entry.closest("li").hidden);
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of entries) entry.closest("li").hidden = !words.every((word) => entry.dataset.words.includes(word));
    for (const group of root.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("li:not([hidden])");
    root.querySelector("[data-none]").hidden = shown().length > 0;
    reachable(shown()[0]);
    if (words.length) say(root, `${shown().length} found.`);
  };
  const search = () => {
    bringIntoSight(find, "add");
    find.focus();
    find.select();
  };
  const reachable = (entry) => {
    for (const one of entries) one.tabIndex = -1;
    if (entry) entry.tabIndex = 0;
  };
  const go = (entry) => {
    if (!entry) return;
    reachable(entry);
    entry.focus();
  };
  const add = async (entry, { connect = true } = {}) => {
    const place = wanted ?? { after: store.selection.task ?? edgeSource(store), between: store.selection.edge !== null };
    wanted = null;
    root.classList.remove("placing");
    const key = entry.dataset.key;
    const onto = entryOf(key).onto;
    if (onto && place.after && connect && store.selection.task) return putOnto(store, root, place.after, onto, entry.textContent.trim());
    const name = await putIn(store, key, { ...place, connect });
    if (name) say(root, `Added ${name}${place.after ? ` after ${place.after}` : ""}.`);
  };

  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") go(shown()[0]);
    else if (event.key === "Enter" && shown()[0]) add(shown()[0], { connect: !event.shiftKey });
    else if (event.key === "Escape") clear(event, find, filter);
    else return;
    event.preventDefault();
  });
  root.addEventListener("keydown", (event) => {
    const entry = event.target.closest("[data-key]");
    if (entry) entryKey(event, entry, { shown: shown(), go, add, find });
  });
  root.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-key]");
    if (!entry) return;
    reachable(entry);
    add(entry);
  });
  root.addEventListener("dragstart", (event) => {
    const entry = event.target.closest("[data-key]");
    if (!entry) return;
    event.dataTransfer.setData(DRAGGED, entry.dataset.key);
    event.dataTransfer.setData("text/plain", entry.dataset.key);
    event.dataTransfer.effectAllowed = "copy";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event.target)) return;
    event.preventDefault();
    search();
  });
  store.on("place", (place) => {
    wanted = place;
    root.classList.add("placing");
    search();
    say(root, `What shall come after ${place.after}? Find it and press Enter.`);
  });
  reachable(entries[0]);
}

function entryKey(event, entry, { shown, go, add, find }) {
  const at = shown.indexOf(entry);
  const acts = {
    ArrowDown: () => go(shown[Math.min(at + 1, shown.length - 1)]),
    ArrowUp: () => (at <= 0 ? find.focus() : go(shown[at - 1])),
    Home: () => go(shown[0]),
    End: () => go(shown.at(-1)),
    Enter: () => add(entry, { connect: !event.shiftKey }),
    Escape: () => find.focus(),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

function clear(event, find, filter) {
  find.value = "";
  filter();
}

async function putOnto(store, root, task, onto, label) {
  for (const [key, value] of Object.entries(onto)) {
    const done = await operated(store, { op: "set_field", path: ["tasks", task, key], value }, "palette");
    if (done) say(root, `${label}: set on ${task}.`);
  }
}

function edgeSource(store) {
  const edge = store.selection.edge === null ? null : store.analysis.graph?.edges?.[store.selection.edge];
  return edge?.from ?? null;
}

function inContainer(store, name) {
  return store.analysis.outline.every((task) => task.name !== name);
}

function onlyWayOn(task) {
  const ways = task.transitions.filter((way) => way.kind === "succeeded" || way.kind === "always");
  const targets = ways.flatMap((way) => way.targets).filter((target) => !["fail", "noop"].includes(target));
  return targets.length === 1 && ways[0].kind === "succeeded" ? targets[0] : null;
}
