"""The memory that travels with the posts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangle import mangled
from notion2jekyll.notion.model import Page
from notion2jekyll.state import (
    VERSION,
    Entry,
    NewerState,
    State,
    adopt,
    dump,
    minute,
    parse,
    settled,
    sound,
    stale,
)

ID = "2c96a001-f6da-8022-b643-904859808667"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENTRY = Entry(
    page=ID,
    path="_posts/2026-11-20-일기.md",
    blob="a" * 40,
    edited="2026-11-20T12:00+00:00",
    settled=True,
    fingerprint="f" * 16,
    modified="2026-11-20 21:00:00 +0900",
    title="일기: 하나",
    files=("assets/notion/a.png",),
    links={"x": ("/2026/11/19/y.html", "다른 글"), "z": ("", "")},
)
WHOLE = State(
    {ID: ENTRY},
    {"assets/notion/a.png": "b" * 40, "assets/notion/b.png": "c" * 40},
    {"s": "data_source:t"},
    NOON,
    sizes={"assets/notion/a.png": (640, 480), "assets/notion/b.png": None},
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
entries = st.builds(
    Entry,
    page=texts,
    path=texts,
    blob=texts,
    edited=texts,
    settled=st.booleans(),
    fingerprint=texts,
    modified=texts,
    title=texts,
    files=st.lists(texts, max_size=2).map(tuple),
    links=st.dictionaries(texts, st.tuples(texts, texts), max_size=2),
    removed=st.booleans(),
    url=texts,
    recovered=st.booleans(),
)
states = st.builds(
    State,
    st.lists(entries, max_size=3).map(lambda many: {one.page: one for one in many}),
    st.dictionaries(texts, texts, max_size=3),
    st.dictionaries(texts, texts, max_size=2),
    st.one_of(
        st.none(), st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
    ),
    sizes=st.dictionaries(texts, st.none() | st.tuples(st.integers(1), st.integers(1)), max_size=3),
)


@given(states)
def test_what_is_remembered_is_remembered(state: State) -> None:
    assert parse(dump(state)) == state


@given(states)
def test_it_is_written_in_one_way(state: State) -> None:
    backwards = State(
        dict(reversed(list(state.entries.items()))),
        dict(reversed(list(state.files.items()))),
        state.sources,
        state.written,
        sizes=dict(reversed(list(state.sizes.items()))),
    )
    assert dump(backwards) == dump(state)


def test_a_person_can_read_its_diff() -> None:
    lines = dump(WHOLE).decode().splitlines()
    assert '   "title": "일기: 하나",' in lines
    assert '  "assets/notion/a.png": "' + "b" * 40 + '",' in lines
    assert '  "assets/notion/a.png": "640x480",' in lines
    assert max(len(line) for line in lines) < 120
    assert not any("removed" in line for line in lines)


@pytest.mark.parametrize("path", ["", "_posts/x.md"])
def test_a_place_that_is_nothing_is_remembered_too(path: str) -> None:
    state = State({"p": Entry("p", path, "")})
    assert parse(dump(state)) == state


def test_half_an_emoji_does_not_stop_a_commit() -> None:
    assert parse(dump(State({"p": Entry("p", "a", "b", title="\ud83d")}))).entries["p"].title == "?"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"1", b"{}", b"\xff\xfe", b'{"version": "1"}', b'{"version": 1}',
        b'{"version": 1, "pages": [], "files": {}, "sources": {}}',
        b'{"version": 1, "pages": {"p": {}}, "files": {}, "sources": {}}',
        b'{"version": 1, "pages": {"p": null}, "files": {}, "sources": {}}',
        b'{"version": 1, "pages": {"p": {"path": "a", "blob": "b", "links": {"x": ["only one"]}}}, "files": {}, "sources": {}}',
        b'{"version": 1, "pages": {}, "files": {}, "sources": {}, "written": "yesterday"}',
        b'{"version": 1, "pages": {"p": {"path": "\\ud83d", "blob": "b"}}, "files": {}, "sources": {}}',
        b'{"version": 1, "pages": {"p": {"path": "a", "blob": "b", "rows": 1e999}}, "files": {}, "sources": {}}',
        b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n",
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"damaged|no version|Expecting|codec|isoformat|column|surrogates"):
        parse(content)


def test_what_a_newer_version_wrote_is_told_apart() -> None:
    raw = json.loads(dump(WHOLE)) | {"version": VERSION + 1, "pages": "in some new form"}
    with pytest.raises(NewerState):
        parse(json.dumps(raw).encode())


def test_a_time_without_a_zone_is_utc() -> None:
    raw = json.loads(dump(WHOLE)) | {"written": "2026-11-20T12:00:00"}
    assert parse(json.dumps(raw).encode()).written == NOON


@given(mangled(json.loads(dump(WHOLE))))
def test_damage_is_refused_or_harmless(raw: Any) -> None:
    try:
        state = parse(json.dumps(raw).encode())
    except ValueError:
        return
    assert parse(dump(state)) == state
    assert all(isinstance(entry.path, str) for entry in state.entries.values())


def test_a_post_names_its_page() -> None:
    metadata = {
        "notion_id": ID.replace("-", ""),
        "title": "일기",
        "last_modified_at": "2026-11-20 21:00:00 +0900",
    }
    found = adopt(State(), "_posts/a.md", "blob", metadata)
    held = found.entries[ID]
    assert (held.path, held.blob, held.modified, held.title) == (
        "_posts/a.md",
        "blob",
        "2026-11-20 21:00:00 +0900",
        "일기",
    )
    assert (held.edited, held.files) == ("", ())
    assert adopt(found, "_posts/copy.md", "other", metadata) == found
    assert adopt(State(), "_posts/a.md", "blob", {"notion_id": "x"}).entries["x"].title == ""


def test_an_edit_time_is_kept_to_the_minute_in_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    assert minute(datetime(2026, 11, 20, 21, 0, 59, tzinfo=seoul)) == "2026-11-20T12:00+00:00" == ENTRY.edited


@pytest.mark.parametrize(
    ("seconds", "sure"), [(0, False), (59, False), (119, False), (120, True), (86400, True), (-60, False)]
)
def test_a_page_is_settled_when_its_minute_is_over_on_every_clock(seconds: int, sure: bool) -> None:
    assert settled(NOON, NOON + timedelta(seconds=seconds)) is sure


def page(edited: datetime = NOON) -> Page:
    return Page(ID, "", NOON, edited)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"removed": True}, "published again"),
        ({"edited": "2026-11-20T11:59+00:00"}, "edited in Notion"),
        ({"edited": ""}, "edited in Notion"),
        ({"settled": False}, "edited in the minute of the last run"),
        ({"path": "_posts/2026-11-19-일기.md"}, "its address changed"),
        ({"fingerprint": "other"}, "the version, the options or the site's _config.yml changed"),
        ({"links": {"x": ("/old/", "다른 글")}}, "a page that it links to changed its address or title"),
        (
            {"links": {"x": ("/2026/11/19/y.html", "Old title")}},
            "a page that it links to changed its address or title",
        ),
        ({"links": {"z": ("/was/published/", "")}}, "a page that it links to changed its address or title"),
        ({"links": {}}, None),
    ],
)
def test_a_page_is_read_when_its_post_would_differ(changes: dict[str, Any], why: str | None) -> None:
    entry = replace(ENTRY, **changes)
    links = {"x": ("/2026/11/19/y.html", "다른 글")}
    assert (
        stale(page(), entry, path=ENTRY.path, url=ENTRY.url, fingerprint=ENTRY.fingerprint, links=links)
        == why
    )


def test_a_page_without_a_post_is_new() -> None:
    assert stale(page(), None, path="x", url="", fingerprint="y", links={}) == "new"


def test_an_earlier_edit_time_is_a_change_too() -> None:
    restored = page(NOON - timedelta(days=1))
    assert (
        stale(
            restored, ENTRY, path=ENTRY.path, url=ENTRY.url, fingerprint=ENTRY.fingerprint, links=ENTRY.links
        )
        == "edited in Notion"
    )


# A state that somebody else had in hands -----------------------------------------------------------------------------


def in_posts(entry: Entry) -> bool:
    return entry.path.startswith(("_posts/", "_drafts/", "_data/"))


MEDIA = "assets/notion/0123456789ab-a.png"
SOUND = State(
    {ID: replace(ENTRY, files=(MEDIA,), url="/2026/11/20/일기.html")},
    {MEDIA: "b" * 40},
    {"s": f"data_source:{ID}"},
    NOON,
)


def test_what_was_written_is_sound() -> None:
    assert sound(SOUND, in_posts) == (SOUND, ())


@pytest.mark.parametrize("path", ["_data/books.yml", "_data/책/books.yaml", "_data/a/b.json"])
def test_data_files_are_sound(path: str) -> None:
    written = replace(SOUND, entries={ID: replace(SOUND.entries[ID], path=path, rows=3)})
    assert sound(written, in_posts) == (written, ())


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/sync.yml",
        "_posts/../.github/workflows/sync.md",
        "../../x.md",
        "_posts/../../x.md",
        "/etc/x.md",
        "_config.yml",
        "index.md",
        "_posts/.x.md",
        "_posts/.git/x.md",
        "_posts/x.html",
        "_posts/x.md/",
        "_posts//x.md",
        "_posts\\..\\x.md",
        "_posts/x\0.md",
        "_postsx/a.md",
        "./_posts/x.md",
        "_data/x.csv",
        "_data/../_config.yml",
        "_data/.x.yml",
        "x.yml",
        "",
    ],
)
def test_a_post_elsewhere_is_nobodys(path: str) -> None:
    kept, odd = sound(replace(SOUND, entries={ID: replace(ENTRY, path=path, files=(MEDIA,))}), in_posts)
    assert kept == replace(SOUND, entries={})
    assert odd == (path,)


@pytest.mark.parametrize(
    "path",
    [
        "_config.yml",
        "CNAME",
        "index.html",
        "0123456789ab.html",
        "_layouts/0123456789ab.html",
        ".github/0123456789ab.yml",
        "assets/../0123456789ab.yml",
        "assets/main.css",
        "assets/notion/0123456789ab/../../x",
        "/assets/0123456789ab.png",
        "../assets/0123456789ab.png",
    ],
)
def test_media_elsewhere_are_nobodys(path: str) -> None:
    tampered = replace(
        SOUND,
        entries={ID: replace(SOUND.entries[ID], files=(MEDIA, path))},
        files={MEDIA: "b" * 40, path: "c" * 40},
    )
    assert sound(tampered, in_posts) == (SOUND, (path,))


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": {"../../x": replace(ENTRY, page="../../x")}},
        {"entries": {ID.upper(): replace(ENTRY, page=ID.upper())}},
        {"entries": {ID: replace(ENTRY, blob="main")}},
        {"entries": {ID: ENTRY, ID[::-1].replace("-", "0", 4): replace(ENTRY, page="x")}},
    ],
)
def test_ids_that_are_none_are_nobodys(changes: dict[str, Any]) -> None:
    kept, odd = sound(replace(SOUND, **changes), in_posts)
    assert not kept.entries
    assert odd == (ENTRY.path,)


def test_two_pages_that_claim_one_post_are_both_ignored() -> None:
    other = "11111111-2222-4333-8444-555555555555"
    kept, odd = sound(replace(SOUND, entries={ID: ENTRY, other: replace(ENTRY, page=other)}), in_posts)
    assert not kept.entries
    assert odd == (ENTRY.path,)


def test_sources_and_addresses_are_what_they_claim_to_be() -> None:
    for value in ("", "data_source:../users", f"data_source:{ID}/../x", f"user:{ID}"):
        kept, odd = sound(replace(SOUND, sources={"s": value}), in_posts)
        assert (kept.sources, odd) == ({}, ("s",))
    for url in ("javascript:alert(1)", "//evil.example", "/\\evil.example", "https://evil.example"):
        kept, _ = sound(replace(SOUND, entries={ID: replace(SOUND.entries[ID], url=url)}), in_posts)
        assert kept.entries[ID].url == ""


@given(states)
def test_nothing_gets_out_of_the_folders(state: State) -> None:
    kept, _ = sound(state, in_posts)
    assert all(in_posts(entry) and ".." not in entry.path for entry in kept.entries.values())
    assert sound(kept, in_posts) == (kept, ())
