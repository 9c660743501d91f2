"""Markdown that an author wrote, as safe HTML: CommonMark without raw HTML, then an allow-list of tags."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = frozenset(
    ["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "s", "a", "table", "thead", "tbody", "tr", "th", "td"]
)
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def rendered(text: str | None) -> Markup:
    """Safe HTML. Images are left out: they would tell a stranger who reads this, and when.

    Links open only http, https and mailto, and carry no referrer.
    """
    html = nh3.clean(
        _parser.render(text or ""),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704 - cleaned above
