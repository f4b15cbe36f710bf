"""What conversion knows beside the block in hand: where links lead, and what it has found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from notion2jekyll.errors import Problem, Severity
from notion2jekyll.markdown.nodes import Anchor, Here, SitePath, Url
from notion2jekyll.notion.model import File


@dataclass(frozen=True, slots=True)
class Address:
    """A page of the source, as links see it."""

    title: str
    """Its title as of now."""
    url: SitePath | None
    """Where it is on the blog; None where it is not published."""
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Block id → the `id` of the element that shows the block, as far as that is known; empty for a block that is not there."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why readers cannot have a file."""

    message: str
    """A sentence that names the file."""
    hint: str
    """What to do next."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file as it is kept on the blog."""

    place: SitePath
    """Where it is, or will be."""
    size: tuple[int, int] | None = None
    """Width and height of a picture, in pixels; None where it has none, or none that is known."""
    known: bool = True
    """False before anybody looked into the file: then its place may get another ending, and its size is not known."""
    trouble: Trouble | None = None
    """Why there is no copy after all."""
    note: str = ""
    """What was changed in it, as a sentence; empty for nothing."""


class Links(Protocol):
    """Where things will be on the blog, known before anything is converted."""

    def page(self, page_id: str) -> Address | None:
        """Return the address of the page with the dashed id `page_id`, None where the source does not hold it."""

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        """Return the copy of `file`, shown as a `picture` or otherwise; None where it stays at its own address."""


@dataclass(frozen=True, slots=True)
class Style:
    """How Notion's looks are carried over; part of the configuration."""

    colors: Literal["inline", "class", "off"] = "inline"
    """`inline`: style attributes, right on any theme · `class`: classes for a stylesheet of the site · `off`."""
    unsupported: Literal["hidden", "visible"] = "hidden"
    """Whether readers see a short notice where a block cannot be shown; the report always has it."""
    language: str | None = None
    """The language tag in whose way mentioned dates are written; None: ISO 8601, as Notion's API gives them."""
    top_heading: Literal[1, 2] = 2
    """The level of what is a heading 1 in Notion."""
    dimensions: bool = True
    """Whether pictures on the blog say how large they are, so that text does not jump when they arrive."""


@dataclass(slots=True)
class Context:
    """One conversion: what it may ask (`links`, `style`) and what it collects."""

    page: str
    """Dashed id of the page that is converted."""
    links: Links
    style: Style
    files: dict[SitePath, File] = field(default_factory=dict)
    """The hosted files that the page shows, by their place on the blog."""
    targets: dict[str, Address | None] = field(default_factory=dict)
    """What the page refers to: every page by its id, every block of another page as `page id#block id`, each with the
    address that was used."""
    wanted: frozenset[str] = frozenset()
    """Ids of the blocks of the page that links lead to."""
    missing: frozenset[str] = frozenset()
    """Ids of blocks that links within the page lead to, and that it does not show."""
    here: set[str] = field(default_factory=set)
    """Ids of the blocks that links within the page lead to."""
    shown: set[str] = field(default_factory=set)
    """Ids of the blocks that the page has shown so far."""
    names: dict[str, str] = field(default_factory=dict)
    """Block id → name of a heading, or of a block that has an anchor."""
    titles: dict[Url, str] = field(default_factory=dict)
    """The titles of the pages that the page links to, by their address."""
    problems: list[Problem] = field(default_factory=list)
    block: str | None = None
    """Id of the block in hand, for problems."""
    pictures: int = 0
    """How many pictures with known sizes there were so far."""

    def problem(self, severity: Severity, message: str, hint: str = "") -> None:
        """Note something about the block in hand."""
        self.problems.append(Problem(severity, message, page=self.page, block=self.block, hint=hint))

    def address(self, page_id: str, block: str | None = None) -> Address | None:
        """Return where the page `page_id`, or a block of it, is on the blog; remember that this page depends on it."""
        found = self.links.page(page_id)
        if block and found and found.url:
            fragment = found.anchors.get(block, "")
            if block in found.anchors and not fragment:
                self.lost(f"a block of “{found.title}”", "its post")
            found = replace(found, url=SitePath(found.url.path, fragment))
        self.targets[f"{page_id}#{block}" if block else page_id] = found
        if found is not None and found.url is not None:
            self.titles[found.url] = found.title
        return found

    def within(self, block: str) -> Url | None:
        """Return where a block of this very page is; the page itself and a note where it does not show that block."""
        self.here.add(block)
        if block in self.missing:
            own = self.address(self.page)
            self.lost("a block of this page", "the page")
            return own.url if own else None
        place = Here(name(block))
        if own := self.links.page(self.page):
            self.titles[place] = own.title
        return place

    def anchor(self, block: str, *, named: bool = False) -> tuple[Anchor, ...]:
        """Return the anchor of a block that is about to be shown: none where no link leads to it.

        A synced block may be shown several times; links lead to the first one. A block that is `named` has a name anyway.
        """
        first, linked = block not in self.shown, block in self.wanted
        self.shown.add(block)
        if first and block and (linked or named):
            self.names[block] = name(block)
        return (Anchor(name(block)),) if first and linked else ()

    def lost(self, what: str, where: str) -> None:
        """Note that a link leads to a block that is not there."""
        self.problem(
            "note",
            f"A link to {what} leads to the top of {where}: the block is not there any more.",
            "Copy the link anew (••• → Copy link to block), or take it out.",
        )

    def url(self, file: File, *, picture: bool = False) -> Url | None:
        """Return the address to show `file` under: its copy on the blog, or its own.

        None, and a problem, where it has a copy no more than an address that lasts. The caller has seen to it that the
        address of a file that Notion does not host is safe.
        """
        copy = self.links.file(file, picture=picture)
        if copy is None:
            return file.url
        if copy.trouble and file.hosted:
            self.problem("error", f"{copy.trouble.message} The post is shown without it.", copy.trouble.hint)
            return None
        if copy.trouble:
            message = f"{copy.trouble.message} The post shows it from its own address."
            self.problem("warning", message, copy.trouble.hint)
            return file.url
        if copy.note:
            self.problem("note", copy.note)
        self.files[copy.place] = file
        return copy.place


def name(block: str) -> str:
    """Return what the block with the id `block` is called where links lead to it.

    It is the id, as in Notion's own links, after a word: themes' scripts take it for a selector, which starts with a letter.
    """
    return f"notion-{block.replace('-', '')}"
