// Run from the editor: the form of the saved workflow's parameters; the run opens beside.
import { made } from "./elements.js";
import { notify } from "./notices.js";

export function attachRun(keeper) {
  keeper.root.querySelector("[data-run]")?.addEventListener("click", () => run(keeper).catch((error) => notify(error.message, "fail")));
}

async function run(keeper) {
  if (keeper.maySave && (keeper.isNew || keeper.dirty) && !(await keeper.save())) return;
  const answer = await fetch(keeper.store.page.runAddress, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(answer.status === 404 ? "It can’t be run: it isn’t saved, or you may not run it." : `The server answered ${answer.status}.`);
  shown(await answer.text(), keeper.store.page.label);
}

// The form comes from our own server's template, the same as on the page that starts a run.
function shown(markup, label) {
  const holder = made("div");
  holder.innerHTML = markup;
  const form = holder.querySelector("form");
  form.target = "_blank";
  form.classList.remove("card", "pad", "gap-t");
  const dialog = made("dialog", { class: "run-sheet", "aria-labelledby": "run-title" }, [
    made("div", { class: "row-f" }, [
      made("h2", { id: "run-title", class: "grow" }, [`Run ${label}`]),
      made("button", { type: "button", class: "btn btn-quiet", onclick: () => dialog.close() }, ["Close"]),
    ]),
    form,
  ]);
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", () => setTimeout(() => dialog.close()));
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
}
