// The lines of the selected task are tinted; the tint moves with the text until the next analysis.
import { Decoration, EditorView, RangeSetBuilder, StateEffect, StateField } from "../../vendor/codemirror-6.43.15/codemirror.js";

const shown = StateEffect.define();

export function taskLines() {
  return StateField.define({
    create: () => Decoration.none,
    update(lines, transaction) {
      const moved = lines.map(transaction.changes);
      return transaction.effects.reduce((_, effect) => (effect.is(shown) ? effect.value : _), moved);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}

const tinted = new WeakMap(); // view -> {doc, from, to}: what is tinted already

export function showTask(view, store, task) {
  const entry = task ? store.task(task) : null;
  const { doc } = view.state;
  const before = tinted.get(view);
  if (before?.doc === doc && before.from === entry?.line && before.to === entry?.end_line) return;
  tinted.set(view, { doc, from: entry?.line, to: entry?.end_line });
  view.dispatch({ effects: shown.of(entry ? tint(doc, entry) : Decoration.none) });
}

function tint(doc, entry) {
  const marks = new RangeSetBuilder();
  const last = Math.min(entry.end_line ?? entry.line, doc.lines);
  for (let number = entry.line; number <= last; number += 1) {
    const edge = `${number === entry.line ? " first" : ""}${number === last ? " last" : ""}`;
    const { from } = doc.line(number);
    marks.add(from, from, Decoration.line({ class: `cm-task${edge}` }));
  }
  return marks.finish();
}
