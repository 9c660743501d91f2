// Somebody else saved in between: both texts side by side, and a merge in which each difference can be chosen.
import { made } from "./elements.js";
import { notify } from "./notices.js";
import { clock } from "./saving.js";

/** Resolves true when the merged text has been saved. `error.details` as the API gives them with a 409. */
export async function settled(keeper, error, yours) {
  const { head, merge, file } = error.details;
  const regions = merge?.regions ?? [{ kind: "conflict", base: "", yours, theirs: head.text }];
  const chosen = await choice(error, regions, file);
  if (chosen === null) {
    keeper.say("Draft kept", "ok");
    return false;
  }
  Object.assign(keeper, { base: head.id, fileHash: file?.hash ?? null, saving: false });
  if (chosen === head.text) keeper.saved = head.text;
  keeper.store.setText(chosen, { origin: "merge" });
  if (chosen === head.text) {
    keeper.store.tell("saved", { revision: head.id });
    notify(`This is revision ${head.number} now. Undo brings your text back.`);
    return false;
  }
  return keeper.save();
}

function choice(error, regions, file) {
  const changed = regions.map((region, index) => ({ region, index })).filter(({ region }) => region.kind !== "unchanged");
  const picks = new Map(changed.map(({ region, index }) => [index, region.kind === "theirs" ? "theirs" : region.kind === "conflict" ? null : "yours"]));
  return new Promise((resolve) => {
    const take = made("button", { type: "button", class: "btn btn-primary", onclick: () => close(text()) }, ["Save this"]);
    const text = () => regions.map((region, index) => (picks.has(index) ? said(region, picks.get(index)) : region.base)).join("");
    const settle = () => { take.disabled = [...picks.values()].includes(null); };
    const all = (side) => () => {
      for (const { region, index } of changed) {
        picks.set(index, side);
        const radio = dialog.querySelector(`input[name="r${index}"][value="${side}"]`);
        if (radio) radio.checked = true;
        region.picked = side;
      }
      settle();
    };
    const dialog = made("dialog", { class: "conflict", "aria-labelledby": "conflict-title" }, [
      made("h2", { id: "conflict-title" }, [file ? "The file was changed on the disk" : "Somebody saved before you"]),
      made("p", { class: "m2" }, [file ? error.message : whoWasFirst(error.details.head)]),
      made("div", { class: "conflict-in" }, changed.map(({ region, index }) => piece(region, index, picks, settle))),
      made("div", { class: "row-f wrap" }, [
        take,
        made("button", { type: "button", class: "btn", onclick: all("yours") }, ["All mine"]),
        made("button", { type: "button", class: "btn", onclick: all("theirs") }, ["All theirs"]),
        made("button", { type: "button", class: "btn btn-quiet right", onclick: () => close(null) }, ["Not now, keep my draft"]),
      ]),
    ]);
    const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(null); });
    settle();
    document.body.append(dialog);
    dialog.showModal();
  });
}

// As this person's clock says it; the answer of the API is in UTC.
function whoWasFirst({ login, number, created }) {
  const when = new Date(created).toDateString() === new Date().toDateString() ? clock(created) : new Date(created).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return `${login ?? "The pack"} saved revision ${number} at ${when}, after you began. Nothing was overwritten: choose, then save on top of that revision.`;
}

function said(region, side) {
  return side === "both" ? region.theirs + region.yours : region[side];
}

function piece(region, index, picks, settle) {
  const pick = (side) => () => { picks.set(index, side); settle(); };
  const option = (side, words) => made("label", { class: "check" }, [
    made("input", { type: "radio", name: `r${index}`, value: side, checked: picks.get(index) === side, onchange: pick(side) }), made("span", {}, [words]),
  ]);
  return made("fieldset", { class: "piece" }, [
    made("legend", { class: "vh" }, [WORDS[region.kind]]),
    made("p", { class: "xs m2" }, [WORDS[region.kind]]),
    made("div", { class: "sides" }, [side("Before", region.base, "span"), side("Theirs", region.theirs, "del"), side("Mine", region.yours, "ins")]),
    made("div", { class: "row-f wrap" }, [option("theirs", "Theirs"), option("yours", "Mine"), region.kind === "conflict" ? option("both", "Both, theirs first") : ""]),
  ]);
}

const WORDS = { yours: "Only you changed this", theirs: "Only they changed this", both: "Both made the same change", conflict: "Both changed this: choose" };

function side(title, text, tag) {
  return made("div", {}, [made("p", { class: "xs b" }, [title]), made("pre", { class: "diff", tabindex: "0", "aria-label": title }, [made(tag, {}, [text || "(nothing)"])])]);
}
