// The inspector: the server draws the selected task as a form, every change goes back as one operation.
// A new drawing never takes away the focus, the caret, or what has been typed and not yet taken over.
import * as fields from "./inspector-fields.js";
import * as names from "./inspector-names.js";
import * as ways from "./inspector-ways.js";
import { fragment, operated, say } from "./parts.js";
import * as taskRun from "./task-run.js";
import { transitionAt } from "./transitions.js";

const PAUSE_MS = 90;
const TYPING_MS = 250; // the analysis of a new text comes first, and asks anew

export function attach(store, root) {
  const place = root.querySelector("[data-inspected]");
  const state = { run: null, drawn: "", wanted: null, timer: null, asked: null };

  const draw = (html) => {
    if (html === state.drawn) return;
    state.drawn = html;
    const before = remembered(place);
    place.innerHTML = html;
    restore(place, before, state);
  };
  const ask = async () => {
    state.asked?.abort();
    const asked = state.asked = new AbortController();
    const edge = selectedEdge(store);
    const task = store.selection.task ?? edge?.from ?? null;
    const { line } = store.selection;
    const cursor = line ?? store.task(task)?.line;
    const question = { text: store.text, task, ref: store.ref, pack_ref: store.packRef, run: state.run, line: cursor };
    try {
      draw(await fragment(store, root.dataset.inspect, question, { signal: asked.signal }));
      if (edge) reveal(place, edge.index);
    } catch (error) {
      store.fail(error);
    }
  };
  const soon = (pause = PAUSE_MS) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, pause);
  };
  const inspector = {
    store, root, place,
    task: () => place.querySelector("[data-task]")?.dataset.task ?? null,
    /** Do an operation on the shown task, then put the focus on the field with this id. */
    change: async (operation, { focus, words } = {}) => {
      if (focus) state.wanted = focus;
      const done = await operated(store, operation, "inspector");
      if (done && words) say(root, words);
      if (!done) soon(0);
      return done;
    },
    focusOn: (id) => { state.wanted = id; },
  };

  store.on("busy", (busy) => root.setAttribute("aria-busy", busy));
  store.on("selection", () => soon());
  store.on("analysis", () => soon());
  store.on("text", () => {
    state.asked?.abort();
    soon(TYPING_MS);
  });
  root.addEventListener("change", (event) => {
    if (!event.target.matches("[data-choose-run]")) return;
    state.run = Number(event.target.value);
    soon(0);
  });
  root.addEventListener("click", (event) => clicked(event, inspector));
  root.addEventListener("submit", (event) => {
    if (event.target.matches("[data-add-name]")) addNamed(event, inspector);
  });
  root.addEventListener("focusout", (event) => { if (event.target.matches("[data-rename]")) rename(event.target, inspector); });
  root.addEventListener("keydown", (event) => { if (event.target.matches("[data-rename]")) nameKey(event, inspector); });
  for (const part of [fields, names, ways, taskRun]) part.attach(inspector);
}

// A selected edge is looked at where it begins: with that transition open.
function selectedEdge(store) {
  return transitionAt(store.analysis.graph, store.selection.edge);
}

function reveal(place, index) {
  const way = place.querySelector(`[data-way="${index}"]`);
  if (!way || way.open) return;
  way.open = true;
  way.scrollIntoView({ block: "nearest" });
}

const ACTS = {
  duplicate: (name) => ({ op: "duplicate_task", name }),
  remove: (name) => ({ op: "remove_task", name, bridge: true }),
};

function clicked(event, inspector) {
  const pressed = event.target.closest("button, a");
  if (!pressed || !inspector.root.contains(pressed)) return;
  const { act, set, unset, select, operation, focus, addChild } = pressed.dataset;
  if (act) inspector.change(ACTS[act](inspector.task()), { words: act === "remove" ? "Deleted." : "Duplicated." });
  else if (set) inspector.change({ op: "set_field", ...JSON.parse(set) }, { focus });
  else if (unset) inspector.change({ op: "unset_field", path: JSON.parse(unset) });
  else if (operation) inspector.change(JSON.parse(operation), { words: "Mended." });
  else if (addChild !== undefined) addTo(inspector, Number(addChild));
  else if (select) {
    event.preventDefault();
    inspector.store.select({ task: select }, { origin: "inspector" });
  }
}

function addTo(inspector, size) {
  const taken = new Set(inspector.store.analysis.outline.flatMap((task) => [task, ...(task.children ?? [])]).map((task) => task.name));
  let number = size + 1;
  while (taken.has(`child_${number}`)) number += 1;
  const path = ["tasks", inspector.task(), "tasks", size];
  inspector.change({ op: "set_field", path, value: { name: `child_${number}`, action: "core.noop" } });
}

// A parameter, a variable or a key of the result: its name first, the rest in its fields.
function addNamed(event, inspector) {
  event.preventDefault();
  const { form } = event.target.elements.name;
  const name = form.elements.name.value.trim();
  if (!name) return;
  const path = [...JSON.parse(form.dataset.addName), name];
  form.elements.name.value = "";
  inspector.change({ op: "set_field", path, value: JSON.parse(form.dataset.value) }, { focus: `in-${path.join("-")}`, words: `Added ${name}.` });
}

function rename(input, inspector) {
  const name = inspector.task();
  const to = input.value.trim();
  if (input.dataset.renamed !== undefined) return; // Enter has sent it; drawn anew, the field also loses the focus
  if (!to || to === name) {
    input.value = name;
    return;
  }
  input.dataset.renamed = to;
  inspector.change({ op: "rename_task", name, to }, { words: `Renamed to ${to}.` }).then((done) => {
    if (done) return;
    delete input.dataset.renamed;
    input.value = name;
  });
}

function nameKey(event, inspector) {
  if (event.key === "Enter") {
    event.preventDefault();
    rename(event.target, inspector);
  } else if (event.key === "Escape") {
    event.target.value = inspector.task();
    event.target.select();
  }
}

// -- what outlives a new drawing

function remembered(place) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const dirty = focused && "defaultValue" in focused && focused.value !== focused.defaultValue;
  return {
    task: place.querySelector("[data-task]")?.dataset.task,
    focus: focused?.id || null,
    caret: focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null,
    typed: dirty ? { id: focused.id, value: focused.value, mode: focused.closest("[data-field]")?.dataset.mode } : null,
    open: [...place.querySelectorAll("details[data-keep][open]")].map((details) => details.dataset.keep),
    scroll: place.closest(".insp").scrollTop,
  };
}

function restore(place, before, state) {
  const sameTask = place.querySelector("[data-task]")?.dataset.task === before.task;
  if (sameTask) {
    for (const key of before.open) place.querySelector(`details[data-keep="${key}"]`)?.setAttribute("open", "");
    place.closest(".insp").scrollTop = before.scroll;
  }
  const wanted = state.wanted && document.getElementById(state.wanted);
  if (wanted) {
    state.wanted = null;
    wanted.closest("details")?.setAttribute("open", "");
    wanted.focus();
    return;
  }
  const again = sameTask && before.focus ? document.getElementById(before.focus) : null;
  if (!again) return;
  if (before.typed) fields.retype(again, before.typed);
  again.focus({ preventScroll: true });
  if (before.caret && before.caret[0] !== null && "setSelectionRange" in again) again.setSelectionRange(...before.caret);
}
