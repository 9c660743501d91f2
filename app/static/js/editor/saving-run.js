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
  const form = formOf(markup);
  const dialog = made("dialog", { class: "run-sheet", "aria-labelledby": "run-title" }, [
    made("div", { class: "row-f" }, [
      made("h2", { id: "run-title", class: "grow" }, [`Run ${label}`]),
      made("button", { type: "button", class: "btn btn-quiet", onclick: () => dialog.close() }, ["Close"]),
    ]),
    form,
  ]);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("submit", (event) => {
    if (event.submitter?.name === "rows") changeRows(event).catch((error) => notify(error.message, "fail"));
    else setTimeout(() => dialog.close());
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input:not([type=hidden]), select, textarea, button:not(.vh)")?.focus();
}

function formOf(markup) {
  const holder = made("div");
  holder.innerHTML = markup;
  const form = holder.querySelector("form");
  form.target = "_blank";
  form.classList.remove("card", "pad", "gap-t");
  return form;
}

// A row more or less: the server draws the form anew, which stays where it is.
async function changeRows(event) {
  event.preventDefault();
  const { target, submitter } = event;
  const answer = await fetch(target.action, { method: "POST", body: new FormData(target, submitter), headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  target.replaceWith(formOf(await answer.text()));
}
