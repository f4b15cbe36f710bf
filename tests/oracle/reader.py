"""Reads the HTML of a post into what a reader sees of it; see `seen`. Knows what docs/blocks.md says of each block's HTML."""

from __future__ import annotations

import re
import unicodedata
from colorsys import rgb_to_hls
from urllib.parse import unquote

from oracle.page import Element, Malformed, parse
from oracle.seen import (
    NONE,
    Block,
    Blocks,
    Char,
    Chars,
    address,
    is_blank,
    links_within,
    mark,
    marker,
    neat,
    numbered,
    paragraph,
    text,
    with_formulas,
)

MARKS = {"strong": "bold", "em": "italic", "del": "strike", "s": "strike", "ins": "underline", "code": "code"}
_INLINE = {*MARKS, "span", "a", "br", "img", "input"}
_CURLS = str.maketrans("‘’“”", "''\"\"")
COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
"""Notion's colours."""
_LIQUID_PATH = re.compile(r"\{\{ (?:\"([^\"]*)\"|'([^']*)') \| relative_url \}\}")
_LIQUID_TEXT = re.compile(r'\{\{ "(\{[{%])" \}\}')


def read(html: str, *, exact_quotes: bool = False, liquid: bool = True, baseurl: str = "/blog") -> Blocks:
    """Return the blocks of a post.

    `exact_quotes`: the site must not curl quotes; otherwise curled ones count as straight. Without `liquid` the page was
    made by an engine that leaves Liquid's expressions as they are, and so they are read as what they stand for. Raises
    Malformed where the HTML is not what any page could give.
    """
    return _Reader(exact_quotes, liquid, baseurl).page(parse(html))


class _Reader:
    def __init__(self, exact_quotes: bool, liquid: bool, baseurl: str) -> None:
        self.exact_quotes = exact_quotes
        self.liquid = liquid
        self.baseurl = baseurl
        self.headings: dict[str, str] = {}
        """Id → the text of the heading that has it, or stands next after the element that has it."""
        self.linked: set[str] = set()
        """The ids that links within the page lead to, beside those in tables of contents."""

    def page(self, body: Element) -> Blocks:
        everything = list(body.descendants())
        if not self.liquid:
            _as_on_github(everything)
        names: list[str] = []
        for element in everything:
            names.append(element.attributes.get("id", ""))
            if _is_heading(element):
                shown = entry(text(self.inline(element.children)))
                self.headings = {name: shown for name in names if name} | self.headings
                names = []
        self.linked = links_within(self.blocks(body.children))
        try:
            return numbered(self.blocks(body.children))
        except ValueError as error:
            raise Malformed(str(error)) from error

    def here(self, element: Element) -> Blocks:
        """Return the place that `element` is, where links lead to it."""
        name = element.attributes.get("id", "")
        return [("here", name)] if name and name in self.linked else []

    # Blocks ----------------------------------------------------------------------------------------------------------

    def blocks(self, children: list[Element | str]) -> Blocks:
        out: Blocks = []
        loose: list[Element | str] = []
        for child in [*children, Element("end")]:
            if isinstance(child, str) or child.tag in _INLINE:
                loose.append(child)
                continue
            out += self.paragraph(loose)
            loose = []
            out += self.here(child)
            if child.attributes.get("class") == "notion-wide":
                out += self.blocks(list(_elements(child, {"table"})))
            elif child.tag != "end" and not _is_anchor(child):
                out += [block for block in self.block(child) if block != ("indent", [])]
        return out

    def paragraph(self, children: list[Element | str]) -> Blocks:
        places = [child for child in children if isinstance(child, Element) and _is_anchor(child)]
        here = [each for place in places for each in self.here(place)]
        children = [child for child in children if child not in places]
        return [*here, *self.without_places(children)]

    def without_places(self, children: list[Element | str]) -> Blocks:
        shown = [child for child in children if not isinstance(child, str) or child.strip()]
        if (
            len(shown) == 1
            and isinstance(shown[0], Element)
            and shown[0].tag == "img"
            and _is_picture(shown[0])
        ):
            return [self.picture(shown[0], [])]
        return paragraph(self.inline(children))

    def block(self, element: Element) -> Blocks:
        tag = element.tag
        if tag == "p":
            return self.paragraph(element.children)
        if re.fullmatch("h[1-6]", tag):
            return [("heading", int(tag[1]), self.inline(element.children))]
        if tag in ("ul", "ol"):
            return self.items(element)
        if tag == "table":
            return [("table", self.rows(element))]
        if tag == "details":
            return [self.toggle(element)]
        if tag == "figure":
            return [self.figure(element)]
        simple = {"blockquote": "quote", "hr": "rule"}
        if tag in simple:
            return [(simple[tag], self.blocks(element.children)) if element.children else (simple[tag],)]
        if tag in ("video", "audio", "iframe"):
            return [self.player(element, [])]
        if tag == "pre" or (tag == "div" and _wraps_code(element)):
            return [self.code(element)]
        return [self.box(element)]

    def box(self, element: Element) -> Block:
        classes = element.attributes.get("class", "").split()
        if element.tag == "aside" and "notion-callout" in classes:
            looks = [name for name in _looks(element) if name != "notion-callout"]
            return ("callout", " ".join(looks), self.blocks(element.children))
        if element.tag == "section" and classes == ["notion-tab"]:
            return ("tab", self.blocks(element.children))
        if element.tag == "div" and classes == ["notion-indent"]:
            return ("indent", self.blocks(element.children))
        if element.tag == "div" and classes == ["notion-columns"]:
            return ("columns", shared([self.column(child) for child in _elements(element, {"div"})]))
        raise Malformed(f"a stray <{element.tag}>")

    def column(self, element: Element) -> tuple[float, Blocks]:
        if element.attributes.get("class") != "notion-column":
            raise Malformed("a stray <div> in columns")
        share = re.search(r"flex: ([0-9.e+-]+) ", element.attributes.get("style", ""))
        return (float(share[1]) if share else 1, [*self.here(element), *self.blocks(element.children)])

    def items(self, element: Element) -> Blocks:
        lines = _elements(element, {"li"})
        if self.is_contents(element):
            links = [child for child in element.descendants() if child.tag == "a"]
            named = [name for name in map(self.entry, links) if re.search(r"\w", name)]
            return [("toc", named)] if named else []
        attributes = element.attributes
        style = {"a": "letters", "i": "roman"}.get(attributes.get("type", ""), "numbers")
        start = int(attributes.get("start", 1))
        out: Blocks = []
        for number, item in enumerate(lines, start):
            sign = "•" if element.tag == "ul" else marker(number, style)
            out.append(("item", _box(item) or sign, self.blocks(item.children)))
        return out

    def is_contents(self, element: Element) -> bool:
        """Whether a list is a table of contents: links within the page, each under the name of the heading it leads to."""
        lines = _elements(element, {"li"})
        if not all(map(_is_entry, lines)):
            return False
        links = [child for child in element.descendants() if child.tag == "a"]
        return all(self.entry(link) == self.headings.get(_within(link)) for link in links)

    def entry(self, link: Element) -> str:
        return entry(text(self.inline(link.children)))

    def rows(self, table: Element) -> list[list[tuple[bool, Chars]]]:
        out = []
        for part in _elements(table, {"thead", "tbody"}):
            for row in _elements(part, {"tr"}):
                cells = [
                    (cell.tag == "th", self.inline(cell.children)) for cell in _elements(row, {"th", "td"})
                ]
                out.append([(head, [] if is_blank(chars) else chars) for head, chars in cells])
        return out

    def toggle(self, element: Element) -> Block:
        children = [child for child in element.children if not isinstance(child, str) or child.strip()]
        if not children or not isinstance(children[0], Element) or children[0].tag != "summary":
            raise Malformed("<details> without a summary at its start")
        return ("toggle", self.inline(children[0].children), self.blocks(children[1:]))

    def code(self, element: Element) -> Block:
        pres = [element] if element.tag == "pre" else [e for e in element.descendants() if e.tag == "pre"]
        classes = " ".join(e.attributes.get("class", "") for e in [element, *element.descendants()])
        language = re.search(r"language-(\S+)", classes)
        shown = pres[0].text.removesuffix("\n")
        if not self.liquid:
            shown = _LIQUID_TEXT.sub(r"\1", shown)
        name = language[1] if language else ""
        return ("code", "" if name == "plaintext" else name, code_lines(shown))

    def figure(self, element: Element) -> Block:
        parts = _elements(element, {"img", "video", "audio", "iframe", "figcaption"})
        captions = [part for part in parts if part.tag == "figcaption"]
        if len(parts) - len(captions) != 1 or len(captions) > 1 or parts[1:] != captions:
            raise Malformed("a <figure> is one thing and its caption")
        caption = self.inline(captions[0].children) if captions else []
        return self.picture(parts[0], caption) if parts[0].tag == "img" else self.player(parts[0], caption)

    def picture(self, element: Element, caption: Chars) -> Block:
        alt = " ".join(self.plain(element.attributes.get("alt", "")).split())
        return ("image", self.url(element.attributes["src"]), alt, caption)

    def player(self, element: Element, caption: Chars) -> Block:
        kind = "frame" if element.tag == "iframe" else element.tag
        inside = self.inline(element.children)
        links = {link for char, _, link in inside if not char.isspace()}
        if len(links) != 1:
            raise Malformed(f"no single link to what is in a <{element.tag}>")
        return (kind, self.url(element.attributes["src"]), links.pop(), caption)

    # Text ------------------------------------------------------------------------------------------------------------

    def inline(self, children: list[Element | str]) -> Chars:
        chars: Chars = []
        self.collect(children, NONE, "", chars)
        return with_formulas(neat(chars))

    def collect(
        self, children: list[Element | str], marks: frozenset[str], link: str, chars: list[Char]
    ) -> None:
        for child in children:
            if isinstance(child, str):
                chars += [(" " if char == "\n" else char, marks, link) for char in self.plain(child)]
            elif child.tag == "br":
                chars.append(("\n", NONE, ""))
            elif child.tag == "img":
                alt = " ".join(self.plain(child.attributes.get("alt", "")).split())
                chars.append((f"[{alt} {self.url(child.attributes['src'])}]", marks, link))
            elif _is_anchor(child):
                chars += [mark(name) for _, name in self.here(child)]
            elif child.tag == "a":
                if link:
                    raise Malformed("a link within a link")
                href = child.attributes["href"]
                href = f"#{_within(child)}" if href.startswith("#") else self.url(href)
                self.collect(child.children, marks, href, chars)
            elif child.tag == "span":
                self.collect(child.children, colored(marks, _looks(child)), link, chars)
            elif child.tag in MARKS:
                self.collect(child.children, marks | {MARKS[child.tag]}, link, chars)
            elif child.tag != "input":
                raise Malformed(f"a stray <{child.tag}> in text")

    def plain(self, words: str) -> str:
        return words if self.exact_quotes else words.translate(_CURLS)

    def url(self, url: str) -> str:
        if not self.liquid:
            for code, char in (("%7B", "{"), ("%7D", "}"), ("%20", " "), ("%22", '"'), ("%7C", "|")):
                url = url.replace(code, char)
            url = _LIQUID_PATH.sub(lambda found: self.baseurl + (found[1] or found[2] or ""), url)
        return address(url)


def shared(columns: list[tuple[float, Blocks]]) -> list[tuple[float, Blocks]]:
    """Return columns with the share of the width that each has, in percent."""
    whole = sum(share for share, _ in columns)
    return [(round(100 * share / whole), blocks) for share, blocks in columns]


def colored(marks: frozenset[str], colors: list[str]) -> frozenset[str]:
    """Return `marks` with `colors` on top: of text colours the innermost shows, and so of backgrounds."""
    for color in colors:
        background = color.endswith("_background")
        marks = frozenset(
            mark for mark in marks if not is_color(mark) or mark.endswith("_background") != background
        )
        marks |= {color}
    return marks


def is_color(mark: str) -> bool:
    """Whether a mark is one of Notion's colours."""
    return mark.removesuffix("_background") in COLORS


def _color(code: str) -> str:
    """Return which of Notion's colours a reader takes `#rrggbb` for, by its hue."""
    red, green, blue = (int(code[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, _, saturation = rgb_to_hls(red, green, blue)
    if saturation < 0.1:
        return "gray"
    hue *= 360
    if 10 < hue < 30 and saturation < 0.4:
        return "brown"
    bounds = (
        (11, "red"),
        (37, "orange"),
        (60, "yellow"),
        (170, "green"),
        (230, "blue"),
        (295, "purple"),
        (345, "pink"),
    )
    return next((name for bound, name in bounds if hue < bound), "red")


def code_lines(code: str) -> str:
    """Return `code` with its lines of nothing but spaces empty."""
    return "\n".join(line if line.strip() else "" for line in code.split("\n"))


def _is_entry(item: Element) -> bool:
    """Whether an item is a line of a table of contents: a link within the page, and items of the same kind under it."""
    inner = [child for child in item.children if not isinstance(child, str) or child.strip()]
    if not inner or not isinstance(inner[0], Element) or inner[0].tag != "a":
        return False
    return inner[0].attributes.get("href", "").startswith("#")


def _within(link: Element) -> str:
    return unquote(link.attributes.get("href", "").removeprefix("#"))


def _is_heading(element: Element) -> bool:
    return re.fullmatch("h[1-6]", element.tag) is not None


def _is_anchor(element: Element) -> bool:
    """Whether an element is nothing but a place that links lead to."""
    bare = not element.children and element.attributes.keys() == {"id"}
    return bare and element.tag in ("a", "div")


def _as_on_github(everything: list[Element]) -> None:
    """Give headings the ids that github.com gives them."""
    seen: dict[str, int] = {}
    for element in filter(_is_heading, everything):
        kept = [char for char in element.text if _is_word(char)]
        name = "".join(char.lower() for char in kept).replace(" ", "-")
        seen[name] = seen.get(name, -1) + 1
        element.attributes["id"] = f"{name}-{seen[name]}" if seen[name] else name


def _is_word(char: str) -> bool:
    category = unicodedata.category(char)
    return char in "- " or category[0] in "LM" or category in ("Nd", "Nl", "Pc")


def entry(label: str) -> str:
    """Return a heading as it is named in a table of contents: its words, without pictures."""
    return " ".join(re.sub(r"\[(?:[^\[\]]*) \S*\]|:[\w-]+:", "", label).split())


def _looks(element: Element) -> list[str]:
    """Return the colours that an element gives to what is in it."""
    out = []
    for name in element.attributes.get("class", "").split():
        color = name.removeprefix("notion-").replace("-", "_")
        if is_color(color):
            out.append(color)
        elif element.tag == "span":
            raise Malformed(f"a stray class {name!r}")
    for found in re.finditer(r"(?:^|;)\s*(background-)?color: (#\w+)", element.attributes.get("style", "")):
        out.append(_color(found[2]) + ("_background" if found[1] else ""))
    return out


def _is_picture(element: Element) -> bool:
    return "class" not in element.attributes


def _box(item: Element) -> str:
    boxes = [child for child in item.descendants() if child.tag == "input"]
    inner = [child for child in item.children if not isinstance(child, str) or child.strip()]
    if inner and isinstance(inner[0], Element) and inner[0].tag == "p":
        inner = [child for child in inner[0].children if not isinstance(child, str) or child.strip()]
    if not inner or inner[0] not in boxes:
        return ""
    return "☑" if "checked" in inner[0].attributes else "☐"


def _wraps_code(element: Element) -> bool:
    """Whether an element is one of those that highlighters put around code."""
    classes = element.attributes.get("class", "").split()
    pres = [child for child in element.descendants() if child.tag == "pre"]
    return len(pres) == 1 and (not classes or bool({"highlighter-rouge", "highlight"} & set(classes)))


def _elements(element: Element, tags: set[str]) -> list[Element]:
    """Return the elements in `element`, of which there may be no others, nor any text beside them."""
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
