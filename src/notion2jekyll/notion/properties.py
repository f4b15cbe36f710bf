"""A page's properties as Python values: one small function a property type, and a table of them.

Types and shapes: developers.notion.com/reference/page-property-values. The set is open: an unknown type has the value
`UNKNOWN`, so that whoever asks can say so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Location:
    """The value of a place: where something is."""

    name: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


REFERENCES: Final = 25
"""How many pages or people a property of a page object refers to at most (developers.notion.com/reference/retrieve-a-page)."""
PAGED: Final = frozenset({"title", "rich_text", "relation", "people"})
"""The types of which the endpoint for one property returns a list of single items."""


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The value of a property whose type this version does not know, or that Notion could not compute."""

Scalar = str | int | float | bool | date | datetime | Period | PageIds | Location
Value = Scalar | tuple["Value", ...] | tuple[str, ...] | tuple[File, ...] | None | _Unknown


def value(prop: Property) -> Value:
    """Return the Python value of `prop`; never raises.

    None where the property is empty; names for options and people (never an e-mail address); `File`s for files; UTC
    datetimes for times that Notion keeps itself; `UNKNOWN` for types that are not in the table.
    """
    if not prop.memo:
        prop.memo.append(_value(prop.type, prop.data))
    made: Value = prop.memo[0]
    return made


def related(held: Value) -> Iterator[str]:
    """Yield the dashed ids of the pages that the value `held` names: those of a relation, also inside a rollup."""
    if isinstance(held, PageIds):
        yield from held.ids
    elif isinstance(held, tuple):
        for item in held:
            if not isinstance(item, File):
                yield from related(item)


def is_cut(properties: Mapping[str, Property], name: str) -> bool:
    """Return whether Notion left, or may have left, something out of the property `name` of a page's `properties`.

    A page object refers to 25 pages or people a property. Only a relation says where there are more; of people, and of
    mentions in a text, the rest may be missing without a word. A formula or rollup is computed from what is there.
    """
    prop = properties[name]
    if prop.listed is not None:
        return False
    body = prop.data.get(prop.type)
    if prop.type == "relation":
        return bool(prop.data.get("has_more"))
    if prop.type == "people":
        return len(_objects(body)) >= REFERENCES
    if prop.type in ("title", "rich_text"):
        return sum(run.kind in ("page", "user") for run in parse_text(body)) >= REFERENCES
    if prop.type not in ("formula", "rollup"):
        return False
    if len(_objects(as_object(body).get("array"))) >= REFERENCES:
        return True
    # Which property it is computed from is not said: any that is cut may be the one.
    inputs = ("relation",) if prop.type == "rollup" else ("relation", "people", "title", "rich_text")
    return as_object(body).get("type") == "incomplete" or any(
        other.type in inputs and is_cut(properties, key) for key, other in properties.items()
    )


def completed(prop: Property, answers: Sequence[Json]) -> Property:
    """Return `prop` with all that `answers` say of it: what the endpoint for one property returned, page by page.

    Lists come as single items, of which a title has one a run of text; a rollup's result is in the last answer, and its
    array, where it shows what there is, among the items (reference/retrieve-a-page-property). Raises ValueError where they
    say nothing of it.
    """
    items = [item for answer in answers for item in _objects(answer.get("results"))]
    if not answers:
        raise ValueError("no answer")
    last = answers[-1]
    if prop.type in PAGED and last.get("object") == "list":
        body: Any = [item[prop.type] for item in items if prop.type in item]
        return replace(prop, data={**prop.data, prop.type: body, "has_more": False}, listed=prop.data)
    about = as_object(last.get("property_item")) if last.get("object") == "list" else last
    if about.get("type") != prop.type or prop.type not in about:
        raise ValueError(f"an answer about {about.get('type')!r} in place of {prop.type!r}")
    body = about[prop.type]
    if prop.type == "rollup" and as_object(body).get("type") == "array":
        body = {**body, "array": [_grouped(item) for item in items] or body.get("array")}
    return replace(prop, data={**prop.data, prop.type: body}, listed=prop.data)


def _grouped(item: Json) -> Json:
    """Return a single item as the array of a rollup has it: with a list where its type has one."""
    kind = as_text(item.get("type"))
    body = item.get(kind)
    return {**item, kind: [body] if kind in PAGED and isinstance(body, Mapping) else body}


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
    found = Location(
        as_text(place.get("name")),
        as_text(place.get("address")),
        _degrees(place.get("lat")),
        _degrees(place.get("lon")),
    )
    return found if found != Location() else None


def _degrees(raw: Any) -> float | None:
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


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
