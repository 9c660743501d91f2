// Runs before the first paint: says that scripts run, and without a choice in the cookie takes the system's theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js"); // style sheets can tell what only works with scripts
  if (root.dataset.bsTheme) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = system.matches ? "dark" : "light"; };
  follow();
  system.addEventListener("change", follow);
})();
