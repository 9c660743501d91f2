// Which panes are in sight: graph, text or both where there is room; one at a time, by tabs, where there is none.
const NARROW = matchMedia("(max-width: 1180px)");
const PHONE = matchMedia("(max-width: 640px)");

export function attachPanes(store, bar) {
  const main = document.getElementById("main");
  attachViews(main, bar);
  attachTabs(main);
  // On a phone the inspector is a pane of its own: a second tap on the selected task opens it.
  store.on("selection", ({ task, origin }) => {
    if (task && NARROW.matches && !PHONE.matches && origin === "canvas") show(main, "task");
  });
}

/** Bring the pane of this name into sight where panes are tabs: add, graph, yaml or task. */
export function show(main, pane) {
  main.dataset.pane = pane;
  for (const tab of main.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", tab.dataset.tab === pane);
}

function attachViews(main, bar) {
  const buttons = [...bar.querySelectorAll("[data-show]")];
  const choose = (view) => {
    main.dataset.view = view;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.show === view);
    localStorage.setItem("attune-editor-view", view);
  };
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.show));
  choose(localStorage.getItem("attune-editor-view") ?? "both");
}

function attachTabs(main) {
  for (const tab of main.querySelectorAll("[data-tab]")) {
    tab.addEventListener("click", () => {
      const again = main.dataset.pane === tab.dataset.tab && tab.dataset.tab === "add" && !PHONE.matches;
      show(main, again ? "yaml" : tab.dataset.tab);
    });
  }
  const fit = () => { if (!PHONE.matches && main.dataset.pane === "graph") show(main, "yaml"); };
  PHONE.addEventListener("change", fit);
  show(main, PHONE.matches ? "graph" : "yaml");
}
