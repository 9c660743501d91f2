// The tests of the saved workflow, played by the server (no action is run): how many pass, and which transitions no
// test takes; those are drawn as short dots.
import { call } from "./api.js";
import { made } from "./elements.js";
import { workflow } from "./rehearsal-test.js";

export function attachTests(store, bar) {
  const place = bar.querySelector("[data-tests]");
  const inspected = document.querySelector("[data-inspected]");
  let missing = [];
  let taken = null; // of each transition, by task and place: how many tests take it; null: there are no tests

  const mark = () => {
    const { svg } = store.canvas.drawing;
    const untaken = new Set(missing.map(({ task, index, target }) => JSON.stringify([task, index, target])));
    for (const part of svg?.querySelectorAll(".edge[data-edge]") ?? []) {
      const { from, to, index } = part.dataset; // an end cap stands for several
      part.classList.toggle("untested", index.split(" ").every((one) => untaken.has(JSON.stringify([from, Number(one), to]))));
    }
    document.querySelector("[data-untested]").hidden = !missing.length;
  };
  // In the inspector, too; not while the text is another than the one that was tested.
  const tag = () => {
    for (const old of inspected.querySelectorAll("[data-took]")) old.remove();
    const task = inspected.querySelector("[data-task]")?.dataset.task;
    if (!taken || !task || store.keeper.dirty) return;
    for (const way of inspected.querySelectorAll("[data-way]")) way.querySelector("summary").append(tookTag(taken.get(`${task} ${way.dataset.way}`) ?? 0));
  };
  const play = async () => {
    if (store.page.isNew && !store.keeper.base) return;
    const found = await played(store).catch(() => null);
    const own = found?.workflows.find(({ ref }) => ref === store.ref);
    place.hidden = !own?.tests.length;
    taken = place.hidden ? null : new Map(own.taken.map(({ task, index, tests }) => [`${task} ${index}`, tests]));
    tag();
    if (place.hidden) return;
    missing = own.coverage?.transitions.missing ?? [];
    show(place, own, missing.length);
    mark();
  };
  store.on("analysis", mark);
  new MutationObserver(tag).observe(inspected, { childList: true });
  store.on("text", tag);
  store.on("saved", play);
  store.on("tested", play);
  play();
}

// Null where there is nothing to play.
async function played(store) {
  const pack = `/packs/${encodeURIComponent(store.packRef)}`;
  const { items } = await call("GET", `${pack}/tests?workflow=${encodeURIComponent(workflow(store))}`);
  return items.length ? call("POST", `${pack}/test`, { name: workflow(store) }) : null;
}

function tookTag(number) {
  const words = number ? `${number} ${number === 1 ? "test" : "tests"}` : "no test";
  return made("span", { class: `tag took${number ? "" : " none"}`, "data-took": true, title: number ? "so many tests take it" : "no test takes it" }, [words]);
}

function show(place, { tests, passed }, untested) {
  const good = typeof passed === "number" ? passed : tests.filter((test) => test.passed).length;
  place.classList.toggle("bad", good < tests.length);
  place.querySelector("[data-passed]").textContent = `${good} of ${tests.length} ${tests.length === 1 ? "test" : "tests"}`;
  place.querySelector("[data-missing]").textContent = untested ? `${untested} ${untested === 1 ? "edge" : "edges"} untested` : "";
}
