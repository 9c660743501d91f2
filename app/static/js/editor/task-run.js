// One task run alone, for real: a dialog with its inputs, then its progress, log and result, then on to a rehearsal.
import { fragment } from "./parts.js";

const EVERY_MS = 700;

export function attach(inspector) {
  const { root, store } = inspector;
  const dialog = root.querySelector("dialog.task-run");
  let timer = null;

  const show = (html) => {
    const log = [...dialog.querySelectorAll("pre")].map((pre) => pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 4);
    dialog.innerHTML = html;
    [...dialog.querySelectorAll("pre")].forEach((pre, index) => { if (log[index] ?? true) pre.scrollTop = pre.scrollHeight; });
    again();
  };
  const again = () => {
    clearTimeout(timer);
    const address = dialog.querySelector("[data-again]")?.dataset.again;
    if (address && dialog.open) timer = setTimeout(() => from(address), EVERY_MS);
  };
  const from = async (address, body) => {
    try {
      show(await fragment(store, address, body));
    } catch (error) {
      store.fail(error);
      again();
    }
  };

  root.addEventListener("click", async (event) => {
    if (!event.target.closest("[data-run-task]")) return;
    const run = Number(root.querySelector("[data-choose-run]")?.value ?? 0);
    await from(root.dataset.runForm, { text: store.text, task: inspector.task(), ref: store.ref, pack_ref: store.packRef, run });
    if (!dialog.querySelector("#task-run")) return;
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), select, textarea, .btn-primary")?.focus();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    from(event.target.getAttribute("action"), new FormData(event.target, event.submitter)); // a field of it is called action
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    const use = event.target.closest("[data-use]");
    if (!use) return;
    store.tell("rehearsal-data", JSON.parse(use.dataset.use));
    dialog.close();
  });
  dialog.addEventListener("close", () => clearTimeout(timer));
}
