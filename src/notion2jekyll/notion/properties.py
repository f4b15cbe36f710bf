"""A page's properties as Python values: one small function a property type, and a table of them.

Types and shapes: developers.notion.com/reference/page-property-values. The set is open: an unknown type has the value
`UNKNOWN`, so that whoever asks can say so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from notion2jekyll.notion.model import (
    File,
    Json,
    Property,
    as_object,
    as_text,
    normal_id,
    parse_file,
    parse_text,
    parse_time,
    plain,
)


@dataclass(frozen=True, slots=True)
class Period:
    """The value of a date property: a day or a moment, perhaps with an end."""

    start: date | datetime
    """A `date` where the author gave no time; else a `datetime`, naive where it stands in the zone `zone`."""
    end: date | datetime | None = None
    zone: str | None = None
    """The IANA name of the zone that naive times stand in, where Notion gives one."""


@dataclass(frozen=True, slots=True)
class PageIds:
    """The value of a relation: ids of pages."""

    ids: tuple[str, ...]
    complete: bool
    """False where Notion left some out (it returns 25 at most with a page)."""


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The value of a property whose type this version does not know, or that Notion could not compute."""

Scalar = str | int | float | bool | date | datetime | Period | PageIds
Value = Scalar | tuple["Value", ...] | tuple[str, ...] | tuple[File, ...] | None | _Unknown


def value(prop: Property) -> Value:
    """Return the Python value of `prop`; never raises.

    None where the property is empty; names for options and people (never an e-mail address); `File`s for files; UTC
    datetimes for times that Notion keeps itself; `UNKNOWN` for types that are not in the table.
    """
    return _value(prop.type, prop.data)


def _value(kind: str, data: Json) -> Value:
    reader = READERS.get(kind)
    return reader(data.get(kind), data) if reader else UNKNOWN


def _text(raw: Any, _: Json) -> Value:
    return plain(parse_text(raw))


def _same(raw: Any, _: Json) -> Value:
    return as_text(raw) if isinstance(raw, str) else raw if isinstance(raw, int | float | bool) else None


def _objects(raw: Any) -> list[Json]:
    return [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []


def _option(raw: Any, _: Json) -> Value:
    return as_text(as_object(raw).get("name")) or None


def _options(raw: Any, _: Json) -> Value:
    return tuple(name for item in _objects(raw) if (name := as_text(item.get("name"))))


def _day_or_moment(raw: Any) -> date | datetime | None:
    try:
        return date.fromisoformat(raw) if len(raw) == len("2026-11-20") else datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        return None


def _date(raw: Any, _: Json) -> Value:
    period = as_object(raw)
    if not period.get("start"):
        return None
    start = _day_or_moment(period["start"])
    if start is None:
        return UNKNOWN
    return Period(start, _day_or_moment(period.get("end")), as_text(period.get("time_zone")) or None)


def _time(raw: Any, _: Json) -> Value:
    try:
        return parse_time(raw) if isinstance(raw, str) else None
    except (ValueError, OverflowError):
        return UNKNOWN


def _person(raw: Any, _: Json) -> Value:
    # Without the user capability Notion gives ids alone; an id is nobody's name.
    return as_text(as_object(raw).get("name")) or None


def _people(raw: Any, data: Json) -> Value:
    names = (_person(item, data) for item in _objects(raw))
    return tuple(name for name in names if isinstance(name, str))


def _files(raw: Any, _: Json) -> Value:
    return tuple(file for file in map(parse_file, _objects(raw)) if file)


def _relation(raw: Any, data: Json) -> Value:
    ids = tuple(normal_id(id_) for item in _objects(raw) if (id_ := as_text(item.get("id"))))
    return PageIds(ids, not data.get("has_more"))


def _computed(raw: Any, _: Json) -> Value:
    """Read a formula or rollup: an object that names its own type."""
    if not isinstance(raw, Mapping):
        return None
    kind = str(raw.get("type"))
    inner = raw.get(kind)
    if kind in ("string", "number", "boolean"):
        return _same(inner, raw)
    if kind == "date":
        return _date(inner, raw)
    if kind == "array" and isinstance(inner, list):
        return tuple(_value(str(item.get("type")), item) for item in inner if isinstance(item, Mapping))
    return UNKNOWN


def _unique_id(raw: Any, _: Json) -> Value:
    if not isinstance(raw, Mapping) or raw.get("number") is None:
        return None
    return f"{raw['prefix']}-{raw['number']}" if raw.get("prefix") else str(raw["number"])


def _verification(raw: Any, _: Json) -> Value:
    return as_text(as_object(raw).get("state")) or None


def _place(raw: Any, _: Json) -> Value:
    place = as_object(raw)
    return as_text(place.get("name")) or as_text(place.get("address")) or None


def _nothing(_: Any, __: Json) -> Value:
    return None


READERS: Final[Mapping[str, Callable[[Any, Json], Value]]] = {
    "title": _text,
    "rich_text": _text,
    "number": _same,
    "checkbox": _same,
    "url": _same,
    "email": _same,
    "phone_number": _same,
    "select": _option,
    "status": _option,
    "multi_select": _options,
    "date": _date,
    "created_time": _time,
    "last_edited_time": _time,
    "created_by": _person,
    "last_edited_by": _person,
    "people": _people,
    "files": _files,
    "relation": _relation,
    "formula": _computed,
    "rollup": _computed,
    "unique_id": _unique_id,
    "verification": _verification,
    "place": _place,
    "button": _nothing,
}
"""Property type → the function that reads its body and its whole object."""
