"""Where links within a document lead: to the ids that headings have anyway, else to anchors that are written for them.

A heading's own id is the better one: it tells readers what it is, and github.com has it too. But not every heading has one
on which a link can rely, and no other block has any.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from notion2jekyll.markdown.headings import heading_ids, own_ids, written
from notion2jekyll.markdown.nodes import (
    Anchor,
    Code,
    Container,
    Details,
    Doc,
    Heading,
    Here,
    Item,
    Link,
    List,
    Paragraph,
    Quote,
    Text,
    Toc,
)
from notion2jekyll.markdown.plain import is_blank, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from notion2jekyll.markdown.dialect import Dialect
    from notion2jekyll.markdown.nodes import BlockNode, Inlines

    Blocks = tuple[BlockNode, ...]


def fragments(doc: Doc, dialect: Dialect) -> dict[str, str]:
    """Return, by name, where links to the headings of `doc` lead, without `#`; a heading without a place is missing."""
    own = own_ids(doc, dialect)
    return {
        heading.name: own.get(heading.name, heading.name)
        for heading in written(doc)
        if heading.name in own or (heading.name and heading.linked)
    }


def settled(doc: Doc, dialect: Dialect) -> Doc:
    """Return `doc` as it is written.

    Every `Here` that leads to a heading with an id is that id; every other heading that is linked to has an anchor before
    it; and a table of contents that kramdown does not make is a list of links.
    """
    tocs = sum(isinstance(node, Toc) for node in _walk(doc.children))
    if tocs > 1 or (tocs and not _makes_contents(doc, dialect)):
        doc = _with_contents(doc, dialect)
    if not any(heading.linked for heading in written(doc)):
        return doc
    ids = own_ids(doc, dialect)

    def anchored(node: BlockNode) -> Blocks:
        if not isinstance(node, Heading) or not node.linked or node.name in ids:
            return (node,)
        return (Anchor(node.name), replace(node, linked=False))

    links = {name: f"#{id_}" for name, id_ in ids.items()}
    resolved: Doc = _resolved(Doc(_changed(doc.children, anchored)), links)
    return resolved


def _makes_contents(doc: Doc, dialect: Dialect) -> bool:
    """Whether the engine makes a table of contents of its own: of the first mark in a document.

    Not where a heading gets no id (`## ＃`): kramdown would list it with a link to nowhere.
    """
    return dialect.kramdown and dialect.auto_ids and all(all(ids) for ids in heading_ids(doc, dialect))


def _with_contents(doc: Doc, dialect: Dialect) -> Doc:
    """Return `doc` with a list of links for each table of contents that the engine does not make."""
    number = count(1)

    def named(node: BlockNode) -> Blocks:
        if not isinstance(node, Heading) or is_blank(node.children):
            return (node,)
        return (replace(node, name=node.name or f"section-{next(number)}", linked=True),)

    doc = Doc(_changed(doc.children, named))
    entries = list(written(doc))
    made = _makes_contents(doc, dialect)

    def listed(node: BlockNode) -> Blocks:
        nonlocal made
        if not isinstance(node, Toc):
            return (node,)
        if made:
            made = False
            return (node,)
        return (_nested_links(entries),) if entries else ()

    return Doc(_changed(doc.children, listed))


def _walk(children: Blocks) -> Iterator[BlockNode]:
    """Yield blocks and all that are in them."""
    for node in children:
        yield node
        match node:
            case Quote() | Container() | Details():
                yield from _walk(node.children)
            case List():
                for item in node.items:
                    yield from _walk(item.children)
            case _:
                pass


def _changed(children: Blocks, change: Callable[[BlockNode], Blocks]) -> Blocks:
    """Return blocks with each one, however deep, replaced by what `change` makes of it, in the order of the document."""
    out: list[BlockNode] = []
    for node in children:
        match node:
            case Quote() | Container() | Details():
                node = replace(node, children=_changed(node.children, change))
            case List():
                items = (replace(item, children=_changed(item.children, change)) for item in node.items)
                node = replace(node, items=tuple(items))
            case _:
                pass
        out += change(node)
    return tuple(out)


def _nested_links(entries: Sequence[Heading]) -> List:
    """Return links to headings as nested lists."""
    items: list[Item] = []
    rest = list(entries)
    while rest:
        heading, *rest = rest
        deeper = next((n for n, other in enumerate(rest) if other.level <= heading.level), len(rest))
        below, rest = rest[:deeper], rest[deeper:]
        text = Paragraph((Link(Here(heading.name), _without_links(heading.children)),))
        items.append(Item((text, _nested_links(below)) if below else (text,)))
    return List(ordered=False, items=tuple(items))


def _without_links(children: Inlines) -> Inlines:
    """Return a heading's inlines for use in a link: pictures and links give way to their text."""
    text = visible(children)
    return children if all(isinstance(child, Text | Code) for child in children) else (Text(text),)


def _resolved(part: Any, links: Mapping[str, str]) -> Any:
    """Return any part of a tree with the places in it replaced by their `links`."""
    match part:
        case Here(name):
            return links.get(name, part)
        case tuple():
            return tuple(_resolved(each, links) for each in part)
        case _ if is_dataclass(part) and not isinstance(part, type):
            own = {one.name: getattr(part, one.name) for one in fields(part)}
            return replace(part, **{name: _resolved(value, links) for name, value in own.items()})
    return part
