"""Random properties of every type as Notion's API returns them, and the judge of what the front matter says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from fuzz import texts
from fuzz.pages import THIS
from notion2jekyll.convert import Article
from notion2jekyll.jekyll import posts
from notion2jekyll.jekyll.extras import extras
from notion2jekyll.jekyll.meta import ROLES, Options
from notion2jekyll.jekyll.places import Index
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import Doc
from notion2jekyll.notion.model import Page, parse_file, parse_page
from oracle.front_matter import Jekyll
from oracle.properties import NOTHING, Expected, key, same
from placed import placed

Json = dict[str, Any]

TYPES: Final = (
    "title", "rich_text", "number", "select", "multi_select", "status", "date", "people", "files", "checkbox", "url", "email",
    "phone_number", "formula", "relation", "rollup", "created_time", "created_by", "last_edited_time", "last_edited_by",
    "unique_id", "verification", "place", "button", "hologram",
)  # fmt: skip
"""All of the API's 24, and one that it does not have yet."""
ZONES: Final = ("UTC", "Asia/Seoul", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Europe/Berlin")
NUMBERS: Final = (
    0, -0.0, 1, -1, 5, 4.5, 0.1, 1e16, 1e21, 1e22, 1e-7, 1e-300, 1.7976931348623157e308, 5e-324, 1e400, -1e400, 2**31, 2**53 + 1,
    2**64, -(2**63), 10**30, 0.25, 100, 12345678.9, 1e3, 7, 2026, 1_000_000,
)  # fmt: skip
TITLES: Final = {
    f"{number:08x}-0000-4000-8000-000000000000": title
    for number, title in enumerate(
        ("Linear algebra", "선형대수", "yes", ": # @", "", "  ", "2026-11-20", "12:30", "- a\nb", "<<", "😀")
    )
}
"""Pages that relations may name; others are not known."""


class Properties:
    """Makes properties from a source of chance; the same chance makes the same ones."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def some(self, share: float) -> bool:
        return self.random.random() < share

    def of(self, kind: str, *, inside: bool = False) -> Json:
        """Return a property of the type `kind`; one that is `inside` a rollup has no id."""
        make = getattr(self, f"_{kind}", None)
        more: Json = {} if inside else {"id": "%3Fab"}
        if kind == "relation" and not inside:
            more["has_more"] = False
        return {**more, "type": kind, kind: make() if make else {"x": 1}}

    def any(self) -> Json:
        """Return a property of any type."""
        return self.of(self.random.choice(TYPES))

    def _runs(self) -> list[Json]:
        return [
            {"type": "text", "text": {"content": text}, "plain_text": text, "annotations": {}, "href": None}
            for text in (self._name() for _ in range(self.random.randint(0, 3)))
        ]

    def _name(self) -> str:
        return texts.text(self.random)

    _title = _rich_text = _runs

    def _number(self) -> Any:
        if self.some(0.15):
            return None
        if self.some(0.5):
            return self.random.choice(NUMBERS)
        if self.some(0.5):
            return self.random.randint(-(10 ** self.random.randint(1, 25)), 10**9)
        return self.random.uniform(-1, 1) * 10 ** self.random.randint(-30, 30)

    def _checkbox(self) -> bool:
        return self.some(0.5)

    def _url(self) -> str | None:
        return None if self.some(0.2) else self._name()

    _email = _phone_number = _url

    def _select(self) -> Json | None:
        return None if self.some(0.2) else {"id": "x", "name": self._name(), "color": "red"}

    _status = _select

    def _multi_select(self) -> list[Json]:
        return [{"id": "x", "name": self._name(), "color": "red"} for _ in range(self.random.randint(0, 4))]

    def _people(self) -> list[Json]:
        return [self._person() for _ in range(self.random.randint(0, 4))]

    def _person(self) -> Json:
        person = {"object": "user", "id": "0a48c856-2921-8312-8cd1-780e11c135b5"}
        if self.some(0.3):
            return person
        mail = {"person": {"email": "ada@example.com"}}
        return {
            **person,
            "name": self._name(),
            "type": "person",
            "avatar_url": "https://x.y/ada@example.com",
            **mail,
        }

    _created_by = _last_edited_by = _person

    def _files(self) -> list[Json]:
        return [self._file() for _ in range(self.random.randint(0, 3))]

    def _file(self) -> Json:
        if self.some(0.5):
            url = self.random.choice(
                ("https://x.y/a%20b.pdf?q=1#c", "http://x.y/사진.png", "javascript:alert(1)", "ftp://x")
            )
            return {"name": self._name(), "type": "external", "external": {"url": url}}
        name = self.random.choice(("photo.png", "my notes.pdf", "사진.jpeg", "{{x}}.gif", "no-extension"))
        url = f"https://files.example/s/{self.random.randint(1, 99)}/{name}?X-Amz-Signature=1"
        return {"name": name, "type": "file", "file": {"url": url, "expiry_time": "2026-11-20T19:42:11.385Z"}}

    def _day(self) -> date:
        if self.some(0.2):
            return self.random.choice(
                (
                    date.min,
                    date.max,
                    date(1582, 10, 10),
                    date(1582, 10, 15),
                    date(1582, 10, 4),
                    date(4, 2, 29),
                    date(1900, 1, 1),
                )
            )
        return date.fromordinal(self.random.randint(1, date.max.toordinal()))

    def _moment(self) -> str:
        day = self._day()
        # Of the days that Ruby's calendar skipped, those alone are looked at: times near them depend on the zone.
        day = date(1583, 1, 1) if day.year == 1582 else day
        moment = datetime.combine(day, datetime.min.time()) + timedelta(
            seconds=self.random.randint(0, 86399), milliseconds=self.random.choice((0, 0, 0, 345))
        )
        sign, minutes = (
            self.random.choice("+-"),
            self.random.choice((0, 60, 330, 345, 540, 720, 825, 840, 44, 1439)),
        )
        return f"{moment.isoformat(timespec='milliseconds')}{sign}{minutes // 60:02}:{minutes % 60:02}"

    def _date(self) -> Json | None:
        if self.some(0.1):
            return None
        kind = self.random.choice(("day", "moment", "named", "floating"))

        def end() -> str:
            if kind == "day":
                return self._day().isoformat()
            # Near its ends the calendar has no such times.
            return (
                self._moment()
                if kind == "moment"
                else f"{self.random.randint(1950, 2090)}-07-0{self.random.randint(1, 9)}T09:30:00.000"
            )

        zone = self.random.choice(("Europe/Paris", "America/New_York")) if kind == "named" else None
        return {"start": end(), "end": end() if self.some(0.3) else None, "time_zone": zone}

    def _created_time(self) -> str:
        return f"{self.random.randint(2016, 2090)}-11-20T18:{self.random.randint(10, 59)}:00.000Z"

    _last_edited_time = _created_time

    def _relation(self) -> list[Json]:
        ids = [*TITLES, "ffffffff-0000-4000-8000-000000000000"]
        return [{"id": self.random.choice(ids)} for _ in range(self.random.randint(0, 4))]

    def _formula(self) -> Json:
        kind = self.random.choice(("string", "number", "boolean", "date", "unsupported"))
        return {"type": kind, kind: self._computed(kind)}

    def _computed(self, kind: str) -> Any:
        match kind:
            case "string":
                return self._url()
            case "number":
                return self._number()
            case "boolean":
                return None if self.some(0.2) else self.some(0.5)
            case "date":
                return self._date()
        return {}

    def _rollup(self) -> Json:
        kind = self.random.choice(("number", "date", "array", "array", "unsupported", "incomplete"))
        if kind != "array":
            return {"type": kind, kind: self._computed(kind), "function": "sum"}
        one = self.random.choice([each for each in TYPES if each != "rollup"])
        kinds = [one] * self.random.randint(0, 4) if self.some(0.7) else self.random.choices(TYPES, k=3)
        items = [self.of(each, inside=True) for each in kinds if each != "rollup"]
        return {"type": "array", "array": items, "function": "show_original"}

    def _unique_id(self) -> Json:
        return {
            "prefix": self.random.choice((None, "JRN", "010")),
            "number": self.random.choice((None, 7, 42, 0)),
        }

    def _verification(self) -> Json | None:
        return (
            None if self.some(0.3) else {"state": self.random.choice(("verified", "expired")), "date": None}
        )

    def _place(self) -> Json | None:
        if self.some(0.2):
            return None
        place = {
            "lat": self.random.uniform(-90, 90),
            "lon": float(self.random.randint(-180, 180)),
            "aws_place_id": None,
        }
        return place if self.some(0.3) else {**place, "name": self._name(), "address": self._url()}

    def _button(self) -> Json:
        return {}


class Case:
    """A page with random properties, and the zone of the blog."""

    def __init__(self, random: Random) -> None:
        make = Properties(random)
        self.zone = random.choice(ZONES)
        self.properties = {f"P{number}": make.any() for number in range(random.randint(1, 4))}
        self.kept = {
            _scalar(texts.text(random)): make.of(random.choice(TYPES[1:]))
            for _ in range(random.randint(0, 2))
        }
        for name in self.properties.keys() & self.kept.keys():
            del self.kept[name]

    def page(self) -> Json:
        """Return the page as the API returns it, over the wire."""
        page = {
            "object": "page", "id": THIS, "created_time": "2026-11-20T18:30:00.000Z", "last_edited_time": "2026-11-20T18:41:00.000Z",
            "parent": {"type": "workspace", "workspace": True}, "properties": {**self.properties, **self.kept},
        }  # fmt: skip
        page_: Json = json.loads(json.dumps(page))
        return page_


PLAIN: Final = re.compile(
    r"-?(0|[1-9]\d*)|-?\d+\.\d+(e[+-]\d+)?|-?\.inf|\.nan|true|false|null"
    r"|\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{6})? [+-]\d{4})?"
)
"""What may stand there without quotes: every reader of YAML takes it for the same. Jekyll 3's, SafeYAML, is not everywhere."""


def unquoted(post: str) -> Iterator[str]:
    """Yield the values in the front matter of `post` that have no quotes."""
    todo = [yaml.compose(post.split("---\n")[1], Loader=yaml.SafeLoader)]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            todo += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
        elif isinstance(node, yaml.ScalarNode) and node.style is None:
            yield node.value


def run(jekyll: Jekyll, seed: int, number: int, start: int = 0) -> list[tuple[int, str]]:
    """Return what goes wrong among `number` cases: its number, and what is wrong."""
    cases = ((place, Case(Random(f"properties {seed} {place}"))) for place in range(start, start + number))
    found = ((place, next(verdicts(case, jekyll), "")) for place, case in cases)
    return [(place, verdict) for place, verdict in found if verdict]


def _scalar(text: str) -> str:
    """Return `text` as a configuration can hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def verdicts(case: Case, jekyll: Jekyll) -> Iterator[str]:
    """Yield what is wrong with the front matter of the post of `case`, in words."""
    raw = case.page()
    try:
        post, known = _post(parse_page(raw), case)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what we look for)
        yield f"exception: {type(error).__name__}: {error}\n{raw}"
        return
    for text in unquoted(post):
        if not PLAIN.fullmatch(text):
            yield f"front matter: {text!r} stands there without quotes\n{post}"
    wanted = _wanted(raw, case, known)
    for loader in jekyll.loaders:
        try:
            read, _ = jekyll.read(post, loader, exact=True)
        except ValueError as error:
            yield f"front matter: {loader} does not read it: {error}\n{post}"
            continue
        own = {name: item for name, item in read.items() if name not in WRITTEN}
        if not same(own, wanted):
            yield f"front matter: {loader} reads {own!r}, not {wanted!r}\n{post}"


def _post(page: Page, case: Case) -> tuple[str, Index]:
    """Publish `page` with all its properties, as the program does."""
    mapped = {f"key{name}": name for name in case.properties}
    options = Options(
        zone=ZoneInfo(case.zone), properties={**dict.fromkeys(ROLES), **mapped}, keep=tuple(case.kept)
    )
    known = placed([page], options, related=TITLES)
    found = extras(page, options, Site(), known)
    article = Article(page, Doc(()), {}, {}, ())
    post = posts.render(article, known.places[page.id], options, Site(), modified="", extras=found)
    return post.decode(), known


def _wanted(raw: Json, case: Case, known: Index) -> Json:
    def place(file: Json) -> str:
        parsed = parse_file(file)
        assert parsed is not None
        copy = known.file(parsed)
        return copy.place.path if copy else parsed.url

    expected = Expected(case.zone, TITLES, place)
    values = {f"key{name}": expected.of(raw["properties"][name]) for name in case.properties}
    for name in raw["properties"]:
        own = key(name)
        if name not in case.kept or own in values or own in REFUSED:
            continue
        values[own] = expected.of(raw["properties"][name])
    return {name: value for name, value in values.items() if value is not NOTHING}


REFUSED: Final = frozenset({"", "<<", "title", "tag", "tags"})
"""Keys that random names become now and then, and that are never kept."""
WRITTEN: Final = frozenset({"layout", "title", "date", "permalink", "notion_id"})
"""Keys of every post."""
