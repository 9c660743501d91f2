// Completion and words about what is under the pointer; both come from the server, which knows the language.
import { autocompletion, hoverTooltip, keymap, startCompletion } from "../../vendor/codemirror-6.43.15/codemirror.js";
import { call } from "./api.js";
import { made } from "./elements.js";
import { toText } from "./text.js";

const WORD = /[\w.'"[\]-]*/;
const KINDS = { key: "property", action: "function", task: "variable", parameter: "property", variable: "variable", function: "function", filter: "function", value: "enum" };

export function helpful(store) {
  return [
    autocompletion({ override: [(context) => offers(store, context)], icons: false, activateOnTypingDelay: 120, maxRenderedOptions: 60 }),
    hoverTooltip((view, pos) => words(store, view, pos), { hoverTime: 450 }),
    keymap.of([{ key: "Ctrl-Space", run: startCompletion }]),
  ];
}

async function offers(store, context) {
  const before = context.matchBefore(/[\w{. :|'"-]/);
  if (!context.explicit && !before) return null;
  const found = await asked(store, context.state, context.pos, context);
  if (!found?.items?.length) return null;
  const shift = context.pos - found.offset; // line ends: the view counts one where the text has two
  return {
    from: found.from + shift,
    to: found.to + shift,
    validFor: WORD,
    options: found.items.map((item, order) => ({
      label: item.label, apply: item.insert, detail: item.detail, type: KINDS[item.kind] ?? "text", boost: -order / 1000,
      info: item.docs ? () => made("div", { class: "cm-docs" }, [item.docs]) : undefined,
    })),
  };
}

async function asked(store, state, pos, context) {
  const stop = new AbortController();
  context.addEventListener?.("abort", () => stop.abort());
  const offset = toText(state, pos);
  try {
    return { offset, ...(await call("POST", "/workflows/complete", { text: state.sliceDoc(), offset, pack_ref: store.packRef }, { signal: stop.signal })) };
  } catch {
    return null; // completion is a help; typing goes on without it
  }
}

async function words(store, view, pos) {
  const found = await asked(store, view.state, pos, {});
  if (!found?.about) return null;
  const shift = pos - found.offset;
  return {
    pos: found.about.from + shift, end: found.about.to + shift, above: true,
    create: () => ({ dom: made("div", { class: "cm-docs" }, [made("b", {}, [found.about.title]), made("p", {}, [found.about.docs])]) }),
  };
}
