"""One line of inlines as Markdown: lower → decide → escape.

*lower* flattens the tree into tokens, in which the author's text and the writer's syntax never mix. *decide* settles
each mark: the Markdown delimiter where its neighbours make it valid in kramdown **and** CommonMark, else the HTML
element. *escape* protects the author's characters by the rows of `dialect.UNSAFE`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING

from notion2jekyll.markdown import html
from notion2jekyll.markdown.dialect import ADDRESS_END, BARE_ADDRESS, SIGNS, reference, rows
from notion2jekyll.markdown.nodes import Anchor, Break, Code, Image, Link, Math, Span, Text
from notion2jekyll.markdown.plain import clean, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from notion2jekyll.markdown.dialect import Construct, Dialect, Kind
    from notion2jekyll.markdown.nodes import Inline, Inlines


@dataclass(frozen=True, slots=True)
class _Syntax:
    """What the writer writes, as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    """What the author wrote, without line breaks."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Choice:
    """Syntax that has a Markdown form and, for where that is not valid, an HTML form."""

    id: int
    """The same for the two ends of a mark."""
    role: str
    """`open` or `close` for the ends of a mark, `code` for a code span."""
    markdown: str
    html: str


_Token = _Syntax | _Words | _Choice

_BREAK = _Syntax("<br>")
_DELIMITERS = {"strong": "**", "em": "*", "del": "~~", "strong em": "***"}


_ASCII_SYMBOLS = "$+<=>^`|~"
"""Punctuation in every version of CommonMark, though Unicode calls it symbols."""


def line(children: Inlines, construct: Construct, dialect: Dialect) -> str:
    """Return inlines as one line of Markdown, without spaces at its edges; empty where nothing would be visible."""
    if is_blank(children):
        return ""
    tokens = _Lowering(construct, dialect).lower(children, frozenset(), "text")
    _, visible, _ = _trimmed(tokens, _is_blank)
    return _escape(_decide(visible), construct, dialect)


# Lower ---------------------------------------------------------------------------------------------------------------


class _Lowering:
    """Flattens inlines into tokens for one line."""

    def __init__(self, construct: Construct, dialect: Dialect) -> None:
        self.construct = construct
        self.dialect = dialect
        self.ids = count()
        # An element that says so holds Markdown even where the site tells kramdown to leave HTML in a line as it is.
        self.markdown = ' markdown="span"' if dialect.kramdown and not dialect.parse_span_html else ""

    def lower(self, children: Inlines, marks: frozenset[str], kind: Kind) -> list[_Token]:
        """Return the tokens of inlines that stand under `marks`."""
        tokens: list[_Token] = []
        for child in _merged(children):
            tokens += self._lower(child, marks, kind)
        return tokens

    def _lower(self, node: Inline, marks: frozenset[str], kind: Kind) -> list[_Token]:
        match node:
            case Text(value):
                return list(_words(value, kind))
            case Break():
                return [_BREAK]
            case Code(value):
                return self._code(value, kind)
            case Math(tex):
                return self._math(tex, kind)
            case Image():
                return self._image(node)
            case Anchor():
                return [_Syntax(html.anchor(node, self.dialect))]
            case Link():
                return self._link(node, marks, kind)
            case Span():
                return self._span(node, marks, kind)

    def _code(self, value: str, kind: Kind) -> list[_Token]:
        text = clean(value)
        if not text:
            return []
        if not self._has_backtick_form(text, kind):
            return [_Syntax(html.code(text))]
        ticks = "``" if "`" in text else "`"
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return [_Choice(next(self.ids), "code", f"{ticks}{pad}{text}{pad}{ticks}", html.code(text))]

    def _has_backtick_form(self, text: str, kind: Kind) -> bool:
        unsafe = ["\n", "``"]
        if self.dialect.liquid:
            unsafe += ["{{", "{%"]  # Liquid runs in code as well
        if kind != "text":
            unsafe += ["[", "]"]  # kramdown looks for the definition of a reference before it looks for code
        if self.construct == "cell":
            unsafe += ["|", "`"]  # kramdown shows the backslash before a pipe that CommonMark needs
            unsafe += ["<code", "</code"]  # kramdown looks for these before it splits the row
        return not any(bad in text for bad in unsafe) and text == text.strip() and text.strip("`") != ""

    def _math(self, tex: str, kind: Kind) -> list[_Token]:
        r"""Return a formula as `$$…$$`, or as the text `\(…\)` that kramdown makes of it where it would misread it."""
        text = re.sub(r"\s+", " ", clean(tex)).strip()
        if not text:
            return []
        if not self.dialect.math:
            return self._code(text, kind)
        if self.dialect.liquid:
            text = spaced_braces(text)
        if not self._has_dollar_form(text, kind):
            return [_Syntax(html.formula(text))]
        return [_Syntax(f"$${text}$$")]

    def _has_dollar_form(self, tex: str, kind: Kind) -> bool:
        unsafe = ["|", "$$", "~~"]
        if kind != "text":
            unsafe += ["[", "]"]
        if self.construct == "cell":
            unsafe += ["`"]
        edges = tex.startswith("$") or tex.endswith(("$", "\\"))
        return self.dialect.kramdown and not edges and not any(bad in tex for bad in unsafe)

    def _image(self, node: Image) -> list[_Token]:
        if node.attributes:
            return [_Syntax(html.image(node, self.dialect))]
        alt = " ".join(clean(node.alt).split())
        return [_Syntax("!["), _Words(alt, "alt"), _Syntax(f"]({_destination(node, self.dialect)})")]

    def _link(self, node: Link, marks: frozenset[str], kind: Kind) -> list[_Token]:
        before, inner, after = _trimmed(self.lower(node.children, marks, "link"))
        if kind == "link" or not inner:
            return [*before, *inner, *after]
        if _is_autolink(node, self.dialect):
            return [_Syntax(f"<{node.url}>")]
        return [*before, _Syntax("["), *inner, _Syntax(f"]({_destination(node, self.dialect)})"), *after]

    def _span(self, node: Span, marks: frozenset[str], kind: Kind) -> list[_Token]:
        mark: str = node.mark
        children = node.children
        if mark in {"ins", "span"}:
            inner = self.lower(children, marks, kind)
            pairs = html.attributes(node.attributes, self.dialect)
            return (
                [_Syntax(f"<{mark}{pairs}{self.markdown}>"), *inner, _Syntax(f"</{mark}>")] if inner else []
            )
        if mark in marks:  # no engine nests a mark in itself, and it would not show
            return self.lower(children, marks, kind)
        both = _bold_italic(node, marks)
        if both is not None:
            mark, children = "strong em", both
        before, inner, after = _trimmed(self.lower(children, marks | set(mark.split()), kind))
        if not inner:
            return [*before, *after]
        names = mark.split()
        opening = "".join(f"<{name}{self.markdown}>" for name in names)
        closing = "".join(f"</{name}>" for name in reversed(names))
        delimiter = _DELIMITERS[mark]
        if mark == "del" and not self.dialect.gfm and self.dialect.kramdown:
            return [*before, _Syntax(opening), *inner, _Syntax(closing), *after]
        pair = next(self.ids)
        return [
            *before,
            _Choice(pair, "open", delimiter, opening),
            *inner,
            _Choice(pair, "close", delimiter, closing),
            *after,
        ]


def _merged(children: Inlines) -> Iterator[Inline]:
    """Join neighbours under the same mark, so that `**a****b**` is never written."""
    last: Inline | None = None
    for child in children:
        if (
            isinstance(last, Span)
            and isinstance(child, Span)
            and (last.mark, last.attributes) == (child.mark, child.attributes)
        ):
            last = Span(child.mark, last.children + child.children, child.attributes)
            continue
        if last is not None:
            yield last
        last = child
    if last is not None:
        yield last


def _bold_italic(node: Span, marks: frozenset[str]) -> Inlines | None:
    """Return what is in a bold that holds nothing but an italic, or the other way round."""
    match node.children:
        case (Span("strong" | "em" as other, children),) if (
            other != node.mark and node.mark != "del" and other not in marks
        ):
            return children
    return None


_PIECES = re.compile(r"[ \t]+|[^\S \t]+|\S+(?:\s+\S+)*")


def _words(value: str, kind: Kind) -> Iterator[_Token]:
    """Yield the lines of a text with breaks between them, each with the spaces at its edges as tokens of their own."""
    for number, text in enumerate(clean(value).split("\n")):
        if number:
            yield _BREAK
        for piece in _PIECES.findall(text):
            yield _Words(piece, kind)


def _is_space(token: _Token) -> bool:
    """Whether no delimiter may stand next to the token."""
    return token == _BREAK or (isinstance(token, _Words) and token.text.isspace())


def _is_blank(token: _Token) -> bool:
    """Whether the token is nothing at the edge of a line. Wide and no-break spaces are something."""
    return isinstance(token, _Words) and not token.text.strip(" \t")


def _trimmed(
    tokens: list[_Token], is_edge: Callable[[_Token], bool] = _is_space
) -> tuple[list[_Token], list[_Token], list[_Token]]:
    """Split tokens into the edge before, the middle and the edge after."""
    before = list(takewhile(is_edge, tokens))
    after = list(takewhile(is_edge, reversed(tokens[len(before) :])))[::-1]
    return before, tokens[len(before) : len(tokens) - len(after)], after


def spaced_braces(tex: str) -> str:
    """Return TeX without `{{` and `{%`, which Liquid would run; in a formula a space after a brace does not show."""
    return re.sub(r"\{(?=[{%])", "{ ", tex)


def _destination(node: Link | Image, dialect: Dialect) -> str:
    address = html.url(node.url, dialect)
    return f"<{address}>" if "{{" in address else re.sub(r"&(?=#?\w[\w:.-]*;)", "&amp;", address)


_AUTOLINK = re.compile(r"https?://[A-Za-z0-9:/?#@!+,;=._%-]+")


def _is_autolink(node: Link, dialect: Dialect) -> bool:
    """Whether a link shows its own address, in characters that need no encoding."""
    return (
        isinstance(node.url, str)
        and node.children == (Text(node.url),)
        and _AUTOLINK.fullmatch(node.url) is not None
        and html.url(node.url, dialect) == node.url
        and "--" not in node.url
    )


# Decide --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it would be written without escapes, and who wrote each of its characters."""

    text: str
    kinds: list[Kind]
    spans: dict[int, list[tuple[int, int]]]
    """Where each choice that is still Markdown stands: start and end, of both ends for a mark."""


def _joined(tokens: list[_Token], as_html: set[int]) -> _Line:
    parts: list[str] = []
    kinds: list[Kind] = []
    spans: dict[int, list[tuple[int, int]]] = {}
    for token in tokens:
        match token:
            case _Choice(number, _, markdown, element):
                written = element if number in as_html else markdown
                if number not in as_html:
                    spans.setdefault(number, []).append((len(kinds), len(kinds) + len(written)))
            case _:
                written = token.text
        parts.append(written)
        kinds += [token.kind if isinstance(token, _Words) else "syntax"] * len(written)
    return _Line("".join(parts), kinds, spans)


def _decide(tokens: list[_Token]) -> _Line:
    """Choose the HTML form for every delimiter that is not valid where it stands, until all are."""
    as_html: set[int] = set()
    roles = {token.id: token.role for token in tokens if isinstance(token, _Choice)}
    while True:
        current = _joined(tokens, as_html)
        wrong = {
            number
            for number, places in current.spans.items()
            if not _is_valid(current, places, roles[number])
        }
        if not wrong:
            return current
        as_html |= _innermost(wrong, current)


def _innermost(wrong: set[int], current: _Line) -> set[int]:
    """Leave out what has something wrong within it: it may be valid once that is HTML."""
    bounds = {number: (current.spans[number][0][0], current.spans[number][-1][1]) for number in wrong}
    innermost: set[int] = set()
    last = len(current.text)
    for number, (start, end) in sorted(bounds.items(), key=lambda bound: bound[1], reverse=True):
        if end <= last:
            innermost.add(number)
            last = start
    return innermost


def _is_valid(current: _Line, places: list[tuple[int, int]], role: str) -> bool:
    text, kinds = current.text, current.kinds
    if role == "code":
        ((start, end),) = places
        alone = "`" not in {text[start - 1 : start], text[end : end + 1]}
        # A pipe in code makes kramdown look for a table, and there it overlooks backslashes before backticks.
        return alone and ("|" not in text[start:end] or not _has_other_backticks(current))
    (before, start), (end, after) = places
    delimiter = text[before]
    facing = [index for index in (before - 1, start, end - 1, after) if 0 <= index < len(text)]
    if any(kinds[index] == "syntax" and text[index] == delimiter for index in facing):
        return False  # kramdown and CommonMark split longer runs differently
    if "~" in {text[index] for index in facing}:
        return False  # github.com looks past a tilde for what the delimiter faces; kramdown takes three for no mark
    if delimiter == "~" and "~" in text[start:end]:
        return False  # kramdown looks for the next `~~` whatever it is in, github.com for any tilde
    if before == 0 and start == 1 and text[start] == "[":
        return False  # `*[…]:` at the start of a line defines an abbreviation
    return _can_delimit(text[max(before - 1, 0) : before], text[start]) and _can_delimit(
        text[after : after + 1], text[end - 1]
    )


def _has_other_backticks(current: _Line) -> bool:
    """Whether there are backticks outside code spans."""
    in_code = sum(
        current.text.count("`", start, end) for places in current.spans.values() for start, end in places
    )
    return current.text.count("`") > in_code


def _can_delimit(outer: str, inner: str) -> bool:
    """Whether CommonMark lets a delimiter face `inner`: its flanking rule, in the stricter reading of its versions."""
    if inner.isspace():
        return False
    if unicodedata.category(inner)[0] not in "PS":  # symbols are punctuation since version 0.31
        return True
    return (
        not outer
        or unicodedata.category(outer) == "Zs"
        or unicodedata.category(outer)[0] == "P"
        or outer in _ASCII_SYMBOLS
    )


# Escape --------------------------------------------------------------------------------------------------------------


def _escape(current: _Line, construct: Construct, dialect: Dialect) -> str:
    written: dict[int, str] = {}
    for index, form in _unsafe(current, construct, dialect):
        char = current.text[index]
        if form == "split":
            written[index] = f"{written.get(index, char)}<span></span>"
        elif (
            form == "reference"
            or char not in dialect.backslashable
            or (char == "~" and current.kinds[index] == "alt")
        ):
            written[index] = reference(char)
        elif not written.get(index, "").startswith("&"):
            written[index] = "\\" + char
    for index in _unlinked(current, written):
        written[index] = "\\" + current.text[index]
    return _replaced(current.text, written)


def _replaced(text: str, written: Mapping[int, str]) -> str:
    """Return `text` with other words in the places of some of its characters."""
    parts: list[str] = []
    end = 0
    for index in sorted(written):
        parts += text[end:index], written[index]
        end = index + 1
    return "".join([*parts, text[end:]])


def _unsafe(current: _Line, construct: Construct, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Yield the place of each of the author's characters that some row protects, and the form the row asks for."""
    text, kinds = current.text, set(current.kinds)
    for row in rows(SIGNS.intersection(text), SIGNS.intersection(text[:1]), construct, dialect):
        if row.kinds.isdisjoint(kinds) or (row.paired and text.count(row.signs) == 1):
            continue
        end = len(text)
        if row.before:
            end = max((match.start() for match in row.before.finditer(text)), default=0)
        groups = range(1, row.pattern.groups + 1) or range(1)
        for match in row.pattern.finditer(text):
            for group in groups:
                for index in range(*match.span(group)):
                    if index < end and current.kinds[index] in row.kinds:
                        yield index, row.form


def _unlinked(current: _Line, written: dict[int, str]) -> Iterator[int]:
    """Yield where to break bare addresses that github.com would link together with escapes or syntax in them."""
    if "://" not in current.text and "www." not in current.text.lower():
        return
    addresses = [
        (match, match.start("colon" if match["colon"] else "dot"))
        for match in BARE_ADDRESS.finditer(current.text)
    ]
    if all(current.kinds[index] != "text" for _, index in addresses):
        return  # those of links
    syntax = (
        place for place, kind in enumerate(current.kinds) if kind == "syntax" and current.text[place] != "<"
    )
    others = sorted({*written, *syntax})
    end = 0
    for match, index in addresses:
        if match.end() > end:
            stop = ADDRESS_END.search(current.text, match.end())
            end = stop.start() + (stop[0] == "<") if stop else len(current.text)
        following = bisect_left(others, match.start())
        if current.kinds[index] == "text" and following < len(others) and others[following] < end:
            yield index
