// Where the answers come from: examples made from each action's output, or what tasks gave back in a past run.
import { call } from "./api.js";
import { made } from "./elements.js";

export function attachSource(play, root, tried) {
  const menu = root.querySelector("[data-reh=source]");
  const list = menu.querySelector("[data-runs]");
  const words = menu.querySelector("[data-words]");
  const { ref } = play.store;

  const choose = (run) => tried(async () => {
    menu.open = false;
    const found = run ? await call("GET", `/executions/${run.id}/rehearsal-script`) : { script: [], parameters: null, now: null };
    Object.assign(play, { script: found.script, parameters: found.parameters, now: found.now, source: run?.id ?? null, at: 0 });
    words.textContent = run ? `answers from run ${run.id}` : "answers are examples";
    await play.ask();
  });
  const open = tried(async () => {
    if (!menu.open) return;
    const runs = await call("GET", `/executions?action_ref=${encodeURIComponent(ref)}&page_size=8`);
    list.replaceChildren(item("Examples", "from each action’s output", choose(null)), ...runs.items.map((run) => item(`Run ${run.id}`, run.status, choose(run))));
  });
  menu.addEventListener("toggle", open);
}

function item(title, detail, act) {
  return made("li", {}, [made("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: act }, [title, made("span", { class: "m3 plain-w" }, [` ${detail}`])])]);
}
