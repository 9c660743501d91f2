// Ctrl K (or Cmd K) puts the cursor into the search field.
export function attach(input) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
}
