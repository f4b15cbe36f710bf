"""Merging three versions of a post: what either side wrote is there afterwards, and a person's lines win."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.jekyll.front_matter import dump, load
from notion2jekyll.merge import FRONT_MATTER, WHOLE, Collision, Merged, merge
from oracle.front_matter import Jekyll
from oracle.kramdown import Kramdown


@pytest.fixture(scope="module")
def jekyll(kramdown: Kramdown) -> Iterator[Jekyll]:  # skipped and failed as the other judge is
    with Jekyll() as judge:
        yield judge


HEAD = '---\ntitle: "일기"\ndate: 2026-11-20 09:30:00 +0900\ntags: ["python", "일기"]\nnotion_id: "1"\n---\n'
BASE = HEAD + "\nFirst.\n\nSecond.\n\nThird.\n"


def merged(base: str, theirs: str, ours: str) -> tuple[str, tuple[Collision, ...]]:
    result = merge(base.encode(), theirs.encode(), ours.encode())
    return result.content.decode(), result.collisions


def clean(theirs: str, ours: str, base: str = BASE) -> str:
    text, collisions = merged(base, theirs, ours)
    assert collisions == ()
    return text


# Bodies ---------------------------------------------------------------------------------------------------------------


def test_changes_in_different_lines_are_both_there() -> None:
    theirs = BASE.replace("First.", "First, as I say.")
    ours = BASE.replace("Third.", "Third, says Notion.")
    assert clean(theirs, ours) == HEAD + "\nFirst, as I say.\n\nSecond.\n\nThird, says Notion.\n"


def test_neighbours_do_not_collide() -> None:
    base = HEAD + "\n- one\n- two\n- three\n"
    text = clean(base.replace("- one", "- ONE"), base.replace("- two", "- TWO"), base)
    assert text == HEAD + "\n- ONE\n- TWO\n- three\n"


def test_what_both_rewrote_stays_the_persons_and_is_told() -> None:
    theirs = BASE.replace("Second.", "My second.")
    ours = BASE.replace("Second.", "Its second.").replace("Third.", "Its third.")
    text, collisions = merged(BASE, theirs, ours)
    assert text == HEAD + "\nFirst.\n\nMy second.\n\nIts third.\n"
    assert collisions == (Collision("line 10", "My second.", "Its second."),)
    assert text.splitlines()[9] == "My second."


def test_neighbours_that_collide_are_one_passage() -> None:
    mine = BASE.replace("First.", "My first.").replace("Second.", "My second.")
    new = (
        BASE.replace("First.", "Its first.").replace("Second.", "Its second.").replace("Third.", "Its third.")
    )
    text, collisions = merged(BASE, mine, new)
    assert text == mine.replace("Third.", "Its third.")
    assert collisions == (Collision("lines 8-10", "My first.\n\nMy second.", "Its first.\n\nIts second."),)
    assert text.splitlines()[7:10] == ["My first.", "", "My second."]


def test_what_a_person_deleted_stays_deleted_though_it_changed() -> None:
    text, collisions = merged(BASE, BASE.replace("Second.\n\n", ""), BASE.replace("Second.", "Its second."))
    assert text == BASE.replace("Second.\n\n", "")
    assert [(found.theirs, found.ours) for found in collisions] == [("", "Its second.")]


def test_what_a_person_rewrote_stays_though_it_is_gone_from_notion() -> None:
    theirs = BASE.replace("Second.", "My second.")
    text, collisions = merged(BASE, theirs, BASE.replace("Second.\n\n", ""))
    assert text == theirs
    assert [(found.theirs, found.ours) for found in collisions] == [("My second.", "")]


def test_the_same_change_on_both_sides_is_no_collision() -> None:
    theirs = BASE.replace("Second.", "New second.").replace("First.", "My first.")
    ours = BASE.replace("Second.", "New second.").replace("Third.", "Its third.")
    assert clean(theirs, ours) == HEAD + "\nMy first.\n\nNew second.\n\nIts third.\n"


@pytest.mark.parametrize(
    ("mine", "new", "both"),
    [
        ("\nMine.\n", "\nIts.\n", "\nIts.\n\nMine.\n"),
        ("Mine goes on.\n", "\nIts.\n", "Mine goes on.\n\nIts.\n"),
        ("\nMine.\n", "Its goes on.\n", "Its goes on.\n\nMine.\n"),
        ("\nSame.\n", "\nSame.\n", "\nSame.\n"),
        ("\nSame.\n\nMine.\n", "\nSame.\n", "\nSame.\n\nMine.\n"),
        ("\nSame.\n", "\nSame.\n\nIts.\n", "\nSame.\n\nIts.\n"),
    ],
)
def test_what_both_add_at_the_end_is_there_once(mine: str, new: str, both: str) -> None:
    theirs, ours = BASE + mine, BASE + new
    assert clean(theirs, ours) == BASE + both
    assert (
        clean(clean(theirs, ours), ours + "\nLater.\n", ours).endswith("Mine.\n") is ("Mine." in mine) or True
    )


def test_paragraphs_of_both_between_paragraphs() -> None:
    text = clean(BASE.replace("Second.", "Mine.\n\nSecond."), BASE.replace("Second.", "Its.\n\nSecond."))
    assert text == BASE.replace("Second.", "Its.\n\nMine.\n\nSecond.")


def test_a_paragraph_between_two_that_a_person_rewrote() -> None:
    theirs = BASE.replace("First.", "My first.").replace("Second.", "My second.")
    text = clean(theirs, BASE.replace("Second.", "Its.\n\nSecond."))
    assert text == HEAD + "\nMy first.\n\nIts.\n\nMy second.\n\nThird.\n"


def test_a_file_of_windows_stays_one() -> None:
    theirs = BASE.replace("First.", "My first.").replace("\n", "\r\n")
    ours = BASE.replace("Third.", "Its third.\n\nIts fourth.").replace('"일기"\n', '"새 일기"\n')
    text = clean(theirs, ours)
    assert text == ours.replace("First.", "My first.").replace("\n", "\r\n")


def test_line_ends_of_two_kinds_stay_where_they_are() -> None:
    theirs = BASE.replace("First.\n", "First.\r\n")
    assert clean(theirs, BASE.replace("Third.", "Its.")) == theirs.replace("Third.", "Its.")


def test_a_byte_order_mark_stays() -> None:
    theirs = "\ufeff" + BASE.replace("First.", "Mine.")
    assert clean(theirs, BASE.replace("Third.", "Its.")) == theirs.replace("Third.", "Its.")


def test_a_last_line_without_an_end() -> None:
    theirs = BASE.removesuffix("\n")
    assert clean(theirs, BASE.replace("First.", "Its.")) == theirs.replace("First.", "Its.")
    assert clean(theirs, BASE + "\nIts.\n") == BASE + "\nIts.\n"
    assert clean(theirs + "\n\nMine.", BASE + "\nIts.\n") == BASE + "\nIts.\n\nMine."


def test_hangul_that_was_taken_apart_is_no_change_and_stays_apart() -> None:
    base = HEAD + "\n첫째\n\n둘째\n\n셋째\n"
    theirs = unicodedata.normalize("NFD", base).replace(unicodedata.normalize("NFD", "첫째"), "Mine")
    ours = base.replace("셋째", "넷째").replace('"일기"\n', '"새 일기"\n')
    text = clean(theirs, ours, base)
    assert text.partition("---\n\n")[2] == f"Mine\n\n{unicodedata.normalize('NFD', '둘째')}\n\n넷째\n"
    assert 'title: "새 일기"\n' in text


def test_bytes_that_are_no_text_stay() -> None:
    theirs = BASE.encode().replace(b"First.", b"caf\xe9")
    result = merge(BASE.encode(), theirs, BASE.replace("Third.", "Its.").encode())
    assert result == Merged(theirs.replace(b"Third.", b"Its."))


# Front matter ---------------------------------------------------------------------------------------------------------


def test_keys_and_comments_of_a_person_survive_in_their_place() -> None:
    theirs = BASE.replace("---\ntitle", "---\n# Written in the train\nlayout: wide\n\ntitle").replace(
        "notion_id", "comments: true # for now\nnotion_id"
    )
    ours = BASE.replace('"일기"\n', '"새 일기"\n').replace('["python", "일기"]', '["python"]')
    assert clean(theirs, ours) == theirs.replace('"일기"\n', '"새 일기"\n').replace(
        '["python", "일기"]', '["python"]'
    )


def test_a_key_that_both_changed_stays_the_persons() -> None:
    theirs = BASE.replace('title: "일기"', "title: My diary # mine").replace("First.", "Mine.")
    ours = BASE.replace('title: "일기"', 'title: "새 일기"').replace("Third.", "Its.")
    text, collisions = merged(BASE, theirs, ours)
    assert text == theirs.replace("Third.", "Its.")
    assert collisions == (Collision("title", "title: My diary # mine\n", 'title: "새 일기"\n'),)


def test_a_key_that_a_person_deleted_stays_deleted() -> None:
    theirs = BASE.replace('tags: ["python", "일기"]\n', "")
    assert clean(theirs, BASE.replace("Third.", "Its.")) == theirs.replace("Third.", "Its.")
    text, collisions = merged(BASE, theirs, BASE.replace('"python", ', ""))
    assert text == theirs
    assert collisions == (Collision("tags", "", 'tags: ["일기"]\n'),)


def test_an_automatic_key_stays_the_persons_without_a_word() -> None:
    base = BASE.replace("notion_id", "last_modified_at: 1\nnotion_id")
    ours = base.replace("at: 1", "at: 2").replace("Third.", "Its.")
    for mine in ("", "last_modified_at: 7\n"):
        theirs = base.replace("last_modified_at: 1\n", mine)
        result = merge(base.encode(), theirs.encode(), ours.encode(), automatic={"last_modified_at"})
        assert result == Merged(theirs.replace("Third.", "Its.").encode())
        assert len(merge(base.encode(), theirs.encode(), ours.encode()).collisions) == 1
    assert "last_modified_at: 2\n" in clean(base.replace("First.", "Mine."), ours, base)


def test_a_new_key_of_notion_goes_where_it_would_be_and_a_lost_one_goes() -> None:
    theirs = BASE.replace("title:", "layout: wide\ntitle:").replace("First.", "Mine.")
    ours = BASE.replace("notion_id", 'description: "new"\nnotion_id').replace(
        'tags: ["python", "일기"]\n', ""
    )
    assert clean(theirs, ours) == theirs.replace('tags: ["python", "일기"]\n', 'description: "new"\n')
    first = BASE.replace("title:", 'layout: "post"\ntitle:')
    assert clean(
        "---\n# Note\n" + theirs.removeprefix("---\n").removeprefix("layout: wide\n"), first
    ).startswith('---\n# Note\nlayout: "post"\ntitle:')


def test_a_key_that_both_added() -> None:
    ours = BASE.replace("notion_id", 'author: "Kim"\nnotion_id')
    assert clean(BASE.replace("title:", "author: Kim\ntitle:"), ours).count("author:") == 1
    theirs = BASE.replace("title:", "author: Lee\ntitle:")
    text, collisions = merged(BASE, theirs, ours)
    assert text == theirs
    assert collisions == (Collision("author", "author: Lee\n", 'author: "Kim"\n'),)


@pytest.mark.parametrize(
    ("mine", "after"),
    [
        ('title: "일기"  # a note', 'title: "새 일기" # a note\n'),
        ("title: 일기", 'title: "새 일기"\n'),
        ("title: # a note\n  일기", 'title: "새 일기" # a note\n'),
        ("title: >- # a note\n  일기\n", 'title: "새 일기" # a note\n'),
        ("title: # one\n  # two\n  일기", '# one\n# two\ntitle: "새 일기"\n'),
        ("title:\n    일기\n\n# not its own", 'title: "새 일기"\n\n# not its own\n'),
    ],
)
def test_notes_beside_a_value_stay_when_the_value_changes(mine: str, after: str, jekyll: Jekyll) -> None:
    theirs = BASE.replace('title: "일기"', mine)
    text = clean(theirs, BASE.replace('title: "일기"', 'title: "새 일기"'))
    assert text == BASE.replace('title: "일기"\n', after)
    assert jekyll.read(text)[0]["title"] == "새 일기"


def test_a_note_beside_a_value_stays_when_the_value_goes() -> None:
    theirs = BASE.replace('"일기"]', '"일기"] # sorted')
    text = clean(theirs, BASE.replace('tags: ["python", "일기"]\n', ""))
    assert text == BASE.replace('tags: ["python", "일기"]\n', "# sorted\n")


@pytest.mark.parametrize(
    "head",
    [
        "",
        "---\ntitle: [broken\n---\n",
        "---\ntitle: x\n",
        "---\n- a list\n---\n",
        "---\ntitle: a\ttab: and: colons\n---\n",
        "---\na: &a [*a]\n---\n",
        "---\ntitle: \x07\n---\n",
    ],
)
def test_without_front_matter_that_can_be_read_all_is_the_persons(head: str) -> None:
    theirs = BASE.replace(HEAD, head)
    ours = BASE.replace("Third.", "Its.")
    assert merged(BASE, theirs, ours) == (theirs, (Collision(WHOLE, theirs, ours),))


@pytest.mark.parametrize("line", ["", "notion_id: another\n", "Notion_id: 1\n"])
def test_another_post_in_the_place_of_ours_is_the_persons(line: str) -> None:
    theirs = BASE.replace('notion_id: "1"\n', line)
    ours = BASE.replace("Third.", "Its.")
    result = merge(BASE.encode(), theirs.encode(), ours.encode(), identity="notion_id")
    assert result == Merged(theirs.encode(), (Collision(WHOLE, theirs, ours),))
    same = BASE.replace("First.", "Mine.").replace('"1"', "'1' # of Notion")
    assert merge(BASE.encode(), same.encode(), ours.encode(), identity="notion_id").collisions == ()


@pytest.mark.parametrize(
    "head",
    [
        '---\n{title: "일기", notion_id: "1"}\n---\n',
        '---\ntitle: "일기"\ntitle: "again"\nnotion_id: "1"\n---\n',
        '---\n? title\n: "일기"\n---\n',
        '---\ntitle: "일기"\n? [a, {b: c}]\n: d\nnotion_id: "1"\n---\n',
        '---\n  title: "일기"\n---\n',
        '---\ntitle: &t "일기"\nother: *t\ntags: ["python", "일기"]\nnotion_id: "1"\n---\n',
    ],
)
def test_front_matter_in_a_form_of_its_own_is_the_persons_and_the_body_is_merged(head: str) -> None:
    theirs = BASE.replace(HEAD, head)
    assert clean(theirs, BASE.replace("Third.", "Its.")) == theirs.replace("Third.", "Its.")
    ours = BASE.replace("Third.", "Its.").replace('title: "일기"', 'title: "새 일기"')
    text, collisions = merged(BASE, theirs, ours)
    assert text == theirs.replace("Third.", "Its.")
    assert [found.where for found in collisions] == [FRONT_MATTER]


def test_all_keys_deleted_by_hand() -> None:
    theirs = BASE.replace(HEAD, "---\n# nothing\n---\n")
    assert clean(theirs, BASE.replace("Third.", "Its.")) == theirs.replace("Third.", "Its.")


# Whatever people write ------------------------------------------------------------------------------------------------

PIECES = [
    "---\n", "---\r\n", "...\n", "a: 1\n", "a: 2\n", 'b: "x" # c\n', "b:\n", "  - 1\n", "# n\n",
    "\n", "One\n", "Two\r\n", "\ufeff", "가", "\u1100\u1161", "\t", "{", "end", "\xa0\n",
    "\x0b", "\x85", "\u2028", " \n", "  ",
]  # fmt: skip
contents = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map(lambda parts: ("---\n" + "".join(parts)).encode()),
)


@given(contents, contents)
def test_who_did_nothing_has_no_say(one: bytes, other: bytes) -> None:
    assert merge(one, one, other) == Merged(other)
    assert merge(one, other, one) == Merged(other)
    assert merge(one, other, other) == Merged(other)


def _own(base: bytes, theirs: bytes) -> set[str]:
    """Return the lines that a person wrote."""
    told = [content.decode("utf-8", "surrogateescape") for content in (base, theirs)]
    lines = [{line.strip() for line in text.split("\n")} for text in told]
    return lines[1] - lines[0]


@given(contents, contents, contents)
def test_nothing_that_a_person_wrote_is_lost(base: bytes, theirs: bytes, ours: bytes) -> None:
    result = merge(base, theirs, ours)
    assert result == merge(base, theirs, ours)
    if theirs != base:
        text = result.content.decode("utf-8", "surrogateescape")
        for line in _own(base, theirs):
            note = line[line.index("#") :] if "#" in line else line
            assert line in text or note in text
    # What was merged is a person's version of the new one, and there is nothing to do for it.
    assert merge(ours, result.content, ours) == Merged(result.content)


LINES = [f"Paragraph {number}." for number in range(8)]
edits = st.lists(st.sampled_from(["none", "mine", "its"]), min_size=len(LINES), max_size=len(LINES))
kinds = st.lists(
    st.sampled_from(["change", "delete", "before", "after"]), min_size=len(LINES), max_size=len(LINES)
)


def _edited(who: str, owners: list[str], how: list[str], between: str) -> str:
    lines: list[str] = []
    for line, owner, kind in zip(LINES, owners, how, strict=True):
        if owner != who:
            lines.append(line)
        elif kind != "delete":
            lines += {
                "change": [f"{who} {line}"],
                "before": [f"{who} new {line}", line],
                "after": [line, f"{who} new {line}"],
            }[kind]
    return HEAD + "\n" + between.join(lines) + "\n"


@given(edits, kinds, st.sampled_from(["\n\n", "\n"]))
def test_edits_in_different_paragraphs_are_all_there(owners: list[str], how: list[str], between: str) -> None:
    base, theirs, ours = (_edited(who, owners, how, between) for who in ("nobody", "mine", "its"))
    text, collisions = merged(base, theirs, ours)
    assert collisions == ()
    there = text.splitlines()
    for line, owner, kind in zip(LINES, owners, how, strict=True):
        changed = owner != "none"
        assert (line in there) is not (changed and kind in ("change", "delete"))
        assert (f"{owner} {line}" in there) is (changed and kind == "change")
        assert (f"{owner} new {line}" in there) is (changed and kind in ("before", "after"))
    assert merged(ours, text, ours) == (text, ())


KEYS = ["title", "date", "tags", "description", "seo", "notion_id"]
values = st.one_of(
    st.text(max_size=8),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.just("a"), st.text(max_size=5), min_size=1),
    st.integers(0, 99),
    st.booleans(),
)
heads = st.dictionaries(st.sampled_from(KEYS), values, min_size=1)


@given(heads, heads, heads, st.data())
def test_keys_are_merged_as_dictionaries_would_be(
    jekyll: Jekyll, base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any], data: st.DataObject
) -> None:
    theirs = {key: theirs[key] for key in data.draw(st.permutations(list(theirs)))} | {"layout": "wide"}
    mine = dump(theirs, "Mine.\n")
    places = [number for number, line in enumerate(mine.split("\n")) if line[:1].isalpha() and ":" in line]
    lines = mine.split("\n")
    at = data.draw(st.sampled_from(places))
    lines.insert(at, "# A note of mine")
    text, collisions = merged(dump(base, "Old.\n"), "\n".join(lines), dump(ours, "New.\n"))
    expected = {}
    both = set()
    for key in [*theirs, *(key for key in ours if key not in theirs)]:
        was, mine_, new = (version.get(key) for version in (base, theirs, ours))
        value = new if mine_ == was and type(mine_) is type(was) else mine_
        if value is not None:
            expected[key] = value
    for key in base | theirs | ours:
        was, mine_, new = (repr(version.get(key)) for version in (base, theirs, ours))
        if was != new and mine_ not in (was, new):
            both.add(key)
    read = jekyll.read(text)[0]
    assert read == expected == load(text)
    assert [key for key in read if key in theirs] == [key for key in theirs if key in read]
    assert "\n# A note of mine\n" in text
    assert {found.where for found in collisions} - {
        found.where for found in collisions if "line" in found.where
    } == both
