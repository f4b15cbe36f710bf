"""What a site's `_config.yml` says, as far as it matters to what is written.

Facts by experiment: Jekyll 3.10.0 and Liquid 4.0.4 in GitHub Pages' configuration, and Jekyll 4.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import yaml

from notion2jekyll import foreign_yaml
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll.themes import THEMES, Theme, detected
from notion2jekyll.markdown.dialect import Dialect

CONFIG: Final = "_config.yml"

# kramdown's values for "leave it as it was typed": a site that sets them gets no typography at all.
_PLAIN_QUOTES: Final = "apos,apos,quot,quot"
_PLAIN_SYMBOLS: Final = {"hellip": "...", "mdash": "---", "ndash": "--", "laquo": "<<", "raquo": ">>"}

# Jekyll's names for permalink templates (jekyllrb.com/docs/permalinks); `date` is its default.
PERMALINKS: Final = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of the site beside its posts."""

    output: bool
    """Whether its documents are pages of the site; else they have no address."""
    permalink: str = ""
    """The template of their addresses; empty for Jekyll's own."""


@dataclass(frozen=True, slots=True)
class Default:
    """Front matter that the site gives to files in a place: one item of `defaults:`."""

    path: str
    """The folder or file, without slashes at its ends, or a pattern with `*`; empty for everywhere."""
    type: str
    """`posts`, `pages`, the name of a collection; empty for all."""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """A site's options; the defaults are those of a site without a `_config.yml` on GitHub Pages."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """The zone in which Jekyll places posts: `timezone:`, or UTC, the zone of the machines that build Pages."""
    permalink: str = PERMALINKS["date"]
    """The template of a post's address."""
    future: bool = False
    """Whether posts dated ahead are shown."""
    categories: tuple[str, ...] = ()
    """Categories that the site's own defaults give to every post, before its own."""
    category: str = ""
    """The one that they give after its own (`category:`); empty for none."""
    theme: Theme = THEMES["minima"]
    """The theme that `theme` or `remote_theme` names; minima stands for all that are not known."""
    engine: Literal["kramdown", "commonmark"] = "kramdown"
    gfm: bool = True
    smart_quotes: bool = True
    typographic_symbols: bool = True
    hard_wrap: bool = False
    parse_block_html: bool = False
    parse_span_html: bool = True
    auto_ids: bool = True
    """Whether headings have kramdown's usual ids: not with `auto_ids: false` or an `auto_id_prefix`."""
    math: bool = True
    excluded: tuple[str, ...] = ()
    """What Jekyll leaves out of the site (`exclude:` without `include:`): beginnings of paths, or patterns with `*`."""
    # What no post depends on stays out of the text that posts are compared by.
    included: tuple[str, ...] = field(default=(), repr=False)
    """What Jekyll takes into the site though its name begins with a dot (`include:`)."""
    shows_drafts: bool = field(default=False, repr=False)
    """Whether drafts are pages for everybody: `show_drafts: true`."""
    shows_unpublished: bool = field(default=False, repr=False)
    """The same for posts with `published: false`: `unpublished: true`."""
    separator: str = "\n\n"
    """`excerpt_separator:`, what ends the excerpt of a post; empty for no excerpts."""
    plugins: tuple[str, ...] = ()
    """Sorted: the options are compared from run to run."""
    style: str = "date"
    """`permalink:` as it is written, which also says how the addresses of pages and collections end."""
    collections: Mapping[str, Collection] = field(default_factory=dict)
    """Name → collection, without the posts."""
    collections_dir: str = ""
    """The folder that holds the folders of posts, drafts and collections; empty for the root."""
    defaults: tuple[Default, ...] = ()
    """The less precise ones first."""
    home: str = field(default="", repr=False)
    """The address of the site, `url:` and `baseurl:`; empty where it is not said. No post depends on it, so it is not shown
    where posts are compared."""

    def excerpt_separator(self, kind: str, path: str) -> str:
        """Return what ends the excerpt of files of `kind` at `path`; empty where the site wants no excerpts."""
        given = self.given(kind, path).get("excerpt_separator")
        return self.separator if given is None else str(given)

    @property
    def redirects(self) -> bool:
        """Return whether addresses in a post's `redirect_from` lead to it."""
        return "jekyll-redirect-from" in self.plugins

    def excluder(self, path: str) -> str | None:
        """Return the item of `exclude:` that keeps `path` out of the site, None for none (Jekyll's entry_filter.rb)."""
        return next(
            (
                item
                for item in self.excluded
                if path.startswith(item.lstrip("/")) or fnmatchcase(path, item.lstrip("/"))
            ),
            None,
        )

    def includer(self, folder: str) -> str | None:
        """Return the item of `include:` that takes `folder` into the site though its name begins with a dot, None for none."""
        return next((item for item in self.included if fnmatchcase(folder, item.strip("/"))), None)

    def given(self, kind: str, path: str) -> Mapping[str, Any]:
        """Return the front matter that the site gives to files of `kind` (`posts`, `pages`, a collection) at `path`."""
        merged: dict[str, Any] = {}
        above = f"{self.collections_dir}/" if self.collections_dir else ""
        for default in self.defaults:
            place = default.path.removeprefix(above)
            if default.type in ("", kind) and _is_in(path.removeprefix(above), place):
                merged.update(default.values)
        return merged

    def layout(self, kind: str, path: str) -> str | None:
        """Return the layout to name in a file of `kind` at `path`; None where the site's own defaults name one."""
        if self.given(kind, path).get("layout"):
            return None
        return self.theme.post if kind == "posts" else self.theme.page

    def template(self, kind: str, path: str) -> str:
        """Return the template of the addresses of files of `kind` at `path`."""
        if given := self.given(kind, path).get("permalink"):
            return str(given)
        if kind == "posts":
            return self.permalink
        if kind in self.collections and (own := self.collections[kind].permalink):
            return own
        # Jekyll's Utils.add_permalink_suffix
        ends = {"pretty": "/", "date": ":output_ext", "ordinal": ":output_ext", "none": ":output_ext"}
        end = ends.get(self.style) or next(
            (end for end in ("/", ":output_ext") if self.style.endswith(end)), ""
        )
        return ("/:path/:basename" if kind == "pages" else "/:collection/:path") + end

    def dialect(self, typography: Literal["site", "verbatim"], *, formulas: bool = False) -> Dialect:
        """Return the Markdown that this site's engine reads, on a page with `formulas` or without."""
        return Dialect(
            engine=self.engine,
            gfm=self.gfm,
            smart_quotes=self.smart_quotes,
            typographic_symbols=self.typographic_symbols,
            typography=typography,
            hard_wrap=self.hard_wrap,
            parse_block_html=self.parse_block_html,
            parse_span_html=self.parse_span_html,
            auto_ids=self.auto_ids,
            math=self.math,
            emoji="jemoji" in self.plugins,
            mentions="jekyll-mentions" in self.plugins,
            dollars=self.theme.dollars and formulas,
        )


def parse_site(text: str | None) -> tuple[Site, tuple[Problem, ...]]:
    """Return the options in `text`, the content of `_config.yml` (None: there is none), and what was wrong with it.

    What cannot be read keeps its default: the file belongs to the owner, and Jekyll itself will complain of it.
    """
    try:
        # The first document: Jekyll reads no further than `---` either.
        raw = foreign_yaml.load(text or "", first=True)
    except (yaml.YAMLError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 1})" if place else ""
        return Site(), (
            Problem(
                "warning",
                f"The site's {CONFIG} is not valid YAML{line}; its options are taken as Jekyll's defaults.",
                hint=f"Mend {CONFIG}: Jekyll will not build the site either.",
            ),
        )
    config: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    zone, problems = _zone(config.get("timezone"))
    markdown = str(config.get("markdown") or "kramdown").lower()
    kramdown = _mapping(config.get("kramdown"))
    # A quirk of the GFM parser that leaves dashes and dots as typed, but curls quotes all the same.
    plain = "no_auto_typographic" in _names(kramdown.get("gfm_quirks"), ",")
    defaults = _defaults(config)
    above = str(config.get("collections_dir") or "").strip("/")
    # A post as any other: patterns with `*` are meant for the files in the folder.
    given = Site(defaults=defaults, collections_dir=above).given("posts", "_posts/2026-11-20-title.md")
    permalink = str(config.get("permalink") or "date")
    collections = _collections(config.get("collections"))
    return (
        Site(
            zone=zone,
            permalink=str(
                given.get("permalink")
                or (collections["posts"].permalink if "posts" in collections else "")
                or PERMALINKS.get(permalink, permalink)
            ),
            style=permalink,
            collections={name: each for name, each in collections.items() if name != "posts"},
            collections_dir=above,
            defaults=defaults,
            future=config.get("future") is True,
            categories=_names(given.get("categories")),
            category=str(given.get("category") or ""),
            theme=detected(config),
            engine="commonmark" if markdown in ("gfm", "commonmark", "commonmarkghpages") else "kramdown",
            gfm=str(kramdown.get("input") or "GFM").lower() == "gfm",
            smart_quotes=",".join(_names(kramdown.get("smart_quotes"), ",")) != _PLAIN_QUOTES,
            typographic_symbols=not plain and not _plain_symbols(kramdown.get("typographic_symbols")),
            hard_wrap=kramdown.get("hard_wrap") is True,
            parse_block_html=kramdown.get("parse_block_html") is True,
            parse_span_html=kramdown.get("parse_span_html") is not False,
            auto_ids=kramdown.get("auto_ids") is not False and not kramdown.get("auto_id_prefix"),
            math="math_engine" not in kramdown or kramdown["math_engine"] is not None,
            excluded=tuple(
                item
                for item in _names(config.get("exclude"))
                if item.strip("/") and item not in _names(config.get("include"))
            ),
            included=_names(config.get("include")),
            shows_drafts=config.get("show_drafts") is True,
            shows_unpublished=config.get("unpublished") is True,
            separator=str(config.get("excerpt_separator", "\n\n") or ""),
            plugins=tuple(sorted(set(_names(config.get("plugins") or config.get("gems"))))),
            home=_home(config.get("url"), config.get("baseurl")),
        ),
        problems,
    )


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _home(url: Any, base: Any) -> str:
    if not isinstance(url, str) or not re.match(r"https?://[^/\s]", url):
        return ""
    below = base.strip().strip("/") if isinstance(base, str) else ""
    return url.strip().rstrip("/") + (f"/{below}" if below else "")


def _names(raw: Any, separator: str | None = None) -> tuple[str, ...]:
    """Return a list of names that may stand in one string (which Jekyll splits at spaces)."""
    if isinstance(raw, str):
        raw = raw.split(separator)
    return tuple(str(name).strip() for name in raw if name is not None) if isinstance(raw, list) else ()


def _plain_symbols(raw: Any) -> bool:
    symbols = _mapping(raw)
    return all(symbols.get(name) == value for name, value in _PLAIN_SYMBOLS.items())


def _zone(raw: Any) -> tuple[ZoneInfo, tuple[Problem, ...]]:
    if not raw:
        return ZoneInfo("UTC"), ()
    try:
        return ZoneInfo(str(raw)), ()
    except (OSError, ValueError, KeyError):  # an unknown zone is a KeyError
        return ZoneInfo("UTC"), (
            Problem(
                "warning",
                f"`timezone: {raw}` in the site's {CONFIG} is no time zone; posts are dated in UTC.",
                hint="Use a name such as Asia/Seoul or Europe/Berlin.",
            ),
        )


def _is_in(path: str, place: str) -> bool:
    """Return whether `path` is what `place` names, or in it; a pattern is read as Ruby's Dir.glob reads it."""
    if "*" not in place:
        return not place or f"{path}/".startswith(f"{place}/")
    signs = {"**/": r"(?:[^/]+/)*", "*": r"[^/]*", "?": r"[^/]"}
    pattern = "".join(signs.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*|\?)", place))
    return bool(re.match(rf"{pattern}(?:/|$)", path))


def _defaults(config: Mapping[str, Any]) -> tuple[Default, ...]:
    """Return the items of the site's `defaults:`, the more precise scope last as in Jekyll."""
    found: list[Default] = []
    raw = config.get("defaults")
    for default in raw if isinstance(raw, list) else ():
        scope, values = _mapping(_mapping(default).get("scope")), _mapping(_mapping(default).get("values"))
        path = str(scope.get("path") or "").strip("/")
        found.append(Default(path, str(scope.get("type") or ""), values))
    return tuple(sorted(found, key=lambda one: (len(one.path), bool(one.type))))


def _collections(raw: Any) -> dict[str, Collection]:
    """Return the site's collections by name; a list of names, as Jekyll takes it too, says nothing more of them."""
    if isinstance(raw, list):
        return {str(name): Collection(output=False) for name in raw}
    return {
        str(name): Collection(bool(_mapping(body).get("output")), str(_mapping(body).get("permalink") or ""))
        for name, body in _mapping(raw).items()
    }
