// The sheet of keys on "?", and F6, which goes from pane to pane.
import { bringIntoSight, isTyping } from "./parts.js";

// What takes the focus in each pane, the pane, and its tab where panes are tabs.
const PANES = [
  ["#palette-find", "#palette", "add"],
  ["#outline [role=treeitem][tabindex='0']", "#outline", "add"],
  ["#canvas [tabindex='0']", "#canvas", "graph"],
  ["#text .cm-content", "#text", "yaml"],
  ["#inspector input, #inspector button", "#inspector", "task"],
];

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
  const panes = PANES.filter(([place]) => document.querySelector(place));
  const at = panes.findIndex(([, pane]) => document.querySelector(pane).contains(document.activeElement));
  const [place, , tab] = panes[(at + by + panes.length) % panes.length];
  bringIntoSight(document.querySelector(place), tab);
  document.querySelector(place).focus();
}
