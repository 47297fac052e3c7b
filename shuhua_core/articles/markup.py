"""The little Markdown that articles are written in, as HTML that nothing can hide in.

Raw HTML and pictures from elsewhere are not part of it; what comes out is cleaned once more by a list of what may stand.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

_RULES = ("heading", "list", "blockquote", "hr", "emphasis", "link", "escape", "newline", "entity")
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "hr", "strong", "em", "a", "br"}
_LOWER = {"h1": "h2", "h2": "h3"}
_LOWEST = "h4"
_BLOCK_END = re.compile(r"</(p|h[234]|li|blockquote)>|<br>")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero", {"breaks": True, "html": False}).enable(list(_RULES))


def to_html(text: str) -> str:
    """``text`` as safe HTML; its headings begin below that of the page."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.tag.startswith("h") and token.tag[1:].isdigit():
            token.tag = _LOWER.get(token.tag, _LOWEST)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        str(html),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def first_words(text: str, most: int = 80) -> str:
    """The beginning of a text without its marks, for lists."""
    plain = nh3.clean(_BLOCK_END.sub(" ", to_html(text)), tags=set())
    words = " ".join(unescape(plain).split())
    return words if len(words) <= most else words[: most - 1] + "…"
