// How YAML looks: classes for keys, strings, numbers, comments, and for what stands in {{ }}. Colours are in editor.css.
import {
  Decoration, HighlightStyle, MatchDecorator, ViewPlugin, syntaxHighlighting, tags, yaml,
} from "../../vendor/codemirror-6.43.15/codemirror.js";

const CLASSES = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "yk" },
  { tag: [tags.string, tags.special(tags.string)], class: "ys" },
  { tag: tags.lineComment, class: "yc" },
  { tag: [tags.number, tags.bool, tags.null], class: "yn" },
  { tag: [tags.labelName, tags.typeName], class: "yx" },
]);
// A template in any string, and the bare condition of `when`; plain numbers and words of YAML.
const EXPRESSION = /\{\{.*?\}\}|\{%.*?%\}/g;
const CONDITION = /^(\s*(?:- )?(?:when|on_error):\s+)(?!["'{|>])([^#\n]+)/g;
const SCALAR = /^(\s*(?:- )?[\w.-]+:\s+|\s*- )(-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|~)\s*(?=#|$)/g;

export function look() {
  return [yaml(), syntaxHighlighting(CLASSES), ...[whole(EXPRESSION, "yx"), second(CONDITION, "yx"), second(SCALAR, "yn")].map(plugin)];
}

function whole(regexp, name) {
  return new MatchDecorator({ regexp, decoration: Decoration.mark({ class: name }) });
}

function second(regexp, name) {
  const mark = Decoration.mark({ class: name });
  return new MatchDecorator({
    regexp,
    decorate: (add, from, to, match) => add(from + match[1].length, from + match[1].length + match[2].trimEnd().length, mark),
  });
}

function plugin(matcher) {
  return ViewPlugin.define(
    (view) => ({
      marks: matcher.createDeco(view),
      update(update) { this.marks = matcher.updateDeco(update, this.marks); },
    }),
    { decorations: (value) => value.marks },
  );
}
