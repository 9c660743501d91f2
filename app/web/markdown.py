"""Markdown that an author wrote, as safe HTML: CommonMark without raw HTML, then an allow-list of tags."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = frozenset(
    ["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "s", "a", "table", "thead", "tbody", "tr", "th", "td"]
)
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_line_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("lheading")


def rendered_lines(text: str | None) -> Markup:
    """The same for what a program printed: each line stays one, and a ruler below a line makes no headline of it."""
    return _safe(_line_parser, text)


def rendered(text: str | None) -> Markup:
    """Safe HTML. Images are left out: they would tell a stranger who reads this, and when.

    Links open only http, https and mailto, and carry no referrer.
    """
    return _safe(_parser, text)


def _safe(parser: MarkdownIt, text: str | None) -> Markup:
    html = nh3.clean(
        parser.render(text or ""),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704 - cleaned above
