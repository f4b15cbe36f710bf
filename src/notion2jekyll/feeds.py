"""The sources of the configuration: what is to be listed, and which of it is published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from notion2jekyll.config import Config, NotionSource, PublishRule
from notion2jekyll.decide import Feed
from notion2jekyll.errors import ConfigError
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import Listing, PropertySchema, Source, read_schema
from notion2jekyll.progress import Progress
from notion2jekyll.publish import Rule, could_serve


def sources(config: Config, resolved: Mapping[str, str]) -> tuple[Source, ...]:
    """Return what is to be listed, each once: feeds that ask for the same rows share them."""
    found: dict[str, Source] = {}
    for notion in config.feeds:
        for given in notion.ids():
            source = Source(
                given, resolved.get(given), notion.filter, tuple(notion.sorts), _name(given, notion)
            )
            found.setdefault(source.key, source)
    return tuple(found.values())


def _name(given: str, notion: NotionSource) -> str:
    """Return the name of a listing of the source `given`: its id, and a mark of what narrows it down."""
    if not notion.filter:
        return given
    mark = hashlib.sha256(json.dumps(notion.filter, sort_keys=True, default=str).encode()).hexdigest()
    return f"{given} {mark[:8]}"


def feeds(
    config: Config, settings: NotionSettings, listed: Sequence[Source], progress: Progress
) -> tuple[Feed, ...]:
    """Return the feeds of the configuration, which read `listed`.

    Raises ConfigError, with what could serve, where one does not say what is published; for that Notion is asked.
    """
    found = []
    for notion in config.feeds:
        names = keys(notion)
        if notion.publish is None:
            raise unruled(schema(settings, [each for each in listed if each.key in names], progress))
        found.append(Feed(rule(notion.publish), config.options(notion), names))
    return tuple(found)


def keys(notion: NotionSource) -> tuple[str, ...]:
    """Return the names of the listings of `notion` (`Source.key`)."""
    return tuple(_name(given, notion) for given in notion.ids())


def rule(configured: PublishRule | Literal["all"]) -> Rule | Literal["all"]:
    """Return the rule that the configuration has as `publish:`."""
    return configured if configured == "all" else Rule(configured.property, tuple(configured.is_))


def rows(sources: Iterable[Source], listing: Listing) -> dict[str, int]:
    """Return how many rows each listed source has, by its name."""
    return {source.key: len(listing.by_source[source.key]) for source in sources}


def schema(
    settings: NotionSettings, listed: Iterable[Source], progress: Progress
) -> dict[str, PropertySchema]:
    """Return the properties of all of `listed`, for which Notion is asked."""
    return merged(read_schema(settings, source, progress=progress) for source in listed)


def merged(schemas: Iterable[Mapping[str, PropertySchema]]) -> dict[str, PropertySchema]:
    """Return the properties of all of `schemas`; of equal names the first, with the options of all."""
    found: dict[str, PropertySchema] = {}
    for each in schemas:
        for name, own in each.items():
            kind, options = found.get(name, PropertySchema(own.type))
            found[name] = PropertySchema(kind, tuple(dict.fromkeys((*options, *own.options))))
    return found


def unruled(schema: Mapping[str, PropertySchema]) -> ConfigError:
    """Return the error for a source with these properties for which nothing says what is published."""
    choices = could_serve(schema)
    return ConfigError(
        "The configuration does not say which rows are published, and nothing is published that was not marked for it.",
        hint="Add one of these under `notion:`:\n    " + "\n    ".join([*choices, "publish: all"]),
    )


def check_rule(rule: Rule, schema: Mapping[str, PropertySchema]) -> None:
    """Raise ConfigError where no row with these properties can ever match `rule`.

    Better than to take every post for unpublished.
    """
    choices = "\n    ".join([*could_serve(schema), "publish: all"])
    if rule.property not in schema:
        raise ConfigError(
            f"The publish rule asks for the property “{rule.property}”, which the source does not have. "
            f"It has: {', '.join(schema) or 'none'}.",
            hint=f"Correct `publish:` under `notion:`; one of these could serve:\n    {choices}",
        )
    kind, options = schema[rule.property]
    unknown = [str(item) for item in rule.values if options and item not in options]
    if unknown:
        raise ConfigError(
            f"The publish rule asks for “{unknown[0]}”, but “{rule.property}” ({kind}) has only: {', '.join(options)}.",
            hint=f"Correct `publish:` under `notion:`; one of these could serve:\n    {choices}",
        )
    if kind == "checkbox" and not any(isinstance(item, bool) for item in rule.values):
        raise ConfigError(
            f"The publish rule asks for a name, but “{rule.property}” is a checkbox.",
            hint=f"Write: publish: {{property: {rule.property}, is: true}}",
        )
