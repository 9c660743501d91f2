// What the page has to say in passing. A failure stays until it is closed or the next one comes; the rest goes by itself.
import { made } from "./elements.js";

const LASTS_MS = 7000;
let timer = null;

/** `action`: {label, act()}: one button. */
export function notify(message, tone = "", action = null) {
  const place = document.getElementById("notices");
  clearTimeout(timer);
  const close = () => place.replaceChildren();
  const note = made("div", { class: `note float ${tone}`, role: tone === "fail" ? "alert" : "status" }, [
    made("div", { class: "grow" }, [message]),
    action ? made("button", { type: "button", class: "btn btn-sm", onclick: () => { close(); action.act(); } }, [action.label]) : "",
    made("button", { type: "button", class: "btn btn-sm btn-quiet", "aria-label": "Close this message", onclick: close }, ["✕"]),
  ]);
  place.replaceChildren(note);
  if (tone !== "fail" && !action) timer = setTimeout(close, LASTS_MS);
}
