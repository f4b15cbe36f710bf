"""The Markdown tree: what a document *says*, with no word on how it is written.

Frozen dataclasses without behaviour. `convert` builds them, `serialize` writes them; author text is only ever in
`Text`, `Code`, `Math`, `CodeBlock`, `MathBlock`, attribute values and image descriptions, so syntax and author text
cannot mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Attributes = tuple[tuple[str, str], ...]
"""HTML attributes in the order they are written; an empty value is written as `name=""`."""


@dataclass(frozen=True, slots=True)
class SitePath:
    """An address within the site, right under any base URL."""

    path: str
    """Starts with `/`, without the site's base URL, not percent-encoded (`/assets/사진.png`)."""
    fragment: str = ""
    """The id of an element of that page, without `#`."""


@dataclass(frozen=True, slots=True)
class Here:
    """A place in the same document."""

    name: str
    """The name of a `Heading` or an `Anchor`."""


Url = str | SitePath | Here
"""Where a link or a picture points: an absolute URL, a fragment of the same page (`#id`), a path of the site, a place."""


# Inlines -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Text exactly as the author typed it, without line breaks."""

    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """Inline code; the text is literal and may hold line breaks."""

    value: str


@dataclass(frozen=True, slots=True)
class Math:
    """An inline formula in TeX."""

    tex: str


@dataclass(frozen=True, slots=True)
class Break:
    """A hard line break."""


@dataclass(frozen=True, slots=True)
class Span:
    """Inlines under one mark."""

    mark: Literal["strong", "em", "del", "ins", "span"]
    """The HTML element of the same name says what it means; `span` carries only attributes (a colour)."""
    children: tuple[Inline, ...]
    attributes: Attributes = ()
    """Only on `span`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link around inlines; links do not nest."""

    url: Url
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture within a line, or alone in a paragraph."""

    url: Url
    alt: str
    """What the picture shows, as plain text; may be empty."""
    attributes: Attributes = ()
    """More attributes of the `<img>` (class, height); makes the writer use the HTML form."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place that links lead to: in a line, or on its own before the block that is meant. It shows nothing."""

    name: str
    """The `id` of its element."""


Inline = Text | Code | Math | Break | Span | Link | Image | Anchor
Inlines = tuple[Inline, ...]


# Blocks --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; never written when it has no visible content, except as the text of a list item."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    children: Inlines
    name: str = ""
    """What a `Here` calls it, unique in the document; empty where no link leads to it."""
    linked: bool = False
    """Whether links lead to it: then it has an anchor of that name where the engine gives it no id to rely on."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: blocks, of which the first is most often a `Paragraph` with the item's text."""

    children: tuple[BlockNode, ...]
    checked: bool | None = None
    """None for an ordinary item; True or False for a to-do."""


@dataclass(frozen=True, slots=True)
class List:
    """A list. Two `List`s in a row stay two lists."""

    ordered: bool
    items: tuple[Item, ...]
    start: int = 1
    """The number of the first item, where ordered."""
    style: Literal["decimal", "alpha", "roman"] = "decimal"
    """How numbers are shown, where ordered: 1, a or i."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation."""

    children: tuple[BlockNode, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code."""

    text: str
    """The code, literal, lines separated by LF, without a final LF."""
    language: str = ""
    """The name after the fence, one word (`python`); empty for none."""


@dataclass(frozen=True, slots=True)
class MathBlock:
    """A formula on lines of its own, in TeX."""

    tex: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment on a line of its own: readers do not see it."""

    text: str
    """Without `--`, `<` and `>`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; rows may differ in length, the writer fills them up."""

    rows: tuple[tuple[Inlines, ...], ...]
    header_row: bool
    """The first row holds headers."""
    header_column: bool
    """The first cell of each row is a header."""


@dataclass(frozen=True, slots=True)
class Container:
    """An HTML element around blocks: a callout, a column, an indented paragraph's children."""

    tag: Literal["div", "aside", "section"]
    attributes: Attributes
    children: tuple[BlockNode, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Content that unfolds under a summary."""

    summary: Inlines
    children: tuple[BlockNode, ...]
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture or player with a caption under it."""

    content: Image | Media
    caption: Inlines


@dataclass(frozen=True, slots=True)
class Media:
    """A player or frame: `<video>`, `<audio>` or `<iframe>`, with a link for those who cannot see it."""

    tag: Literal["video", "audio", "iframe"]
    url: Url
    attributes: Attributes
    fallback: Inlines
    """What is shown where the element is not (a link to the same thing)."""


@dataclass(frozen=True, slots=True)
class Toc:
    """A table of contents of the document's headings."""


BlockNode = (
    Paragraph
    | Heading
    | List
    | Quote
    | CodeBlock
    | MathBlock
    | Rule
    | Comment
    | Table
    | Container
    | Details
    | Figure
    | Media
    | Toc
    | Anchor
)


@dataclass(frozen=True, slots=True)
class Doc:
    """A whole document."""

    children: tuple[BlockNode, ...]
