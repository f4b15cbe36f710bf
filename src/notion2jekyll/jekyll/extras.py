"""What the configuration puts into the front matter beside what Jekyll knows: mapped and kept properties. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from notion2jekyll.convert import Address, Copy
from notion2jekyll.convert.context import Context
from notion2jekyll.convert.pictures import picture
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll.keys import KNOWN, Constant, Links, Origin, Template, key_of, refusal
from notion2jekyll.jekyll.meta import ROLES, Options, filled, kept, roles, used
from notion2jekyll.jekyll.site import Site
from notion2jekyll.jekyll.values import Titles, written
from notion2jekyll.markdown.nodes import SitePath, Url
from notion2jekyll.notion.model import File, Page, Property
from notion2jekyll.notion.properties import related, value


class Known(Protocol):
    """Where things will be on the blog, and what pages are called."""

    @property
    def names(self) -> Titles:
        """Page id → title of every page that a relation may name."""

    def page(self, page_id: str) -> Address | None:
        """Return the address of the page with the dashed id `page_id`, None where the source does not hold it."""

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        """Return the copy of `file`, shown as a `picture` or otherwise; None where it stays at its own address."""


@dataclass(frozen=True, slots=True)
class Extras:
    """Values for the front matter of one post."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Key → value, in order: as the configuration has them, then as Notion has them; None: the key is not to be there."""
    files: Mapping[str, File] = field(default_factory=dict)
    """Path in the repository → file of what the blog keeps and the values name."""
    targets: frozenset[str] = frozenset()
    """Ids of the pages whose addresses are among the values."""
    problems: tuple[Problem, ...] = ()
    """What there is to say of those files."""


def extras(page: Page, options: Options, site: Site, known: Known) -> Extras:
    """Return what the mapped and kept properties of `page` say; a key without a value is left out."""
    reader = _Reader(page, options, site, known)
    values: dict[str, Any] = {}
    for key, origin in options.properties.items():
        if key in ROLES:
            continue
        found = reader.taken(origin, one_picture=key == "image")
        if found is not None or origin is None:
            values[key] = found
    for name, key in own_keys(page.properties, options).items():
        if (found := reader.taken(name)) is not None:
            values[key] = found
    context = reader.context
    files = {place.path.lstrip("/"): file for place, file in context.files.items()}
    return Extras(values, files, frozenset(reader.targets), tuple(context.problems))


class _Reader:
    """Reads values of one page, and notes what they bring along."""

    def __init__(self, page: Page, options: Options, site: Site, known: Known) -> None:
        self.page, self.options, self.known = page, options, known
        self.zone = options.zone or site.zone
        self.context = Context(page.id, known, options.style)
        self.targets: set[str] = set()

    def taken(self, origin: Origin | None, *, one_picture: bool = False) -> Any:
        """Return the value from `origin` as the front matter takes it, None where there is none.

        Of a list for `one_picture` only the first: themes and plugins take no more.
        """
        names = self.known.names
        match origin:
            case Constant():
                return origin.value
            case Template():
                return filled(origin, self.page, self.options, names, self.zone).strip() or None
            case Links() if origin.property in self.page.properties:
                held = value(self.page.properties[origin.property])
                return list(filter(None, map(self._link, related(held)))) or None
            case str() if origin in self.page.properties:
                held = value(self.page.properties[origin])
                if one_picture and isinstance(held, tuple):
                    held = tuple(_first(held))
                found = written(held, names, self.zone, self._picture if one_picture else self._place)
                return found[0] if one_picture and isinstance(found, list) else found
        return None

    def _place(self, file: File) -> str:
        return _address(self.context.url(file)) if _lasts(file) else ""

    def _picture(self, file: File) -> str:
        return _address(picture(file, "The picture for `image`", self.context)) if _lasts(file) else ""

    def _link(self, page_id: str) -> dict[str, str] | None:
        title = self.known.names.get(page_id, "").strip()
        if not title:
            return None
        self.targets.add(page_id)
        address = self.known.page(page_id)
        url = {"url": address.url.path} if address is not None and address.url is not None else {}
        return {"title": title, **url}


def _first(held: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the first thing in `held`, or in what lists it holds, that is not empty."""
    for item in held:
        for each in _first(item) if isinstance(item, tuple) else (item,):
            if each not in (None, ""):
                yield each
                return


def _lasts(file: File) -> bool:
    """Return whether there is, or can be, an address of `file` for the front matter."""
    return file.hosted or file.url.startswith(("https://", "http://"))


def _address(url: Url | None) -> str:
    """Return an address as the front matter has it, a path without the base URL: themes add that."""
    return url.path if isinstance(url, SitePath) else str(url or "")


def own_keys(properties: Mapping[str, Property], options: Options) -> Mapping[str, str]:
    """Return property → key of what is kept: without what has a value already, or what no layout could get at."""
    return _keeping(properties, options)[0]


def unkept(properties: Mapping[str, Property], options: Options) -> Mapping[str, str]:
    """Return property → why it cannot be kept under its own name, though the configuration says so."""
    return _keeping(properties, options)[1]


def _keeping(
    properties: Mapping[str, Property], options: Options
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    taken = dict.fromkeys([*ROLES, *KNOWN, *options.properties, *options.front_matter], "")
    playing = set(roles(properties, options).values())
    own: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name in kept(properties, options):
        key = key_of(name)
        if why := refusal(key):
            refused[name] = f"under `{key}`, {why}" if key else why
        elif key not in taken:
            own[name] = key
            taken[key] = name
        elif name not in playing:  # else it is in the post already
            other = f"“{taken[key]}” is" if taken[key] else "something else is"
            refused[name] = f"{other} `{key}` already"
    return own, refused


def told(properties: Mapping[str, Property], options: Options) -> str:
    """Return which of `properties` becomes what, for a person: `date ← 날짜, tags ← 태그; not used: Public`."""
    playing = roles(properties, options)
    lines = [f"{role} ← {playing[role]}" for role in ROLES if role in playing]
    for key, origin in options.properties.items():
        match origin:
            case Constant():
                lines.append(f"{key} = {origin.value}")
            case Template():
                lines.append(f"{key} ← “{origin.text}”")
            case Links():
                lines.append(f"{key} ← {origin.property} (links)")
            case str() if key not in ROLES:
                lines.append(f"{key} ← {origin}")
    lines += [f"{key} ← {name}" for name, key in own_keys(properties, options).items()]
    spare = set(properties) - set(used(properties, options)) - {options.marker}
    rest = ", ".join(name for name in properties if name in spare)
    return ", ".join(lines) + (f"; not used: {rest}" if rest else "")
