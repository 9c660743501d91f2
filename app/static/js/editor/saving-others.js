// Who else has this workflow open, asked while the page is in sight; and that this person has it open.
import { call } from "./api.js";
import { made } from "./elements.js";

const EVERY_MS = 30_000; // presence lasts a minute

export function attachOthers(keeper) {
  const { store, root } = keeper;
  const address = `/workflows/${encodeURIComponent(store.ref)}/presence`;
  const place = root.querySelector("[data-others]");
  let newest = null;

  const show = ({ others, head, head_number: number }) => {
    const here = others.filter((other) => other.is_open);
    place.hidden = !here.length;
    place.replaceChildren(...here.slice(0, 3).map((other) => made("span", { class: "av b2 small-av", "aria-hidden": "true" }, [initials(other)])), words(here));
    const revision = root.querySelector("[data-revision]");
    if (number && revision) {
      revision.hidden = false;
      revision.querySelector("[data-number]").textContent = number;
    }
    if (head && keeper.base && head !== keeper.base && head !== newest && !keeper.saving) {
      newest = head;
      keeper.say(`Revision ${number} is newer`, "fail");
    }
  };
  const ask = () => { if (!document.hidden) call("POST", address, {}).then(show, () => {}); };

  keeper.others = show;
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  addEventListener("pagehide", () => { call("POST", address, { leaving: true }, { keepalive: true }).catch(() => {}); });
  store.on("saved", ask);
  ask();
}

function words(here) {
  if (!here.length) return "";
  const names = here.map(({ name, login }) => name || login);
  const [first, second] = names;
  if (names.length === 1) return `${first} has it open too`;
  return names.length === 2 ? `${first} and ${second} have it open too` : `${first} and ${names.length - 1} others have it open too`;
}

function initials({ name, login }) {
  const parts = (name || login).trim().split(/\s+/);
  return (parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : parts[0].slice(0, 2)).toUpperCase();
}
