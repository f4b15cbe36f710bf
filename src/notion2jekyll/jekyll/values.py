"""Values of properties as a post has them: as texts, and as the front matter takes them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from notion2jekyll.convert import dates
from notion2jekyll.notion.model import File
from notion2jekyll.notion.properties import Location, PageIds, Period, Value

Titles = Mapping[str, str]
"""Page id → title of the pages that relations may name; one that is missing or empty is left out."""


def moment(raw: object, zone: ZoneInfo, build: ZoneInfo | None = None) -> datetime | None:
    """Return the moment of a date property's value in `zone`, None for no date; of several, as a rollup has them, the first.

    A day is its first minute there; where the site is built in another zone, `build`, the first minute that is on that
    day in both, so that no reader sees it dated a day early.
    """
    if isinstance(raw, tuple):
        return next((found for item in raw if (found := moment(item, zone, build))), None)
    start = raw.start if isinstance(raw, Period) else raw
    try:
        if isinstance(start, datetime):
            named = _zone(raw.zone if isinstance(raw, Period) else None) or zone
            return (start if start.tzinfo else start.replace(tzinfo=named)).astimezone(zone)
        if isinstance(start, date):
            # By way of UTC: times of one zone would be compared by the clock.
            firsts = [datetime.combine(start, time(), each).astimezone(UTC) for each in (zone, build or zone)]
            return max(firsts).astimezone(zone)
    except OverflowError:
        # The first and the last day of the calendar have no time in every zone.
        return None
    return None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):  # an unknown zone is a KeyError
        return None


def texts(held: Value, titles: Titles, zone: ZoneInfo, language: str | None = None) -> tuple[str, ...]:
    """Return the single texts of `held`, none of them blank: names, titles, numbers, dates in `zone` and `language`."""
    if isinstance(held, PageIds):
        return _present(titles.get(page, "") for page in held.ids)
    if isinstance(held, tuple):
        found: list[str] = []
        for item in held:
            found += (item.name,) if isinstance(item, File) else texts(item, titles, zone, language)
        return _present(found)
    return _present([_text(held, zone, language)])


def _present(found: Any) -> tuple[str, ...]:
    return tuple(each for each in found if each.strip())


def _text(held: Any, zone: ZoneInfo, language: str | None) -> str:
    match held:
        case str():
            return held
        case bool():
            return "true" if held else "false"
        case int() | float():
            return str(held)
        case Period():
            ends = [_day(end, held, zone, language) for end in (held.start, held.end) if end is not None]
            return " – ".join(ends)
        case datetime() | date():
            return _day(held, Period(held), zone, language)
        case Location():
            spot = (held.latitude, held.longitude)
            return held.name or held.address or (f"{spot[0]}, {spot[1]}" if None not in spot else "")
    return ""


def _day(end: date | datetime, period: Period, zone: ZoneInfo, language: str | None) -> str:
    """Return a day or a moment as a person reads it; a moment without its offset, since all are in the zone of the site."""
    if not isinstance(end, datetime):
        return dates.written(end.isoformat(), language) if language else end.isoformat()
    there = moment(Period(end, None, period.zone), zone) or end
    day = dates.written(there.date().isoformat(), language) if language else there.date().isoformat()
    return f"{day} {there:%H:%M}"


def written(held: Value, titles: Titles, zone: ZoneInfo, place: Callable[[File], str]) -> Any:
    """Return `held` as the front matter takes it; None where it is empty or not known.

    Numbers and ticks stay what they are. A day is a date, a moment a time in `zone`, a period `{start, end}`; people, options
    and related pages are lists of texts, files lists of what `place` says of each. Empty values in a list are left out.
    """
    match held:
        case None:
            return None
        case str():
            return held if held.strip() else None
        case bool() | int() | float():
            return held
        case PageIds():
            return list(texts(held, titles, zone)) or None
        case tuple():
            return _list(held, titles, zone, place) or None
        case Period():
            start, end = _end(held.start, held, zone), _end(held.end, held, zone)
            return start if end is None else {"start": start, "end": end}
        case datetime():
            return _end(held, Period(held), zone)
        case date():
            return held
        case Location():
            named = {"name": held.name, "address": held.address}
            spot = {"latitude": held.latitude, "longitude": held.longitude}
            return {key: item for key, item in (named | spot).items() if item not in ("", None)}
    return None


def _end(end: date | datetime | None, period: Period, zone: ZoneInfo) -> date | datetime | None:
    if not isinstance(end, datetime):
        return end
    # Near the ends of the calendar there is no time in every zone.
    return moment(Period(end, None, period.zone), zone) or (end if end.tzinfo else end.replace(tzinfo=UTC))


def _list(held: tuple[Any, ...], titles: Titles, zone: ZoneInfo, place: Callable[[File], str]) -> list[Any]:
    """Return the values of a list that are not empty; what lists it holds, as a rollup does, become part of it."""
    found: list[Any] = []
    for item in held:
        value = place(item) if isinstance(item, File) else written(item, titles, zone, place)
        if isinstance(value, list):
            found += value
        elif value not in (None, ""):
            found.append(value)
    return found
