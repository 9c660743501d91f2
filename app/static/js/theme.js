// Runs before the first paint: without a choice in the cookie, the page takes the system's theme.
(() => {
  const root = document.documentElement;
  if (root.dataset.bsTheme) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = system.matches ? "dark" : "light"; };
  follow();
  system.addEventListener("change", follow);
})();
