// Problems in the text: a mark in the gutter, a wavy line under the place, and a card below the line of the cursor,
// with the button that mends it (Alt-Enter does the same).
import {
  Decoration, EditorView, GutterMarker, RangeSet, StateEffect, StateField, ViewPlugin, WidgetType, gutter, keymap,
} from "../../vendor/codemirror-6.43.15/codemirror.js";
import { made, shape } from "./elements.js";

const RANK = { error: 0, warning: 1, info: 2 };
const known = StateEffect.define();

class Mark extends GutterMarker {
  constructor(problem) { super(); this.problem = problem; }
  eq(other) { return other.problem.message === this.problem.message && other.problem.severity === this.problem.severity; }
  toDOM() { return shape(this.problem.severity, this.problem.message); }
}

class Card extends WidgetType {
  constructor(problems, mend) { super(); this.problems = problems; this.mend = mend; }
  eq(other) { return JSON.stringify(other.problems) === JSON.stringify(this.problems); }
  ignoreEvent() { return true; }
  toDOM() {
    return made("div", { class: "fix", role: "note" }, this.problems.map((problem) => made("div", { class: `fix-in ${problem.severity}` }, [
      made("p", {}, [problem.message]),
      problem.fix ? made("div", { class: "row-f" }, [
        made("button", { type: "button", class: "btn btn-sm btn-primary", onclick: () => this.mend(problem) }, [problem.fix.label]),
        made("span", { class: "kbd" }, ["Alt Enter"]),
      ]) : "",
    ])));
  }
}

export function marked(store) {
  const mend = (problem) => store.operate(problem.fix.operation, { origin: "fix" }).catch(() => {});
  const field = problemField(mend);
  return [
    field,
    gutter({
      class: "cm-problems",
      markers: (view) => view.state.field(field).gutter,
      domEventHandlers: { mousedown: (view, block) => goTo(view, block.from) },
    }),
    EditorView.decorations.from(field, (value) => value.underlines),
    EditorView.decorations.from(field, (value) => value.card),
    keymap.of([{ key: "Alt-Enter", run: (view) => mendAt(view, field, mend) }, { key: "F8", run: (view) => next(view, field) }]),
    listening(store),
  ];
}

// Told by the store, so that the marks follow the text between two analyses.
function listening(store) {
  let before = 0;
  return ViewPlugin.define((view) => ({
    destroy: store.on("analysis", ({ problems }) => {
      if (problems.length || before) view.dispatch({ effects: known.of(problems) });
      before = problems.length;
    }),
  }));
}

function problemField(mend) {
  return StateField.define({
    create: (state) => drawn(state, [], null, mend),
    update(value, transaction) {
      const told = transaction.effects.find((effect) => effect.is(known));
      const open = openLine(value, transaction);
      if (told) return drawn(transaction.state, told.value, open, mend);
      if (transaction.docChanged) return moved(value, transaction.changes);
      return open === value.open ? value : drawn(transaction.state, value.problems, open, mend);
    },
  });
}

// A card opens where the cursor goes, and closes when the line is being changed.
function openLine(value, transaction) {
  if (transaction.docChanged) return null;
  if (!transaction.selection) return value.open;
  return transaction.state.doc.lineAt(transaction.state.selection.main.head).number;
}

function moved(value, changes) {
  return { ...value, open: null, gutter: value.gutter.map(changes), underlines: value.underlines.map(changes), card: Decoration.none };
}

function drawn(state, problems, open, mend) {
  const lines = byLine(state.doc, problems);
  const marks = [...lines].map(([number, found]) => new Mark(found[0]).range(state.doc.line(number).from));
  return { problems, open, gutter: RangeSet.of(marks, true), underlines: underlines(state.doc, problems), card: card(state.doc, lines, open, mend) };
}

function byLine(doc, problems) {
  const lines = new Map();
  for (const problem of problems.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])) {
    const number = Math.min(problem.line ?? 0, doc.lines);
    if (number > 0) lines.set(number, [...(lines.get(number) ?? []), problem]);
  }
  return new Map([...lines].sort(([a], [b]) => a - b));
}

function underlines(doc, problems) {
  const ranges = [];
  for (const problem of problems) {
    if (!problem.line || problem.line > doc.lines) continue;
    const start = doc.line(problem.line);
    const end = doc.line(Math.min(problem.end_line ?? problem.line, doc.lines));
    const from = Math.min(start.from + (problem.column ?? 1) - 1, start.to);
    const to = end.number === start.number ? Math.min(end.from + (problem.end_column ?? problem.column ?? 1) - 1, end.to) : start.to;
    if (to > from) ranges.push(Decoration.mark({ class: `cm-wrong ${problem.severity}` }).range(from, to));
    ranges.push(Decoration.line({ class: `cm-bad ${problem.severity}` }).range(start.from));
  }
  return Decoration.set(ranges, true);
}

function card(doc, lines, open, mend) {
  if (!open || !lines.has(open)) return Decoration.none;
  const widget = new Card(lines.get(open), mend);
  return Decoration.set([Decoration.widget({ widget, block: true, side: 1 }).range(doc.line(open).to)]);
}

function mendAt(view, field, mend) {
  const number = view.state.doc.lineAt(view.state.selection.main.head).number;
  const problem = view.state.field(field).problems.find((found) => found.line === number && found.fix);
  if (problem) mend(problem);
  return Boolean(problem);
}

function next(view, field) {
  const here = view.state.doc.lineAt(view.state.selection.main.head).number;
  const lines = view.state.field(field).problems.map((problem) => problem.line).filter(Boolean).sort((a, b) => a - b);
  const line = lines.find((number) => number > here) ?? lines[0];
  if (line) goTo(view, view.state.doc.line(Math.min(line, view.state.doc.lines)).from);
  return Boolean(line);
}

function goTo(view, anchor) {
  view.dispatch({ selection: { anchor }, scrollIntoView: true });
  view.focus();
  return true;
}
