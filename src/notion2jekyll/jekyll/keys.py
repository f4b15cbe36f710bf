"""Keys of the front matter that people choose: which there may be, and where the value of each comes from. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Role = Literal["title", "date", "tags", "categories", "slug", "description", "author"]
"""What a property can be to a post."""

OWN: Final = frozenset({"notion_id", "last_modified_at", "permalink", "redirect_from"})
"""Keys that this program writes, or that say where a post is."""

SHADOWED: Final = frozenset(
    {
        "id", "url", "path", "relative_path", "collection", "content", "output", "excerpt", "next", "previous",
        "collapse_document", "content_methods", "count", "each_key", "fetch", "first", "hash_for_json", "keys", "max", "merge",
        "merge!", "min", "sort", "to_hash", "to_liquid",
    }
)  # fmt: skip
"""Keys that Jekyll has an answer of its own to, whatever the front matter says (Jekyll::Drops::DocumentDrop): a layout that
asks for `page.id` gets the address, and one that asks for `page.count` breaks the build."""

STEERING: Final[Mapping[str, str]] = {
    "published": "`publish:` says what is published",
    "category": "`categories` is the key for that",
    "tag": "`tags` is the key for that",
    "ext": "Jekyll takes it for the kind of the file",
    "render_with_liquid": "posts are written so that Liquid leaves them alone",
}
"""Keys that change what Jekyll does with a post → what stands in their way."""

KNOWN: Final = ("layout", "image", "icon", "excerpt_separator")
"""Keys of every post that are no roles and may have another value by configuration."""


def refusal(key: str) -> str | None:
    """Return why the front matter may not get `key` from a property, None where it may."""
    if key in OWN:
        return "notion2jekyll writes it itself"
    if key in SHADOWED:
        return "Jekyll has a value of its own there, which a layout would get instead"
    if key in ("", "<<"):
        return "YAML cannot have it as a key"
    return STEERING.get(key)


def key_of(name: str) -> str:
    """Return the key under which the property `name` is kept: lower case, with `_` for spaces and hyphens."""
    return re.sub(r"[\s-]+", "_", unicodedata.normalize("NFC", name).strip().lower())


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for each post."""

    value: Any
    """What YAML can hold."""


@dataclass(frozen=True, slots=True)
class Links:
    """The pages of a relation, each with its title and, where it is published, its address."""

    property: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text with properties in it; empty where all of them are."""

    text: str
    """Names of properties in braces: `Week {Week}`; `{{` and `}}` are braces."""

    def parts(self) -> tuple[tuple[str, str | None], ...]:
        """Return text and the name of the property after it, None after the last text. Raises ValueError, for a user."""
        found: list[tuple[str, str | None]] = []
        text, end = "", 0
        for match in _BRACES.finditer(self.text):
            text += self.text[end : match.start()]
            end = match.end()
            if match[0] in ("{{", "}}"):
                text += match[0][0]
            elif name := (match[1] or "").strip():
                found.append((text, name))
                text = ""
            else:
                raise ValueError(
                    f"has {match[0]!r} where no name of a property is between two braces; write {{{{ and }}}} for braces"
                )
        return (*found, (text + self.text[end:], None))

    def names(self) -> tuple[str, ...]:
        """Return the names of the properties in it."""
        return tuple(name for _, name in self.parts() if name is not None)

    def filled(self, texts: Mapping[str, str]) -> str:
        """Return the text with `texts`, by name; empty where it names properties and all of those are."""
        names = self.names()
        if names and not any(texts.get(name) for name in names):
            return ""
        return "".join(text + texts.get(name or "", "") for text, name in self.parts())


_BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")

Origin = str | Constant | Links | Template
"""Where a value comes from: a property's name, or one of the above."""


def properties_of(origin: Origin | None) -> tuple[str, ...]:
    """Return the names of the properties that `origin` takes its value from."""
    match origin:
        case str():
            return (origin,)
        case Links():
            return (origin.property,)
        case Template():
            return origin.names()
    return ()
