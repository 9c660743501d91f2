// The sheet of keys on "?", and F6, which goes from pane to pane.
import { isTyping } from "./parts.js";

const PANES = ["#palette-find", "#outline [role=treeitem][tabindex='0']", "#canvas [tabindex='0']", "#text .cm-content", "#inspector input, #inspector button"];

export function attach(store, sheet) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !isTyping(event.target) && !sheet.open) {
      event.preventDefault();
      sheet.showModal();
    } else if (event.key === "F6") {
      event.preventDefault();
      nextPane(event.shiftKey ? -1 : 1);
    }
  });
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
}

function nextPane(by) {
  const places = PANES.map((selector) => document.querySelector(selector)).filter((place) => place?.checkVisibility?.() ?? place);
  const panes = places.map((place) => place.closest("#palette, #outline, #canvas, #text, #inspector"));
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  places[(at + by + places.length) % places.length]?.focus();
}
