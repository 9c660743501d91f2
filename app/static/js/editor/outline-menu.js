// What can be done with a task of the outline, as a menu; and the small form that connects it to another one.
import { made } from "./elements.js";

const KINDS = [["succeeded", "after a success"], ["failed", "after a failure"], ["timed_out", "after a time-out"], ["always", "always"], ["custom", "if…"]];

/** A menu of commands beside a task: arrows go through it, Escape closes it. */
export function open(outline, name, commands) {
  const close = () => {
    if (!list.isConnected) return;
    outline.focus(name); // first: a list that goes while it has the focus would close itself once more
    list.remove();
  };
  const list = made("ul", { class: "float outline-menu", role: "menu", "aria-label": `What to do with ${name}` }, commands.map((command) => made("li", {
    role: "menuitem", tabindex: "-1",
    onclick: () => {
      close();
      command.act(name, outline);
    },
  }, [command.words, made("kbd", { class: "kbd", "aria-hidden": "true" }, shown(command.key))])));
  const items = [...list.children];
  list.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const acts = {
      ArrowDown: () => items[(at + 1) % items.length].focus(),
      ArrowUp: () => items[(at + items.length - 1) % items.length].focus(),
      Home: () => items[0].focus(),
      End: () => items.at(-1).focus(),
      Enter: () => items[at].click(),
      Escape: close,
      Tab: close,
    };
    event.stopPropagation();
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  list.addEventListener("focusout", (event) => { if (!list.contains(event.relatedTarget)) setTimeout(() => list.remove()); });
  beside(outline, name, list);
  items[0].focus();
}

/** Ask for kind and target, then connect. */
export function connect(name, outline) {
  const targets = outline.store.analysis.outline.map((task) => task.name).filter((other) => other !== name);
  const kind = made("select", { class: "form-select", name: "kind" }, KINDS.map(([value, words]) => made("option", { value }, words)));
  const when = made("input", { class: "form-control mono", name: "when", placeholder: "result().ok", "aria-label": "Condition", hidden: true, spellcheck: "false", autocomplete: "off" });
  const to = made("select", { class: "form-select", name: "to" }, [...targets, "fail", "noop"].map((target) => made("option", {}, target)));
  const close = () => {
    outline.focus(name);
    form.remove();
  };
  const form = made("form", { class: "float outline-form", "aria-label": `Connect ${name}` }, [
    made("label", { class: "form-label" }, [`${name} leads,`, kind]), when,
    made("label", { class: "form-label" }, ["to", to]),
    made("div", { class: "row-f" }, [made("button", { class: "btn btn-primary btn-sm" }, "Connect"), made("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: close }, "Cancel")]),
  ]);
  kind.addEventListener("change", () => { when.hidden = kind.value !== "custom"; });
  form.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.target.tagName !== "SELECT") return;
    event.preventDefault(); // browsers send a form on Enter from every field but this kind
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const own = kind.value === "custom" ? { when: when.value.trim() } : {};
    if (kind.value === "custom" && !own.when) return when.focus();
    close();
    outline.do({ op: "connect", from: name, to: to.value, kind: kind.value, ...own }, `${name} leads to ${to.value}.`).then(() => outline.focus(name));
  });
  beside(outline, name, form);
  kind.focus();
}

function beside(outline, name, element) {
  for (const old of outline.root.querySelectorAll(".outline-menu, .outline-form")) old.remove();
  outline.root.append(element);
  const box = outline.item(name).querySelector(".tree-line").getBoundingClientRect();
  const bar = document.querySelector(".tabbar"); // of phones
  const bottom = bar?.checkVisibility() ? bar.getBoundingClientRect().top : window.innerHeight;
  const room = bottom - element.offsetHeight - 8;
  element.style.left = `${Math.min(box.left + 24, Math.max(8, window.innerWidth - element.offsetWidth - 8))}px`;
  element.style.top = `${Math.max(8, Math.min(box.bottom, room))}px`;
}

function shown(key) {
  return key.replace("Control+", "Ctrl ").replace("Alt+Arrow", "Alt ").replace(/^([a-z])$/, (letter) => letter.toUpperCase()).replace(/ ([a-z])$/, (all, letter) => ` ${letter.toUpperCase()}`);
}
