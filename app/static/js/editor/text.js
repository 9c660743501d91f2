// The text pane: CodeMirror over the store's text. It owns the one history, shows the cursor's task, and carries
// gestures of other panes as single undoable steps.
import {
  Annotation, EditorState, EditorView, Prec, closeCompletion, completionKeymap, defaultKeymap, drawSelection, highlightActiveLine,
  highlightSelectionMatches, history, historyKeymap, indentLess, indentMore, indentUnit, isolateHistory, keymap, lineNumbers, redo,
  redoDepth, search, searchKeymap, undo, undoDepth,
} from "../../vendor/codemirror-6.43.15/codemirror.js";
import { helpful } from "./text-help.js";
import { look } from "./text-look.js";
import { marked } from "./text-problems.js";
import { showTask, taskLines } from "./text-task.js";

const silent = Annotation.define(); // a change of cursor that comes from another pane, and is not told back

export function attach(store, root) {
  const ends = lineEnds(store.text);
  const view = new EditorView({
    parent: root.querySelector("[data-code]"),
    state: EditorState.create({ doc: store.text, extensions: extensions(store, ends, (update) => follow(store, root, update)) }),
  });
  store.connect({
    apply: (changes, options) => apply(view, changes, ends, options),
    undo: () => undo(view),
    redo: () => redo(view),
    depth: () => ({ undo: undoDepth(view.state), redo: redoDepth(view.state) }),
    focus: () => view.focus(),
    place: () => view.state.selection.main.head,
    offset: () => toText(view.state, view.state.selection.main.head),
  });
  store.on("selection", (selection) => reveal(store, view, selection));
  store.on("analysis", () => settle(store, view));
  place(root, view.state);
  return view;
}

function extensions(store, ends, listener) {
  return [
    ends ? EditorState.lineSeparator.of(ends) : [],
    EditorView.cspNonce.of(store.page.styleNonce),
    EditorView.contentAttributes.of({ "aria-label": "Workflow as YAML", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    lineNumbers(), history(), drawSelection(), highlightActiveLine(), highlightSelectionMatches({ minSelectionLength: 3 }),
    indentUnit.of("  "), EditorState.tabSize.of(2),
    look(), taskLines(), marked(store), helpful(store), search({ top: true }),
    Prec.high(keymap.of([{ key: "Escape", run: closeCompletion }, { key: "Tab", run: tab, shift: indentLess }])),
    keymap.of([...searchKeymap, ...historyKeymap, ...completionKeymap, ...defaultKeymap]),
    EditorView.updateListener.of(listener),
  ];
}

// Tab indents only where something is selected or typed on; else it leaves the editor, as the keyboard expects.
function tab(view) {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const typedHere = main.head > line.from && !line.text.slice(0, main.head - line.from).trim();
  return !main.empty || typedHere ? indentMore(view) : false;
}

// The bytes stay: a file that ends its lines with CRLF keeps them; a mixed one keeps its CRs as characters.
function lineEnds(text) {
  const crlf = text.split("\r\n").length - 1;
  if (!crlf) return text.includes("\r") ? "\n" : null;
  return crlf === text.split("\n").length - 1 ? "\r\n" : "\n";
}

function apply(view, changes, ends, { origin } = {}) {
  const text = view.state.sliceDoc();
  const at = (offset) => (ends === "\r\n" ? offset - (text.slice(0, offset).split("\r\n").length - 1) : offset);
  view.dispatch({
    changes: changes.map(({ from, to, insert }) => ({ from: at(from), to: at(to), insert: view.state.toText(insert) })),
    annotations: [isolateHistory.of("full"), silent.of(true)],
    userEvent: `input.${origin ?? "operation"}`,
  });
}

/** An offset of the view as one of the text (they differ where lines end with CRLF). */
export function toText(state, offset) {
  return state.sliceDoc(0, offset).length;
}

function follow(store, root, update) {
  if (update.docChanged) store.setText(update.state.sliceDoc(), { origin: "text" });
  if (update.docChanged || update.selectionSet) {
    place(root, update.state);
    const quiet = update.transactions.some((transaction) => transaction.annotation(silent));
    if (!quiet && update.selectionSet) selectAtCursor(store, update.state);
  }
}

function selectAtCursor(store, state, origin = "text") {
  const line = state.doc.lineAt(state.selection.main.head).number;
  store.select({ task: store.taskAt(line), line }, { origin });
}

function place(root, state) {
  const head = state.selection.main.head;
  const line = state.doc.lineAt(head);
  root.querySelector("[data-place]").textContent = `Ln ${line.number}, Col ${head - line.from + 1}`;
}

// Another pane selected something: the text goes there, without taking the focus.
function reveal(store, view, { task, line, origin }) {
  showTask(view, store, task);
  if (origin === "text" || origin === "settled") return;
  const entry = task ? store.task(task) : null;
  const number = Math.min(line ?? entry?.line ?? 0, view.state.doc.lines);
  if (!number) return;
  const at = view.state.doc.line(number);
  const anchor = Math.min(at.from + Math.max(0, (line ? 1 : entry.column ?? 1) - 1), at.to);
  view.dispatch({ selection: { anchor }, annotations: silent.of(true), effects: scrolled(view, store, task, at) });
}

function scrolled(view, store, task, at) {
  const entry = task ? store.task(task) : null;
  const lines = entry ? entry.end_line - entry.line : 0;
  const fits = lines * view.defaultLineHeight < view.scrollDOM.clientHeight * 0.8;
  return EditorView.scrollIntoView(at.from, fits ? { y: "start", yMargin: 60 } : { y: "start", yMargin: 20 });
}

// After an analysis: a task that was renamed or undone away gives way to the one at the cursor.
function settle(store, view) {
  const { task } = store.selection;
  if (view.hasFocus || (task && !store.task(task))) selectAtCursor(store, view.state, "settled");
  showTask(view, store, store.selection.task);
}
