"""Data files: the published rows of a source as one list, which layouts find under `site.data`. Pure.

Jekyll reads `_data/books.yml` and `_data/books.json` alike (jekyllrb.com/docs/datafiles).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from notion2jekyll.jekyll import front_matter
from notion2jekyll.jekyll.extras import Extras
from notion2jekyll.jekyll.meta import Options, meta, roles
from notion2jekyll.jekyll.places import Index
from notion2jekyll.jekyll.site import Site
from notion2jekyll.jekyll.values import moment
from notion2jekyll.notion.model import Page
from notion2jekyll.notion.properties import value


def row(page: Page, options: Options, site: Site, index: Index, extras: Extras) -> dict[str, Any]:
    """Return what the data file says of `page`: what its properties say, what is the same for all, and its id."""
    about = meta(page, options, site, index.names)
    values: dict[str, Any] = {
        "title": about.title,
        # A row of data is no post: without a date of its own it has none.
        "date": _date(page, options, site),
        "slug": about.slug if about.asked else None,
        "categories": list(about.categories),
        "tags": list(about.tags),
        "description": about.description,
        "author": about.author,
    }
    values = {key: item for key, item in values.items() if item or key == "title"}
    values |= extras.values
    values = {key: item for key, item in values.items() if item is not None}
    values |= options.front_matter
    return {**values, "notion_id": page.id}


def _date(page: Page, options: Options, site: Site) -> datetime | None:
    name = roles(page.properties, options).get("date")
    zone = options.zone or site.zone
    return moment(value(page.properties[name]), zone, site.zone) if name else None


def content(rows: list[dict[str, Any]], path: str) -> bytes:
    """Return the data file at `path` with `rows`, as JSON where its name ends so, else as YAML."""
    if path.endswith(".json"):
        return (json.dumps(_plain(rows), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode(
            "utf-8", "replace"
        )
    return front_matter.document(rows).encode("utf-8", "replace")


def is_ours(content: bytes) -> bool:
    """Return whether a data file looks as if it were written by `content`: its rows name their pages."""
    named = re.search(
        rb"""^ *"?notion_id"?: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$""", content, re.MULTILINE
    )
    return named is not None or content.strip() == b"[]"


def _plain(held: Any) -> Any:
    """Return `held` as JSON can have it: times as texts, and nothing for a number that is none."""
    if isinstance(held, Mapping):
        return {str(key): _plain(item) for key, item in held.items()}
    if isinstance(held, list | tuple):
        return [_plain(item) for item in held]
    if isinstance(held, datetime):
        return front_matter.stamp(held) if held.tzinfo else held.isoformat(" ")
    if isinstance(held, date):
        return held.isoformat()
    return None if isinstance(held, float) and not math.isfinite(held) else held
