"""One small function a block type, and the table of them: block → nodes of the Markdown tree.

To add a type: write its function, add its line to `BLOCKS`, add a pair of files to tests/cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, Literal

from notion2jekyll.convert import pictures, style
from notion2jekyll.convert.context import Context
from notion2jekyll.convert.languages import rouge
from notion2jekyll.convert.players import player
from notion2jekyll.convert.richtext import (
    colored,
    destination,
    inlines,
    is_safe,
    lasting,
    lines,
    marked,
    page_link,
    runs,
)
from notion2jekyll.formats import AUDIO, IMAGES, VIDEO, ending_of_url
from notion2jekyll.markdown.nodes import (
    Anchor,
    Attributes,
    BlockNode,
    CodeBlock,
    Container,
    Details,
    Figure,
    Heading,
    Image,
    Inlines,
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
    Url,
)
from notion2jekyll.markdown.plain import clean, is_blank, visible
from notion2jekyll.notion.model import Block, Icon, as_text, normal_id, parse_text, plain

Nodes = tuple[BlockNode, ...]

LISTS: Final = frozenset({"bulleted_list_item", "numbered_list_item", "to_do"})
"""Types whose neighbours of the same type make one list."""

HEADINGS: Final = frozenset({"heading_1", "heading_2", "heading_3", "heading_4"})
"""Types that are headings."""


def nodes(blocks: Sequence[Block], context: Context) -> Nodes:
    """Return the nodes of `blocks`, siblings in Notion's order; neighbouring list items become one list."""
    out: list[BlockNode] = []
    for kind, group in groupby(blocks, key=lambda block: block.type if block.type in LISTS else ""):
        members = list(group)
        out += _lists(members, context) if kind else _each(members, context)
    return tuple(out)


def _each(blocks: Iterable[Block], context: Context) -> Iterable[BlockNode]:
    for block in blocks:
        context.block = block.id
        yield from _placed(block, BLOCKS.get(block.type, unknown)(block, context), context)


def _placed(block: Block, made: Nodes, context: Context) -> Nodes:
    """Return what was made of `block`, with a place for the links that lead to it."""
    first, *rest = made or (None,)
    heading = isinstance(first, Heading) and block.type in HEADINGS and not first.name
    anchor = context.anchor(block.id, named=heading)
    match first:
        case Heading() if heading and block.id in context.names:
            return (replace(first, name=context.names[block.id], linked=bool(anchor)), *rest)
        case Paragraph(children) if anchor and visible(children).strip():
            return (Paragraph((*anchor, *children)), *rest)
        case Container() | Details() if anchor and "id" not in dict(first.attributes):
            return (replace(first, attributes=(*_id(anchor), *first.attributes)), *rest)
    return (*anchor, *made)


def _id(anchor: tuple[Anchor, ...]) -> Attributes:
    """Return `anchor` as an attribute of the element that links to it lead to."""
    return tuple(("id", each.name) for each in anchor)


def _text(block: Block, context: Context) -> Inlines:
    context.block = block.id
    return colored(inlines(block.text, context), block.color, context)


# Lists ---------------------------------------------------------------------------------------------------------------


def _lists(blocks: Sequence[Block], context: Context) -> Iterable[BlockNode]:
    """Yield lists: one, or several where a numbered item says that it starts anew or is numbered in another way."""
    items: list[Item] = []
    first = blocks[0]
    for block in blocks:
        # An item that says nothing of its format goes on in that of the list.
        told = block.data.get("list_format") is not None
        anew = isinstance(block.data.get("list_start_index"), int) or (
            told and _style(block) != _style(first)
        )
        if items and anew:
            yield _list(first, items)
            first, items = block, []
        items.append(_item(block, context))
    yield _list(first, items)


def _list(first: Block, items: list[Item]) -> List:
    start = first.data.get("list_start_index")
    return List(
        ordered=first.type == "numbered_list_item",
        items=tuple(items),
        start=start if isinstance(start, int) else 1,
        style=_style(first),
    )


def _style(block: Block) -> Literal["decimal", "alpha", "roman"]:
    styles: Mapping[str, Literal["alpha", "roman"]] = {"letters": "alpha", "roman": "roman"}
    return styles.get(as_text(block.data.get("list_format")), "decimal")


def _item(block: Block, context: Context) -> Item:
    checked = bool(block.data.get("checked")) if block.type == "to_do" else None
    anchor = context.anchor(block.id)
    return Item((Paragraph((*anchor, *_text(block, context))), *nodes(block.children, context)), checked)


# Text ----------------------------------------------------------------------------------------------------------------


def paragraph(block: Block, context: Context) -> Nodes:
    """A paragraph; a line break within it stays one. Blocks indented under it are in a box that is indented as well.

    An empty paragraph is left out: the theme sets the space between paragraphs.
    """
    text = _text(block, context)
    own: Nodes = (Paragraph(text),) if text else ()
    below = nodes(block.children, context)
    return (*own, Container("div", style.indent(context.style), below)) if below else own


def heading(block: Block, context: Context) -> Nodes:
    """A heading, one level deeper than in Notion: the post's title is the page's one heading of level 1.

    With `jekyll: top_heading: 1` it keeps its level.

    What a toggleable heading folds away follows it in the open, so that it reads everywhere and keeps its anchor.
    """
    text = _text(block, context)
    level = min(int(block.type.removeprefix("heading_")) + context.style.top_heading - 1, 6)
    own: Nodes = () if is_blank(text) else (Heading(level, text),)
    return (*own, *nodes(block.children, context))


def toggle(block: Block, context: Context) -> Nodes:
    """A summary that unfolds what is in it, without any script; closed at first, as in Notion."""
    return (Details(_text(block, context), nodes(block.children, context), style.toggle(context.style)),)


def quote(block: Block, context: Context) -> Nodes:
    """A quotation, with all blocks that are in it."""
    text = _text(block, context)
    own: Nodes = (Paragraph(text),) if text else ()
    return (Quote((*own, *nodes(block.children, context))),)


def callout(block: Block, context: Context) -> Nodes:
    """A box in its colour, its icon in front of its text. Emojis and pictures are carried over.

    Notion's own icons are not: it names them and gives no picture of them.
    """
    context.block = block.id
    text = inlines(block.text, context)
    icon = _icon(block.icon, context)
    if icon and text:
        text = (*icon, Text(" "), *text)
    own: Nodes = (Paragraph(text or icon),) if text or icon else ()
    children = (*own, *nodes(block.children, context))
    return (Container("aside", style.callout(block.color, context.style), children),)


def _icon(icon: Icon | None, context: Context) -> Inlines:
    if icon is None:
        return ()
    if icon.emoji:
        return (Text(icon.emoji),)
    if icon.file is None:
        # Notion names its own icons and gives no picture of them.
        context.problem(
            "note", f"The icon “{icon.name}” is left out: Notion gives no picture of its own icons."
        )
        return ()
    url = pictures.picture(icon.file, "An icon", context)
    if url is None:
        return ()
    look = (("class", "notion-icon"), ("style", "height: 1.2em"))
    return (Image(url, f":{icon.name}:" if icon.name else "", look),)


def code(block: Block, context: Context) -> Nodes:
    """Code exactly as it was typed, in the colours of its language, with its caption under it in italics.

    Languages have the names that Rouge knows. A diagram in Mermaid is shown as its code, unless the theme draws it.
    """
    text = plain(block.text).replace("\r\n", "\n").replace("\r", "\n")
    language = rouge(as_text(block.data.get("language")))
    return (CodeBlock(text.removesuffix("\n"), language), *_caption(block, context))


def _caption(block: Block, context: Context) -> Nodes:
    caption = inlines(marked(block.caption, "italic"), context)
    return (Paragraph(caption),) if caption else ()


def equation(block: Block, context: Context) -> Nodes:
    """A formula on a line of its own, for MathJax or KaTeX where the theme loads one of them."""
    tex = as_text(block.data.get("expression")).strip()
    context.block = block.id
    if runs(tex, context):
        return (CodeBlock(tex, "latex"),)
    return (MathBlock(tex),) if tex else ()


def divider(_: Block, __: Context) -> Nodes:
    """A line across the page."""
    return (Rule(),)


def table(block: Block, context: Context) -> Nodes:
    """A table with the header row and header column that it has in Notion; what is in its cells keeps its looks.

    It is HTML where Markdown has no form for it: without header row, with a header column, or with links within the
    site. A table that is wider than a phone can be moved sideways. Column widths and cell colours are not in the API.
    """
    rows = tuple(_row(row, context) for row in block.children if row.type == "table_row")
    if not rows:
        return ()
    made = Table(rows, bool(block.data.get("has_column_header")), bool(block.data.get("has_row_header")))
    return (Container("div", style.wide(context.style), (made,)),) if _is_wide(rows) else (made,)


def _row(row: Block, context: Context) -> tuple[Inlines, ...]:
    cells = [inlines(cell, context) for cell in row.cells]
    if cells:
        cells[0] = (*context.anchor(row.id), *cells[0])
    return tuple(cells)


PHONE: Final = 40
"""Letters that stand beside each other on a phone."""
_WORD = re.compile(r"[^\s\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef-]+")


def _is_wide(rows: Sequence[Sequence[Inlines]]) -> bool:
    """Whether a table cannot be made as narrow as a phone: its longest words and some space between them are too much."""
    columns = max(map(len, rows))
    longest = [
        max((len(word) for row in rows if n < len(row) for word in _WORD.findall(visible(row[n]))), default=2)
        for n in range(columns)
    ]
    return sum(longest) + 3 * columns > PHONE


# Layout --------------------------------------------------------------------------------------------------------------


def column_list(block: Block, context: Context) -> Nodes:
    """Columns beside each other in their widths; one under the other where the screen is narrow."""
    ratios = [column.data.get("width_ratio") for column in block.children]
    known = any(isinstance(ratio, int | float) for ratio in ratios)
    columns = []
    for column, ratio in zip(block.children, ratios, strict=True):
        share = float(ratio) if isinstance(ratio, int | float) else 1 / len(ratios)
        look = style.column(share if known else None, context.style)
        look = (*_id(context.anchor(column.id)), *look)
        columns.append(Container("div", look, nodes(column.children, context)))
    return (Container("div", style.columns(context.style), tuple(columns)),) if columns else ()


def children_only(block: Block, context: Context) -> Nodes:
    """A block that is shown as what it holds."""
    if block.has_children and not block.children:
        return unknown(block, context)
    return nodes(block.children, context)


def synced_block(block: Block, context: Context) -> Nodes:
    """The blocks that are kept equal in several places, in each of them.

    A copy whose original is on a page that is not shared with the connection is missing, and a warning says so.
    """
    if not block.children and block.data.get("synced_from"):
        context.block = block.id
        context.problem(
            "warning",
            "A synced block is missing: the page that holds its original is not shared with the connection.",
            "Share that page with your connection in Notion (••• → Connections), or copy the blocks into this page.",
        )
    return nodes(block.children, context)


def tab(block: Block, context: Context) -> Nodes:
    """Tabs, one under the other: each label in bold, then what is in the tab. Nothing is hidden behind a click."""
    out: list[BlockNode] = []
    for label in block.children:
        context.block = label.id
        text = inlines(marked(label.text, "bold"), context)
        icon = _icon(label.icon, context)
        title = (*icon, Text(" "), *text) if icon and text else (icon or text)
        body: Nodes = (Paragraph((Span("strong", title),)),) if title else ()
        look = (*_id(context.anchor(label.id)), *style.tab(context.style))
        out.append(Container("section", look, (*body, *nodes(label.children, context))))
    return tuple(out)


def meeting_notes(block: Block, context: Context) -> Nodes:
    """The title, summary and notes of a meeting; its transcript is never published."""
    title = inlines(marked(parse_text(block.data.get("title")), "bold"), context)
    own: Nodes = (Paragraph(title),) if title else ()
    return (*own, *nodes(block.children, context))


def table_of_contents(_: Block, __: Context) -> Nodes:
    """Links to the headings of the page, nested by their levels: by kramdown itself for the first one in a page."""
    return (Toc(),)


def nothing(_: Block, __: Context) -> Nodes:
    """Nothing: it is part of Notion's surroundings, not of the text."""
    return ()


# Media and links -----------------------------------------------------------------------------------------------------

CONTROLS: Final = (("controls", "controls"), ("style", style.PLAYER))


def image(block: Block, context: Context) -> Nodes:
    """A picture, with its caption under it. One that Notion hosts is copied into the repository.

    It says how large it is, so that the text around it does not jump, and all but the first are loaded when they are about
    to be seen. Its caption describes it to those who do not see it. Width and alignment are not in the API. What browsers
    cannot show, such as HEIC, becomes a link to the file.
    """
    url = _file_url(block, context, picture=True)
    if url is None:
        return _omitted(block, context)
    if link := _instead(url, IMAGES, block, context, "show", "Save it as JPEG or PNG"):
        return link
    caption = inlines(block.caption, context)
    look = pictures.look(block.file, context) if block.file else ()
    picture = Image(url, _flat(plain(block.caption)), look)
    return (Figure(picture, caption),) if caption else (Paragraph((picture,)),)


def video(block: Block, context: Context) -> Nodes:
    """A player: for files, which are copied where Notion hosts them, and for services whose player is known; else a link."""
    url = _file_url(block, context)
    if url is None:
        return _omitted(block, context)
    if link := _instead(url, VIDEO | AUDIO, block, context, "play", "Save it as MP4"):
        return link
    if isinstance(url, str) and (known := player(url)):
        return _media("iframe", known.url, known.attributes(), block, context, link=url)
    if isinstance(url, str) and ending_of_url(url) not in VIDEO:
        return _link(url, block, context)
    return _media("video", url, CONTROLS, block, context)


def audio(block: Block, context: Context) -> Nodes:
    """A player, with a copy of the file where Notion hosts it; a link where the address is no sound file."""
    url = _file_url(block, context)
    if url is None:
        return _omitted(block, context)
    if link := _instead(url, VIDEO | AUDIO, block, context, "play", "Save it as MP3"):
        return link
    if isinstance(url, str) and ending_of_url(url) not in AUDIO:
        return _link(url, block, context)
    return _media("audio", url, CONTROLS, block, context)


def file(block: Block, context: Context) -> Nodes:
    """A link to the file under its name, its caption below. It is copied into the repository where Notion hosts it."""
    url = _file_url(block, context)
    if url is None:
        return _omitted(block, context)
    return (Paragraph((Link(url, (Text(_label(url, block, context)),)),)), *_caption(block, context))


def bookmark(block: Block, context: Context) -> Nodes:
    """A link, under its caption where it has one, else under its address: the preview in Notion is not in the API.

    Where the address is that of a page in Notion which is published, the link leads to its post.
    """
    address = as_text(block.data.get("url")).strip()
    if not address:
        return _caption(block, context)
    context.block = block.id
    url = destination(address, context)
    if url is None:
        return (Paragraph(lines(lasting(address))), *_caption(block, context))
    return _link(url, block, context)


def embed(block: Block, context: Context) -> Nodes:
    """A player where the service is known, else a link."""
    address = as_text(block.data.get("url")).strip()
    if known := player(address):
        return _media("iframe", known.url, known.attributes(), block, context, link=address)
    return bookmark(block, context)


def _flat(text: str) -> str:
    return " ".join(clean(text).split())


def _file_url(block: Block, context: Context, *, picture: bool = False) -> Url | None:
    """Return where the file of `block` is, None and a problem where a blog cannot show it from there."""
    context.block = block.id
    if block.file is None:
        context.problem(
            "warning",
            f"A block of the kind {block.type} has no address and is left out.",
            "Add the file again in Notion.",
        )
        return None
    if block.file.hosted or is_safe(block.file.url):
        return context.url(block.file, picture=picture)
    context.problem(
        "warning",
        f"A block of the kind {block.type} is left out: a blog cannot show a file from {block.file.url[:80]!r}.",
        "Upload the file to Notion, or link to it with a https:// address.",
    )
    return None


def _omitted(block: Block, context: Context) -> Nodes:
    """Return what stands for a file that readers cannot have: its caption, after a notice where the site wants one."""
    return (*_notice(block.type, context), *_caption(block, context))


def _instead(
    url: Url, shown: Collection[str], block: Block, context: Context, verb: str, remedy: str
) -> Nodes:
    """Return a link and a warning where `url` is a copy that browsers do not show; nothing where they do."""
    if block.file is None or isinstance(url, str):
        return ()
    why = pictures.refusal(context.links.file(block.file, picture=True), shown, verb)
    if not why:
        return ()
    name = block.file.name or "A file"
    context.problem("warning", f"{name} is shown as a link: {why}.", f"{remedy}, and add it again in Notion.")
    return _link(url, block, context)


def _link(url: Url, block: Block, context: Context) -> Nodes:
    """Return a paragraph with a link: under the caption, the file's name, or the address itself."""
    label = _without_links(inlines(block.caption, context))
    if is_blank(label):
        label = (Text(_label(url, block, context)),)
    return (Paragraph((Link(url, label),)),)


def _label(url: Url, block: Block, context: Context) -> str:
    """Return what to call what `url` points to: the file's name, the title of a page of the blog, or the address itself."""
    name = as_text(block.data.get("name")) or (block.file.name if block.file else "")
    if "." not in name and isinstance(url, str):
        name = ""  # the last word of an address, which says less than the whole
    bare = url.path.rsplit("/", 1)[-1] if isinstance(url, SitePath) else as_text(block.data.get("url"))
    shown = name or context.titles.get(url, "") or (url if isinstance(url, str) else bare)
    return _flat(shown)


def _without_links(children: Inlines) -> Inlines:
    """Return `children` with links replaced by what they hold: a link cannot stand in a link."""
    out: list[Inlines] = []
    for child in children:
        if isinstance(child, Link):
            out.append(_without_links(child.children))
        elif isinstance(child, Span):
            out.append((Span(child.mark, _without_links(child.children), child.attributes),))
        else:
            out.append((child,))
    return tuple(part for group in out for part in group)


def _media(
    tag: Literal["video", "audio", "iframe"],
    url: Url,
    attributes: tuple[tuple[str, str], ...],
    block: Block,
    context: Context,
    *,
    link: Url | None = None,
) -> Nodes:
    name = (block.file.name if block.file and link is None else "") or str(link or "")
    media = Media(tag, url, attributes, (Link(link or url, (Text(name or tag),)),))
    caption = inlines(block.caption, context)
    return (Figure(media, caption),) if caption else (media,)


def child_page(block: Block, context: Context) -> Nodes:
    """A link to the post of a page inside the page, where that is published; else its title, with a note in the report.

    Its content is never shown here.
    """
    text = page_link(block.id, as_text(block.data.get("title")), context)
    return (Paragraph(text),) if text else ()


def child_database(block: Block, context: Context) -> Nodes:
    """The title of a database inside the page, with a note in the report; its rows are pages of their own."""
    title = as_text(block.data.get("title"))
    context.problem("note", f"The database “{title or 'untitled'}” is shown by its title alone.")
    return (Paragraph(lines(title)),) if title else ()


def link_to_page(block: Block, context: Context) -> Nodes:
    """A link to another page's post; the page's title where it is not published and Notion tells it, with a note."""
    target = block.data.get("page_id") or block.data.get("database_id")
    if not isinstance(target, str):
        return unknown(block, context)
    text = page_link(normal_id(target), "", context)
    return (Paragraph(text),) if text else ()


def unknown(block: Block, context: Context) -> Nodes:
    """Nothing, and a warning in the report: Notion does not give what is in it, or this version does not know it.

    With `jekyll: {unsupported: visible}` readers get a short notice in its place.
    """
    name = (as_text(block.data.get("block_type")) or block.type).replace("_", " ")
    context.block = block.id
    context.problem(
        "warning",
        f"A block of the kind “{name}” is left out: Notion does not give its content, or this version does not know it.",
        "Put what matters into ordinary blocks, or leave it: the rest of the page is complete.",
    )
    return _notice(name, context)


def _notice(name: str, context: Context) -> Nodes:
    """Return what tells readers that something is missing, where the site wants that."""
    if context.style.unsupported == "hidden":
        return ()
    return (Paragraph((Span("em", (Text(f"[{name}: only in Notion]"),)),)),)


BLOCKS: Final[Mapping[str, Callable[[Block, Context], Nodes]]] = {
    "paragraph": paragraph,
    "heading_1": heading,
    "heading_2": heading,
    "heading_3": heading,
    "heading_4": heading,
    "toggle": toggle,
    "quote": quote,
    "callout": callout,
    "code": code,
    "equation": equation,
    "divider": divider,
    "table": table,
    "column_list": column_list,
    "column": children_only,
    "synced_block": synced_block,
    "tab": tab,
    "meeting_notes": meeting_notes,
    "transcription": meeting_notes,
    "table_of_contents": table_of_contents,
    "breadcrumb": nothing,
    "image": image,
    "video": video,
    "audio": audio,
    "pdf": file,
    "file": file,
    "bookmark": bookmark,
    "embed": embed,
    "link_preview": bookmark,
    "child_page": child_page,
    "child_database": child_database,
    "link_to_page": link_to_page,
}
"""Block type → its nodes; list items are in `LISTS`, everything else is `unknown`."""
