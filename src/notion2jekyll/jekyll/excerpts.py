"""What lists of posts show of a post: where Jekyll ends it, and what stands in where that would be no good. Pure.

Jekyll takes what is before the first separator in the Markdown of a post, a blank line by default, and renders it on every
build, whether a page shows it or not (facts by experiment in GitHub Pages' own versions; see docs/architecture.md).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from notion2jekyll.markdown.nodes import (
    BlockNode,
    Comment,
    Container,
    Details,
    Doc,
    Inlines,
    List,
    Paragraph,
    Quote,
    Rule,
    Toc,
)
from notion2jekyll.markdown.plain import visible

BLANK_LINE: Final = "\n\n"
"""Jekyll's own separator."""
_MORE: Final = "more"
_COMMENT: Final = re.compile(r"<!--((?:(?!--)[^<>{}\n])+)-->")


def ended(doc: Doc, where: str, own: str) -> tuple[Doc, str]:
    """Return `doc` with a separator in it where its excerpt ends, and that separator.

    `where` is `auto`, `divider`, or the text of a paragraph, which goes; `own` is the site's separator. Where that is no
    comment, readers would see it, so another one is taken. A document without such a place stays as it is.
    """
    for at, node in enumerate(doc.children):
        before = doc.children[:at]
        if all(isinstance(each, Rule | Toc) for each in before):
            continue
        if where == "divider" and isinstance(node, Rule):
            rest = doc.children[at:]
        elif where not in ("auto", "divider") and _says(node, where):
            rest = doc.children[at + 1 :]
        else:
            continue
        told = _COMMENT.fullmatch(own)
        comment = Comment(told[1] if told else _MORE)
        return Doc((*before, comment, *rest)), f"<!--{comment.text}-->"
    return doc, own


def _says(node: BlockNode, text: str) -> bool:
    return isinstance(node, Paragraph) and visible(node.children).split() == text.split()


def instead(doc: Doc, body: str, separator: str) -> str:
    """Return the excerpt to write in the front matter of `doc`, written as `body`; empty where Jekyll's own is right.

    Where that ends in the middle of a box, a list in HTML or code, it is half a thing; where the page starts with a line
    across it, there is nothing to read. Then the first text of the page stands in for it, as HTML.
    """
    if not doc.children or not separator:
        return ""
    if separator == BLANK_LINE:
        first = doc.children[0]
        if not isinstance(first, Rule | Toc) and _in_one_piece(body.split(BLANK_LINE, 1)[0]):
            return ""
    elif body.count(separator) == sum(isinstance(node, Comment) for node in doc.children):
        return ""  # it ends where a block does, or is the whole post
    text = next((text for text in map(visible, _paragraphs(doc.children)) if text.strip()), "")
    return html.escape(" ".join(text.split()), quote=False)


def _in_one_piece(start: str) -> bool:
    """Return whether `start`, a body up to its first blank line, ends every fence and element that it begins with."""
    if fence := re.match(r"`{3,}", start):
        return start.count("\n") > 0 and start.rsplit("\n", 1)[1] == fence[0]
    if re.fullmatch(r"<div id=\"[^\"]*\"></div>", start):
        return False  # an anchor alone
    element = re.match(r"<(\w+)", start)
    return element is None or element[1] in ("img", "br") or f"</{element[1]}>" in start


def _paragraphs(nodes: Iterable[BlockNode]) -> Iterator[Inlines]:
    """Yield the text of every paragraph in `nodes`, in order, whatever it is in."""
    for node in nodes:
        if isinstance(node, Paragraph):
            yield node.children
        elif isinstance(node, Details):
            yield node.summary
            yield from _paragraphs(node.children)
        elif isinstance(node, Container | Quote):
            yield from _paragraphs(node.children)
        elif isinstance(node, List):
            for item in node.items:
                yield from _paragraphs(item.children)
