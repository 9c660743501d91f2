// Switches the theme in place; without it the form posts and the page comes back in the other theme.
const YEAR_S = 365 * 24 * 3600;

export function attach(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    document.cookie = `attune_theme=${theme}; path=/; max-age=${YEAR_S}; SameSite=Lax`;
  });
}
