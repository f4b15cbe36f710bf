"""Dates that are mentioned in text, as a reader of the blog's language writes them (Unicode CLDR, by Babel)."""

from __future__ import annotations

from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date


def locale(name: str) -> Locale:
    """Return the locale of the language tag `name` (`ko`, `pt-BR`). Raises ValueError, for a user, where there is none."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise ValueError(f"{name!r} is no language tag; use one such as ko, ja, en or pt-BR") from None


def written(text: str, language: str) -> str:
    """Return `text`, a day or a moment in ISO 8601, as the language tag `language` writes it; other text as it is.

    A moment keeps its time of day and its offset from UTC as they were given: `2026년 11월 20일 09:30 +09:00`.
    """
    try:
        moment = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return text
    day = format_date(moment, "long", locale=locale(language))
    if not isinstance(moment, datetime):
        return day
    offset = moment.strftime("%z")
    return f"{day} {moment:%H:%M}" + (f" {offset[:3]}:{offset[3:5]}" if offset else "")
