"""What there is to say of how properties are used: names that no page has, values that are not to be had. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from notion2jekyll.errors import Problem
from notion2jekyll.jekyll.extras import unkept
from notion2jekyll.jekyll.keys import Links, properties_of
from notion2jekyll.jekyll.meta import Options, used
from notion2jekyll.notion.model import Failed, Page
from notion2jekyll.notion.properties import UNKNOWN, is_cut, related, value


def misnamed(types: Mapping[str, str], options: Options) -> Iterator[Problem]:
    """Yield a warning for every property that the configuration names and no page has, or that is no relation.

    `types` has the type of every property that any page has.
    """
    if not types:
        return
    there = f"there are: {', '.join(sorted(types))}."
    for key, origin in options.properties.items():
        for name in properties_of(origin):
            if name not in types:
                message = f"The configuration takes `{key}` from the property “{name}”, which no page has."
                yield Problem("warning", message, hint=f"Correct `{key}:` under `properties:`; {there}")
        if isinstance(origin, Links) and types.get(origin.property, "relation") not in ("relation", "rollup"):
            yield Problem(
                "warning",
                f"The configuration wants links of “{origin.property}”, which is no relation: `{key}` is left out.",
                hint=f"Take `as: links` away from `{key}:` under `properties:`, or name a relation.",
            )
    for name in () if options.keep == "all" else options.keep:
        if name not in types:
            message = f"The configuration keeps the property “{name}”, which no page has."
            yield Problem("warning", message, hint=f"Correct `keep:`; {there}")


def unanswered(
    pages: Sequence[Page], options: Options, outside: Mapping[str, Page | Failed | None]
) -> Iterator[Problem]:
    """Yield what cannot be written of the properties of `pages`, which are to be read: once a property, not once a page.

    `outside` has the pages that relations name, see `fetch.Listing.related`.
    """
    asked = {name for origin in options.properties.values() for name in properties_of(origin)}
    asked |= set(options.keep) if options.keep != "all" else set()
    unknown: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    hidden: dict[str, set[str]] = {}
    failed: dict[str, Problem] = {}
    refused: dict[str, str] = {}
    for page in pages:
        refused |= unkept(page.properties, options)
        for name in used(page.properties, options):
            held = value(page.properties[name])
            if held is UNKNOWN:
                unknown.setdefault(name, []).append(page.id)
            elif is_cut(page.properties, name):
                short.setdefault(name, []).append(page.id)
            for id_ in related(held):
                found = outside.get(id_, page)
                if found is None:
                    hidden.setdefault(name, set()).add(id_)
                elif isinstance(found, Failed):
                    failed[id_] = replace(found.problem, severity="note", page=None)
    for name, ids_ in unknown.items():
        yield Problem(
            "warning" if name in asked else "note",
            f"Notion's API does not tell what “{name}” is{_on(ids_)}; it is left out.",
            page=ids_[0] if len(ids_) == 1 else None,
            hint="It is a formula or rollup that the API does not compute, or a type of property that is new. Publish a "
            "property of another type in its place.",
        )
    for name, ids_ in short.items():
        message = f"“{name}” may be incomplete{_on(ids_)}: Notion did not return the rest of it."
        yield Problem("warning", message, page=ids_[0] if len(ids_) == 1 else None)
    for name, unseen in hidden.items():
        some = "a page" if len(unseen) == 1 else f"{len(unseen)} pages"
        yield Problem(
            "note",
            f"“{name}” names {some} that the connection cannot see; left out.",
            hint="Share the database that holds what it names with the connection: ••• → Connections.",
        )
    yield from failed.values()
    yield from not_kept(refused)


def not_kept(refused: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a note for every property that `extras.unkept` refuses."""
    for name, why in refused.items():
        yield Problem(
            "note",
            f"The property “{name}” is not kept: {why}.",
            hint=f"Give it another key under `properties:`, such as `my_key: {name}`.",
        )


def _on(pages: Sequence[str]) -> str:
    return f" on {len(pages)} pages" if len(pages) > 1 else ""
