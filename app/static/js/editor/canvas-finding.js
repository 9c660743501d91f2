// Find a task in the drawing: what matches lights up, Enter goes from one to the next.
export function attachFinding({ store, root, drawing, view, stage }) {
  const input = root.querySelector("[data-find]");
  const said = root.querySelector("[data-found]");
  let at = -1;

  const matching = () => {
    const words = input.value.trim().toLowerCase();
    if (!words) return [];
    return store.entries().filter(({ name, action }) => `${name} ${action ?? ""}`.toLowerCase().includes(words)).map(({ name }) => name);
  };
  const reveal = (name) => {
    const box = drawing.box(store.drawnAs(name));
    if (box) view.reveal(box);
  };
  const light = () => {
    const names = matching();
    const shown = new Set(names.map((name) => store.drawnAs(name)));
    for (const node of drawing.nodes()) node.classList.toggle("found", shown.has(node.dataset.task));
    said.textContent = input.value.trim() ? `${names.length}` : "";
    root.classList.toggle("is-finding", names.length > 0);
  };
  input.addEventListener("input", () => {
    at = -1;
    light();
    const [first] = matching();
    if (first) reveal(first);
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
    store.select({ task: found[at] }, { origin: "find" });
    reveal(found[at]);
  });
  store.on("analysis", light);
}
