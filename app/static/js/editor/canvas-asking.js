// A small question on the canvas, where the hand is: one line, Enter takes it, Escape or a click elsewhere does not.
import { made } from "./elements.js";

export class Asking {
  #open = null;

  constructor(root, view) {
    this.root = root;
    this.view = view;
  }

  /** Resolves with what was typed, or null. `list`: id of a datalist. `at`: a place of the drawing. */
  ask(at, { label, hint, value = "", list, button }) {
    this.#open?.(null);
    return new Promise((resolve) => {
      const input = made("input", { class: "form-control", type: "text", value, list, required: true, autocomplete: "off", spellcheck: "false" });
      const form = made("form", { class: "float asking", onsubmit: (event) => { event.preventDefault(); close(input.value.trim()); } }, [
        made("label", { class: "form-label" }, [label, input]), hint ? made("p", { class: "hint" }, [hint]) : "",
        made("div", { class: "row-f" }, [
          made("button", { class: "btn btn-sm btn-primary" }, [button]),
          made("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: () => close(null) }, ["Cancel"]),
        ]),
      ]);
      const away = (event) => { if (!form.contains(event.target)) close(null); };
      const close = (answer) => {
        document.removeEventListener("pointerdown", away, true);
        form.remove();
        this.#open = null;
        resolve(answer || null);
      };
      form.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Escape") close(null);
      });
      this.#open = close;
      this.root.append(form);
      this.#place(form, at);
      input.focus();
      document.addEventListener("pointerdown", away, true);
    });
  }

  #place(form, at) {
    const { x, y } = this.view.inPane(at);
    const { clientWidth, clientHeight } = this.root;
    form.style.left = `${Math.max(8, Math.min(x + 8, clientWidth - form.offsetWidth - 8))}px`;
    form.style.top = `${Math.max(8, Math.min(y + 8, clientHeight - form.offsetHeight - 8))}px`;
  }
}
