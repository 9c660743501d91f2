// What is known at a step: what the task was given and gave back, which ways it took, the variables; and what to say it
// gives back instead.
import { made } from "./elements.js";

const CHOICES = [["example", "an example"], ["result", "this result"], ["error", "a failure"], ["timed_out", "no answer in time"]];

export function attachPanel(play, root, tried) {
  const show = () => {
    root.hidden = !play.isOn;
    if (root.hidden) return;
    if (root.contains(document.activeElement) && document.activeElement.matches("textarea, input[type=text]")) return;
    root.replaceChildren(...columns(play, tried));
  };
  play.addEventListener("change", show);
}

function columns(play, tried) {
  const stop = play.last;
  if (!stop) return [start(play, tried), values("Published so far", play.variables)];
  return [given(play, stop), ways(stop), values("Published so far", play.variables), saying(play, stop, tried)];
}

function column(title, children) {
  return made("section", { "aria-label": title }, [made("h3", {}, [title]), ...children]);
}

function start(play, tried) {
  const field = made("textarea", { class: "form-control code", rows: 6, spellcheck: "false", "aria-label": "Parameters as JSON" });
  field.value = pretty(play.answer.parameters);
  const act = tried(async () => {
    play.parameters = parsed(field.value, "The parameters");
    field.blur();
    await play.ask();
  });
  return column("Parameters", [field, made("button", { type: "button", class: "btn btn-sm", onclick: act }, ["Rehearse with these"])]);
}

function given(play, stop) {
  const input = play.inputOf(stop);
  return column(stop.task, [
    made("p", { class: "xs b" }, ["Input"]), block(input ?? "none"),
    made("p", { class: "xs b" }, [stop.error ? "Failed" : "Gave"]), block(stop.error ?? stop.result ?? "nothing"),
  ]);
}

function ways(stop) {
  const rows = (stop.transitions ?? []).map((way) => made("li", { class: way.fired ? "b" : "m3" }, [
    `${way.fired ? "✓" : "–"} ${way.when ?? "always"} → ${way.targets.join(", ") || "nothing"}`,
    way.reason ? made("span", { class: "xs m2" }, [` ${way.reason}`]) : "",
  ]));
  if (!stop.transitions) return column("Ways on", [made("p", { class: "sm m2" }, ["It has not ended yet."])]);
  return column("Ways on", [rows.length ? made("ul", { class: "sm" }, rows) : made("p", { class: "sm m2" }, ["It leads nowhere."])]);
}

function values(title, value) {
  const rows = Object.entries(value).map(([name, known]) => [made("dt", {}, [name]), made("dd", {}, [short(known)])]).flat();
  return column(title, [rows.length ? made("dl", { class: "vars" }, rows) : made("p", { class: "sm m2" }, ["None yet."])]);
}

function saying(play, { task, what, result, error }, tried) {
  const asked = play.inputOf(play.last)?.prompt !== undefined && (what === "waiting_inquiry" || result?.inquiry !== undefined || result?.response !== undefined);
  const entry = play.entry(task);
  const kinds = asked ? [...CHOICES, ["answer", "this answer"]].filter(([kind]) => kind !== "result") : CHOICES;
  const kind = kinds.find(([name]) => entry && name in entry)?.[0] ?? "example";
  const choose = made("select", { class: "form-select", "aria-label": `${task} gives back` }, kinds.map(([value, words]) => made("option", { value, selected: value === kind }, [words])));
  const field = made("textarea", { class: "form-control code", rows: 4, spellcheck: "false", "aria-label": "As JSON" });
  const prefill = () => {
    const examples = { result: result?.data ?? result ?? {}, answer: result?.response ?? {}, error: error ?? { type: "failed", message: "it did not work" } };
    field.hidden = !(choose.value in examples);
    if (!field.hidden) field.value = pretty(entry?.[choose.value] ?? examples[choose.value]);
  };
  choose.addEventListener("change", prefill);
  prefill();
  const act = tried(async () => {
    const outcome = outcomeOf(choose.value, field.value);
    field.blur();
    await play.say(task, outcome);
  });
  return column(`${task} gives back`, [choose, field, made("button", { type: "button", class: "btn btn-sm", onclick: act }, ["Rehearse with this"])]);
}

function outcomeOf(kind, text) {
  if (kind === "example") return null;
  if (kind === "timed_out") return { timed_out: true };
  return { [kind]: parsed(text, "What it gives back") };
}

function parsed(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is no JSON: ${error.message}`);
  }
}

function block(value) {
  return made("pre", { class: "box code", tabindex: "0" }, [typeof value === "string" ? value : pretty(value)]);
}

function pretty(value) {
  return JSON.stringify(value, null, 2);
}

function short(value) {
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
