// j and k go to the next and the previous one: along the rows of a list, or by the page's own links (rel next, prev).
export function attach(place) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "j") step(place, 1, event);
    if (event.key === "k") step(place, -1, event);
  });
}

function step(place, by, event) {
  const link = place.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]");
  const rows = [...place.querySelectorAll("a.q")];
  const at = rows.indexOf(document.activeElement);
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
  if (!link && !row) return;
  event.preventDefault();
  if (link) link.click();
  else row.focus();
}
