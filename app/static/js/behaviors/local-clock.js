// Writes a tick of a time axis in the reader's zone; the server wrote UTC. Runs after each update, which brings UTC back.
export const everyTime = true;

const FORMS = {
  day: { weekday: "short", day: "2-digit", month: "short" },
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  part: { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 2 },
};

export function attach(text) {
  const moment = new Date(text.dataset.at);
  if (Number.isNaN(moment.valueOf())) return;
  const first = text.parentNode.querySelector("[data-at]");
  const otherDay = new Date(first.dataset.at).toDateString() !== moment.toDateString();
  const day = otherDay && text.dataset.form !== "day" ? `${moment.toLocaleDateString("en-GB", { weekday: "short" })} ` : "";
  text.textContent = day + moment.toLocaleString("en-GB", FORMS[text.dataset.form]);
}
