// Fields of the inspector: taken over on leaving or Enter, given back on Escape. The value has the type that the
// field says; nothing that does not fit is sent.
const MAY_BE_EMPTY = new Set(["vars", "output_map"]); // there an empty field is an empty text; elsewhere the key goes
const TAKES = { integer: "an integer", number: "a number", json: "JSON" };

export function attach(inspector) {
  const { root } = inspector;
  root.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-value]")) take(event.target, inspector);
  });
  root.addEventListener("change", (event) => {
    if (event.target.matches("select[data-value], input[list][data-value]")) take(event.target, inspector);
  });
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-value]") && !event.defaultPrevented) key(event, inspector);
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) toggle(button.closest("[data-field]"));
  });
}

/** Put back what was typed before the field was drawn anew. */
export function retype(input, typed) {
  const field = input.closest("[data-field]");
  if (!field) {
    input.value = typed.value;
    return;
  }
  if (field.dataset.mode !== typed.mode) setMode(field, typed.mode);
  (field.querySelector("[data-value]") ?? input).value = typed.value;
}

function key(event, inspector) {
  const input = event.target;
  if (event.key === "Enter" && (input.tagName !== "TEXTAREA" || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    take(input, inspector);
  } else if (event.key === "Escape" && changed(input)) {
    event.preventDefault();
    input.value = before(input);
    complain(input, "");
  }
}

function take(input, inspector) {
  if (!changed(input)) return;
  const field = input.closest("[data-field]");
  const path = JSON.parse(field.dataset.path);
  const text = input.value;
  if (text.trim() === "" && !MAY_BE_EMPTY.has(path[0])) {
    if (field.dataset.required !== undefined && path.length === 3) {
      input.value = before(input);
      return;
    }
    complain(input, "");
    keep(input);
    inspector.change({ op: "unset_field", path });
    return;
  }
  const { value, problem } = valueOf(field, text);
  complain(input, problem);
  if (problem) return;
  keep(input);
  inspector.change({ op: "set_field", path, value });
}

/** The text as a value of the field's type. */
function valueOf(field, text) {
  const { kind, mode } = field.dataset;
  if (mode === "expression" || kind === "text" || kind === "long") return { value: text };
  if (kind === "any" && !looksLikeJson(text)) return { value: text };
  try {
    const value = JSON.parse(text);
    if (kind === "integer" && !Number.isInteger(value)) return { problem: misfit(text, kind) };
    if (kind === "number" && typeof value !== "number") return { problem: misfit(text, kind) };
    return { value };
  } catch {
    return kind === "any" ? { value: text } : { problem: misfit(text, kind) };
  }
}

function misfit(text, kind) {
  const glimpse = text.length > 30 ? `${text.slice(0, 29)}…` : text;
  return `“${glimpse}” is not ${TAKES[kind] ?? "a value that fits"}. For an expression press a.`;
}

function looksLikeJson(text) {
  return /^\s*([[{"]|-?\d|true\s*$|false\s*$|null\s*$)/.test(text);
}

function complain(input, problem) {
  const field = input.closest("[data-field]");
  field.querySelector("[data-misfit]")?.remove();
  input.toggleAttribute("aria-invalid", Boolean(problem));
  if (!problem) return;
  const line = document.createElement("p");
  Object.assign(line, { className: "problem error", textContent: problem });
  line.dataset.misfit = "";
  line.setAttribute("role", "alert");
  field.querySelector(".fx").after(line);
}

function toggle(field) {
  setMode(field, field.dataset.mode === "literal" ? "expression" : "literal");
  const input = field.querySelector("[data-value]");
  input.focus();
  if (field.dataset.mode === "expression" && "setSelectionRange" in input) {
    const inside = input.value.indexOf("}}");
    if (inside > 0) input.setSelectionRange(inside - 1, inside - 1);
  }
}

/** Literal or expression: only the control changes, the text is written when something is typed. */
function setMode(field, mode) {
  const old = field.querySelector("[data-value]");
  const button = field.querySelector("[data-toggle]");
  const literal = mode === "literal";
  const text = literal ? unwrapped(old.value) : wrapped(old);
  const input = old.tagName === "SELECT" || (literal && ["choice", "boolean"].includes(field.dataset.kind)) ? plainInput(old) : old;
  input.value = text;
  field.dataset.mode = mode;
  button.classList.toggle("lit", literal);
  button.setAttribute("aria-pressed", String(!literal));
  button.title = literal ? "Literal" : "Expression";
  button.firstElementChild.textContent = literal ? "a" : "ƒ";
}

function plainInput(old) {
  if (old.tagName !== "SELECT") return old;
  const input = document.createElement("input");
  input.className = "form-control";
  input.id = old.id;
  input.dataset.value = "";
  input.defaultValue = before(old);
  for (const [name, value] of [["spellcheck", "false"], ["autocomplete", "off"], ["autocapitalize", "off"]]) input.setAttribute(name, value);
  old.replaceWith(input);
  return input;
}

function wrapped(input) {
  const text = input.value.trim();
  if (text.includes("{{")) return input.value;
  return text ? `{{ ${quoted(text, input)} }}` : "{{  }}";
}

function quoted(text, input) {
  const kind = input.closest("[data-field]").dataset.kind;
  return ["integer", "number", "boolean", "json", "choice"].includes(kind) ? text : `'${text.replaceAll("'", "\\'")}'`;
}

function unwrapped(text) {
  const inside = /^\s*\{\{\s*(.*?)\s*\}\}\s*$/s.exec(text)?.[1];
  if (inside === undefined) return text.includes("{{") ? "" : text;
  if (/^'[^'\\]*'$|^"[^"\\]*"$/.test(inside)) return inside.slice(1, -1);
  return /^(-?\d+(\.\d+)?|true|false)$/.test(inside) ? inside : "";
}

// -- what stood there when the field was drawn

function before(input) {
  if (input.tagName === "SELECT") return [...input.options].find((option) => option.defaultSelected)?.value ?? input.options[0]?.value ?? "";
  return input.defaultValue;
}

function changed(input) {
  if (input.value === before(input)) return false;
  return !/^\{\{\s*\}\}$/.test(input.value.trim());
}

function keep(input) {
  if (input.tagName === "SELECT") for (const option of input.options) option.defaultSelected = option.selected;
  else input.defaultValue = input.value;
}
