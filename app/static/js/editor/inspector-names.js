// Names that exist at this point, offered under an expression field while one types (a list box, as ARIA has it).
const MOST = 40;
const SINGLE = /[\w.'"[\]()]*$/;

export function attach(inspector) {
  const { root } = inspector;
  const list = root.querySelector("#inspector-names");
  const state = { input: null, found: [], at: -1 };

  const close = () => {
    list.hidden = true;
    state.input?.removeAttribute("aria-activedescendant");
    state.input?.setAttribute("aria-expanded", "false");
    state.input = null;
  };
  const mark = (at) => {
    state.at = at;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const option = list.children[at];
    option?.scrollIntoView({ block: "nearest" });
    if (option) state.input.setAttribute("aria-activedescendant", option.id);
    else state.input.removeAttribute("aria-activedescendant");
  };
  const open = (input, asked) => {
    const word = wordAt(input);
    if (word === null || (!word && !asked)) return close();
    state.found = matching(names(inspector), momentOf(input), word);
    if (!state.found.length || (state.found.length === 1 && state.found[0].text === word)) return close();
    state.input = input;
    list.replaceChildren(...state.found.map(option));
    list.hidden = false;
    placeUnder(list, input, root);
    for (const [name, value] of [["role", "combobox"], ["aria-controls", list.id], ["aria-expanded", "true"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
    mark(asked ? 0 : -1);
  };
  const choose = (at) => {
    const { input, found } = state;
    put(input, found[at].text);
    close();
    input.focus();
  };

  root.addEventListener("input", (event) => { if (takesNames(event.target)) open(event.target, false); });
  root.addEventListener("focusout", (event) => { if (event.target === state.input) close(); });
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === " " && takesNames(event.target)) {
      event.preventDefault();
      open(event.target, true);
    } else if (state.input && !list.hidden) {
      pressed(event, state, { close, choose, mark });
    }
  }, { capture: true });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index >= 0) choose(index);
  });
}

function pressed(event, state, { close, choose, mark }) {
  const last = state.found.length - 1;
  const acts = {
    ArrowDown: () => mark(state.at >= last ? 0 : state.at + 1),
    ArrowUp: () => mark(state.at <= 0 ? last : state.at - 1),
    Escape: close,
    Enter: state.at >= 0 ? () => choose(state.at) : null,
    Tab: state.at >= 0 ? () => choose(state.at) : null,
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function names(inspector) {
  const data = inspector.place.querySelector("[data-names-at]");
  return data ? JSON.parse(data.textContent) : [];
}

function momentOf(input) {
  return input.dataset.names ?? input.closest("[data-field]")?.dataset.moment ?? "run";
}

function takesNames(input) {
  if (!(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement)) return false;
  if (input.dataset.names) return true;
  const field = input.closest("[data-field]");
  return Boolean(field) && input.matches("[data-value]") && (field.dataset.mode === "expression" || field.dataset.kind === "json");
}

/** The name being typed before the caret; null where the caret is outside of `{{ }}`. */
function wordAt(input) {
  const upto = input.value.slice(0, input.selectionStart);
  const bare = input.dataset.names || input.closest("[data-field]")?.dataset.kind === "condition";
  if (!bare && upto.lastIndexOf("{{") <= upto.lastIndexOf("}}")) return null;
  return SINGLE.exec(upto)[0];
}

function matching(all, moment, word) {
  const wanted = word.toLowerCase();
  const here = all.filter((name) => name.at.includes(moment));
  const begin = here.filter((name) => name.text.toLowerCase().startsWith(wanted));
  const inside = wanted.length > 1 ? here.filter((name) => !begin.includes(name) && name.text.toLowerCase().includes(wanted)) : [];
  return [...begin, ...inside].slice(0, MOST);
}

function option(name, index) {
  const item = document.createElement("li");
  item.id = `inspector-name-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const text = document.createElement("code");
  text.textContent = name.text;
  const about = document.createElement("small");
  about.textContent = name.certain ? name.about : `${name.about}; not on every path`;
  item.append(text, about);
  return item;
}

function placeUnder(list, input, root) {
  const [box, frame] = [input.getBoundingClientRect(), root.getBoundingClientRect()];
  list.style.top = `${box.bottom - frame.top + root.scrollTop + 2}px`;
}

function put(input, text) {
  const at = input.selectionStart;
  const word = SINGLE.exec(input.value.slice(0, at))[0];
  input.setRangeText(text, at - word.length, at, "end");
}
