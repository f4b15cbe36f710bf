"""The configuration file: YAML → one frozen `Config`, with every fault found at once, each with its place and the way out.

Sections and names are part of the contract (docs/configuration.md is made from this module, and so is the JSON Schema
that editors use).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args, get_origin
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from notion2jekyll import foreign_yaml
from notion2jekyll.convert import Style
from notion2jekyll.convert.dates import locale
from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.jekyll.keys import Constant, Links, Origin, Template, key_of, refusal
from notion2jekyll.jekyll.meta import ROLES, Options
from notion2jekyll.jekyll.shelves import parse_shelf
from notion2jekyll.jekyll.themes import Name
from notion2jekyll.notion.ids import parse_id
from notion2jekyll.plan import Policy

FILES: Final = ("notion2jekyll.yaml", "config.yaml")
"""Where the configuration is looked for in the working directory, in this order."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # an unknown zone is a KeyError
        raise ValueError(
            f"{name!r} is no time zone; use a name such as Asia/Seoul or Europe/Berlin"
        ) from None
    return name


def _language(tag: str) -> str:
    locale(tag)
    return tag


def _folder(path: str) -> str:
    parts = path.strip("/").split("/")
    odd = any(part in ("", ".", "..") or part.startswith(("_", ".", "#")) for part in parts)
    if odd or not path.isprintable() or "\\" in path:
        raise ValueError(
            "must be a folder inside the site that Jekyll publishes: no part may be empty or start with _ . #"
        )
    return "/".join(parts)


def _fixed(values: dict[str, Any]) -> dict[str, Any]:
    own = sorted(values.keys() & {"title", "date", "slug", "notion_id", "last_modified_at"})
    if own:
        raise ValueError(f"{', '.join(own)} cannot have one value for every post: each has its own")
    return values


def _shelf(text: str) -> str:
    parse_shelf(text)
    return text


def _template(text: str) -> str:
    Template(text).parts()
    return text


def _one_or_more(raw: Any) -> Any:
    return [raw] if isinstance(raw, str | bool) else raw


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class PublishRule(_Section):
    """Which rows are published: those whose property has one of these values."""

    property: str
    """Name of a property of the source: a status, select, multi-select or checkbox (a formula works too)."""
    is_: Annotated[
        Annotated[list[str], Field(min_length=1)] | Annotated[list[bool], Field(min_length=1)],
        BeforeValidator(_one_or_more, json_schema_input_type=str | bool | list[str] | list[bool]),
        Field(alias="is"),
    ]
    """One value or several: option names such as `[Published]`, or `true` for a ticked checkbox."""


class FieldRule(_Section):
    """Where the value of a key of the front matter comes from: one of `property`, `value` and `template`."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [key]} for key in ("property", "value", "template")]}
    )

    property: Annotated[str, Field(min_length=1)] = ""
    """Name of a property of the source; a name alone, in place of the section, is the same."""
    as_: Annotated[Literal["titles", "links"], Field(alias="as")] = "titles"
    """How the pages of a relation are written: `titles` as a list of titles, `links` as a list of `{title, url}`."""
    value: Any = None
    """The same value for each post."""
    template: Annotated[str, AfterValidator(_template)] = ""
    """A text with names of properties in braces, such as `Week {Week}: {Mood}`; `{{` and `}}` are braces."""

    @model_validator(mode="after")
    def _one_of(self) -> FieldRule:
        given = self.model_fields_set & {"property", "value", "template"}
        if len(given) != 1:
            raise ValueError("needs exactly one of `property`, `value` and `template`")
        if "as_" in self.model_fields_set and given != {"property"}:
            raise ValueError("`as` goes with `property` only")
        return self

    def origin(self) -> Origin:
        """Return what the making of posts understands."""
        if self.property:
            return Links(self.property) if self.as_ == "links" else self.property
        return Template(self.template) if self.template else Constant(self.value)


def _rule(raw: Any) -> Any:
    if isinstance(raw, str):
        return {"property": raw}
    if raw is None or isinstance(raw, Mapping | FieldRule):
        return raw
    raise ValueError(
        "must be the name of a property, `null`, or one of {value: …}, {template: …}, {property: …, as: links}"
    )


def _keys_of(rules: dict[str, FieldRule | None]) -> dict[str, FieldRule | None]:
    """Return `rules`, whose keys may all be in the front matter with what they are to hold."""
    wrong = [(key, why) for key, rule in rules.items() if (why := _objection(key, rule))]
    if wrong:
        # One error for each, at its own place.
        raise ValidationError.from_exception_data(
            "properties",
            [
                InitErrorDetails(
                    type=PydanticCustomError("value_error", "{why}", {"why": why}), loc=(key,), input=key
                )
                for key, why in wrong
            ],
        )
    return rules


def _objection(key: str, rule: FieldRule | None) -> str | None:
    if why := refusal(key):
        return f"cannot be a key of your own: {why}"
    if rule is None or key not in ROLES:
        return None
    if rule.as_ == "links":
        return "takes titles; `as: links` is for other keys"
    if key == "date" and not rule.property:
        return "takes the name of a property, or `null`"
    if key in ("title", "slug") and not (rule.property or rule.template):
        return "cannot have one value for every post: each has its own"
    return None


def _keepable(name: str) -> str:
    if why := refusal(key_of(name)):
        raise ValueError(
            f"{name!r} would become the key `{key_of(name)}`: {why}. Give it another one under `properties:`, such as `my_key: {name}`"
        )
    return name


def _address(text: str) -> str:
    parse_id(text)
    return text


Address = Annotated[str, AfterValidator(_address)]


class NotionSource(_Section):
    """One place in Notion, and which of its pages are published."""

    source: Annotated[
        list[Address],
        BeforeValidator(_one_or_more, json_schema_input_type=str | list[str]),
        Field(min_length=1),
    ]
    """A database, data source or page: any address that Notion's "Copy link" gives, or an id. A list is allowed."""
    publish: PublishRule | Literal["all"] | None = None
    """Which rows are published. There is no default: nothing is published that was not marked for it."""
    filter: dict[str, Any] | None = None
    """A filter in the form of Notion's API; rows outside it do not exist for notion2jekyll."""
    sorts: list[dict[str, Any]] = []
    """Sorts in the form of Notion's API; they do not change the result, and are there for very large sources."""
    properties: Annotated[
        dict[
            str,
            Annotated[
                FieldRule | None, BeforeValidator(_rule, json_schema_input_type=str | FieldRule | None)
            ],
        ],
        AfterValidator(_keys_of),
    ] = {}
    """What a key of the front matter gets: the name of a property, `{template: "Week {Week}"}`, `{value: …}` for all posts,
    or `{property: Series, as: links}`. Roles (title, date, tags, categories, slug, description, author) need it only where
    no property is found by its type and name. `null` means that the key is not written."""
    keep: Annotated[
        list[Annotated[str, AfterValidator(_keepable)]] | Literal["all"],
        BeforeValidator(lambda raw: [raw] if isinstance(raw, str) and raw != "all" else raw),
    ] = []
    """Properties that are written under their own name, such as `[Mood, Weather]`, or `all`."""

    to: Annotated[str, AfterValidator(_shelf)] = "_posts"
    """Where its pages go: `_posts`, the folder of another collection (`_notes`), a folder for plain pages (`guides`, or
    `/` for the root of the site), or a data file with all of them as a list (`_data/books.yml` or `.json`)."""
    front_matter: Annotated[dict[str, Any], AfterValidator(_fixed)] = {}
    """Keys and fixed values for its pages, such as `layout: note`; they win over those of `jekyll: front_matter`."""
    unpublished: Literal["skip", "draft", "hidden"] = "skip"
    """What becomes of its pages that are not published: `skip` leaves them out, `draft` writes them into `_drafts`, `hidden`
    where they belong with `published: false`, as `draft` does with pages that are no posts. Jekyll shows neither, but in a
    public repository everybody can read them. Their pictures and files are copied once they are published."""

    @model_validator(mode="after")
    def _drafts_are_pages(self) -> Self:
        if self.unpublished != "skip" and parse_shelf(self.to).kind == "data":
            raise ValueError("`unpublished` is of no use for a data file, which has published rows alone")
        return self

    def ids(self) -> tuple[str, ...]:
        """Return the dashed ids of the sources, each once."""
        return tuple(dict.fromkeys(parse_id(text) for text in self.source))


class Notion(NotionSource):
    """One place in Notion, and which of its pages are published; or several, as `sources`."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["source"]}, {"required": ["sources"]}]}
    )

    source: Annotated[
        list[Address],
        BeforeValidator(_one_or_more, json_schema_input_type=str | list[str]),
    ] = []
    """A database, data source or page: any address that Notion's "Copy link" gives, or an id. A list is allowed."""
    sources: list[NotionSource] = []
    """Several places with a rule and a destination each: a list of sections with the keys of this one. A page that two of
    them could take is of the first that publishes it."""

    @model_validator(mode="after")
    def _one_or_several(self) -> Notion:
        if not self.source and not self.sources:
            raise ValueError("has neither `source` nor `sources`: say what is to be read")
        others = sorted(
            NotionSource.model_fields[name].alias or name
            for name in self.model_fields_set - {"sources"}
            if getattr(self, name) != type(self).model_fields[name].default
        )
        if self.sources and others:
            raise ValueError(
                f"has `sources`, so {', '.join(f'`{name}`' for name in others)} belongs into each of them"
            )
        files = [shelf.folder for each in self.sources if (shelf := parse_shelf(each.to)).kind == "data"]
        if twice := sorted({file for file in files if files.count(file) > 1}):
            raise ValueError(f"has two sources that go into one data file: {', '.join(twice)}")
        return self


class Assets(_Section):
    """Media, which are copied into the repository: the addresses that Notion gives for them work for an hour."""

    folder: Annotated[str, AfterValidator(_folder)] = "assets/notion"
    """Folder in the repository."""
    max_megabytes: Annotated[float, Field(gt=0, le=100)] = 30
    """Larger files are not copied: their post is shown without them, and the report says so. GitHub takes 100 at the very
    most, and its API less."""
    external: Literal["link", "copy"] = "link"
    """What becomes of pictures, covers and icons that Notion does not host: `link` shows them from where they are, `copy`
    keeps them in the repository, too. One that cannot be had stays where it is."""
    dimensions: bool = True
    """Whether pictures say how large they are, so that text does not jump while they load, and all but the first are loaded
    when they are about to be seen. `false` writes the plain `![…](…)`."""

    @property
    def max_bytes(self) -> int:
        """The largest file that is copied, in bytes."""
        return int(self.max_megabytes * 1_000_000)


class Jekyll(_Section):
    """What posts look like."""

    slug: Literal["unicode", "ascii", "id"] = "unicode"
    """File names and addresses: `unicode` keeps every script, `ascii` romanises, `id` takes the page id."""
    typography: Literal["site", "verbatim"] = "site"
    """`site` lets the site curl quotes, `verbatim` keeps them as typed. Everything else always stays as typed."""
    addresses: Literal["keep", "follow"] = "keep"
    """What becomes of the address of a published post when its title or date changes: `keep` keeps it, `follow` gives it the
    new one; the old one leads there where the site has jekyll-redirect-from. A new `slug` property always gives a new one."""
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    """Zone in which posts are dated; by default the `timezone` of the site's _config.yml, else UTC."""
    front_matter: Annotated[dict[str, Any], AfterValidator(_fixed)] = {}
    """Keys and fixed values for every post, such as `layout: post` or `comments: true`."""
    draft_key: bool = False
    """Whether `draft: false` is written into posts, and `draft: true` into drafts and hidden ones."""
    theme: Name | None = None
    """The theme, where `theme` or `remote_theme` in the site's _config.yml does not tell it; docs/themes.md says what depends
    on it."""
    excerpt: Literal["auto", "divider"] | Annotated[str, Field(min_length=1)] = "auto"
    """Where the excerpt of a post ends, which lists of posts show: `auto` after its first paragraph, as Jekyll does, `divider`
    before its first divider, any other text at the paragraph that says just that, such as `[more]`; readers don't see it."""
    assets: Assets = Assets()
    colors: Annotated[
        Literal["inline", "class", "off"],
        # To YAML an unquoted `off` is false.
        BeforeValidator(
            lambda raw: "off" if raw is False else raw,
            json_schema_input_type=Literal["inline", "class", "off", False],
        ),
    ] = "inline"
    """How Notion's colours are carried over: as style attributes, as classes for a stylesheet of yours, or not at all."""
    top_heading: Literal[1, 2] = 2
    """The level that Notion's heading 1 becomes, and the others after it: 2 since the theme shows the post's title as the
    heading of level 1, or 1 to keep the levels as they are in Notion."""
    language: Annotated[str, AfterValidator(_language)] | None = None
    """Language tag in whose way dates in the text are written (`ko`: 2026년 11월 20일); by default as in Notion's API
    (2026-11-20)."""
    unsupported: Literal["hidden", "visible"] = "hidden"
    """Whether readers see a short notice in place of a block that cannot be shown. The report always has it."""


class Author(_Section):
    """Who makes the commits."""

    name: Annotated[str, Field(min_length=1)]
    """A name, as git shows it."""
    email: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
    """An address; GitHub links the commits to the account that has it."""


class PullRequest(_Section):
    """The pull request, where `mode` is `pull_request`."""

    branch: Annotated[str, Field(min_length=1)] = "notion2jekyll"
    """A branch for it alone; it is made where it does not exist."""
    title: Annotated[str, Field(min_length=1)] = "Sync from Notion: {summary}"
    """Its title; `{summary}` becomes such as `2 new, 1 updated`."""
    labels: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        BeforeValidator(_one_or_more, json_schema_input_type=str | list[str]),
    ] = []
    """What it is labelled with when it is opened."""
    draft: bool = False
    """Whether it is opened as a draft."""


class Pages(_Section):
    """Whether a sync that committed something sees to it that GitHub Pages builds the site, and says how that ended."""

    watch: Literal["auto", "always", "never"] = "auto"
    """`auto` does so in GitHub Actions only."""
    max_minutes: Annotated[float, Field(ge=1, le=60)] = 10
    """How long to wait for the build at most, after the commit and so beside `sync.max_minutes`."""


class GitHub(_Section):
    """The repository of the blog."""

    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")]
    """`owner/name`."""
    branch: Annotated[str, Field(min_length=1)] | None = None
    """The branch that the blog is built from; by default the repository's default branch."""
    create_branch: bool = False
    """With `true`, a `branch` that does not exist yet is made by the first commit, from the default branch."""
    mode: Literal["commit", "pull_request"] = "commit"
    """How posts get there: `commit` commits to the branch; `pull_request` keeps one pull request open against it, for
    somebody to merge."""
    pull_request: PullRequest = PullRequest()
    pages: Pages = Pages()
    author: Author | None = None
    """By default the owner of the token, whose commits GitHub can mark as verified."""
    message: str = "Sync from Notion: {summary}"
    """First line of the commit message; `{summary}` becomes such as `2 new, 1 updated`."""


class Sync(_Section):
    """How careful to be."""

    removed: Literal["delete", "draft", "keep"] = "delete"
    """What becomes of the post of a page that is no longer published: deleted, moved to _drafts (its pictures and files stay, since
    the draft shows them), or kept. Files that no post shows any more go with the change: to use one in a page of your own, copy it."""
    restore: bool = False
    """Whether a post that was deleted in the repository by hand is written again."""
    on_conflict: Literal["merge", "keep", "overwrite", "stop"] = "merge"
    """What becomes of a post that was edited in the repository by hand and whose page changed too: `merge` makes one of both,
    and where both changed the same line or key, the text in the repository stays; `keep` leaves the post as it is;
    `overwrite` takes what Notion has; `stop` stops the run. Whatever could not be brought together is in the report."""
    max_removed: Annotated[int, Field(ge=0)] = 5
    """Up to so many posts may always be removed by one run."""
    max_removed_percent: Annotated[float, Field(ge=0, le=100)] = 30
    """More are removed only while they are at most this share of all posts; otherwise the run stops."""
    full_every_days: Annotated[int, Field(ge=0)] = 7
    """So often every page is read again, whatever its edit time: some edits in Notion do not move it. 0 is never."""
    max_minutes: Annotated[float, Field(gt=0)] | None = None
    """After so many minutes no further page is read: what is done by then is written, and the next run goes on. Files of these
    pages may take a tenth of that longer, and at least a minute. `null`: no limit."""
    strict: bool = False
    """With `true`, a page that cannot be shown completely keeps its last post (or gets none), and every warning counts as a
    problem that needs a person (exit code 1)."""


class Config(_Section):
    """The whole configuration."""

    notion: Notion
    jekyll: Jekyll = Jekyll()
    github: GitHub | None = None
    """May be missing with `--output`."""
    sync: Sync = Sync()

    @property
    def feeds(self) -> tuple[NotionSource, ...]:
        """Return the sources, each with what becomes of its pages."""
        return tuple(self.notion.sources) or (self.notion,)

    def options(self, notion: NotionSource | None = None) -> Options:
        """Return what the making of posts of `notion` depends on; of the first source where none is given."""
        jekyll, notion = self.jekyll, notion or self.feeds[0]
        return Options(
            slug=jekyll.slug,
            typography=jekyll.typography,
            zone=ZoneInfo(jekyll.timezone) if jekyll.timezone else None,
            assets=jekyll.assets.folder,
            max_bytes=jekyll.assets.max_bytes,
            external=jekyll.assets.external == "copy",
            excerpt=jekyll.excerpt,
            front_matter={**jekyll.front_matter, **notion.front_matter},
            properties={key: rule.origin() if rule else None for key, rule in notion.properties.items()},
            keep=notion.keep if notion.keep == "all" else tuple(notion.keep),
            marker=notion.publish.property if isinstance(notion.publish, PublishRule) else "",
            style=Style(
                jekyll.colors,
                jekyll.unsupported,
                jekyll.language,
                jekyll.top_heading,
                jekyll.assets.dimensions,
            ),
            shelf=parse_shelf(notion.to),
            addresses=jekyll.addresses,
            unpublished=notion.unpublished,
            draft_key=jekyll.draft_key,
        )

    def policy(self) -> Policy:
        """Return what removing depends on, and what becomes of posts that a person edited."""
        sync = self.sync
        return Policy(
            removed=sync.removed,
            on_conflict=sync.on_conflict,
            restore=sync.restore,
            max_removed=sync.max_removed,
            max_removed_percent=sync.max_removed_percent,
        )


def find(directory: Path) -> Path:
    """Return the configuration file of `directory`. Raises ConfigError where there is none."""
    for name in FILES:
        if (directory / name).is_file():
            return directory / name
    raise ConfigError(
        f"There is no configuration here: neither {FILES[0]} nor {FILES[1]} is in {directory}.",
        hint="Change to the folder that has it, or name it with --config FILE. Where there is none yet, "
        "`notion2jekyll init` asks for what it needs, and writes it.",
    )


def load(path: Path) -> Config:
    """Return the configuration in the YAML file at `path`.

    Raises ConfigError for a file that cannot be read, is no YAML, or does not fit, with all faults in `problems`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no file {path}.", hint="Check the path after --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", hint="It must be a text file in UTF-8."
        ) from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Config:
    """Return the configuration in `text`; `name` is what to call it in messages. Raises ConfigError as `load`."""
    try:
        node = foreign_yaml.compose(text)
        raw = foreign_yaml.load(text)
    except foreign_yaml.Unbounded as error:
        raise ConfigError(
            f"{name} cannot be read: {error}.", hint="Write the value out where `*` stands for it."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error)
        raise ConfigError(
            f"{name}{place}: this is not valid YAML: {what}.",
            hint="Most often a space is missing after a colon, lines do not begin below each other, a quotation mark is not closed, or a text with "
            ": # or @ needs quotes.",
        ) from None
    if not isinstance(raw, Mapping):
        raise ConfigError(
            f"{name} is empty or holds no `key: value` lines.",
            hint="Start from config.example.yaml of this project.",
        )
    config, faults = _read(node, raw)
    problems = [
        Problem("error", f"{name}{_place(node, at)}: {message}", hint=hint) for at, message, hint in faults
    ]
    if problems or config is None:
        count = "There is a mistake" if len(problems) == 1 else f"There are {len(problems)} mistakes"
        raise ConfigError(f"{count} in the configuration.", problems=tuple(problems))
    return config


def _read(node: yaml.Node | None, raw: Mapping[Any, Any]) -> tuple[Config | None, list[Fault]]:
    """Return the configuration in `raw`, whose YAML is `node`, None where it does not fit; and everything wrong with it."""
    secrets = list(_secrets(raw))
    faults = [*_duplicates(node), *_odd_keys(node), *_dates(raw), *_merges(raw), *secrets]
    hidden = [at for at, _, _ in secrets]
    try:
        return Config.model_validate(raw), faults
    except ValidationError as error:
        explained = dict.fromkeys(
            _explain(fault)
            for fault in error.errors()
            # A key that is no text is told of already.
            if fault["type"] != "invalid_key" and fault["loc"][-1:] != ("[key]",)
        )
    found: dict[Place, tuple[str, str]] = {}
    for at, message, hint in explained:
        # Of a value with several forms pydantic tries all: the fault deepest inside is the one that was meant.
        inner = any(len(other) > len(at) and other[: len(at)] == at for other, _, _ in explained)
        # What is a secret is in no message.
        if not inner and not any(at[: len(way)] == way for way in hidden):
            other, _ = found.get(at, ("", ""))
            found[at] = (f"{other}, or: {message.partition(': ')[2]}" if other else message, hint)
    return None, [*faults, *((at, message, hint) for at, (message, hint) in found.items())]


def schema() -> str:
    """Return the JSON Schema of the configuration file, which editors use to complete and check it."""
    raw = Config.model_json_schema(by_alias=True)
    raw["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    raw["title"] = "notion2jekyll configuration"
    return json.dumps(raw, ensure_ascii=False, indent=2) + "\n"


WORDS: Final = {
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "list_type": "must be one of these or a list of them",
    "dict_type": "must be a section of its own, with keys",
    "model_type": "must be a section of its own, with keys",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
}
"""Kind of fault → how to say it to somebody who writes YAML, where pydantic speaks to programmers."""

Place = tuple[str | int, ...]
Fault = tuple[Place, str, str]


def _explain(fault: Any) -> Fault:
    """Return the place, message and hint of one of pydantic's errors."""
    # Members of a union are named in the location; they are no part of the file.
    at = tuple(part for part in fault["loc"] if isinstance(part, int) or _is_key(part))
    kind = fault["type"]
    dotted = ".".join(str(part) for part in at)
    if kind == "extra_forbidden":
        known = _keys(at[:-1])
        close = difflib.get_close_matches(str(at[-1]), known, n=1)
        hint = f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(sorted(known))}."
        return at, f"unknown key `{dotted}`", hint
    if kind == "missing":
        return at, f"`{dotted}` is missing", "See config.example.yaml for what goes there."
    message = WORDS.get(kind) or fault["msg"].removeprefix("Value error, ")
    given = fault.get("input")
    shown = (
        f" (it is {given!r})" if isinstance(given, str | int | float | bool) and kind != "value_error" else ""
    )
    return at, f"`{dotted}`: {message[0].lower()}{message[1:]}{shown}", ""


def _models(at: Place) -> type[BaseModel] | None:
    """Return the section at `at`; an item of a list or of a mapping is one of those that it may hold."""
    model: type[BaseModel] | None = Config
    free = False
    for part in at:
        if free or isinstance(part, int):
            free = False
            continue
        fields = model.model_fields.items() if model else ()
        annotation = next((f.annotation for name, f in fields if (f.alias or name) == part), None)
        free = get_origin(annotation) is dict
        model = _section(annotation)
    return model


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a value of the type `annotation` is, or holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _section(inner))), None)


def _keys(at: Place) -> list[str]:
    model = _models(at)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _is_key(part: str) -> bool:
    return not (
        part.endswith("]") or part in ("PublishRule", "str", "literal['all']", "constrained-str", "none")
    )


def _duplicates(node: yaml.Node | None, at: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Yield keys that stand twice in one mapping: YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*at, name), f"`{name}` is given twice", "Keep one of the two."
            seen.add(name)
            yield from _duplicates(value, (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _duplicates(value, (*at, number))


def _odd_keys(node: yaml.Node | None, at: Place = ()) -> Iterator[Fault]:
    """Yield keys of sections that YAML does not read as texts: `on` is true to it."""
    if at[-1:] in (("front_matter",), ("filter",), ("value",)):
        return
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _odd_keys(item, (*at, number))
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        name = str(key.value)
        if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
            yield (*at, name), f"the key `{name}` is not read as a text", "Put it in quotes."
        else:
            yield from _odd_keys(value, (*at, name))


def _dates(raw: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield what YAML took for a date where a text was meant."""
    for at, value in _leaves(raw):
        if isinstance(value, date | datetime) and not {"front_matter", "value"} & set(at):
            yield at, f"`{'.'.join(map(str, at))}` is read as a date", "Put it in quotes."


def _merges(raw: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield keys `<<` in quotes: some readers of front matter merge them all the same, and fail."""
    for at, _ in _leaves(raw):
        if "<<" in at:
            yield at, f"`{'.'.join(map(str, at))}`: YAML cannot have `<<` as a key", "Take another name."


def _secrets(raw: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield tokens: they belong into the environment, not into a file that gets committed."""
    for at, value in _leaves(raw):
        if isinstance(value, str) and value.startswith(
            ("ntn_", "secret_", "ghp_", "github_pat_", "gho_", "ghs_")
        ):
            yield (
                at,
                f"`{'.'.join(map(str, at))}` looks like a secret token",
                "Remove it, and make a new token if the file was ever committed. Tokens are read from the environment.",
            )


def _leaves(raw: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _leaves(value, (*at, str(key)))
    elif isinstance(raw, list):
        for number, value in enumerate(raw):
            yield from _leaves(value, (*at, number))
    else:
        yield at, raw


def _place(node: yaml.Node | None, at: Place) -> str:
    """Return `, line 7` for the place `at`: the last of its parts that is in the file."""
    line: int | None = None
    for part in at:
        if isinstance(node, yaml.MappingNode):
            # The last of its name: that is the one YAML takes.
            pair = next(((key, value) for key, value in reversed(node.value) if key.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return f", line {line + 1}" if line is not None else ""
