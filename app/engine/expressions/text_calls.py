"""Functions and filters on texts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import regex
from jinja2 import filters as jinja_filters
from markupsafe import Markup

from app.engine.expressions.calls import entries_of, filters, functions, tests, text_of
from app.engine.expressions.operators import formatted
from app.engine.expressions.refusals import Refused, too_much
from app.engine.expressions.values import as_text
from app.engine.repetitions import repetition_problem

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext

_SLOW_TEXT = 16 * 1024  # longest text for filters whose time grows with the square of it
_MATCH_SECONDS = 0.5


@functions.add("lower(text)", "the text in lower case", filters)
def _lower(context: RenderContext, value: Any) -> str:
    return as_text(value, context.budget).lower()


@functions.add("upper(text)", "the text in upper case", filters)
def _upper(context: RenderContext, value: Any) -> str:
    return as_text(value, context.budget).upper()


@functions.add("trim(text, chars=null)", "the text without white space (or these characters) at both ends", filters)
def _trim(context: RenderContext, value: Any, chars: str | None = None) -> str:
    if chars is not None and len(chars) > 100:
        raise too_much("The characters for trim", 100)
    return as_text(value, context.budget).strip(chars)


@functions.add("split(text, separator=null)", "list of the parts between the separators; without one, the words", filters)
def _split(context: RenderContext, value: Any, separator: str | None = None) -> list[str]:
    text = text_of(value, "split")
    if separator == "":
        context.budget.entries(len(text))
        return list(text)
    context.budget.entries(text.count(separator) if separator else 0)
    return text.split(separator)


@functions.add('join(list, separator="")', "one text of all entries, with the separator between them")
def _join(context: RenderContext, value: Any, separator: str = "") -> str:
    pieces: list[str] = []
    size = 0
    for entry in entries_of(value, "join"):
        piece = as_text(entry, context.budget)
        size += len(piece) + len(separator)
        context.budget.text(size)
        pieces.append(piece)
    return separator.join(pieces)


@filters.add('join(separator="", attribute=null)', "one text of all entries, or of that field of each")
def _join_filter(context: RenderContext, value: Any, d: str = "", attribute: Any = None) -> str:
    listed = list(value) if isinstance(value, str) else entries_of(value, "join")
    if attribute is not None:
        listed = [context.environment.at_path(entry, attribute) for entry in listed]
    return _join(context, listed, d)


@functions.add("replace(text, old, new, count=null)", "the text with every `old` (or the first `count`) replaced", filters)
def _replace(context: RenderContext, value: Any, old: str, new: str, count: int | None = None) -> str:
    text = as_text(value, context.budget)
    times = text.count(old) if count is None or count < 0 else min(count, text.count(old))
    context.budget.text(len(text) + times * max(0, len(new) - len(old)))
    return text.replace(old, new, times)


@functions.add("starts_with(text, start)", "whether the text begins so", filters, tests)
def _starts_with(context: RenderContext, value: Any, start: str) -> bool:
    return text_of(value, "starts_with").startswith(text_of(start, "starts_with"))


@functions.add("ends_with(text, end)", "whether the text ends so", filters, tests)
def _ends_with(context: RenderContext, value: Any, end: str) -> bool:
    return text_of(value, "ends_with").endswith(text_of(end, "ends_with"))


@functions.add("match(pattern, text)", "whether the regular expression is found in the text (anchor it with ^ and $)")
def _match(context: RenderContext, pattern: str, text: str) -> bool:
    pattern, text = text_of(pattern, "match"), text_of(text, "match")
    if len(pattern) > context.limits.pattern_chars:
        raise too_much("The pattern", f"{context.limits.pattern_chars} characters")
    too_many = repetition_problem(pattern)
    if too_many is not None:
        raise Refused(f"The pattern can't be used: {too_many}", kind="limit")
    try:
        return regex.search(pattern, text, timeout=min(_MATCH_SECONDS, context.limits.seconds)) is not None
    except regex.error as problem:
        raise Refused(f"The pattern is no regular expression: {problem}", kind="value") from None
    except TimeoutError:
        raise too_much("The time of match", f"{_MATCH_SECONDS:g} s") from None


@filters.add("match(pattern)", "whether the regular expression is found in the text (anchor it with ^ and $)", tests)
def _match_filter(context: RenderContext, value: Any, pattern: str) -> bool:
    return _match(context, pattern, value)


@filters.add("capitalize", "first letter upper case, the rest lower")
def _capitalize(context: RenderContext, value: Any) -> str:
    return as_text(value, context.budget).capitalize()


@filters.add("title", "every word with a capital")
def _title(context: RenderContext, value: Any) -> str:
    return jinja_filters.do_title(as_text(value, context.budget))


@filters.add("center(width=80)", "the text in the middle of that many characters")
def _center(context: RenderContext, value: Any, width: int = 80) -> str:
    context.budget.text(int(width))
    return as_text(value, context.budget).center(int(width))


@filters.add("indent(width=4, first=false, blank=false)", "every line after the first moved in by so many spaces")
def _indent(context: RenderContext, value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    text = as_text(value, context.budget)
    step = len(width) if isinstance(width, str) else int(width)
    context.budget.text(len(text) + (text.count("\n") + 1) * max(step, 0))
    return str(jinja_filters.do_indent(text, width, first, blank))


@filters.add('truncate(length=255, killwords=false, end="...")', "the text cut to that length")
def _truncate(context: RenderContext, value: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5) -> str:
    text = as_text(value, context.budget)
    if len(text) <= length + leeway or length < len(end):
        return text[: max(length, 0)] if length < len(end) and len(text) > length + leeway else text
    cut = text[: length - len(end)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


@filters.add("wordcount", "number of words")
def _wordcount(context: RenderContext, value: Any) -> int:
    return len(re.findall(r"\w+", as_text(value, context.budget)))


@filters.add("wordwrap(width=79)", "the text broken into lines of at most that width")
def _wordwrap(context: RenderContext, value: Any, width: int = 79, break_long_words: bool = True, wrapstring: str = "\n") -> str:
    text = _short(as_text(value, context.budget), "wordwrap")
    context.budget.text(len(text) * (1 + len(wrapstring)))
    return jinja_filters.do_wordwrap(context.environment, text, max(int(width), 1), break_long_words, wrapstring)


@filters.add("striptags", "the text without HTML tags")
def _striptags(context: RenderContext, value: Any) -> str:
    return str(Markup(_short(as_text(value, context.budget), "striptags")).striptags())  # noqa: S704 - read as HTML, given back as plain text


@filters.add("escape", "the text with HTML's special characters escaped")
def _escape(context: RenderContext, value: Any) -> str:
    text = as_text(value, context.budget)
    context.budget.text(len(text))
    return html.escape(text)


@filters.add("urlencode", "the text (or a mapping as a query) encoded for an address")
def _urlencode(context: RenderContext, value: Any) -> str:
    if isinstance(value, dict):
        pairs = [(as_text(k, context.budget), as_text(v, context.budget)) for k, v in value.items()]
        return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in pairs)
    return quote(as_text(value, context.budget), safe="/")


@filters.add("format(*values)", "`'%s: %d' | format(a, b)`")
def _format(context: RenderContext, value: Any, *values: Any, **named: Any) -> str:
    return formatted(text_of(value, "format"), named or values, context.budget)


@functions.add("string(value)", "the value as text; containers as JSON", filters)
def _string(context: RenderContext, value: Any) -> str:
    return as_text(value, context.budget)


def _short(text: str, who: str) -> str:
    if len(text) > _SLOW_TEXT:
        raise too_much(f"The text for {who}", f"{_SLOW_TEXT} characters")
    return text


filters.alias("e", "escape")
filters.alias("forceescape", "escape")
