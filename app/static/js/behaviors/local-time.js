// Shows a <time> in the reader's zone; the server wrote UTC. Runs after each update, which brings UTC back.
export const everyTime = true;

const DAY = 86_400_000;

export function attach(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.valueOf())) return;
  element.textContent = words(moment, new Date());
  element.title = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
}

function words(moment, now) {
  const clock = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (moment.toDateString() === now.toDateString()) return clock;
  if (Math.abs(now - moment) < 6 * DAY) return `${moment.toLocaleDateString("en-GB", { weekday: "short" })} ${clock}`;
  return `${moment.toLocaleDateString("sv-SE")} ${clock}`;
}
