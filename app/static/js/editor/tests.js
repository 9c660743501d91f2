// The tests of the saved workflow, played by the server (no action is run): how many pass, and which transitions no
// test takes; those are drawn as short dots.
import { call } from "./api.js";
import { workflow } from "./rehearsal-test.js";

export function attachTests(store, bar) {
  const place = bar.querySelector("[data-tests]");
  let missing = [];

  const mark = () => {
    const { svg } = store.canvas.drawing;
    const untested = new Set(missing.flatMap(({ task, index, target }) => [
      ...(svg?.querySelectorAll(`.edge[data-from="${CSS.escape(task)}"][data-to="${CSS.escape(target ?? "")}"][data-index="${index}"]`) ?? []),
    ]));
    for (const part of svg?.querySelectorAll(".edge.untested") ?? []) if (!untested.has(part)) part.classList.remove("untested");
    for (const part of untested) part.classList.add("untested");
    document.querySelector("[data-untested]").hidden = !missing.length;
  };
  const play = async () => {
    if (store.page.isNew && !store.keeper.base) return;
    const found = await call("POST", `/packs/${encodeURIComponent(store.packRef)}/test`, { name: workflow(store) }).catch(() => null);
    const own = found?.workflows.find(({ ref }) => ref === store.ref);
    place.hidden = !own?.tests.length;
    if (place.hidden) return;
    missing = own.coverage?.transitions.missing ?? [];
    show(place, own, missing.length);
    mark();
  };
  store.on("analysis", mark);
  store.on("saved", play);
  store.on("tested", play);
  play();
}

function show(place, { tests, passed }, untested) {
  const good = typeof passed === "number" ? passed : tests.filter((test) => test.passed).length;
  place.classList.toggle("bad", good < tests.length);
  place.querySelector("[data-passed]").textContent = `${good} of ${tests.length} ${tests.length === 1 ? "test" : "tests"}`;
  place.querySelector("[data-missing]").textContent = untested ? `${untested} ${untested === 1 ? "edge" : "edges"} untested` : "";
}
