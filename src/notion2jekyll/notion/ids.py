"""Notion's ids and addresses, as people copy them and as pages refer to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

_ID_AT_END = re.compile(r"([0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$", re.IGNORECASE)
_HOSTS = ("notion.so", "notion.com", "notion.site")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a Notion address points to."""

    id: str
    """Dashed id of the page, database or data source; empty for the page that the address stands on (`#<block id>`)."""
    block: str | None = None
    """Dashed id of a block of that page."""
    public: bool = False
    """Whether the address is one of a page published to the web (`….notion.site`), which anybody can open."""


def _id_at_end(text: str) -> str | None:
    found = _ID_AT_END.search(text)
    return str(UUID(found[1])) if found else None


def _is_notion(host: str) -> bool:
    return any(host == name or host.endswith("." + name) for name in _HOSTS)


def reference(address: str) -> Reference | None:
    """Return what `address` points to in Notion, None where it is no Notion address or has no id in it.

    Takes the forms that Notion gives today and gave before, with a block (`#<id>`) or without: `app.notion.com/p/Title-<id>`,
    `www.notion.so/workspace/Title-<id>`, `….notion.site/Title-<id>`, all with or without `https://` or `notion://`; the
    relative `/<id>#<id>` of links between pages and the bare `#<id>` within one. The page that is open over a list (`?p=`)
    wins over the list; a view (`?v=`) is ignored.
    """
    address = address.strip()
    try:
        parts = urlsplit(address if "://" in address or address[:1] in ("/", "#") else f"https://{address}")
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https", "notion") or (host and not _is_notion(host)):
        return None
    if address.startswith("#"):
        block = _ID_AT_END.fullmatch(parts.fragment)
        return Reference("", str(UUID(block[1]))) if block else None
    peek = parse_qs(parts.query).get("p", [""])[0]
    found = _id_at_end(peek) or _id_at_end(unquote(parts.path).rstrip("/"))
    if not found:
        return None
    inside = _id_at_end(parts.fragment)
    return Reference(found, inside if inside != found else None, public=host.endswith(".notion.site"))


def parse_id(text: str, *, peek: bool = False) -> str:
    """Return the dashed id in `text`: an id with or without dashes, or any Notion address that a person can copy.

    With `peek`, the page that is open over a list (`?p=`) wins over the list itself. The id of a view (`?v=`) is never
    taken. Raises ValueError, with a text for the user, where there is no id.
    """
    text = text.strip()
    bare = _ID_AT_END.fullmatch(text)
    if bare:
        return str(UUID(bare[1]))
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not _is_notion(host):
        raise ValueError(
            f"{text!r} is no Notion address and no id. Open the page or database in Notion, choose ••• → Copy link, "
            "and paste that link."
        )
    page = parse_qs(parts.query).get("p", [""])[0] if peek else ""
    found = _id_at_end(page) or _id_at_end(unquote(parts.path).rstrip("/"))
    if not found:
        raise ValueError(
            f"{text!r} has no id in it"
            + (" (a published site's short address has none)" if host.endswith(".notion.site") else "")
            + ". Open the page or database in Notion itself, choose ••• → Copy link, and paste that link."
        )
    return found
