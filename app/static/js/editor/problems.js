// The list of problems: each leads to its place, and is mended by a press where there is a way.
import { made, shape } from "./elements.js";
import { operated } from "./parts.js";

export function attach(store, root) {
  const sum = root.querySelector("[data-sum]");
  const list = root.querySelector("[data-list]");

  let drawn = "";

  const draw = ({ problems }) => {
    const said = JSON.stringify(problems);
    if (said === drawn) return;
    drawn = said;
    const errors = problems.filter((problem) => problem.severity === "error").length;
    const words = summary(errors, problems.length - errors);
    if (sum.textContent !== words) sum.replaceChildren(...(problems.length ? [shape(errors ? "error" : "warning"), words] : [words]));
    root.classList.toggle("has-errors", errors > 0);
    const focused = list.contains(document.activeElement) ? [...list.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    list.replaceChildren(...(problems.length ? problems.map((problem) => entry(problem)) : [made("li", { class: "sm m2" }, "Nothing is wrong with it.")]));
    if (focused >= 0) ([...list.querySelectorAll("button")][focused] ?? root.querySelector("summary")).focus();
  };
  const entry = (problem) => made("li", { class: problem.severity }, [
    shape(problem.severity, problem.severity),
    made("div", {}, [
      made("button", { type: "button", class: "place", onclick: () => go(problem) }, [problem.message, made("small", {}, `${problem.task ? `${problem.task}, ` : ""}line ${problem.line}`)]),
      problem.fix ? made("button", { type: "button", class: "btn btn-sm", onclick: () => operated(store, problem.fix.operation, "problems") }, problem.fix.label) : null,
    ]),
  ]);
  const go = (problem) => {
    root.open = false;
    store.select({ task: problem.task ?? null, line: problem.line }, { origin: "problems" });
  };
  store.on("analysis", draw);
}

function summary(errors, warnings) {
  if (!errors && !warnings) return "No problems";
  const words = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  return errors ? words(errors, "problem") : words(warnings, "warning");
}
