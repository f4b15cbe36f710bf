"""What a reader sees of a page: the neutral form in which a page of Notion and a page of a blog are compared.

It knows neither Notion nor Markdown. A page is a sequence of blocks; a block is a tuple that starts with its kind:

    ("text", chars) · ("heading", level, chars) · ("item", marker, blocks) · ("quote", blocks) · ("rule",)
    ("callout", look, blocks) · ("indent", blocks) · ("toggle", chars, blocks) · ("tab", blocks)
    ("columns", [(ratio, blocks), …]) · ("table", [[(is header, chars), …], …]) · ("code", language, text) · ("math", tex)
    ("image" | "video" | "audio" | "frame", address, label, chars of the caption) · ("toc", [text, …])
    ("here", number): a place that links within the page lead to, before its block, the first in a page being 1; such a link
    is `#1`. In a cell of a table it is a character.

`chars` is a list of (character, marks, link): the marks are bold, italic, strike, underline, code and the names of
Notion's colours. A list is nothing but its items, each with the marker that a reader sees: `•`, `☐`, `☑`, `3.`, `c.`,
`iii.`. What no reader can tell is made equal here: `chars` says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes

Char = tuple[str, frozenset[str], str]
Chars = list[Char]
Block = tuple[Any, ...]
Blocks = list[Block]

NONE: frozenset[str] = frozenset()
_VISIBLE_ON_SPACE = frozenset({"strike", "underline"})
"""Marks that a reader sees on a space between two marked words; backgrounds count as well, see `_on_space`."""


def neat(chars: Iterable[Char]) -> Chars:
    """Return `chars` as a reader sees them.

    Spaces, tabs and line feeds in a row are one space, and none at the edges of a line: so does every browser. A space
    has a mark only where it stands between two words with the same marks: at the edge of a mark, none is seen on it. Line breaks have no marks. Code keeps its spaces.
    """
    out: Chars = []
    for char, marks, link in chars:
        if char == "\n":
            while out and _is_gap(out[-1]):
                out.pop()
            out.append(("\n", NONE, ""))
        elif char in " \t" and "code" not in marks:
            if out and out[-1][0] != "\n" and not _is_gap(out[-1]):
                out.append((" ", marks, link))
            elif out and _is_gap(out[-1]):
                # Of several spaces in a row only the marks that all of them have can be told.
                out[-1] = (" ", out[-1][1] & marks, link if out[-1][2] == link else "")
        else:
            out.append((char, marks, link))
    while out and _is_gap(out[-1]):
        out.pop()
    return _spaces(out)


def _is_gap(char: Char) -> bool:
    return char[0] == " " and "code" not in char[1]


def _spaces(chars: Chars) -> Chars:
    """Settle the marks and links of white space between words."""
    out: Chars = []
    for place, (char, marks, link) in enumerate(chars):
        if char.isspace() and char != "\n" and "code" not in marks:
            before = _word(chars, place, -1)
            after = _word(chars, place, 1)
            if before[1:] != after[1:]:
                marks, link = NONE, ""
            marks = frozenset(mark for mark in marks & before[1] if _on_space(mark))
            link = link if before[2] == link else ""
        out.append((char, marks, link))
    return out


def _on_space(mark: str) -> bool:
    return mark in _VISIBLE_ON_SPACE or mark.endswith("_background")


def _word(chars: Chars, place: int, step: int) -> Char:
    """Return the nearest character that is no white space in the line; one without anything where there is none."""
    place += step
    while 0 <= place < len(chars):
        char, marks, _ = chars[place]
        if char == "\n":
            break
        if not char.isspace() or "code" in marks:
            return chars[place]
        place += step
    return ("", NONE, "")


def is_blank(chars: Chars) -> bool:
    """Whether there is nothing to see."""
    return all(char in ("", "\n") or (char.isspace() and "code" not in marks) for char, marks, _ in chars)


def text(chars: Chars) -> str:
    """Return `chars` without their marks."""
    return "".join(char for char, _, _ in chars)


_DISPLAYED = re.compile(r"\\\[((?:(?!\\\]).)*)\\\]", re.DOTALL)


def paragraph(chars: Chars) -> Blocks:
    r"""Return a paragraph, or the displayed formulas that it is nothing but: `\[…\]` is what MathJax makes one of."""
    if is_blank(chars):
        return []
    words = text(chars)
    found = _DISPLAYED.findall(words)
    if found and not _DISPLAYED.sub("", words).strip() and all(not marks for _, marks, _ in chars):
        return [("math", formula(tex)) for tex in found]
    return [("text", chars)]


_INLINE = re.compile(r"\\\(.*?\\\)", re.DOTALL)


def with_formulas(chars: Chars) -> Chars:
    """Return `chars` with the white space in formulas that does not show reduced: in a row, at the edges, after `{`."""
    hidden: set[int] = set()
    words = "".join(char if len(char) == 1 else "\ufffc" for char, _, _ in chars)
    for found in _INLINE.finditer(words):
        for gap in re.finditer(r"\s+", found[0]):
            start, end = found.start() + gap.start(), found.start() + gap.end()
            needless = words[start - 1 : start] in "({" or words[end : end + 2] == r"\)"
            hidden |= set(range(start + (not needless), end))
    return [char for place, char in enumerate(chars) if place not in hidden]


def formula(tex: str) -> str:
    """Return TeX without the spaces that do not show: at its edges, in a row, and after a brace."""
    return re.sub(r"(?<=\{) ", "", " ".join(tex.split()))


def mark(name: str) -> Char:
    """Return the place `name` as it is in a cell of a table."""
    return (f"\0{name}", NONE, "")


def numbered(blocks: Blocks) -> Blocks:
    """Return `blocks` with the names of places and of links to them as numbers. Raises ValueError where they do not agree."""
    names: dict[str, int] = {}
    for name in _places(blocks):
        if name in names:
            raise ValueError(f"two places are called {name}")
        names[name] = len(names) + 1
    done: Blocks = _with_numbers(blocks, names)
    return done


def links_within(value: Any) -> set[str]:
    """Return the names of the places that the links in blocks lead to."""
    if isinstance(value, tuple) and len(value) == 3 and isinstance(value[1], frozenset):
        return {value[2][1:]} if value[2].startswith("#") else set()
    if isinstance(value, list | tuple):
        return set().union(*map(links_within, value))
    return set()


def _places(value: Any) -> Iterable[str]:
    if isinstance(value, tuple) and value[:1] == ("here",):
        yield value[1]
    elif isinstance(value, tuple) and isinstance(value[0], str) and value[0].startswith("\0"):
        yield value[0][1:]
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _places(part)


def _with_numbers(value: Any, names: Mapping[str, int]) -> Any:
    if isinstance(value, list):
        return [_with_numbers(part, names) for part in value]
    if not isinstance(value, tuple):
        return value
    if value[:1] == ("here",):
        return ("here", names[value[1]])
    if len(value) == 3 and isinstance(value[1], frozenset):
        char, marks, link = value
        if link.startswith("#") and link[1:] not in names:
            raise ValueError(f"no place is called {link[1:]}")
        char = f"\0{names[char[1:]]}" if char.startswith("\0") else char
        return (char, marks, f"#{names[link[1:]]}" if link.startswith("#") else link)
    return tuple(_with_numbers(part, names) for part in value)


_UNTOUCHED = frozenset(b"/?#&=+%;:@,")
"""Characters for which it matters whether an address has them encoded."""


def address(url: str) -> str:
    """Return `url` in one spelling: everything encoded that has to be, and nothing else."""
    out = []
    for part in re.split(r"(%[0-9A-Fa-f]{2})", url.strip()):
        if re.fullmatch(r"%[0-9A-Fa-f]{2}", part):
            (byte,) = unquote_to_bytes(part)
            out.append(part.upper() if byte in _UNTOUCHED or byte >= 0x80 else quote(chr(byte), safe=""))
        else:
            out.append(quote(part, safe="/?#&=+;:@,"))
    return "".join(out)


def roman(number: int) -> str:
    """Return `number` in small Roman digits, in Arabic ones where there are none."""
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for value, digits in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
        (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        while number >= value:
            out, number = out + digits, number - value
    return out


def letters(number: int) -> str:
    """Return `number` as a, b, …, z, aa, ab; in digits where that has no meaning."""
    if number < 1:
        return str(number)
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(ord("a") + rest) + out
    return out


def marker(number: int, style: str) -> str:
    """Return the marker of a numbered item: `style` is numbers, letters or roman."""
    return {"letters": letters, "roman": roman}.get(style, str)(number) + "."
