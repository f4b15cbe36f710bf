"""A link checker for built sites: every address within the site leads to a file, and every fragment to an element of it.

A site is looked at as GitHub Pages serves it: `/a/` is `a/index.html`, `/a` may be `a.html`. What a feed or a sitemap
names is checked as well. Addresses elsewhere are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

ADDRESSES: Final = frozenset({"href", "src", "poster", "data-src"})
"""The attributes that hold an address; Chirpy's pictures wait in `data-src` until they are seen."""
_PROBE: Final = "http://site.invalid"
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a check."""

    links: int
    """How many addresses within the site there are."""
    broken: tuple[str, ...]
    """For each that leads nowhere: the page it is on, the address, and why."""


class _Page(HTMLParser):
    """The addresses and the ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (tag, name) == ("a", "name"):
                self.ids.add(value or "")
            elif name in ADDRESSES:
                self.addresses.append(value or "")

    handle_startendtag = handle_starttag


@dataclass(frozen=True)
class _Site:
    folder: Path
    baseurl: str
    url: str
    pages: dict[Path, _Page] = field(default_factory=dict)

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of all files, as the file system spells them."""
        return frozenset(
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()
        )

    def page(self, path: Path) -> _Page:
        if path not in self.pages:
            self.pages[path] = _Page(path.read_text(encoding="utf-8"))
        return self.pages[path]

    def addresses(self, path: Path) -> Iterator[str]:
        if path.suffix == ".html":
            yield from self.page(path).addresses
            return
        for element in ET.fromstring(path.read_text(encoding="utf-8")).iter():
            if element.tag.rpartition("}")[2] == "loc":
                yield element.text or ""
            yield from (element.attrib[name] for name in ("href", "src") if name in element.attrib)

    def within(self, address: str, page: Path) -> str | None:
        """Return `address`, found on `page`, from the root of the host; None where it leads elsewhere."""
        place = f"{self.baseurl}/{quote(page.relative_to(self.folder).as_posix())}"
        whole = urljoin(_PROBE + place, address)
        for host in filter(None, (_PROBE, self.url)):
            if whole == host or whole.startswith(f"{host}/"):
                return whole.removeprefix(host) or "/"
        return None

    def fault(self, address: str) -> str | None:
        """Return what is wrong with `address`, from the root of the host; None for nothing."""
        parts = urlsplit(address)
        if _UNSAFE.search(address):
            return "is no valid address"
        if self.baseurl and not f"{parts.path}/".startswith(f"{self.baseurl}/"):
            return f"leaves {self.baseurl}"
        path = unquote(parts.path.removeprefix(self.baseurl), errors="strict").lstrip("/")
        found = next(filter(self.files.__contains__, _candidates(path)), None)
        if found is None:
            return "is not there"
        fragment = unquote(parts.fragment)
        if fragment in ("", "top") or not found.endswith(".html"):
            return None
        return None if fragment in self.page(self.folder / found).ids else "has no such element"


def _candidates(path: str) -> tuple[str, ...]:
    if not path or path.endswith("/"):
        return (f"{path}index.html",)
    return path, f"{path}.html", f"{path}/index.html"


def check(folder: Path, *, baseurl: str = "", url: str = "") -> Checked:
    """Check all pages of the site built in `folder`; `baseurl` and `url` are those of its `_config.yml`."""
    site = _Site(folder, baseurl.rstrip("/"), url.rstrip("/"))
    count, broken = 0, []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".html", ".xml"):
            continue
        name = path.relative_to(folder)
        try:
            found = [(address, site.within(address.strip(), path)) for address in site.addresses(path)]
        except ET.ParseError as error:
            broken.append(f"{name}: is no XML: {error}")
            continue
        for address, target in found:
            if target is not None:
                count += 1
                broken += [f"{name}: {address} {why}" for why in (site.fault(target),) if why]
    return Checked(count, tuple(broken))
