"""Who gets published: the rule, applied to a listing, and what became of pages that no longer match. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from notion2jekyll.notion.model import Page
from notion2jekyll.notion.properties import UNKNOWN, value


@dataclass(frozen=True, slots=True)
class Rule:
    """A row is published when its property `property` has one of `values` (option names, or True/False)."""

    property: str
    values: tuple[str | bool, ...]

    def __str__(self) -> str:
        """Return the rule in words: `Status is Published`."""
        names = ("yes" if item is True else "no" if item is False else item for item in self.values)
        return f"{self.property} is {' or '.join(names)}"


def refusal(page: Page, rule: Rule | Literal["all"]) -> str | None:
    """Return why `page` is not published (`Status is Draft`), None where it is. Trashed and archived pages never are."""
    if page.trashed:
        return "it is in Notion's trash"
    if page.archived:
        return "it is archived in Notion"
    if rule == "all":
        return None
    prop = page.properties.get(rule.property)
    if prop is None:
        return f"it has no property {rule.property}"
    held = value(prop)
    if held is UNKNOWN:
        return f"Notion does not say what {rule.property} is"
    options = held if isinstance(held, tuple) else (held,)
    # `is` for booleans: to Python 1 == True, and a number is no tick.
    if any(
        item is option or (isinstance(item, str) and item == option)
        for item in rule.values
        for option in options
    ):
        return None
    shown = ", ".join(
        "yes" if option is True else "no" if option is False else str(option) for option in options
    )
    return f"{rule.property} is {shown if shown and held is not None else 'empty'}"


def is_certain(page: Page, rule: Rule | Literal["all"]) -> bool:
    """Return whether a refusal of `page` is the author's will: not where the property is missing or has no value.

    A property that was renamed, or a formula that Notion could not compute, is no reason to remove a post.
    """
    if page.trashed or page.archived or rule == "all":
        return True
    prop = page.properties.get(rule.property)
    return prop is not None and value(prop) is not UNKNOWN


def whereabouts(page: Page | None, sources: Collection[str], *, filtered: bool) -> str | None:
    """Return why a page that vanished from a complete listing is gone for certain, None where that is not known.

    `page` is what Notion says of it now (None: not found); `sources` are the ids of the data sources or pages that were
    listed, `filtered` says whether a filter of the configuration may have hidden it.
    """
    if page is None:
        return "it is no longer shared with the connection, or deleted for good"
    if page.trashed:
        return "it is in Notion's trash"
    if page.archived:
        return "it is archived in Notion"
    if page.parent not in sources:
        return "it was moved out of the source"
    if filtered:
        return "it no longer matches the filter"
    return None


def could_serve(schema: Mapping[str, tuple[str, tuple[str, ...]]]) -> list[str]:
    """Return lines of YAML: which properties of a source (name → type, options) could say what is published."""
    lines = []
    # A status or a box says such things; several options at once rather say what a page is about.
    kinds = ("status", "checkbox", "select", "multi_select")
    for name, (kind, options) in sorted(
        ((name, own) for name, own in schema.items() if own[0] in kinds),
        key=lambda one: kinds.index(one[1][0]),
    ):
        if kind == "checkbox":
            lines.append(f"publish: {{property: {in_yaml(name)}, is: true}}")
        elif kind in ("status", "select", "multi_select") and options:
            # The last option is the likeliest: people order them as work proceeds.
            shown = ", ".join(options)
            lines.append(
                f"publish: {{property: {in_yaml(name)}, is: [{in_yaml(options[-1])}]}}   # options: {shown}"
            )
    return lines


def in_yaml(text: str) -> str:
    """Return `text` as it can be pasted into YAML: in quotes wherever it would be read as something else without."""
    plain = re.fullmatch(r"[^\W\d_][\w ]*\w|[^\W\d_]", text)
    if plain and text.lower() not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n"):
        return text
    return json.dumps(text, ensure_ascii=False)
