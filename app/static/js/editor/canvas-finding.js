// Find a task in the drawing: what matches lights up, Enter goes from one to the next.
export function attachFinding({ store, root, drawing, view, stage }) {
  const input = root.querySelector("[data-find]");
  const said = root.querySelector("[data-found]");
  let at = -1;

  const matching = () => {
    const words = input.value.trim().toLowerCase();
    if (!words) return [];
    return (drawing.graph?.nodes ?? []).filter(({ name, action }) => `${name} ${action ?? ""}`.toLowerCase().includes(words));
  };
  const light = () => {
    const names = new Set(matching().map(({ name }) => name));
    for (const node of drawing.nodes()) node.classList.toggle("found", names.has(node.dataset.task));
    said.textContent = input.value.trim() ? `${names.size}` : "";
    root.classList.toggle("is-finding", names.size > 0);
  };
  input.addEventListener("input", () => {
    at = -1;
    light();
    const [first] = matching();
    if (first) view.reveal(first.position);
  });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") {
      input.value = "";
      light();
      stage.focus();
    }
    const found = matching();
    if (event.key !== "Enter" || !found.length) return;
    event.preventDefault();
    at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    store.select({ task: found[at].name }, { origin: "find" });
    view.reveal(found[at].position);
  });
  store.on("analysis", light);
}
