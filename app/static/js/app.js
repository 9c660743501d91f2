// Attaches the small behaviours: `data-behavior="name"` on an element calls `attach(element)` of behaviors/name.js once.
// Everything works without them; they only save a step.
import * as findKey from "./behaviors/find-key.js";
import * as graphView from "./behaviors/graph-view.js";
import * as live from "./behaviors/live.js";
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
  live,
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
// A live update names what has not changed with an empty element: the browser keeps what it has.
document.addEventListener("htmx:before:morph:node", (event) => {
  if (event.detail.newNode.hasAttribute?.("data-same")) event.preventDefault();
});
