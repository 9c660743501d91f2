// The rehearsal bar: go through the workflow without running anything.
import { attachSource } from "./rehearsal-answers.js";
import { attachMarks } from "./rehearsal-marks.js";
import { attachPanel } from "./rehearsal-panel.js";
import { Play } from "./rehearsal-play.js";
import { attachTest } from "./rehearsal-test.js";
import { made } from "./elements.js";

const MOST_DOTS = 32;

export function attach(store, root) {
  const play = new Play(store);
  const one = (name) => root.querySelector(`[data-reh="${name}"]`);
  const tried = (act) => async () => {
    root.classList.add("is-busy");
    try { await act(); } catch (error) { store.fail(error); } finally { root.classList.remove("is-busy"); }
  };
  const acts = {
    back: () => play.go(play.at - 1),
    step: () => play.go(play.isOn ? play.at + 1 : 1),
    to: () => runTo(play, store),
    stop: () => play.stop(),
    what: () => whatIf(play, store),
  };
  for (const [name, act] of Object.entries(acts)) one(name).addEventListener("click", tried(act));

  const show = () => {
    const { task } = store.selection;
    one("to-words").textContent = task ? `Run to ${task}` : "Run to the end";
    one("back").disabled = !play.isOn || play.at === 0;
    one("step").disabled = play.isOn && play.at === play.stops.length;
    root.classList.toggle("is-on", play.isOn);
    one("stop").hidden = !play.isOn;
    one("what").hidden = !task;
    one("what").textContent = task ? whatWords(play, task) : "";
    one("strip").replaceChildren(...dots(play));
    one("strip").setAttribute("aria-label", play.isOn ? `Step ${play.at} of ${play.stops.length}` : "Not begun");
    one("said").replaceChildren(...sentence(play));
  };
  play.addEventListener("change", () => {
    show();
    const here = play.last;
    if (here) store.select({ task: here.task }, { origin: "rehearsal" });
  });
  store.on("selection", show);
  store.on("analysis", ({ stale, problems }) => {
    const broken = stale || problems.some(({ severity }) => severity === "error");
    if (play.isOn && !broken) tried(() => play.renew())();
  });
  store.on("rehearsal-data", ({ task, ...outcome }) => tried(() => play.say(task, outcome))());
  attachSource(play, root, tried);
  attachPanel(play, document.getElementById("rehearsal-panel"), tried);
  attachMarks(play, store);
  if (one("save")) attachTest(play, store, one("save"));
  show();
  store.play = play;
  return play;
}

async function runTo(play, store) {
  const { task } = store.selection;
  if (!task) return play.end();
  if (await play.goTo(task)) return null;
  throw new Error(`The rehearsal does not come to ${task}${play.at ? " any more" : ""}. Change what a task before it gives back, or go back some steps.`);
}

async function whatIf(play, store) {
  const { task } = store.selection;
  const fails = play.entry(task)?.error;
  await play.say(task, fails ? null : { error: { type: "failed", message: `${task} fails, to see what comes then` } });
  const index = play.stops.findIndex((step) => step.task === task);
  if (index >= 0) await play.go(index + 1);
}

function whatWords(play, task) {
  return play.entry(task)?.error ? `Let ${task} succeed again` : `What if ${task} fails?`;
}

// One dot for each stop; many are told in as many as there is room for.
function dots(play) {
  const total = play.stops.length;
  const shown = Math.min(total, MOST_DOTS);
  const now = total ? Math.ceil((play.at / total) * shown) : 0;
  return Array.from({ length: shown }, (_, index) => made("i", { class: index + 1 < now ? "d" : index + 1 === now ? "n" : "" }));
}

function sentence(play) {
  if (!play.isOn) return ["Step through the workflow with examples, or with the answers of a past run."];
  const { last, next, answer } = play;
  const head = made("b", {}, [play.at ? `Step ${play.at} of ${play.stops.length}: ` : `Before the first of ${play.stops.length} steps: `]);
  const then = next ? (next.task === last?.task ? "its end is next." : `${next.task} is next.`) : ended(answer);
  return [head, made("span", { class: "m2" }, [last ? `${last.task} ${came(last)}, ${then}` : then])];
}

function ended(answer) {
  const [first] = answer.waiting;
  if (first) return `now it waits: ${first.task}, ${first.reason}.`;
  return `the run ${{ completed: "has succeeded", failed: "has failed", cancelled: "was cancelled" }[answer.status] ?? answer.status}${answer.error ? `: ${answer.error}` : "."}`;
}

function came(step) {
  const words = { completed: "succeeded", failed: "failed", timed_out: "ran out of time", waiting_inquiry: "asks", skipped: "was skipped" };
  return words[step.what] ?? step.what.replaceAll("_", " ");
}
