"""Reads a page and a tree into one shape, in which they can be compared: what a reader sees, and nothing else.

Inlines become pairs of a character and what it stands under (marks, code, link); blocks become nested tuples. Space is
collapsed, as browsers do, and stands under nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from notion2jekyll.markdown.headings import is_html_list
from notion2jekyll.markdown.nodes import (
    Anchor,
    Break,
    Code,
    CodeBlock,
    Comment,
    Container,
    Details,
    Figure,
    Heading,
    Here,
    Image,
    Link,
    List,
    Math,
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion2jekyll.markdown.nodes import BlockNode, Inlines, Item, Url

Char = tuple[str, frozenset[str]]
Chars = list[Char]
Block = tuple[Any, ...]

VOID = {"br", "img", "hr", "input"}
MARKS = {"strong", "em", "del", "ins"}
INLINE = MARKS | {"s", "span", "code", "a", "br", "img", "input"}
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Malformed(Exception):
    """The page is not what any tree could give."""


# The page ------------------------------------------------------------------------------------------------------------


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def descendants(self) -> Iterator[Element]:
        """Yield the elements within, in their order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.descendants()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("body")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def set_cdata_mode(self, *_: object, **__: object) -> None:
        """Read what is in an element: the fallback in an `<iframe>` is there to be read."""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise Malformed(f"</{tag}> within <{self.open[-1].tag}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """Return the page's body. Raises Malformed where elements are not closed in order."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    if len(parser.open) != 1:
        raise Malformed(f"<{parser.open[-1].tag}> is never closed")
    return parser.open[0]


def read(html: str) -> list[Block]:
    """Return the blocks of a page."""
    return _blocks(parse(html).children)


def _blocks(children: list[Element | str]) -> list[Block]:
    blocks: list[Block] = []
    loose: list[Element | str] = []

    def close() -> None:
        blocks.extend(_paragraph(_inline(loose)))
        loose.clear()

    for child in children:
        if isinstance(child, str) or child.tag in INLINE:
            loose.append(child)
        else:
            close()
            blocks += _block(child)
    close()
    return blocks


def _paragraph(inline: Chars) -> list[Block]:
    """Read a paragraph, or the displayed formulas that stand where one could be."""
    text = "".join(char for char, _ in inline)
    formulas = re.findall(r"\\\[(.*?)\\\] ?", text, re.DOTALL)
    if formulas and not re.sub(r"\\\[.*?\\\] ?", "", text, flags=re.DOTALL):
        return [("math", _tex(formula)) for formula in formulas]
    return [("p", inline)] if inline else []


def _block(element: Element) -> list[Block]:
    tag, children = element.tag, element.children
    match tag:
        case "p":
            return _paragraph(_inline(children))
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            return [("h", int(tag[1]), _inline(children))]
        case "ul" | "ol":
            items = [_item(child) for child in _elements(element, {"li"})]
            return [(tag, int(element.attributes.get("start", 1)), element.attributes.get("type", ""), items)]
        case "blockquote":
            return [("quote", _blocks(children))]
        case "pre":
            return [_code(element)]
        case "hr":
            return [("hr",)]
        case "table":
            return [("table", _rows(element))]
        case "details":
            place = next((n for n, child in enumerate(children) if isinstance(child, Element)), 0)
            summary = children[place]
            if not isinstance(summary, Element) or summary.tag != "summary":
                raise Malformed("details without summary")
            return [
                ("details", _attributes(element), _inline(summary.children), _blocks(children[place + 1 :]))
            ]
        case "figure":
            return [("figure", _figure(element))]
        case "video" | "audio" | "iframe":
            return [_media(element)]
        case "div" if element.attributes.get("class", "").endswith(
            ("highlighter-rouge", "highlight")
        ) or _wraps_code(element):
            (pre,) = _find(element, "pre")
            language = re.sub("(?:^|.* )language-([^ ]*).*", r"\1", element.attributes.get("class", ""))
            return [_code(pre, language if "language-" in element.attributes.get("class", "") else "")]
        case "div" | "aside" | "section":
            return [(tag, _attributes(element), _blocks(children))]
    raise Malformed(f"a stray <{tag}>")


def _wraps_code(element: Element) -> bool:
    """Whether kramdown put this element around highlighted code: such wrappers hold nothing else."""
    found = _find(element, "pre")
    return not element.attributes and len(found) == 1 and element.text.strip() == found[0].text.strip()


def _code(pre: Element, language: str = "") -> Block:
    for child in _find(pre, "code"):
        found = re.search("language-([^ ]*)", child.attributes.get("class", ""))
        language = found[1] if found else language
    return ("code", "" if language == "plaintext" else language, pre.text.removesuffix("\n"))


def _find(element: Element, tag: str) -> list[Element]:
    return [child for child in element.descendants() if child.tag == tag]


def _elements(element: Element, tags: set[str]) -> list[Element]:
    """Return the child elements, of which there may be no others."""
    found = []
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                raise Malformed(f"text in <{element.tag}>: {child!r}")
        elif child.tag not in tags:
            raise Malformed(f"<{child.tag}> in <{element.tag}>")
        else:
            found.append(child)
    return found


def _item(element: Element) -> Block:
    boxes = _find(element, "input")
    first = element.children
    while len(first) and isinstance(first[0], str) and not first[0].strip():
        first = first[1:]
    head = first[0] if first else ""
    if isinstance(head, Element) and head.tag == "p":
        head = next((child for child in head.children if not isinstance(child, str) or child.strip()), "")
    checked = None
    if isinstance(head, Element) and head in boxes and head.tag == "input":
        checked = "checked" in head.attributes
    return (checked, _blocks(element.children))


def _rows(table: Element) -> list[list[tuple[str, Chars]]]:
    rows = []
    for part in _elements(table, {"thead", "tbody", "tfoot"}):
        for row in _elements(part, {"tr"}):
            rows.append([(cell.tag, _cell(_inline(cell.children))) for cell in _elements(row, {"th", "td"})])
    return rows


def _cell(chars: Chars) -> Chars:
    """Read a cell: kramdown puts a no-break space into an empty one."""
    return [] if _is_blank(chars) else chars


def _figure(element: Element) -> list[Block]:
    parts: list[Block] = []
    for child in _elements(element, {"img", "video", "audio", "iframe", "figcaption"}):
        if child.tag == "figcaption":
            parts.append(("caption", _inline(child.children)))
        else:
            parts.append(("p", _inline([child])) if child.tag == "img" else _media(child))
    return parts


def _media(element: Element) -> Block:
    attributes = [pair for pair in _attributes(element) if pair[0] != "src"]
    return (element.tag, unquote(element.attributes["src"]), attributes, _inline(element.children))


def _attributes(element: Element) -> list[tuple[str, str]]:
    return sorted(
        (name, value) for name, value in element.attributes.items() if name not in {"markdown", "alt"}
    )


def _inline(children: list[Element | str]) -> Chars:
    chars: Chars = []
    _read_inline(children, frozenset(), chars)
    return _collapsed(chars)


def _read_inline(children: list[Element | str], under: frozenset[str], chars: Chars) -> None:
    for child in children:
        if isinstance(child, str):
            chars += [(char, under) for char in child.translate(_QUOTES)]
            continue
        match child.tag:
            case "br":
                chars.append(("<br>", frozenset()))
            case "img":
                chars.append(
                    _picture(
                        child.attributes["src"], child.attributes.get("alt", ""), _attributes(child), under
                    )
                )
            case "input":
                pass
            case "a" if "href" not in child.attributes and not child.children:
                chars.append((f"<a {child.attributes['id']}>", frozenset()))
            case "a":
                _read_inline(child.children, under | {f"a {unquote(child.attributes['href'])}"}, chars)
            case "code":
                _read_inline(child.children, under | {"code"}, chars)
            case "span":
                pairs = _attributes(child)
                _read_inline(child.children, under | ({f"span {pairs}"} if pairs else set()), chars)
            case "s":  # how CommonMark engines show ~~
                _read_inline(child.children, under | {"del"}, chars)
            case tag if tag in MARKS:
                _read_inline(child.children, under | {tag}, chars)
            case tag:
                raise Malformed(f"a stray <{tag}> in text")


def _picture(src: str, alt: str, pairs: list[tuple[str, str]], under: frozenset[str]) -> Char:
    others = [pair for pair in pairs if pair[0] not in {"src", "alt"}]
    return (f"<img {unquote(src)} {' '.join(alt.translate(_QUOTES).split())} {others}>", under)


_GAPS: tuple[Char, ...] = ((" ", frozenset()), ("<br>", frozenset()))


def _collapsed(chars: Chars) -> Chars:
    result: Chars = []
    for char, under in chars:
        if char in "{%" and result[-1:] == [_GAPS[0]] and len(result) > 1 and result[-2][0] == "{":
            result.pop()  # written for Liquid's sake; a formula does not show it
        if char in " \t\n" and "code" not in under:
            if result and result[-1] not in _GAPS:
                result.append((" ", frozenset()))
            continue
        if char.isspace() and "code" not in under:
            under = frozenset()
        if char == "<br>" and result and result[-1] == (" ", frozenset()):
            result.pop()
        result.append((char, under))
    while result and result[-1][0].isspace() and not result[-1][1]:
        result.pop()
    while result and result[0][0].isspace() and not result[0][1]:
        result.pop(0)
    return result


def _tex(tex: str) -> str:
    return "".join(tex.split())


# The tree ------------------------------------------------------------------------------------------------------------


def expected(children: tuple[BlockNode, ...], *, baseurl: str = "/blog") -> list[Block]:
    """Return the blocks that a page of the tree must show on a site under `baseurl`."""
    return _Expected(baseurl).blocks(children)


class _Expected:
    def __init__(self, baseurl: str) -> None:
        self.baseurl = baseurl
        self.depth = 0

    def blocks(self, children: tuple[BlockNode, ...]) -> list[Block]:
        return [block for child in children for block in self.block(child)]

    def block(self, node: BlockNode) -> list[Block]:  # noqa: C901
        match node:
            case Paragraph(children):
                inline = self.inline(children)
                return _paragraph(inline) if not _is_blank(inline) else []
            case Heading(level, children):
                inline = self.inline(children)
                return [("h", level, inline)] if not _is_blank(inline) else []
            case List():
                return self.lists(node)
            case Quote(children):
                depth, self.depth = self.depth, 0
                quoted = self.blocks(children)
                self.depth = depth
                return [("quote", quoted)] if quoted else []
            case CodeBlock(text, language):
                code = _plain(text)
                if self.depth:  # lines of spaces in a list are written empty
                    code = "\n".join(line if line.strip() else "" for line in code.split("\n"))
                return [("code", language, code)]
            case MathBlock(tex):
                return [("math", _tex(tex))] if tex.strip() else []
            case Rule():
                return [("hr",)]
            case Table(rows, header_row, header_column):
                return self.table(rows, header_row, header_column)
            case Container(tag, attributes, children):
                return [(tag, sorted(attributes), self.blocks(children))]
            case Details(summary, children, attributes):
                return [("details", sorted(attributes), self.inline(summary), self.blocks(children))]
            case Figure(content, caption):
                shown = _cell(self.inline(caption))
                inner = ("p", self.inline((content,))) if isinstance(content, Image) else self.media(content)
                return [("figure", [inner, *([("caption", shown)] if shown else [])])]
            case Media():
                return [self.media(node)]
            case Toc() | Comment():
                return []
            case Anchor(name):
                return [("div", [("id", name)], [])]

    def media(self, node: Media) -> Block:
        return (node.tag, self.url(node.url), sorted(node.attributes), _cell(self.inline(node.fallback)))

    def lists(self, node: List) -> list[Block]:
        self.depth += not is_html_list(node)
        tag = "ol" if node.ordered else "ul"
        kind = {"decimal": "", "alpha": "a", "roman": "i"}[node.style] if node.ordered else ""
        start = node.start if node.ordered else 1
        lists: list[Block] = []
        last: bool | None = None
        for item in node.items:
            plain = item.checked is None
            if not lists or (plain != last and not is_html_list(node)):
                lists.append((tag, start, kind, []))
            lists[-1][3].append(self.item(item, node))
            last = plain
        self.depth -= not is_html_list(node)
        return lists

    def item(self, item: Item, node: List) -> Block:
        return (item.checked, self.blocks(item.children))

    def table(
        self, rows: tuple[tuple[Inlines, ...], ...], header_row: bool, header_column: bool
    ) -> list[Block]:
        width = max((len(row) for row in rows), default=0)
        if not width:
            return []
        shown = []
        for number, row in enumerate(rows):
            cells = [_cell(self.inline(cell)) for cell in row] + [[]] * (width - len(row))
            tags = [
                "th" if (header_row and not number) or (header_column and not c) else "td"
                for c in range(width)
            ]
            shown.append(list(zip(tags, cells, strict=True)))
        return [("table", shown)]

    def inline(self, children: Inlines) -> Chars:
        chars: Chars = []
        self.read(children, frozenset(), chars)
        return _collapsed(chars)

    def read(self, children: Inlines, under: frozenset[str], chars: Chars) -> None:
        for child in children:
            match child:
                case Text(value):
                    chars += [
                        ("<br>" if char == "\n" else char, under if char != "\n" else frozenset())
                        for char in _plain(value).translate(_QUOTES)
                    ]
                case Code(value):
                    chars += [
                        ("<br>" if char == "\n" else char, under | {"code"} if char != "\n" else frozenset())
                        for char in _plain(value).translate(_QUOTES)
                    ]
                case Math(tex):
                    if tex.strip():
                        text = re.sub(r"\{(?=[{%])", "{ ", _plain(tex).strip())
                        chars += [(char, under) for char in rf"\({text}\)".translate(_QUOTES)]
                case Break():
                    chars.append(("<br>", frozenset()))
                case Anchor(name):
                    chars.append((f"<a {name}>", frozenset()))
                case Image(url, alt, attributes):
                    chars.append(_picture(self.url(url), _plain(alt), sorted(attributes), under))
                case Link(url, inner):
                    linked = any(name.startswith("a ") for name in under)
                    self.read(inner, under if linked else under | {f"a {self.url(url)}"}, chars)
                case Span(mark, inner, attributes):
                    name = f"span {sorted(attributes)}" if mark == "span" else mark
                    self.read(inner, under if mark == "span" and not attributes else under | {name}, chars)

    def url(self, url: Url) -> str:
        if isinstance(url, Here):
            return f"#{url.name}"
        if not isinstance(url, SitePath):
            return unquote(url.strip())
        return f"{self.baseurl}{url.path}" + (f"#{url.fragment}" if url.fragment else "")


def _plain(text: str) -> str:
    text = re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text)


def _is_blank(chars: Chars) -> bool:
    return not any(char.strip() or "code" in under for char, under in chars if char != "<br>")
