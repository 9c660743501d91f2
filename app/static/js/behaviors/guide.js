// The guide beside the editor: a rehearsal leaves nothing on the server, so the page tells that one was begun.
export function attach(region) {
  const panel = document.getElementById("rehearsal-panel");
  if (!panel) return;
  const tell = () => {
    const field = region.querySelector("[name=rehearsed]");
    if (!panel.hidden && field && !field.value) field.value = "1";
  };
  new MutationObserver(tell).observe(panel, { attributes: true, attributeFilter: ["hidden"] });
  tell();
}
