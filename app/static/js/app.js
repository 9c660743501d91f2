// Attaches the small behaviours: `data-behavior="name"` on an element calls `attach(element)` of behaviors/name.js once.
// Everything works without them; they only save a step.
import * as findKey from "./behaviors/find-key.js";
import * as graphView from "./behaviors/graph-view.js";
import * as live from "./behaviors/live.js";
import * as localTime from "./behaviors/local-time.js";
import * as menu from "./behaviors/menu.js";
import * as once from "./behaviors/once.js";
import * as themeSwitch from "./behaviors/theme-switch.js";

const BEHAVIORS = {
  "find-key": findKey,
  "graph-view": graphView,
  live,
  "local-time": localTime,
  menu,
  once,
  "theme-switch": themeSwitch,
};
const attached = new WeakMap();

function attachAll(root) {
  for (const element of root.querySelectorAll("[data-behavior]")) {
    for (const name of element.dataset.behavior.split(" ")) {
      const seen = attached.get(element) ?? new Set();
      if (!BEHAVIORS[name] || (seen.has(name) && !BEHAVIORS[name].everyTime)) continue;
      attached.set(element, seen.add(name));
      BEHAVIORS[name].attach(element);
    }
  }
}

attachAll(document);
document.addEventListener("htmx:after:swap", () => attachAll(document));
