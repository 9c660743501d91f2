// Keeps a region up to date: asks its own address again and again through htmx, which morphs what changed.
// `data-every` seconds, up to three times as seldom while nothing changes; `data-ended` stops it, and so does an
// answer 286. An answer with `Retry-After` says when to ask again. A lost connection is said in words
// (`[data-lost]` inside the page) and mends itself.
const LONGEST_S = 30;
const CALMER = 1.2;
const CALMEST = 3;

export function attach(region) {
  const every = Number(region.dataset.every || 1);
  let wait = every;
  let timer = null;

  const later = () => {
    clearTimeout(timer);
    if (!region.isConnected || region.dataset.ended !== undefined) return;
    timer = setTimeout(() => (document.hidden ? later() : htmx.trigger(region, "refresh")), wait * 1000);
  };
  const lost = (since) => {
    const line = document.querySelector("[data-lost]");
    if (!line) return;
    line.hidden = since === null;
    if (since) line.querySelector("[data-lost-since]").textContent = since;
  };

  region.addEventListener("htmx:after:request", (event) => {
    if (event.target !== region) return;
    const status = event.detail?.ctx?.response?.status ?? 0;
    const again = Number(event.detail?.ctx?.response?.headers?.get("Retry-After") ?? 0);
    if (again) wait = again * (0.5 + Math.random()); // others are served first; not all of them come back at once
    else wait = status === 204 ? Math.min(every * CALMEST, wait * CALMER) : status > 0 && status < 500 ? every : Math.min(LONGEST_S, wait * 2);
    lost(status > 0 && status < 500 ? null : clock());
    if (status === 286) region.dataset.ended = "";
    later();
  });
  region.addEventListener("htmx:error", () => {
    wait = Math.min(LONGEST_S, wait * 2);
    lost(clock());
    later();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && region.isConnected && region.dataset.ended === undefined) htmx.trigger(region, "refresh");
  });
  later();
}

function clock() {
  return new Date().toLocaleTimeString("en-GB");
}
