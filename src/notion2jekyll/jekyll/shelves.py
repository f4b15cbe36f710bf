"""Where in a site the pages of a source go: posts, another collection, plain pages in a folder, or a data file. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_OWN: Final = frozenset({"_data", "_drafts", "_includes", "_layouts", "_plugins", "_sass", "_site"})
"""Folders to which Jekyll gives a meaning of its own: no collection can have such a name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place in a site that takes pages."""

    kind: Literal["posts", "collection", "pages", "data"] = "posts"
    folder: str = "_posts"
    """The folder without slashes at its ends, empty for the root of the site; for data the file, with its extension."""

    @property
    def label(self) -> str:
        """Return what Jekyll calls it, in `collections:` and in the `type` of `defaults:`."""
        return self.kind if self.kind in ("posts", "pages") else self.folder.removeprefix("_")

    def path(self, name: str, collections_dir: str = "") -> str:
        """Return the path of the file `name` on this shelf; `collections_dir` is the site's folder of collections."""
        above = collections_dir if self.kind in ("posts", "collection") else ""
        return "/".join(part for part in (above, self.folder, name) if part)


POSTS: Final = Shelf()
"""The site's posts."""
DRAFTS: Final = Shelf("posts", "_drafts")
"""Posts that Jekyll does not build."""


def parse_shelf(text: str) -> Shelf:
    """Return the shelf that the configuration names: `_posts`, `_notes`, `guides`, `/`, `_data/books.yml`.

    Raises ValueError, with a text for the user, for what is no such place.
    """
    whole = text.strip().strip("/")
    parts = whole.split("/") if whole else []
    if whole == "_posts":
        return POSTS
    if parts and parts[0] == "_data":
        inside = len(parts) > 1 and all(map(_is_plain, parts[1:]))
        if not inside or not re.search(r"\w\.(yml|yaml|json)$", whole):
            raise ValueError(
                f"{text!r} is no data file; write _data/, a name, and .yml or .json: _data/books.yml"
            )
        return Shelf("data", whole)
    if len(parts) == 1 and parts[0].startswith("_"):
        if parts[0] in _OWN or not re.fullmatch(r"_[A-Za-z0-9][\w-]*", parts[0]):
            raise ValueError(
                f"{text!r} is no collection; a collection has a folder of its own, such as _notes"
            )
        return Shelf("collection", whole)
    if not all(map(_is_plain, parts)):
        raise ValueError(
            f"{text!r} is no place in a site; write _posts, the folder of a collection (_notes), a data file "
            "(_data/books.yml), or a folder for pages (guides, or / for the root) with no part that starts with _ . or #"
        )
    return Shelf("pages", whole)


def _is_plain(part: str) -> bool:
    return bool(
        re.fullmatch(r"[^\s_.#~\\:*?\"<>|\x00-\x1f][^\\:*?\"<>|\x00-\x1f]*", part)
    ) and not part.endswith(("~", " ", "."))
