// Keep a rehearsal as a test of the pack: the answers it was given, and what came of them.
import { call } from "./api.js";
import { made } from "./elements.js";
import { notify } from "./notices.js";

export function attachTest(play, store, button) {
  play.addEventListener("change", () => { button.disabled = !play.isOn; });
  button.addEventListener("click", () => ask(play, store));
}

function ask(play, store) {
  const name = made("input", { class: "form-control", required: true, pattern: "[a-z0-9_][a-z0-9_\\-]*", autocomplete: "off", spellcheck: "false", value: suggested(play) });
  const description = made("input", { class: "form-control", placeholder: "What it shows, in a sentence", autocomplete: "off" });
  const problem = made("p", { class: "problem", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await save(play, store, name.value, description.value);
      dialog.close();
    } catch (error) {
      const [first] = Array.isArray(error.details) ? error.details : [];
      problem.textContent = error.status === 409 ? "There is a test of this name already. Take another one." : first?.message ?? error.message;
    }
  };
  const dialog = made("dialog", { class: "run-sheet", "aria-labelledby": "test-title" }, [
    made("h2", { id: "test-title" }, ["Save as test"]),
    made("form", { class: "stack", onsubmit: submit }, [
      made("p", { class: "m2 sm" }, [`It expects what happened here: ${summary(play)}. The workflow is saved first.`]),
      made("label", { class: "form-label" }, ["Name", name]), made("label", { class: "form-label" }, ["Description", description]), problem,
      made("div", { class: "row-f" }, [
        made("button", { class: "btn btn-primary" }, ["Save the test"]),
        made("button", { class: "btn btn-quiet", type: "button", onclick: () => dialog.close() }, ["Cancel"]),
      ]),
    ]),
  ]);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

async function save(play, store, name, description) {
  const { keeper } = store;
  if ((keeper.isNew || keeper.dirty) && !(await keeper.save())) throw new Error("The workflow itself could not be saved, so the test can’t be played.");
  const address = `/packs/${encodeURIComponent(store.packRef)}/tests/${encodeURIComponent(workflow(store))}/${encodeURIComponent(name)}`;
  const saved = await call("PUT", address, { content: content(play, description) });
  store.tell("tested");
  if (saved.result?.passed === false) notify(`The test is saved as ${saved.file}, but does not pass: ${saved.result.problems?.[0]?.message ?? "see the tests of the pack"}`, "fail");
  else notify(`Saved as ${saved.file}. It passes.`);
}

// With the clock and the configuration it was rehearsed with: on another day, or another server, it comes to the same.
function content({ answer, script, now }, description) {
  const tasks = Object.fromEntries(answer.graph.nodes.map(({ name, state }) => [name, state]));
  const output = answer.output && answer.status === "completed" ? { output: answer.output } : {};
  return {
    ...(description ? { description } : {}),
    now,
    ...(Object.keys(answer.parameters).length ? { parameters: answer.parameters } : {}),
    ...(Object.keys(answer.config).length ? { config: answer.config } : {}),
    ...(script.length ? { script } : {}),
    expect: { status: answer.status, tasks, ...output },
  };
}

/** The name of the workflow in its pack. */
export function workflow(store) {
  return store.ref.slice(store.packRef.length + 1);
}

function suggested({ answer, script }) {
  const failing = script.find((entry) => entry.error || entry.timed_out);
  return (failing ? `${failing.task}_fails` : answer.status).replaceAll(/[^a-z0-9_-]/gi, "_").toLowerCase();
}

function summary({ answer }) {
  const entered = answer.graph.nodes.filter(({ visits }) => visits > 0).length;
  return `${entered} of ${answer.graph.nodes.length} tasks run, and the run ${answer.status === "running" ? "waits" : `has ${answer.status}`}`;
}
