"""Flat runs of rich text → nested inlines; mentions and links find their place on the blog here.

Notion stores text as runs, each with its own set of marks. Runs that share a mark become one span: at each step the
mark that reaches furthest is opened first, so that `**a *b* c**` comes out as a person would have written it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from notion2jekyll.convert import style
from notion2jekyll.convert.context import Context
from notion2jekyll.convert.dates import written
from notion2jekyll.markdown.nodes import (
    Attributes,
    Break,
    Code,
    Image,
    Inline,
    Inlines,
    Link,
    Math,
    Span,
    Text,
    Url,
)
from notion2jekyll.notion.ids import reference
from notion2jekyll.notion.model import RichText, Run, as_text, emoji, expires

Mark = Literal["strong", "em", "del", "ins"]

MARKS: Final[Mapping[str, Mark]] = {
    "bold": "strong",
    "italic": "em",
    "strikethrough": "del",
    "underline": "ins",
}
"""Notion's annotation → the element of the same meaning, from the outermost to the innermost where they tie."""

OWN_LINKS: Final = frozenset({"page", "database", "data_source", "user", "custom_emoji", "link_mention"})
"""Kinds of run that see to their links themselves, or have none."""

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
"""Links with other schemes (`javascript:`) are shown as text."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run on its way: what is left to open around it, outermost first, and what it holds."""

    wraps: tuple[_Wrap, ...]
    content: Inlines


@dataclass(frozen=True, slots=True)
class _Wrap:
    """One element to open around pieces; equal wraps of neighbours are opened once."""

    mark: Mark | Literal["span", "link"]
    attributes: Attributes = ()
    url: Url | None = None


def inlines(text: RichText, context: Context) -> Inlines:
    """Return the inlines of `text`; what cannot be shown as it is goes to the context's problems."""
    pieces = [piece for run in text if (piece := _piece(run, context)) is not None]
    return _nest(pieces)


def marked(text: RichText, mark: Literal["bold", "italic"]) -> RichText:
    """Return `text` with `mark` on all of it."""
    return tuple(replace(run, marks=run.marks | {mark}) for run in text)


def colored(children: Inlines, color: str, context: Context) -> Inlines:
    """Return `children` in the block colour `color`."""
    attributes = style.color(color, context.style)
    return (Span("span", children, attributes),) if attributes and children else children


def is_safe(url: str) -> bool:
    """Return whether a reader may follow `url`: no odd scheme, and no address that expires."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and not expires(url)


def safe_url(url: str, context: Context) -> str | None:
    """Return `url` where a reader may follow it, else None and a note."""
    if is_safe(url):
        return url.strip()
    if expires(url):
        context.problem(
            "warning",
            "A link to a file that Notion hosts is shown as plain text: its address stops working within the hour.",
            "Add the file to the page as a file block; then it is kept on the blog.",
        )
    else:
        context.problem("warning", f"A link to {url!r} is shown as plain text: a blog cannot link there.")
    return None


def lasting(text: str) -> str:
    """Return `text`, where it is an address that expires without the part that grants access."""
    return text.partition("?")[0] if expires(text) and len(text.split()) == 1 else text


def runs(tex: str, context: Context) -> bool:
    """Return whether readers' browsers would do more with `tex` than show it; then a problem says so."""
    found = re.search(r"\\(?:href|mmlToken)(?![A-Za-z])", tex)
    if found:
        context.problem(
            "warning",
            f"A formula with {found[0]} is shown as its text: MathJax would make a link of it, to a script as well.",
            "Put the link beside the formula. Notion itself shows no link there either.",
        )
    return found is not None


def page_link(page_id: str, label: str, context: Context, block: str | None = None) -> Inlines:
    """Return a link to the post of the page `page_id`, or to a block of it; its title (else `label`) and a note for none."""
    address = context.address(page_id, None if page_id == context.page else block)
    title = (address.title if address else "") or label
    if address and address.url is not None:
        url = context.within(block) if block and page_id == context.page else None
        return (Link(url or address.url, lines(title or address.url.path)),)
    if title:
        context.problem("note", f"“{title}” is shown without a link: that page is not published on the blog.")
        return lines(title)
    context.problem(
        "note", "A link to a page outside the source is left out: Notion does not tell its title."
    )
    return ()


def _piece(run: Run, context: Context) -> _Piece | None:
    content = CONTENT.get(run.kind, _plain)(run, context)
    if not content:
        return None
    wraps: list[_Wrap] = []
    match content:
        case (Link(url, children),):  # a mention: beside a link to the same place, it is one link with that
            wraps.append(_Wrap("link", url=url))
            content = children
        case _ if run.href and run.kind not in OWN_LINKS:
            target = destination(run.href, context)
            if target is not None:
                wraps.append(_Wrap("link", url=target))
    wraps += [_Wrap(mark) for name, mark in MARKS.items() if name in run.marks]
    if attributes := style.color(run.color, context.style):
        wraps.append(_Wrap("span", attributes=attributes))
    if "code" in run.marks:
        content = (Code(lasting(run.text)),) if run.kind == "text" else _as_code(content)
    return _Piece(tuple(wraps), content)


def destination(href: str, context: Context) -> Url | None:
    """Return where a link to `href` leads: a page of the source is its post, a block a place in it; None and a note for none."""
    place = reference(href)
    if place is None:
        if href.startswith("#"):
            context.problem("note", f"A link within the page, to {href!r}, is shown as plain text.")
            return None
        return safe_url(href, context)
    if place.block and place.id in ("", context.page):
        return context.within(place.block)
    address = context.address(place.id, place.block)
    if address is not None and address.url is not None:
        return address.url
    if place.id == context.page:
        context.problem("note", "A link within the page is shown as plain text.")
        return None
    if place.public and address is None:
        return safe_url(href, context)
    context.problem(
        "note", "A link to a Notion page is shown as plain text: that page is not published on the blog."
    )
    return None


def _as_code(content: Inlines) -> Inlines:
    """Return a mention as code; formulas and pictures stay what they are."""
    return tuple(Code(part.value) if isinstance(part, Text) else part for part in content)


def _nest(pieces: Sequence[_Piece]) -> Inlines:
    out: list[Inline] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if not piece.wraps:
            out += piece.content
            at += 1
            continue
        wrap, end = max(((wrap, _reach(pieces, at, wrap)) for wrap in piece.wraps), key=_preference)
        inner = [replace(one, wraps=tuple(w for w in one.wraps if w != wrap)) for one in pieces[at:end]]
        out.append(_wrapped(wrap, _nest(inner)))
        at = end
    return _joined(out)


def _preference(choice: tuple[_Wrap, int]) -> tuple[int, bool, bool]:
    # Whatever reaches furthest goes outside, a link before a mark that reaches as far. max() keeps the first of equals,
    # which is the outermost of MARKS; colours go inside.
    wrap, end = choice
    return (end, wrap.mark == "link", wrap.mark != "span")


def _reach(pieces: Sequence[_Piece], start: int, wrap: _Wrap) -> int:
    end = _end(pieces, start, wrap)
    if wrap.mark == "link":
        return end
    # Where two cross, the one that reaches further stays whole, and so does a link: in two halves it would be two links.
    for place in range(start + 1, end):
        # But a strike that is seen on a space must go on behind it: at its end it would end before the space.
        seen = wrap.mark == "del" and _is_blank(pieces[place - 1])
        if not seen and any(_end(pieces, place, other) > end for other in pieces[place].wraps):
            return place
    return end


def _is_blank(piece: _Piece) -> bool:
    return all(isinstance(part, Text) and part.value.isspace() for part in piece.content)


def _end(pieces: Sequence[_Piece], start: int, wrap: _Wrap) -> int:
    end = start
    while end < len(pieces) and wrap in pieces[end].wraps:
        end += 1
    return end


def _wrapped(wrap: _Wrap, children: Inlines) -> Inline:
    if wrap.url is not None:
        return Link(wrap.url, children)
    return Span(cast("Literal['strong', 'em', 'del', 'ins', 'span']", wrap.mark), children, wrap.attributes)


def _joined(parts: Sequence[Inline]) -> Inlines:
    """Return `parts` with neighbouring texts and codes made one: Notion splits runs wherever the author paused."""
    out: list[Inline] = []
    for part in parts:
        last = out[-1] if out else None
        if isinstance(part, Text) and isinstance(last, Text):
            out[-1] = Text(last.value + part.value)
        elif isinstance(part, Code) and isinstance(last, Code):
            out[-1] = Code(last.value + part.value)
        else:
            out.append(part)
    return tuple(out)


# What a run holds, by kind -------------------------------------------------------------------------------------------


def lines(text: str) -> Inlines:
    """Return `text` with its line breaks as hard breaks."""
    out: list[Inline] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if number:
            out.append(Break())
        if line:
            out.append(Text(line))
    return tuple(out)


def _plain(run: Run, _: Context) -> Inlines:
    return lines(lasting(run.text))


def _equation(run: Run, context: Context) -> Inlines:
    if runs(run.text, context):
        return (Code(run.text),)
    return (Math(run.text),) if run.text.strip() else ()


def _page(run: Run, context: Context) -> Inlines:
    if run.target is None:
        return lines(run.text)
    place = reference(run.href or "")
    return page_link(run.target, run.text, context, place.block if place and place.id == run.target else None)


def _database(run: Run, context: Context) -> Inlines:
    context.problem(
        "note", f"“{run.text}” is shown without a link: a Notion database is not part of the blog."
    )
    return lines(run.text)


def _user(run: Run, _: Context) -> Inlines:
    # plain_text is `@Name`; the mention itself also holds the e-mail address, which nobody asked to publish.
    return lines(run.text if run.text.startswith("@") else f"@{run.text}")


def _link_mention(run: Run, context: Context) -> Inlines:
    href = as_text(run.data.get("href")) or run.href or ""
    title = lasting(as_text(run.data.get("title")) or run.text or href)
    url = destination(href, context) if href else None
    return (Link(url, lines(title)),) if url is not None and title else lines(title)


def _date(run: Run, context: Context) -> Inlines:
    if context.style.language:
        ends = (as_text(run.data.get(end)) for end in ("start", "end"))
        return lines(" → ".join(written(end, context.style.language) for end in ends if end) or run.text)
    # Notion's own text is made for machines: `2026-11-20T09:30:00.000+01:00`.
    return lines(_CLOCK.sub(lambda found: f" {found[1]}" + (f" {found[2]}" if found[2] else ""), run.text))


_CLOCK: Final = re.compile(r"(?<=\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")


def _custom_emoji(run: Run, context: Context) -> Inlines:
    file = emoji(run)
    if file is None or not (file.hosted or is_safe(file.url)):
        return lines(run.text)
    url = context.url(file, picture=True)
    if url is None:
        return lines(run.text)
    name = as_text(run.data.get("name")) or run.text.strip(":")
    return (Image(url, f":{name}:", (("class", "notion-emoji"), ("style", "height: 1.2em"))),)


CONTENT: Final[Mapping[str, Callable[[Run, Context], Inlines]]] = {
    "text": _plain,
    "equation": _equation,
    "page": _page,
    "database": _database,
    "data_source": _database,
    "user": _user,
    "date": _date,
    "link_preview": _plain,
    "link_mention": _link_mention,
    "template_mention": _plain,
    "custom_emoji": _custom_emoji,
}
"""Kind of run → what it holds. An unknown kind shows its plain text, and links where Notion says it points."""
