// The editor page: one document, several panes that know only the store.
import { configure } from "./api.js";
import * as canvas from "./canvas.js";
import * as inspector from "./inspector.js";
import * as outline from "./outline.js";
import * as palette from "./palette.js";
import * as problems from "./problems.js";
import * as rehearsal from "./rehearsal.js";
import * as saving from "./saving.js";
import * as shortcuts from "./shortcuts.js";
import { Store } from "./store.js";
import * as text from "./text.js";

const PANES = [
  [text, "#text"], [canvas, "#canvas"], [palette, "#palette"], [outline, "#outline"], [inspector, "#inspector"],
  [problems, "#problems"], [saving, "#docbar"], [rehearsal, "#rehearsal"], [shortcuts, "#shortcuts"],
];

const page = JSON.parse(document.getElementById("main").dataset.page);
configure(page);
const store = new Store(page);
store.page = page;
document.getElementById("main").store = store; // for whoever looks at the page from the console, and for its tests
for (const [pane, place] of PANES) pane.attach(store, document.querySelector(place));
store.analyse();
