// The bar: what is saved and where, Save, undo, the three views, Run, and who else is here.
import { attachDrafts } from "./saving-drafts.js";
import { attachOthers } from "./saving-others.js";
import { attachRun } from "./saving-run.js";
import { settled } from "./saving-conflict.js";
import { answered } from "./api.js";
import { notify } from "./notices.js";
import { attachPanes } from "./panes.js";
import { attachTests } from "./tests.js";

export function attach(store, root) {
  const { page } = store;
  const keeper = {
    store, root,
    saved: page.isNew ? null : page.text, // the text that the server holds as the newest revision
    base: page.revision, // id of the revision that the text was made from
    isNew: page.isNew,
    maySave: page.maySave,
    fileHash: null,
    get dirty() { return store.text !== this.saved; },
    say(words, tone = "") { say(root, words, tone); },
    save: (options) => save(keeper, options),
  };
  store.keeper = keeper;
  if (keeper.maySave) attachDrafts(keeper);
  if (keeper.maySave) attachOthers(keeper);
  attachRun(keeper);
  attachPanes(store, root);
  attachTests(store, root);
  attachHistory(store, root);
  root.querySelector("[data-save]")?.addEventListener("click", () => keeper.save());
  document.addEventListener("keydown", (event) => keys(event, keeper), true);
  store.on("problem", ({ message }) => notify(message, "fail"));
  store.on("text", () => mark(keeper));
  store.on("saved", () => mark(keeper));
  store.on("busy", (busy) => document.getElementById("main").classList.toggle("is-busy", busy));
  mark(keeper);
  return keeper;
}

// Something else than the server holds is in the editor: the button says that it can be pressed.
function mark(keeper) {
  if (!keeper.maySave) return;
  keeper.root.querySelector("[data-save]").disabled = !keeper.dirty;
  const title = `${keeper.dirty ? "• " : ""}${document.title.replace(/^• /, "")}`;
  if (title !== document.title) document.title = title;
}

/** Save the text as the newest revision. Resolves true when it is. */
async function save(keeper) {
  const { store } = keeper;
  const { text } = store;
  if (!keeper.maySave) {
    notify("You may look at this workflow, but not save it. An administrator can grant you actions: update.");
    return false;
  }
  if (keeper.saving || text === keeper.saved) return !keeper.saving;
  keeper.saving = true;
  keeper.say("Saving…");
  try {
    const { data, message, path } = await sent(keeper, text);
    known(keeper, data, text);
    if (path !== undefined) lives(path);
    keeper.say(`Saved ${clock()}`, "ok");
    if (message) notify(message);
    return true;
  } catch (error) {
    keeper.say("Not saved", "fail");
    if (error.status === 409 && error.details?.head) return settled(keeper, error, text);
    await keeper.keepDraft?.();
    notify(refusal(error, keeper), "fail");
    return false;
  } finally {
    keeper.saving = false;
  }
}

function sent(keeper, text) {
  const { ref, packRef } = keeper.store;
  if (keeper.isNew) return created(ref, packRef, text);
  const body = { text, base: keeper.base, ...(keeper.fileHash ? { file_hash: keeper.fileHash } : {}) };
  return answered("PUT", `/workflows/${encodeURIComponent(ref)}`, body);
}

// A new workflow becomes a file of its pack; where none can be written the database has it all the same.
async function created(ref, packRef, text) {
  const name = ref.slice(packRef.length + 1);
  try {
    const made = await answered("POST", `/packs/${encodeURIComponent(packRef)}/workflow-files`, { name, text });
    return { ...made, path: `workflows/${name}.yaml` };
  } catch (error) {
    if (error.status !== 400) throw error;
    const kept = await answered("POST", "/workflows", { ref, pack_ref: packRef, text });
    return { ...kept, path: "", message: `${error.message} The database has it, and runs use it.` };
  }
}

function known(keeper, workflow, text) {
  const { page } = keeper.store;
  if (keeper.isNew) history.replaceState(null, "", page.editAddress);
  Object.assign(keeper, { saved: text, base: workflow.revision, isNew: false, fileHash: null });
  keeper.root.querySelector("h1").textContent = workflow.label;
  keeper.store.tell("saved", { revision: workflow.revision, updated: workflow.updated });
}

/** Say which file of the pack a new workflow has become; none: only the database has it. */
function lives(path) {
  document.querySelector("[data-file]").textContent = path || "in the database, without a file";
}

function refusal(error, keeper) {
  const [first] = Array.isArray(error.details) ? error.details : [];
  if (error.status !== 422) return error.message;
  return `It isn’t saved yet: ${first?.line ? `line ${first.line}, ` : ""}${first?.message ?? error.message} Your draft is kept${keeper.isNew ? ": you find it again under Workflows" : ""}.`;
}

function attachHistory(store, root) {
  const [undo, redo] = [root.querySelector("[data-undo]"), root.querySelector("[data-redo]")];
  const mark = () => {
    const depth = store.depth();
    undo.disabled = !depth.undo;
    redo.disabled = !depth.redo;
  };
  undo.addEventListener("click", () => store.undo());
  redo.addEventListener("click", () => store.redo());
  store.on("text", mark);
  mark();
}

function keys(event, keeper) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "s") {
    event.preventDefault();
    keeper.save();
  }
  // Fields and the text pane have an undo of their own; everywhere else it is the document's.
  if (!["z", "y"].includes(key) || event.target.closest("input, textarea, select, .cm-editor, dialog")) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) keeper.store.redo();
  else keeper.store.undo();
}

function say(root, words, tone) {
  const tag = root.querySelector("[data-saved]");
  tag.hidden = !words;
  tag.dataset.tone = tone;
  root.querySelector("[data-saved-text]").textContent = words;
}

/** 14:05, as this person's clock says it. */
export function clock(time = new Date()) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}
