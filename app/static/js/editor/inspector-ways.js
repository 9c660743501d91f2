// Transitions of the inspected task: kind, condition, targets, publish, order; in whichever style the file has.
const CONDITIONS = { succeeded: "succeeded()", failed: "failed()", timed_out: "timed_out()" };

export function attach(inspector) {
  const { root } = inspector;
  root.addEventListener("click", (event) => clicked(event, inspector));
  root.addEventListener("change", (event) => chosen(event, inspector));
  root.addEventListener("submit", (event) => submitted(event, inspector));
}

function clicked(event, inspector) {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  if (pressed.matches("[data-open-add]")) openAdd(pressed, inspector.root);
  const way = pressed.closest("[data-way]");
  if (!way) return;
  if (pressed.dataset.dropTarget) inspector.change(without(way, pressed.dataset.dropTarget), { words: "Disconnected." });
  else if (pressed.dataset.move) move(way, Number(pressed.dataset.move), inspector);
  else if (pressed.matches("[data-remove-way]")) inspector.change({ op: "unset_field", path: pathOf(way) }, { words: "Removed." });
}

function chosen(event, inspector) {
  const { target } = event;
  if (target.id === "in-add-kind") {
    target.form.querySelector("[data-own]").hidden = target.value !== "custom";
    return;
  }
  const way = target.closest("[data-way]");
  if (!way) return;
  if (target.matches("[data-add-target]") && target.value) inspector.change(withTarget(way, target.value), { focus: target.id, words: `Starts ${target.value} too.` });
  else if (target.matches("[data-way-kind]")) inspector.change(ofKind(way, target.value), { focus: target.id });
}

function submitted(event, inspector) {
  const form = event.target;
  if (form.matches(".way-add")) {
    event.preventDefault();
    const { kind, when, to } = Object.fromEntries(new FormData(form));
    if (kind === "custom" && !when.trim()) return form.elements.when.focus();
    const own = kind === "custom" ? { when: when.trim() } : {};
    inspector.change({ op: "connect", from: inspector.task(), to, kind, ...own }, { words: `Leads to ${to}.` });
  } else if (form.matches(".pub-add")) {
    event.preventDefault();
    publish(form, inspector);
  }
}

function openAdd(button, root) {
  const form = root.querySelector("#in-add-way");
  form.hidden = !form.hidden;
  button.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) form.elements.kind.focus();
}

function without(way, target) {
  const [path, targets] = [targetPath(way), JSON.parse(way.dataset.targets)];
  const rest = targets.filter((name) => name !== target);
  return rest.length ? { op: "set_field", path, value: written(rest) } : { op: "unset_field", path };
}

function withTarget(way, target) {
  return { op: "set_field", path: targetPath(way), value: written([...JSON.parse(way.dataset.targets), target]) };
}

function written(targets) {
  return targets.length === 1 ? targets[0] : targets;
}

function ofKind(way, kind) {
  const path = [...pathOf(way), "when"];
  if (kind === "always") return { op: "unset_field", path };
  return { op: "set_field", path, value: CONDITIONS[kind] ?? "succeeded() and true" };
}

function move(way, by, inspector) {
  const order = JSON.parse(way.closest("[data-order]").dataset.order);
  const at = Number(way.dataset.entry);
  const [entry] = order.splice(at, 1);
  order.splice(at + by, 0, entry);
  inspector.change({ op: "set_field", path: pathOf(way).slice(0, -1), value: order }, { words: by < 0 ? "Moved up." : "Moved down." });
}

function publish(form, inspector) {
  const name = form.elements.name.value.trim();
  if (!name) return;
  const path = JSON.parse(form.dataset.publishPath);
  const size = form.dataset.publishSize;
  const given = form.dataset.publishGiven;
  const value = "{{ result() }}";
  if (!given) inspector.change({ op: "set_field", path, value: [{ [name]: value }] });
  else if (size === undefined) inspector.change({ op: "set_field", path: [...path, name], value });
  else inspector.change({ op: "set_field", path: [...path, Number(size)], value: { [name]: value } });
}

function pathOf(way) {
  return JSON.parse(way.dataset.path);
}

function targetPath(way) {
  return JSON.parse(way.dataset.targetPath);
}
