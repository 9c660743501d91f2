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

/** Put an entry in after a task (null: at the end), as one step that can be undone. Resolves to the new task's name.
 *  `connect`: lead there from that task, too; `edge`: put it on this way, {from, to, kind, index}. */
export async function putIn(store, key, { after = null, connect = true, edge = null } = {}) {
  const { operation } = entryOf(key);
  const from = connect && after && !inContainer(store, after) ? after : null;
  const place = after ? { after } : {};
  if (operation.op === "add_task") {
    const whole = connect && edge
      ? { op: "insert_between", from: edge.from, to: edge.to, kind: edge.kind, action: operation.action }
      : { ...operation, ...place, ...(from ? { from, kind: "succeeded" } : {}) };
    return (await operated(store, whole, "palette"))?.selection ?? null;
  }
  const steps = [{ ...operation, ...place }];
  if (connect && edge) {
    steps.push(({ added }) => ({ op: "retarget", from: edge.from, to: edge.to, new_to: added.first, kind: edge.kind }));
    steps.push(({ added }) => ({ op: "connect", from: added.last, to: edge.to, kind: "succeeded" }));
  } else if (from) {
    steps.push(({ added }) => ({ op: "connect", from, to: added.first, kind: "succeeded" }));
  }
  return (await operated(store, steps, "palette"))?.selection ?? null;
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
    const place = wanted ? between(store, wanted.after) : here(store);
    wanted = null;
    root.classList.remove("placing");
    const key = entry.dataset.key;
    const onto = entryOf(key).onto;
    if (onto && connect && store.selection.task === place.after && place.after) return putOnto(store, root, place.after, onto, entry.textContent.trim());
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
  const steps = Object.entries(onto).map(([key, value]) => ({ op: "set_field", path: ["tasks", task, key], value }));
  if (await operated(store, steps, "palette")) say(root, `${label}: set on ${task}.`);
}

function here(store) {
  const edge = selectedEdge(store);
  return { after: store.selection.task ?? edge?.from ?? null, edge };
}

/** After a task: on its only way on after a success, where there is exactly one. */
function between(store, after) {
  const task = store.task(after);
  return { after, edge: task && !inContainer(store, after) ? onlyWayOn(task) : null };
}

function selectedEdge(store) {
  return store.selection.edge === null ? null : store.analysis.graph?.edges?.[store.selection.edge] ?? null;
}

function inContainer(store, name) {
  return store.analysis.outline.every((task) => task.name !== name);
}

function onlyWayOn(task) {
  const ways = task.transitions.filter((way) => way.kind === "succeeded" || way.kind === "always");
  const targets = ways.flatMap((way) => way.targets).filter((target) => !["fail", "noop"].includes(target));
  return targets.length === 1 && ways[0].kind === "succeeded" ? { from: task.name, to: targets[0], kind: "succeeded" } : null;
}
