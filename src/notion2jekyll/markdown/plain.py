"""Inlines as plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notion2jekyll.markdown.nodes import Anchor, Code, Image, Link, Math, Span, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion2jekyll.markdown.nodes import Inlines


_CONTROLS = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n"} | {ord("\r"): "\n"}
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` without the characters that no page can hold: controls but tab and LF, and lone surrogates.

    CR LF and CR become LF.
    """
    if text.isprintable():
        return text  # none of these are
    return _LONE_SURROGATES.sub("\ufffd", text.replace("\r\n", "\n")).translate(_CONTROLS)


def visible(inlines: Inlines) -> str:
    """Return inlines as plain text: what a reader sees, with a space for each break and the description of pictures."""
    return "".join(shown(inlines, " ", pictures=True))


def shown(inlines: Inlines, break_: str, *, pictures: bool) -> Iterator[str]:
    """Yield the parts of the plain text, with `break_` for each break, and descriptions of `pictures` or nothing."""
    for child in inlines:
        match child:
            case Text(value) | Code(value):
                yield clean(value).replace("\n", break_)
            case Math(tex):
                yield tex.strip()
            case Span() | Link():
                yield from shown(child.children, break_, pictures=pictures)
            case Image(_, alt):
                yield alt if pictures else ""
            case Anchor():
                pass
            case _:
                yield break_


def is_blank(inlines: Inlines) -> bool:
    """Whether inlines are not worth writing: no picture, no code, no place that links lead to, no text but spaces."""
    for child in inlines:
        match child:
            case Image() | Anchor():
                return False
            case Code(value) if clean(value).strip("\n"):
                return False
            case Text(value) | Math(value) if clean(value).strip():
                return False
            case Span() | Link() if not is_blank(child.children):
                return False
            case _:
                pass
    return True
