// What palette, outline and inspector share: fragments of the server, words for a screen reader, panes in sight.
import { show } from "./panes.js";

/** HTML of a fragment. `body`: JSON for a POST, a FormData for a form, nothing for a GET. Throws with words. */
export async function fragment(store, address, body, { signal } = {}) {
  const json = body !== undefined && !(body instanceof FormData);
  const response = await fetch(address, {
    method: body === undefined ? "GET" : "POST",
    signal,
    // "HX-Request": somebody who is signed out is told so, and not given the sign-in page as a fragment
    headers: { "X-CSRFToken": store.page.csrf, "HX-Request": "true", ...(json ? { "Content-Type": "application/json" } : {}) },
    body: json ? JSON.stringify(body) : body,
  });
  if (response.status === 401) throw new Error("You are signed out. Sign in again in another tab, then go on here.");
  const html = await response.text();
  if (response.ok || response.status === 422) return html;
  const page = new DOMParser().parseFromString(html, "text/html");
  throw new Error(page.querySelector("main p")?.textContent ?? `The server answered ${response.status}.`);
}

/** Tell a screen reader, in the pane's own polite region. */
export function say(root, words) {
  const region = root.querySelector("[data-said]");
  if (region) region.textContent = words;
}

/** Do an operation, or several as one step; what goes wrong has been shown by the store. Gives null then. */
export async function operated(store, operation, origin) {
  try {
    return await (Array.isArray(operation) ? store.operateAll(operation, { origin }) : store.operate(operation, { origin }));
  } catch {
    return null;
  }
}

/** Whether somebody types there, so that single letters are not commands. */
export function isTyping(target) {
  return Boolean(target.closest?.("input, textarea, select, [contenteditable], .cm-editor"));
}

/** Where panes are tabs, open the one (add, graph, yaml, task) that an element is in, when it can't be seen. */
export function bringIntoSight(element, pane) {
  if (!element?.checkVisibility()) show(document.getElementById("main"), pane);
}
