"""What a run reads, and what it knows without reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from notion2jekyll.decide import Brief, Feed, Memory, Wishes, decide, fingerprint
from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.jekyll.meta import Options, said
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.model import Failed, Page, Property
from notion2jekyll.publish import Rule
from notion2jekyll.snapshot import Snapshot
from notion2jekyll.state import Entry, State, minute

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULE = Rule("Public", (True,))
MARK = fingerprint(Options(), Site())


def page(id_: str, title: str = "", public: bool | None = True, **more: Any) -> Page:
    text = [{"type": "text", "plain_text": title or id_}]
    held = {"Name": Property("t", "Name", "title", {"type": "title", "title": text})}
    if public is not None:
        held["Public"] = Property("p", "Public", "checkbox", {"type": "checkbox", "checkbox": public})
    return Page(id_, "", NOON, more.pop("edited", NOON), held, **more)


def entry(id_: str, **more: Any) -> Entry:
    parts: dict[str, Any] = {
        "path": f"_posts/2026-11-20-{id_}.md", "url": f"/2026/11/20/{id_}.html", "blob": id_.encode().hex().rjust(40, "0"), "edited": minute(NOON), "settled": True, "fingerprint": MARK, "title": id_,
    }  # fmt: skip
    return Entry(id_, **{**parts, **more})


def brief(
    *listing: Page,
    entries: tuple[Entry, ...] = (),
    lost: tuple[str, ...] = (),
    complete: bool = True,
    **wishes: Any,
) -> Brief:
    files = {one.path: one.blob for one in entries if one.page not in lost}
    memory = Memory(
        Snapshot("base", files, complete=complete), Site(), State({one.page: one for one in entries})
    )
    feed = Feed(wishes.pop("rule", RULE), wishes.pop("options", Options()))
    return decide(Wishes((feed,), **wishes), memory, listing)


def test_nothing_is_read_where_nothing_changed() -> None:
    made = brief(page("a"), page("b"), entries=(entry("a"), entry("b")))
    assert (made.whys, made.gone, made.vanished, made.problems) == ({}, {}, frozenset(), ())
    assert [one.id for one in made.published] == ["a", "b"]


def test_what_changed_is_read_and_said_why() -> None:
    made = brief(
        page("new"),
        page("edited", edited=NOON.replace(hour=13)),
        page("fresh"),
        page("renamed", "another"),
        page("drafted"),
        page("private", public=False),
        entries=(
            entry("edited"),
            entry("fresh", settled=False),
            entry("renamed"),
            entry("drafted", removed=True),
        ),
    )
    assert made.whys == {
        "new": "new",
        "edited": "edited in Notion",
        "fresh": "edited in the minute of the last run",
        "renamed": "its address changed",
        "drafted": "published again",
    }


def test_a_page_is_read_again_when_one_it_links_to_moves() -> None:
    held = entry("a", links={"b": ("/2026/11/20/b.html", "b"), "c": ("", "")})
    steady = (page("a"), page("b"))
    assert "a" not in brief(*steady, entries=(held, entry("b"))).whys
    for changed in (
        (page("a"), page("b", "Renamed")),
        (page("a"), page("b", public=False)),
        (*steady, page("c")),
    ):
        why = brief(*changed, entries=(held, entry("b"))).whys["a"]
        assert why == "a page that it links to changed its address or title"


def test_links_to_a_post_that_a_person_deleted_are_taken_back() -> None:
    linking = entry("a", links={"b": ("/2026/11/20/b.html", "b")})
    made = brief(page("a"), page("b"), entries=(linking, entry("b")), lost=("b",))
    assert made.whys == {"a": "a page that it links to changed its address or title"}
    assert "b" not in made.index.places
    (note,) = made.problems
    assert (note.severity, note.page) == ("note", "b")
    assert "stays deleted" in note.message


def test_the_place_of_a_post_that_a_person_deleted_is_not_given_away() -> None:
    made = brief(page("b"), page("new", "b"), entries=(entry("b"),), lost=("b",))
    assert made.index.places["new"].path == "_posts/2026-11-20-b-new.md"


def test_a_deleted_post_is_read_where_it_is_to_be_restored_or_may_be_there() -> None:
    held = entry("a", settled=False)
    assert brief(page("a"), entries=(held,), lost=("a",)).whys == {}
    assert "a" in brief(page("a"), entries=(held,), lost=("a",), restore=True).whys
    assert "a" in brief(page("a"), entries=(held,), lost=("a",), complete=False).whys


def test_who_is_gone_and_who_must_be_asked_for_are_told_apart() -> None:
    made = brief(
        page("private", public=False),
        page("trashed", trashed=True),
        entries=(entry("private"), entry("trashed"), entry("vanished"), entry("draft", removed=True)),
    )
    assert made.gone == {"private": "Public is no", "trashed": "it is in Notion's trash"}
    assert made.vanished == {"vanished"}


def test_the_place_of_a_post_that_is_not_there_is_not_given_away() -> None:
    """Deleted by a person, and its page has vanished: until it is known what became of it, the place stays its own."""
    made = brief(page("new", "b"), entries=(entry("b"),), lost=("b",))
    assert made.vanished == {"b"}
    assert made.index.places["new"].path == "_posts/2026-11-20-b-new.md"


def test_a_property_that_is_missing_removes_nothing() -> None:
    made = brief(page("a", public=None), page("b"), entries=(entry("a"), entry("b")))
    assert (made.gone, made.whys) == ({}, {})
    (doubt,) = made.problems
    assert (doubt.severity, doubt.page) == ("warning", "a")
    assert "it has no property Public" in doubt.message
    assert not any(problem.page for problem in brief(page("a", public=None)).problems)


def test_a_property_that_no_page_has_is_said() -> None:
    options = Options(properties={"date": "발행일", "title": "Name", "author": None})
    (problem,) = brief(page("a"), options=options).problems
    assert "takes `date` from the property “발행일”, which no page has" in problem.message
    assert "Name, Public" in problem.hint
    assert brief(options=options).problems == ()


def test_only_what_was_asked_for_is_touched() -> None:
    made = brief(
        page("a"),
        page("b"),
        page("c", public=False),
        entries=(entry("a"), entry("c"), entry("gone")),
        pages=frozenset({"a"}),
    )
    assert made.whys == {"a": "it was asked for"}
    assert (made.gone, made.vanished) == ({}, frozenset())
    made = brief(page("c", public=False), entries=(entry("c"),), pages=frozenset({"c"}))
    assert made.gone == {"c": "Public is no"}
    assert "not published: Public is no" in made.problems[0].message
    with pytest.raises(ConfigError, match="stranger"):
        brief(page("a"), pages=frozenset({"stranger"}))


def test_a_full_run_reads_all_that_is_published() -> None:
    made = brief(page("a"), page("b", public=False), entries=(entry("a"),), full="a full run was asked for")
    assert made.whys == {"a": "a full run was asked for"}


def test_a_change_of_options_or_of_the_site_reads_everything_again() -> None:
    marks = {
        fingerprint(options, site)
        for options in (Options(), Options(slug="ascii"), Options(front_matter={"a": 1}))
        for site in (Site(), replace(Site(), permalink="/x/"), replace(Site(), plugins=("jemoji",)))
    }
    assert len(marks) == 9
    held = entry("a", fingerprint="older")
    assert brief(page("a"), entries=(held,)).whys == {
        "a": "the version, the options or the site's _config.yml changed"
    }


# Properties -----------------------------------------------------------------------------------------------------------

TAGS = Options(properties={"tags": "Topics"})
TAGGED = fingerprint(TAGS, Site())


def naming(id_: str, *topics: str, more: bool = False, mood: str = "") -> Page:
    """Return a published page whose relation names `topics`."""
    raw = {"type": "relation", "relation": [{"id": topic} for topic in topics], "has_more": more}
    one = page(id_)
    held = {
        **one.properties,
        "Topics": Property("r", "Topics", "relation", raw),
        "Mood": Property("m", "Mood", "select", {"type": "select", "select": {"name": mood}}),
    }
    return replace(one, properties=held)


def made(
    *listing: Page, entries: tuple[Entry, ...] = (), outside: Any = None, options: Options = TAGS
) -> Brief:
    memory = Memory(
        Snapshot("base", {one.path: one.blob for one in entries}),
        Site(),
        State({one.page: one for one in entries}),
    )
    return decide(Wishes((Feed(RULE, options),)), memory, listing, outside=outside)


def test_only_what_posts_that_are_made_need_is_asked_for() -> None:
    held = entry("a", fingerprint=TAGGED, said=said(naming("a", "x", more=True), TAGS), related={"x": "X"})
    listing = (naming("a", "x", more=True), naming("b", "x", "y", "a"), page("c", public=False))
    found = made(*listing, entries=(held,))
    assert set(found.whys) == {"b"}
    assert found.related == {"x", "y"}  # not the page of the source
    assert found.cut == frozenset()
    assert made(naming("b", "x", more=True)).cut == {("b", "Topics")}
    assert made(naming("b", "x", more=True), options=Options()).cut == frozenset()
    assert made(naming("b", "x"), options=Options()).related == frozenset()


def test_what_settles_an_address_is_asked_for_in_each_run() -> None:
    options = Options(properties={"categories": "Topics"})
    listing = naming("a", "x", more=True)
    held = entry(
        "a",
        url="/x/2026/11/20/a.html",
        fingerprint=fingerprint(options, Site()),
        said=said(listing, options),
        related={"x": "X"},
    )
    found = made(listing, entries=(held,), options=options)
    assert not found.whys
    assert found.cut == {("a", "Topics")}


def test_a_title_that_is_known_to_have_changed_makes_posts_anew() -> None:
    entries = tuple(
        entry(id_, fingerprint=TAGGED, said=said(naming(id_, "x", "y"), TAGS), related={"x": "X", "y": "Y"})
        for id_ in "ab"
    )
    listing = tuple(naming(id_, "x", "y") for id_ in "ab")
    assert not made(*listing, entries=entries).whys
    for now in (page("x", "Other"), None, page("x", "X", trashed=True)):
        whys = made(*listing, entries=entries, outside={"x": now}).whys
        assert set(whys.values()) == {"a page that a relation names changed its title"}, now
    assert not made(*listing, entries=entries, outside={"x": page("x", "X")}).whys
    # A page of the source says its title in each listing.
    assert made(*listing, page("x", "Z"), entries=entries).whys.keys() == {"a", "b", "x"}


def test_a_page_that_could_not_be_looked_up_keeps_the_title_that_is_remembered() -> None:
    held = entry("a", fingerprint=TAGGED, related={"x": "X"}, edited="")
    lost = Failed(Page("x", "", NOON, NOON), Problem("error", "It could not be looked up.", page="x"))
    found = made(naming("a", "x"), entries=(held,), outside={"x": lost})
    assert found.missing == {"x"}
    assert found.index.names["x"] == "X"
    assert found.index.places["a"].meta.tags == ("X",)
    (note,) = found.problems
    assert (note.severity, note.message) == ("note", "It could not be looked up.")


def test_a_property_that_changed_without_an_edit_makes_the_post_anew() -> None:
    options = Options(keep=("Mood",))
    mark = fingerprint(options, Site())
    before = entry("a", fingerprint=mark, said=said(naming("a", mood="good"), options))
    assert not made(naming("a", "x", mood="good"), entries=(before,), options=options).whys
    found = made(naming("a", "x", mood="bad"), entries=(before,), options=options)
    assert found.whys == {"a": "a property changed"}
    # Of a state that an earlier version wrote nothing is known.
    assert not made(naming("a"), entries=(replace(before, said=""),), options=options).whys


def test_which_property_says_who_is_published_matters_only_where_all_are_kept() -> None:
    assert fingerprint(Options(marker="A"), Site()) == fingerprint(Options(marker="B"), Site())
    kept = (Options(keep="all", marker=name) for name in "AB")
    assert len({fingerprint(options, Site()) for options in kept}) == 2


def test_what_became_of_properties_is_told_once_for_rows_of_a_kind() -> None:
    found = made(naming("a"), naming("b"), page("c"))
    assert found.properties == (
        "title ← Name, tags ← Topics; not used: Public, Mood",
        "title ← Name; not used: Public",
    )
