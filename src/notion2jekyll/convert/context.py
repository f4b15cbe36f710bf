"""What conversion knows beside the block in hand: where links lead, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from notion2jekyll.errors import Problem, Severity
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.notion.model import File


@dataclass(frozen=True, slots=True)
class Address:
    """A page of the source, as links see it."""

    title: str
    """Its title as of now."""
    url: SitePath | None
    """Where it is on the blog; None where it is not published."""


class Links(Protocol):
    """Where things will be on the blog, known before anything is converted."""

    def page(self, page_id: str) -> Address | None:
        """Return the address of the page with the dashed id `page_id`, None where the source does not hold it."""

    def file(self, file: File) -> SitePath:
        """Return where the copy of `file`, which Notion hosts, will be; needs no bytes."""


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
    """Every page that the page refers to, by id, with the address that was used."""
    titles: dict[SitePath, str] = field(default_factory=dict)
    """The titles of the pages that the page links to, by their address."""
    problems: list[Problem] = field(default_factory=list)
    block: str | None = None
    """Id of the block in hand, for problems."""

    def problem(self, severity: Severity, message: str, hint: str = "") -> None:
        """Note something about the block in hand."""
        self.problems.append(Problem(severity, message, page=self.page, block=self.block, hint=hint))

    def address(self, page_id: str) -> Address | None:
        """Return where the page `page_id` is on the blog, and remember that this page depends on it."""
        found = self.links.page(page_id)
        self.targets[page_id] = found
        if found is not None and found.url is not None:
            self.titles[found.url] = found.title
        return found

    def url(self, file: File) -> str | SitePath:
        """Return the address to show `file` under: its copy on the blog where Notion hosts it, else its own."""
        if not file.hosted:
            return file.url
        place = self.links.file(file)
        self.files[place] = file
        return place
