"""The second engine: CommonMark with tables, strikethrough and task lists, without Liquid, as on github.com."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore

_BOX = re.compile(r"\[([ xX])\][ \t]+")


def _task_lists(state: StateCore) -> None:
    """Turn `[ ] ` at the start of an item into a box, by its source: an escaped bracket is text."""
    for before, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        box = _BOX.match(inline.content)
        if before.type == "list_item_open" and paragraph.type == "paragraph_open" and box and inline.children:
            checked = ' checked="checked"' if box[1] != " " else ""
            inline.children[0].content = inline.children[0].content[3:]
            inline.children.insert(
                0, Token("html_inline", "", 0, content=f'<input type="checkbox"{checked} />')
            )


_ENGINE = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True}).enable(["table", "strikethrough"])
# An address between `<` and `>` is shown as it is written; this engine would decode it.
_ENGINE.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
_ENGINE.core.ruler.push("task_lists", _task_lists)


def render(source: str) -> str:
    """Return the HTML of `source`."""
    html: str = _ENGINE.render(source)
    return html
