"""What the front matter has to say of a property, told from Notion's JSON; shares no code with the program."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Place = Callable[[Json], str]

NOTHING: Final = object()
"""There is no value, so there must be no key."""


class Expected:
    """Says what values become on a blog in `zone`, where pages have `titles` and files their `place`."""

    def __init__(self, zone: str, titles: Mapping[str, str], place: Place) -> None:
        self.zone = ZoneInfo(zone)
        self.titles = titles
        self.place = place

    def of(self, prop: Json) -> Any:
        """Return the value for the property `prop` as the API returns it, NOTHING where it is empty."""
        kind: str = prop["type"]
        body: Any = prop.get(kind)
        if kind in ("title", "rich_text"):
            return self._text("".join(run["plain_text"] for run in body))
        if kind in ("number", "checkbox"):
            return NOTHING if body is None else body
        readers: dict[str, Callable[[Any], Any]] = {
            **dict.fromkeys(("url", "email", "phone_number"), self._text),
            **dict.fromkeys(("select", "status", "created_by", "last_edited_by"), self._name),
            **dict.fromkeys(("created_time", "last_edited_time"), datetime.fromisoformat),
            **dict.fromkeys(("formula", "rollup"), self._computed),
            "multi_select": lambda options: self._list(map(self._name, options)),
            "people": lambda people: self._list(map(self._name, people)),
            "files": lambda files: self._list(map(self._file, files)),
            "relation": lambda pages: self._list(self._text(self.titles.get(page["id"])) for page in pages),
            "date": self._period,
            "unique_id": self._unique_id,
            "verification": lambda about: self._text((about or {}).get("state")),
            "place": self._place,
        }
        return readers[kind](body) if kind in readers else NOTHING  # a button, and what nobody knows yet

    def _name(self, body: Json | None) -> Any:
        return self._text((body or {}).get("name"))

    def _unique_id(self, body: Json) -> Any:
        if body["number"] is None:
            return NOTHING
        return f"{body['prefix']}-{body['number']}" if body["prefix"] else str(body["number"])

    def _computed(self, body: Json) -> Any:
        kind = body["type"]
        value: Any = body.get(kind)
        if kind == "array":
            return self._list([self.of(item) for item in value])
        if kind == "date":
            return self._period(value)
        if kind == "string":
            return self._text(value)
        return value if kind in ("number", "boolean") and value is not None else NOTHING

    def _text(self, text: str | None) -> Any:
        return text if text and text.strip() else NOTHING

    def _list(self, items: Iterable[Any]) -> Any:
        flat: list[Any] = []
        for item in items:
            flat += item if isinstance(item, list) else [item] if item is not NOTHING else []
        return flat or NOTHING

    def _file(self, file: Json) -> Any:
        if file["type"] == "file":
            return self.place(file)
        url = file["external"]["url"]
        return url if url.startswith(("http://", "https://")) else NOTHING

    def _place(self, body: Json | None) -> Any:
        names = {"name": "name", "address": "address", "lat": "latitude", "lon": "longitude"}
        found = {name: (body or {}).get(key) for key, name in names.items()}
        return {name: item for name, item in found.items() if item not in (None, "")} or NOTHING

    def _period(self, body: Json | None) -> Any:
        if not body:
            return NOTHING
        ends = [self._end(body[key], body.get("time_zone")) for key in ("start", "end") if body.get(key)]
        return {"start": ends[0], "end": ends[1]} if len(ends) == 2 else ends[0]

    def _end(self, text: str, zone: str | None) -> Any:
        if "T" not in text:
            day = date.fromisoformat(text)
            # Ten days that there never were in Ruby's calendar.
            return text if date(1582, 10, 5) <= day <= date(1582, 10, 14) else day
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone) if zone else self.zone)
        return moment


def key(name: str) -> str:
    """Return the key of a property that is kept under its own name."""
    text = unicodedata.normalize("NFC", name).strip().lower()
    words = "".join(" " if char.isspace() or char == "-" else char for char in text)
    return "_".join(words.split(" ")) if "  " not in words else _squeezed(words)


def _squeezed(words: str) -> str:
    while "  " in words:
        words = words.replace("  ", " ")
    return words.replace(" ", "_")


def same(read: Any, wanted: Any) -> bool:
    """Return whether Ruby read what was wanted: values and their types, the order of keys, times as moments."""
    if isinstance(wanted, datetime):
        return isinstance(read, Moment) and read.microseconds == microseconds(wanted)
    if isinstance(wanted, list):
        return isinstance(read, list) and len(read) == len(wanted) and all(map(same, read, wanted))
    if isinstance(wanted, dict):
        return (
            isinstance(read, dict)
            and list(read) == list(wanted)
            and all(same(read[name], wanted[name]) for name in wanted)
        )
    if isinstance(wanted, str):
        return bool(read == _scalar(wanted))
    # Signs of zero and kinds of numbers count: repr tells them apart.
    return type(read) is type(wanted) and repr(read) == repr(wanted)


def _scalar(text: str) -> str:
    """Return `text` as a file can hold it: halves of emoji joined, or replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Moment:
    """A time as Ruby has it: microseconds since 1970, which no calendar bounds."""

    def __init__(self, microseconds: int) -> None:
        self.microseconds = microseconds

    def __repr__(self) -> str:
        """Return it in a form that a person can compare."""
        return f"Moment({self.microseconds})"


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to `moment`, which may be outside of the calendar in UTC."""
    offset = moment.utcoffset()
    assert offset is not None
    naive = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    parts = (naive, -offset)
    return sum((part.days * 86400 + part.seconds) * 10**6 + part.microseconds for part in parts)
