"""The part of set-up about Notion: the token, the source, its properties, and which rows are published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from notion2jekyll import feeds
from notion2jekyll.config import Config, PublishRule
from notion2jekyll.errors import AccessDenied
from notion2jekyll.init.proposals import (
    Proposal,
    Wish,
    count,
    likeliest,
    parse_rule,
    proposals,
    written,
)
from notion2jekyll.init.talk import Question, Talk, settled, table
from notion2jekyll.jekyll.extras import told
from notion2jekyll.jekyll.meta import ROLES, Options, meta, roles
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.client import CONNECTIONS, NotionSettings
from notion2jekyll.notion.fetch import (
    Found,
    Shared,
    Source,
    Wanted,
    look_at,
    read_connection,
    read_shared,
    read_source,
)
from notion2jekyll.notion.ids import parse_id
from notion2jekyll.notion.model import Page, Property

SHOWN: Final = 20
"""So many sources and rules are offered by number; others can be written."""
CONNECTING: Final = (
    "If you have a connection, copy its token as in step 4. Else, as an owner of your Notion workspace, make one that can "
    "read and nothing else:\n"
    f"1. Open {CONNECTIONS} and press “New connection”.\n"
    "2. Give it a name, choose your workspace and the type “Internal”, and save.\n"
    "3. Under Capabilities tick “Read content” alone, and choose “No user information”.\n"
    "4. Copy its token, which starts with ntn_.\n"
    "5. Open your database as a full page, press ••• at the top right, then Connections, and choose the new one.\n"
    "6. In this terminal: export NOTION_TOKEN=ntn_…   Then run this again."
)
SHARING: Final = (
    "Share your database with the connection:\n"
    "1. Open the database in Notion as a full page: the original, not a page that shows a view of it.\n"
    "2. Press ••• at the top right, then Connections.\n"
    "3. Look for the name of your connection, choose it, and confirm."
)
_FLAG: Final = "--source URL_OR_ID"
_NOTHING: Final = "Nothing in Notion is shared with the connection yet."
_CHOICE: Final = "Take one of those that are there."


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that was chosen."""

    given: str
    """As the configuration has it: a link or an id."""
    ids: frozenset[str]
    """Every id that means it, dashed."""
    what: Found
    rows: tuple[Page, ...] = field(repr=False)


def connect(notion: Callable[[], NotionSettings], talk: Talk) -> NotionSettings:
    """Return the settings, whose token Notion knows. Raises AccessDenied, with each click of the way out, and Unreachable."""
    try:
        settings = notion()
        with talk.working() as progress:
            found = read_connection(settings, progress=progress)
    except AccessDenied as denied:
        raise AccessDenied(denied.message, hint=CONNECTING) from denied
    name = f" “{found.name}”" if found.name else ""
    where = f" in the workspace “{found.workspace}”" if found.workspace else ""
    if found.is_personal:
        talk.say(
            f"Notion knows the token{where}, but it acts for a person{name}, and sees all that this person sees.",
            sign="!",
            hint="That works while the token lasts, a year at most. A connection of its own is better:\n"
            + CONNECTING,
        )
    else:
        talk.say(f"Notion knows the token: it is that of the connection{name}{where}.", sign="✓")
    return settings


def choose(settings: NotionSettings, wish: str | None, old: Config | None, talk: Talk) -> Origin:
    """Return the source that `wish` names, or that a person picks from what the token shows. Raises as `connect`."""
    usual = old.notion.source[0] if old else ""
    shared: Sequence[Shared] = ()
    if wish is None and (talk.attended or not usual):
        with talk.working() as progress:
            shared = read_shared(settings, progress=progress)
        if not shared and not talk.attended:
            raise AccessDenied(_NOTHING, hint=SHARING)
        _show(shared, talk)
    text = "Which one holds your posts? Its number, or a link copied in Notion (••• → Copy link)"
    if not shared:
        text = "Then paste its link here (••• → Copy link), or press Enter to look again"
    single = [str(number) for number, each in enumerate(shared, 1) if each.kind == "database"]
    # Its number says the same, and can be told from the others at a glance.
    held = _number(usual, shared)
    default = held or usual or (single[0] if len(single) == 1 else "")
    question = Question(text, _FLAG, default, unattended=usual or None)

    def read(answer: str) -> Origin | None:
        if not answer:
            if shared:
                raise ValueError("Write a number of the list, or paste a link.")
            return None
        source, given, ids = _named(usual if held and answer == held else answer, shared)
        with talk.working() as progress:
            what = look_at(settings, source, progress=progress)
            resolved = Source(source.id, what.resolved)
            nothing = Wanted(frozenset())
            listing = read_source(settings, [resolved], lambda _: nothing, lambda _: None, progress=progress)
        return Origin(given, ids | {what.resolved.partition(":")[2]}, what, listing.listing.pages)

    found = settled(talk, question, wish, read)
    return found or choose(settings, wish, old, talk)


def _show(shared: Sequence[Shared], talk: Talk) -> None:
    if not shared:
        talk.say(_NOTHING, sign="!", hint=SHARING)
        return
    talk.say("What the connection sees (Notion may take a minute to show what was shared just now):")
    talk.say(table([(each.title, each.kind) for each in shared[:SHOWN]]))
    if len(shared) > SHOWN:
        talk.say(f"      … and {len(shared) - SHOWN} more: paste the link of yours.")


def _number(given: str, shared: Sequence[Shared]) -> str:
    """Return the number of the source that the configuration names as `given`; empty where the list does not have it."""
    wanted = parse_id(given) if given else ""
    places = [
        str(number) for number, each in enumerate(shared[:SHOWN], 1) if wanted in (each.id, each.database)
    ]
    return places[0] if wanted and len(places) == 1 else ""


def _named(answer: str, shared: Sequence[Shared]) -> tuple[Source, str, frozenset[str]]:
    """Return the source that `answer` names, how to write it, and the ids that it has. Raises ValueError."""
    if answer.isdecimal() and len(answer) < 4:
        if not 1 <= int(answer) <= min(len(shared), SHOWN):
            raise ValueError(f"There is no number {answer} in the list. {_CHOICE}")
        picked = shared[int(answer) - 1]
        kind = "page" if picked.kind == "page" else "data_source"
        return Source(picked.id, f"{kind}:{picked.id}"), picked.id, frozenset({picked.id, picked.database})
    found = parse_id(answer)
    return Source(found), answer, frozenset({found})


def tell_properties(origin: Origin, options: Options, talk: Talk) -> None:
    """Tell which property becomes what, with the newest row as an example."""
    talk.say(f"Properties of “{origin.what.title}”: {told(_properties(origin), options)}.", sign="✓")
    if not origin.rows:
        talk.say(
            "It has no rows yet.",
            sign="!",
            hint="That is no hindrance: what you add later is published later.",
        )
        return
    page = origin.rows[-1]
    found = meta(page, options, Site())
    said: Mapping[str, str] = {
        "title": f"“{found.title}”",
        "date": found.date.date().isoformat(),
        "tags": ", ".join(found.tags),
        "categories": ", ".join(found.categories),
        "slug": found.slug,
        "description": found.description,
        "author": found.author,
    }
    playing = roles(page.properties, options)
    lines = [
        f"      {role:<12} ← {playing[role]}: {said[role] or '(empty)'}" for role in ROLES if role in playing
    ]
    talk.say("\n".join(["What is read of its newest row, as an example:", *lines]))


def used_properties(origin: Origin, options: Options) -> str:
    """Return which property becomes what, without those that are not used: the file may be public."""
    return told(_properties(origin), options).partition("; not used: ")[0]


def _properties(origin: Origin) -> dict[str, Property]:
    return {name: Property("", name, each.type, {}) for name, each in origin.what.properties.items()}


def choose_rule(origin: Origin, wish: str | None, old: Config | None, talk: Talk) -> Wish:
    """Return which rows are published. Raises ConfigError."""
    schema = origin.what.properties
    offered = proposals(schema, origin.rows)[: SHOWN - 1]
    if not any(each.rule == "all" for each in offered):
        offered = (*offered, Proposal("all", count("all", origin.rows)))
    usual = _usual(old, schema)
    default = usual
    if not default and (best := likeliest(offered)):
        default = str(offered.index(best) + 1)
    if wish is None and talk.attended:
        talk.say("What could be published, and how many rows that would be now:")
        names = ["every row" if each.rule == "all" else str(each.rule) for each in offered]
        counts = [f"{each.rows} of {len(origin.rows)}" for each in offered]
        talk.say(table(list(zip(names, counts, strict=True))))
    question = Question(
        "Which rows are to be published? A number, or “Property=Value”",
        "--publish RULE",
        default,
        unattended=usual or None,
    )

    def read(answer: str) -> Wish:
        if answer.isdecimal() and len(answer) < 4 and wish is None:
            if not 1 <= int(answer) <= len(offered):
                raise ValueError(f"There is no number {answer} in the list. {_CHOICE}")
            return offered[int(answer) - 1].rule
        if not answer:
            raise ValueError("Write a number of the list: nothing is published that was not marked for it.")
        return parse_rule(answer, schema)

    rule = settled(talk, question, wish, read)
    name = "every row" if rule == "all" else str(rule)
    talk.say(f"Published: {name}; {count(rule, origin.rows)} of {len(origin.rows)} rows now.", sign="✓")
    return rule


def _usual(old: Config | None, schema: Mapping[str, object]) -> str:
    """Return the rule of the configuration as it can be answered; empty where it has none that could work."""
    publish = old.notion.publish if old else None
    if publish is None:
        return ""
    if isinstance(publish, PublishRule) and publish.property not in schema:
        return ""
    return written(feeds.rule(publish))
