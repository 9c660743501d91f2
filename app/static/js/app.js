// Attaches the small behaviours: `data-behavior="name"` on an element calls `attach(element)` of behaviors/name.js once.
// Everything works without them; they only save a step.
import * as findKey from "./behaviors/find-key.js";
import * as graphView from "./behaviors/graph-view.js";
import * as guide from "./behaviors/guide.js";
import * as live from "./behaviors/live.js";
import * as localClock from "./behaviors/local-clock.js";
import * as localTime from "./behaviors/local-time.js";
import * as menu from "./behaviors/menu.js";
import * as minimap from "./behaviors/minimap.js";
import * as once from "./behaviors/once.js";
import * as themeSwitch from "./behaviors/theme-switch.js";
import * as ticking from "./behaviors/ticking.js";
import * as turnPages from "./behaviors/turn-pages.js";

const BEHAVIORS = {
  "find-key": findKey,
  "graph-view": graphView,
  guide,
  live,
  "local-clock": localClock,
  "local-time": localTime,
  menu,
  minimap,
  once,
  "theme-switch": themeSwitch,
  ticking,
  "turn-pages": turnPages,
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
// A live update names what has not changed with an empty element: what the browser has stands in for it
// before the two trees are compared, so that every element keeps its attributes wherever it is matched.
document.addEventListener("htmx:before:swap", (event) => {
  for (const task of event.detail.tasks ?? []) {
    for (const same of task.fragment?.querySelectorAll?.("[data-same]") ?? []) {
      const kept = document.getElementById(same.id);
      if (kept) same.replaceWith(kept.cloneNode(true));
    }
  }
});
