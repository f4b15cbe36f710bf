"""The ids that the engines give to headings, so that links can point at them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from notion2jekyll.markdown import html
from notion2jekyll.markdown.inline import line, spaced_braces
from notion2jekyll.markdown.nodes import (
    Code,
    Container,
    Details,
    Heading,
    Item,
    Link,
    List,
    Math,
    Quote,
    Span,
    Text,
)
from notion2jekyll.markdown.plain import clean, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion2jekyll.markdown.dialect import Dialect
    from notion2jekyll.markdown.nodes import BlockNode, Doc, Inlines


def heading_id(text: str) -> str:
    """Return the id that kramdown's GFM parser gives to the first heading with this text; empty where it gives none.

    Letters, marks and digits of every script, `_` and `-` are kept in lower case, spaces become `-`; the rest goes.
    github.com does the same.
    """
    lowered = "".join(char.lower() for char in text)  # by character: Ruby has no final sigma
    return re.sub(r"[ \t]", "-", "".join(char for char in lowered if char in "- \t" or _is_word(char)))


def _is_word(char: str) -> bool:
    category = unicodedata.category(char)
    # What is nothing to this Python may be a letter to a younger engine.
    return category[0] in "LM" or category in {"Nd", "Nl", "Pc", "Cn"} or "Ⓐ" <= char <= "ⓩ"


def _old(text: str) -> str:
    """Return `text` without the letters and digits that came after Unicode 3.2.

    Whether an engine knows one of them depends on the age of its Ruby, which is another than this Python's.
    """
    if text.isascii():
        return text
    old = unicodedata.ucd_3_2_0
    return "".join(char for char in text if old.category(char) != "Cn" or not _is_word(char))


def _ascii_id(text: str) -> str:
    """Return the id that kramdown gives outside its GFM parser: ASCII letters and digits, from the first letter on."""
    kept = re.sub(r"[^a-zA-Z0-9 -]", "", re.sub(r"^[^a-zA-Z]+", "", text))
    return kept.replace(" ", "-").lower() or "section"


class Ids(NamedTuple):
    """The id of a heading, as engines of different ages give it; empty where one gives none."""

    id: str
    old: str
    """The id that an engine gives which knows no letters but those of Unicode 3.2."""


def heading_ids(doc: Doc, dialect: Dialect) -> tuple[Ids, ...]:
    """Return the ids of the document's headings that are written, in their order."""
    found: list[Ids] = []
    counters = Counter[str](), Counter[str]()
    seen_in_html: Counter[str] = Counter()
    for heading, in_html in _headings(doc.children, in_html=False):
        # kramdown's GFM parser does not look into HTML elements: headings there get ids of plain kramdown.
        plain = in_html or not dialect.kramdown or not dialect.gfm
        markdown = line(heading.children, "heading", dialect)
        if dialect.kramdown and not dialect.gfm:  # plain kramdown makes them of the Markdown, escapes and all
            text = markdown
        else:
            text = _text(heading.children, markdown, dialect)
        if plain:
            id_ = _counted(_ascii_id(text), seen_in_html)
            found.append(Ids(id_, id_))
        else:
            new, old = (
                _counted(heading_id(each), seen)
                for each, seen in zip((text, _old(text)), counters, strict=True)
            )
            found.append(Ids(new, old))
    return tuple(found)


def written(doc: Doc) -> Iterator[Heading]:
    """Yield the headings that are written, in their order."""
    for heading, _ in _headings(doc.children, in_html=False):
        yield heading


def own_ids(doc: Doc, dialect: Dialect) -> dict[str, str]:
    """Return, by name, the ids of those headings whose id is one to rely on.

    That is one that tells the heading's text, that engines of any age and github.com give it as well, and that no heading
    before it has too.
    Headings within HTML elements have none: kramdown makes their ids of ASCII letters alone, and numbers the rest.
    """
    if not dialect.has_ids:
        return {}
    found: dict[str, str] = {}
    taken: set[str] = set()
    on_github: Counter[str] = Counter()
    headings = _headings(doc.children, in_html=False)
    for (heading, in_html), ids in zip(headings, heading_ids(doc, dialect), strict=True):
        base = heading_id(_text(heading.children, "", dialect))
        same = _counted(base, on_github) == ids.id == ids.old and any(char.isalnum() for char in base)
        if heading.name and same and not in_html and ids.id not in taken:
            found[heading.name] = ids.id
        taken.update(ids)
    return found


def _counted(id_: str, seen: Counter[str]) -> str:
    """Return `id_` with the number of times that it was there before, as kramdown and github.com tell them apart."""
    number = seen[id_]
    seen[id_] += 1
    return f"{id_}-{number}" if number else id_


def _text(children: Inlines, markdown: str, dialect: Dialect) -> str:
    """Return the text of which an engine makes an id, for inlines that are written as `markdown`."""
    return "".join(_raw(children, markdown, dialect)).strip(" \t").replace(_NO_EDGE, "")


def _raw(children: Inlines, markdown: str, dialect: Dialect) -> Iterator[str]:
    """Yield the parts of that text. Pictures and breaks are none, but spaces beside them are not at the edge of the line."""
    for child in children:
        match child:
            case Text(value):
                yield clean(value).replace("\n", _NO_EDGE)
            case Code(value) if (
                html.code(value) in markdown
            ):  # kramdown takes the digits of its references for text
                yield re.sub(r"</?code>|<br>", "", html.code(value))
            case Code(value):
                yield clean(value).replace("\n", "")
            case Math(tex):
                text = " ".join(clean(tex).split())
                yield spaced_braces(text) if dialect.liquid else text
            case Span("span" | "ins", inner):
                yield from (_NO_EDGE, *_raw(inner, markdown, dialect), _NO_EDGE)
            case Span() | Link():
                yield from _raw(child.children, markdown, dialect)
            case _:
                yield _NO_EDGE


_NO_EDGE = "\0"
"""Stands for what is no text, and in no text."""


def _headings(children: tuple[BlockNode | Item, ...], *, in_html: bool) -> Iterator[tuple[Heading, bool]]:
    for node in children:
        match node:
            case Heading():
                if not is_blank(node.children):
                    yield node, in_html
            case Quote() | Item():
                yield from _headings(node.children, in_html=in_html)
            case List():
                yield from _headings(node.items, in_html=in_html or is_html_list(node))
            case Container() | Details():
                yield from _headings(node.children, in_html=True)
            case _:
                pass


def is_html_list(node: List) -> bool:
    """Whether a list has to be written as HTML: kramdown numbers every list from 1, with digits."""
    return node.ordered and (node.start != 1 or node.style != "decimal")
