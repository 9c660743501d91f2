// The draft, kept by itself: soon after the last change, when the page is hidden, and before it is left.
import { call } from "./api.js";
import { notify } from "./notices.js";
import { clock } from "./saving.js";

const REST_MS = 2000;
const AGAIN_MS = 10_000;
const KEEPALIVE_BYTES = 60_000; // a browser refuses more from a page that is being left

export function attachDrafts(keeper) {
  const { store } = keeper;
  const address = `/workflows/${encodeURIComponent(store.ref)}/drafts/mine`;
  let timer = null;
  let kept = store.text; // the text that is safe: as a revision or as a draft
  let held = store.page.draft?.text ?? null; // the draft that the server has
  let busy = false;

  const put = async (text, keepalive) => {
    keeper.others?.(await call("PUT", address, { text, base: keeper.base }, { keepalive }));
    held = text;
    keeper.say(`Draft saved ${clock()}`, "ok");
  };
  const keep = async ({ leaving = false } = {}) => {
    clearTimeout(timer);
    const { text } = store;
    if (text === kept || (busy && !leaving)) return;
    busy = true;
    try {
      const keepalive = leaving && text.length * 2 < KEEPALIVE_BYTES;
      if (keeper.dirty) await put(text, keepalive);
      else await call("DELETE", address, undefined, { keepalive }).catch(() => {}); // there may be none
      kept = text;
    } catch (error) {
      keeper.say("Draft not saved", "fail");
      if (error.status === 422) notify(error.message, "fail");
      else timer = setTimeout(keep, AGAIN_MS);
    } finally {
      busy = false;
      if (store.text !== kept && !leaving) soon();
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, REST_MS);
  };

  store.on("text", () => {
    if (!keeper.dirty) keeper.say("");
    else if (store.text !== kept) keeper.say("Not saved yet");
    soon();
  });
  store.on("saved", () => {
    clearTimeout(timer);
    kept = keeper.saved;
    // Saving takes away the draft of the same text; one from before a merge would come up again as unsaved work.
    if (held !== null && held !== kept) call("DELETE", address).catch(() => {});
    held = null;
    if (store.text !== kept) soon();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep({ leaving: true }); });
  addEventListener("beforeunload", (event) => {
    if (store.text === kept) return;
    keep({ leaving: true });
    event.preventDefault();
  });
  keeper.keepDraft = keep;
  open(keeper, address, (text) => { kept = text; });
}

// A draft from before is taken up again, as one step that undo takes back.
function open(keeper, address, safe) {
  const { store } = keeper;
  const { draft } = store.page;
  if (!draft || draft.text === store.text) return;
  safe(draft.text);
  store.setText(draft.text, { origin: "draft" });
  if (draft.base) keeper.base = draft.base;
  keeper.say(`Draft of ${clock(draft.updated)}`, "ok");
  const stored = keeper.isNew ? "an empty workflow" : "what is saved";
  notify("You are in your draft, not yet saved for others.", "", {
    label: `Go back to ${stored}`,
    async act() {
      store.setText(store.page.text, { origin: "draft" });
      keeper.base = store.page.revision;
      safe(store.page.text);
      await call("DELETE", address).catch(() => {});
      keeper.say("");
    },
  });
}
