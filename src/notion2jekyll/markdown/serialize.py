"""The writer: a tree becomes Markdown that a person would have written, and that reads the same in every engine.

The work has four passes: *lower*, *decide* and *escape* make one line of each run of inlines (`inline.py`, by the
tables in `dialect.py`), *join* here makes blocks of the lines: blank lines between them, prefixes for what they are
in. Every block is a list of lines without the prefixes of its parents; nothing looks at finished Markdown again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from notion2jekyll.markdown import html
from notion2jekyll.markdown.anchors import settled
from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.headings import heading_id, heading_ids, is_html_list
from notion2jekyll.markdown.inline import line, spaced_braces
from notion2jekyll.markdown.nodes import (
    Anchor,
    CodeBlock,
    Comment,
    Container,
    Details,
    Doc,
    Figure,
    Heading,
    Image,
    Item,
    Link,
    List,
    MathBlock,
    Media,
    Paragraph,
    Quote,
    Rule,
    SitePath,
    Span,
    Table,
    Text,
    Toc,
)
from notion2jekyll.markdown.plain import clean, is_blank, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion2jekyll.markdown.nodes import Attributes, BlockNode, Inlines

__all__ = ["heading_id", "heading_ids", "serialize", "visible"]

Lines = list[str]

_LONE_IMG = re.compile(r"<img [^<>]*/>")

_EMPTY = "<!-- -->"
"""Nothing, visibly: the text of an item without text, and what keeps two lists apart."""


def serialize(doc: Doc, dialect: Dialect = Dialect()) -> str:  # noqa: B008  (frozen)
    """Return the document as Markdown for a site that reads `dialect`; it ends with one LF, and is empty for nothing."""
    doc = settled(doc, dialect)
    lines = _Writer(doc, dialect).blocks(doc.children)
    return "\n".join(lines) + "\n" if lines else ""


class _Writer:
    """Writes the blocks of one document."""

    def __init__(self, doc: Doc, dialect: Dialect) -> None:
        self.doc = doc
        self.dialect = dialect
        # Else kramdown would read Markdown in what is HTML throughout, and show the closing tags as text.
        self._raw = ' markdown="0"' if dialect.kramdown and dialect.parse_block_html else ""

    def blocks(self, children: tuple[BlockNode, ...]) -> Lines:
        """Return blocks with a blank line between each two, and a comment where two lists would become one."""
        written: Lines = []
        last: BlockNode | None = None
        for child in self._without_mixed_lists(children):
            lines = self.block(child)
            if not lines:
                continue
            if last is not None:
                written += ["", _EMPTY, ""] if _would_merge(last, child) else [""]
            written += lines
            last = child
        return written

    def block(self, node: BlockNode) -> Lines:
        """Return the lines of one block; none for a block without content."""
        match node:
            case Paragraph(children):
                return self._paragraph(children)
            case Heading(level, children):
                return self._heading(level, children)
            case List():
                return self._html_list(node) if is_html_list(node) else self._list(node)
            case Quote(children):
                return _prefixed(self.blocks(children), "> ")
            case CodeBlock(text, language):
                return self._code_block(text, language)
            case MathBlock(tex):
                return self._math_block(tex)
            case Rule() | Comment():
                return ["---" if isinstance(node, Rule) else f"<!--{node.text}-->"]
            case Table():
                return self._table(node)
            case Container(tag, attributes, children):
                return self._element(tag, attributes, [], children)
            case Details(summary, children, attributes):
                title = f"<summary{self._raw}>{html.inlines(summary, self.dialect)}</summary>"
                return self._element("details", attributes, [title], children)
            case Figure() | Media():
                return self._figure(node)
            case Toc():
                return self._toc()
            case Anchor(name):
                return [f"<div{html.attributes((('id', name),), self.dialect)}></div>"]

    # Text ------------------------------------------------------------------------------------------------------------

    def _paragraph(self, children: Inlines) -> Lines:
        text = line(children, "paragraph", self.dialect)
        if _LONE_IMG.fullmatch(text):
            return [f"<p>{text}</p>"]  # CommonMark takes a line of one tag for a block, not for a paragraph
        return [self._in_line(text)] if text else []

    def _heading(self, level: int, children: Inlines) -> Lines:
        text = line(children, "heading", self.dialect)
        return [f"{'#' * min(max(level, 1), 6)} {text}"] if text else []

    def _in_line(self, text: str) -> str:
        """Keep a formula that is all of a paragraph in the line: a backslash stops kramdown from displaying it."""
        alone = self.dialect.kramdown and re.fullmatch(r"\$\$(?:(?!\$\$).)*\$\$", text)
        return f"\\{text}" if alone else text

    def _code_block(self, text: str, language: str) -> Lines:
        code = clean(text)
        if self.dialect.liquid:
            # Liquid runs in code as well: an expression that prints the opening is the only form that no content, and
            # no excerpt cut in the middle of it, can break.
            code = re.sub(r"\{[{%]", lambda opening: f'{{{{ "{opening[0]}" }}}}', code)
        tick = "`" if self.dialect.gfm or not self.dialect.kramdown else "~"
        longest = max(map(len, re.findall(f"{tick}+", code)), default=0)
        fence = tick * max(3, longest + 1)
        return [fence + re.sub(r"[^\w+#./-]", "", language), *(code.split("\n") if code else []), fence]

    def _math_block(self, tex: str) -> Lines:
        lines = [text.strip() for text in clean(tex).split("\n") if text.strip()]
        if not lines:
            return []
        if not self.dialect.math:
            return self._code_block("\n".join(lines), "latex")
        if not self.dialect.kramdown or "$$" in tex:
            return [html.literal(rf"\[{' '.join(lines)}\]")]
        if self.dialect.liquid:
            lines = [spaced_braces(text) for text in lines]
        if re.fullmatch(r"[-=]+", lines[0]):
            return [f"$$ {' '.join(lines)} $$"]  # under `$$` it would be the underline of a heading
        return ["$$", *lines, "$$"]

    # Lists -----------------------------------------------------------------------------------------------------------

    def _without_mixed_lists(self, children: tuple[BlockNode, ...]) -> Iterator[BlockNode]:
        """Split lists where to-dos and plain items meet: kramdown styles all items of a list like its to-dos."""
        for child in children:
            if isinstance(child, List) and not is_html_list(child):
                for _, items in groupby(child.items, key=lambda item: item.checked is None):
                    yield replace(child, items=tuple(items))
            else:
                yield child

    def _list(self, node: List) -> Lines:
        tight = all(map(_is_tight, node.items))
        written: Lines = []
        for number, item in enumerate(node.items, 1):
            if written and not tight:
                written.append("")
            # Four columns, or kramdown ends the list at the first line in it that looks like a rule.
            marker = (f"{number}." if node.ordered else "-").ljust(3) + " "
            written += self._item(item, marker, tight=tight)
        return written

    def _item(self, item: Item, marker: str, *, tight: bool) -> Lines:
        first, rest = _first_paragraph(item)
        text = line(first, "item", self.dialect) or _EMPTY
        if _LONE_IMG.fullmatch(text):
            text += _EMPTY  # or CommonMark takes the tag, and the lines under it, for a block of HTML
        if item.checked is None:
            text = self._in_line(text)
        below = self.blocks(rest)
        if below and not tight:
            below = ["", *below]
        return [marker + self._box(item) + text, *_prefixed(below, " " * len(marker))]

    def _box(self, item: Item) -> str:
        if item.checked is None:
            return ""
        if self.dialect.gfm and self.dialect.kramdown:
            return "[x] " if item.checked else "[ ] "
        return "☑ " if item.checked else "☐ "

    def _html_list(self, node: List) -> Lines:
        """Return a list that kramdown cannot number: its `<ol>` in HTML, what is in the items in Markdown."""
        kind = {"decimal": "", "alpha": ' type="a"', "roman": ' type="i"'}[node.style]
        start = f' start="{node.start}"' if node.start != 1 else ""
        written = [f"<ol{start}{kind}>"]
        for item in node.items:
            first, rest = _first_paragraph(item)
            text = (
                Paragraph((Text(self._box(item)), *first)) if item.checked is not None else Paragraph(first)
            )
            written += ['<li markdown="1">', "", *self.blocks((text, *rest)), "", "</li>"]
        return [*written, "</ol>"]

    # Tables ----------------------------------------------------------------------------------------------------------

    def _table(self, node: Table) -> Lines:
        width = max((len(row) for row in node.rows), default=0)
        if not width:
            return []
        rows = [row + ((),) * (width - len(row)) for row in node.rows]
        plain = node.header_row and not node.header_column and len(rows) > 1
        if plain and not (self.dialect.liquid and _points_into_site(rows)):
            return self._pipe_table(rows)
        return self._html_table(rows, node)

    def _pipe_table(self, rows: list[tuple[Inlines, ...]]) -> Lines:
        written = [f"| {' | '.join(line(cell, 'cell', self.dialect) for cell in row)} |" for row in rows]
        return [written[0], f"|{' --- |' * len(rows[0])}", *written[1:]]

    def _html_table(self, rows: list[tuple[Inlines, ...]], node: Table) -> Lines:
        """Return what Markdown has no form for: a table without header row, or with a header column."""
        written = ["<table>"]
        for number, row in enumerate(rows):
            header = node.header_row and number == 0
            if number == 0 or (node.header_row and number == 1):
                written.append("<thead>" if header else "<tbody>")
            written.append(
                f"<tr>{''.join(self._html_cell(cell, c, header, node) for c, cell in enumerate(row))}</tr>"
            )
            if header:
                written.append("</thead>")
        return [*written, *(["</tbody>"] if len(rows) > node.header_row else []), "</table>"]

    def _html_cell(self, cell: Inlines, column: int, header: bool, node: Table) -> str:
        text = html.inlines(cell, self.dialect)
        if header:
            return f"<th>{text}</th>"
        return f'<th scope="row">{text}</th>' if node.header_column and column == 0 else f"<td>{text}</td>"

    # HTML ------------------------------------------------------------------------------------------------------------

    def _element(
        self, tag: str, attributes: Attributes, head: Lines, children: tuple[BlockNode, ...]
    ) -> Lines:
        """Return an HTML element around Markdown: `markdown="1"` is for kramdown, the blank lines for CommonMark."""
        below = self.blocks(children)
        opening = f"<{tag}{html.attributes((*attributes, ('markdown', '1')), self.dialect)}>"
        return [opening, *head, *(["", *below, ""] if below else []), f"</{tag}>"]

    def _figure(self, node: Figure | Media) -> Lines:
        if isinstance(node, Media):
            src = html.url_attribute("src", node.url, self.dialect)
            fallback = "" if is_blank(node.fallback) else html.inlines(node.fallback, self.dialect)
            opening = f"<{node.tag}{src}{html.attributes(node.attributes, self.dialect)}{self._raw}>"
            return [opening, *([fallback] if fallback else []), f"</{node.tag}>"]
        content = (
            [html.image(node.content, self.dialect)]
            if isinstance(node.content, Image)
            else self._figure(node.content)
        )
        caption = "" if is_blank(node.caption) else html.inlines(node.caption, self.dialect)
        return [
            f"<figure{self._raw}>",
            *content,
            *([f"<figcaption>{caption}</figcaption>"] if caption else []),
            "</figure>",
        ]

    # Contents --------------------------------------------------------------------------------------------------------

    def _toc(self) -> Lines:
        """Return the mark that kramdown replaces; it would stay as it is where no heading has an id."""
        return ["-   TOC", "{:toc}"] if any(ids.id for ids in heading_ids(self.doc, self.dialect)) else []


def _prefixed(lines: Lines, prefix: str) -> Lines:
    """Put `prefix` before each line, without leaving a line of nothing but spaces."""
    return [
        (prefix + text if text else prefix.rstrip()) if text.strip() or prefix.strip() else ""
        for text in lines
    ]


def _first_paragraph(item: Item) -> tuple[Inlines, tuple[BlockNode, ...]]:
    """Split an item into its text and the blocks under it."""
    match item.children:
        case (Paragraph(children), *rest):
            return children, tuple(rest)
        case rest:
            return (), rest


def _is_tight(item: Item) -> bool:
    """Whether an item needs no blank line: a text, and at most one list under it."""
    first, rest = _first_paragraph(item)
    if is_blank(first):
        return not rest
    match rest:
        case ():
            return True
        case (List() as below,):
            mixed = len({child.checked is None for child in below.items}) > 1
            return not mixed and not is_html_list(below) and all(map(_is_tight, below.items))
    return False


def _would_merge(last: BlockNode, node: BlockNode) -> bool:
    """Whether two blocks in a row would become one list."""
    kind = _list_kind(last)
    return bool(kind) and kind == _list_kind(node)


def _list_kind(node: BlockNode) -> str:
    match node:
        case List():
            return "" if is_html_list(node) else "ordered" if node.ordered else "bullets"
        case Toc():
            return "bullets"
    return ""


def _points_into_site(rows: list[tuple[Inlines, ...]]) -> bool:
    """Whether a cell holds a path of the site, which is written with a pipe: only Liquid takes it away."""
    return any(_has_site_path(cell) for row in rows for cell in row)


def _has_site_path(children: Inlines) -> bool:
    for child in children:
        match child:
            case Link(SitePath()) | Image(SitePath()):
                return True
            case Link() | Span():
                if _has_site_path(child.children):
                    return True
            case _:
                pass
    return False
