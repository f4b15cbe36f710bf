"""Every cell of the plan's table, its guards, and its promise to do the same for the same."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.errors import GuardStop
from notion2jekyll.merge import FRONT_MATTER, WHOLE, Collision, Merged
from notion2jekyll.notion.model import File
from notion2jekyll.plan import Conflict, Output, Plan, Policy, check_listing, make_plan
from notion2jekyll.snapshot import Snapshot, blob_id
from notion2jekyll.state import Entry, State, base_path

OLD, NEW, HAND, THEIRS = b"as we left it", b"new", b"edited by hand", b"a stranger's"
PATH, OTHER = "_posts/2026-11-20-a.md", "_posts/2026-11-20-b.md"


def entry(page: str = "p", path: str = PATH, content: bytes = OLD, **more: Any) -> Entry:
    return Entry(page, path, blob_id(content), title=f"Title of {page}", **more)


def output(
    page: str = "p", path: str = PATH, content: bytes = NEW, media: Iterable[str] = (), **more: Any
) -> Output:
    files = {name: File(f"https://files.example/{name}", hosted=True, key=name) for name in media}
    return Output.of(
        entry(page, path, content, files=tuple(files), **more), content, files, "edited in Notion"
    )


def plan(
    *outputs: Output,
    there: Mapping[str, bytes] | None = None,
    state: Iterable[Entry] = (),
    media: Mapping[str, bytes] | None = None,
    gone: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    merges: Mapping[str, Merged] | None = None,
    forgetful: bool = False,
    **snapshot: Any,
) -> Plan:
    files = {path: blob_id(content) for path, content in {**(there or {}), **(media or {})}.items()}
    remembered = State(
        {one.page: one for one in state}, {path: blob_id(content) for path, content in (media or {}).items()}
    )
    return make_plan(
        outputs,
        gone=gone or {},
        snapshot=Snapshot("base", files, **snapshot),
        state=remembered,
        policy=policy or Policy(),
        merges=merges,
        forgetful=forgetful,
    )


def told(made: Plan) -> list[tuple[str, str, str | None]]:
    return [(change.action, change.path, change.source) for change in made.changes]


# Not in the state ----------------------------------------------------------------------------------------------------


def test_a_new_page_is_created() -> None:
    made = plan(output())
    assert told(made) == [("create", PATH, None)]
    assert made.state.entries["p"].blob == blob_id(NEW)
    assert (made.changes[0].title, made.changes[0].why) == ("Title of p", "edited in Notion")


@pytest.mark.parametrize("path", [PATH, PATH.upper().replace("_POSTS", "_posts").replace(".MD", ".md")])
def test_a_file_of_somebody_else_is_left_alone(path: str) -> None:
    made = plan(output(), there={path: THEIRS})
    assert made.changes == ()
    assert made.conflicts == (Conflict(path, "p", made.conflicts[0].why),)
    assert "did not write" in made.conflicts[0].why
    assert made.state.entries == {}


def test_names_that_a_mac_takes_for_one_are_one() -> None:
    made = plan(
        output(path="_posts/2026-11-20-각.md"),
        there={unicodedata.normalize("NFD", "_posts/2026-11-20-각.md"): THEIRS},
    )
    assert made.changes == ()
    assert len(made.conflicts) == 1


def test_a_symbolic_link_is_somebody_elses() -> None:
    assert len(plan(output(), others=frozenset({PATH})).conflicts) == 1


def test_what_an_earlier_run_wrote_and_forgot_is_taken_over() -> None:
    made = plan(output(), there={PATH: NEW})
    assert (made.changes, made.conflicts, made.unchanged) == ((), (), 1)
    assert made.state.entries["p"].blob == blob_id(NEW)


# In the state, as we left it -----------------------------------------------------------------------------------------


def test_the_same_is_no_change_but_what_was_learned_is_remembered() -> None:
    made = plan(output(content=OLD, settled=True), there={PATH: OLD}, state=[entry()])
    assert (told(made), made.unchanged) == ([], 1)
    assert made.state.entries["p"].settled


def test_other_content_is_an_update() -> None:
    made = plan(output(), there={PATH: OLD}, state=[entry()])
    assert told(made) == [("update", PATH, None)]


@pytest.mark.parametrize("content", [OLD, NEW])
def test_another_path_is_a_move(content: bytes) -> None:
    made = plan(output(path=OTHER, content=content), there={PATH: OLD}, state=[entry()])
    assert told(made) == [("move", OTHER, PATH)]
    commit = made.commit({}, "m")
    assert (commit.writes, commit.deletes) == ({OTHER: content}, frozenset({PATH}))


def test_a_move_that_was_cut_short_is_finished() -> None:
    made = plan(output(path=OTHER), there={PATH: OLD, OTHER: NEW}, state=[entry()])
    assert told(made) == [("move", OTHER, PATH)]
    assert made.commit({}, "m").deletes == {PATH}


def test_a_move_that_was_cut_short_leaves_what_was_edited_since_at_the_old_place() -> None:
    made = plan(output(path=OTHER), there={PATH: HAND, OTHER: NEW}, state=[entry()])
    assert (told(made), made.state.entries["p"]) == ([], entry())
    assert [(conflict.path, PATH in conflict.why) for conflict in made.conflicts] == [(OTHER, True)]


def test_nothing_is_moved_onto_somebody_elses_file() -> None:
    made = plan(output(path=OTHER), there={PATH: OLD, OTHER: THEIRS}, state=[entry()])
    assert (told(made), [conflict.path for conflict in made.conflicts]) == ([], [OTHER])
    assert made.state.entries["p"] == entry()


def test_posts_change_places() -> None:
    made = plan(
        output("p", OTHER),
        output("q", PATH, b"q"),
        there={PATH: OLD, OTHER: OLD},
        state=[entry("p", PATH), entry("q", OTHER)],
    )
    assert told(made) == [("move", PATH, OTHER), ("move", OTHER, PATH)]
    commit = made.commit({}, "m")
    assert (commit.writes, commit.deletes) == ({OTHER: NEW, PATH: b"q"}, frozenset())


def test_a_post_takes_the_place_of_one_that_goes() -> None:
    made = plan(output("q"), there={PATH: OLD}, state=[entry("p")], gone={"p": "trashed"})
    assert sorted(told(made)) == [("create", PATH, None), ("delete", PATH, None)]
    commit = made.commit({}, "m")
    assert (commit.writes, commit.deletes) == ({PATH: NEW}, frozenset())


def test_a_place_that_is_not_left_after_all_is_not_taken() -> None:
    # p cannot move, so q cannot take its place.
    made = plan(
        output("p", OTHER),
        output("q", PATH),
        there={PATH: OLD, OTHER: THEIRS, "_posts/q.md": OLD},
        state=[entry("p"), entry("q", "_posts/q.md")],
    )
    assert told(made) == []
    assert [conflict.path for conflict in made.conflicts] == [PATH, OTHER]


# In the state, touched by a person -----------------------------------------------------------------------------------


def test_what_a_person_edited_stays_where_notion_says_nothing_new() -> None:
    made = plan(output(content=OLD), there={PATH: HAND}, state=[entry()])
    assert (told(made), made.conflicts, made.unchanged) == ([], (), 1)
    assert made.state.entries["p"].blob == blob_id(OLD)


@pytest.mark.parametrize("path", [PATH, OTHER])
def test_what_a_person_edited_stays_where_notion_does(path: str) -> None:
    made = plan(output(path=path), there={PATH: HAND}, state=[entry()])
    assert told(made) == []
    (conflict,) = made.conflicts
    assert conflict.path == PATH
    assert "the repository's text stays" in conflict.why
    assert made.state.entries["p"] == entry()


MERGED = b"new, and edited by hand"


def test_what_was_merged_is_written_and_notions_version_remembered_and_kept() -> None:
    made = plan(output(), there={PATH: HAND}, state=[entry()], merges={"p": Merged(MERGED)})
    assert told(made) == [("merge", PATH, None)]
    assert (made.changes[0].content, made.conflicts) == (MERGED, ())
    assert made.state.entries["p"].blob == blob_id(NEW)
    assert made.commit({}, "m").writes == {PATH: MERGED, base_path("p"): NEW}
    # The next run finds nothing to do, until the person takes the edit back.
    after = {PATH: MERGED, base_path("p"): NEW}
    again = plan(output(), there=after, state=made.state.entries.values())
    assert (again.changes, again.conflicts, again.bases, again.orphans) == ((), (), {}, frozenset())
    spent = plan(output(), there={**after, PATH: NEW}, state=made.state.entries.values())
    assert spent.commit({}, "m").deletes == {base_path("p")}


def test_what_was_merged_moves_and_frees_its_place_but_not_onto_a_file_of_somebody_else() -> None:
    merges = {"p": Merged(MERGED)}
    there = {PATH: HAND}
    made = plan(output(path=OTHER), output("q"), there=there, state=[entry()], merges=merges)
    assert told(made) == [("create", PATH, None), ("merge", OTHER, PATH)]
    made = plan(output(path=OTHER), there={**there, OTHER: THEIRS}, state=[entry()], merges=merges)
    assert (told(made), [found.path for found in made.conflicts]) == ([], [OTHER])
    assert made.state.entries["p"] == entry()
    made = plan(output(path=OTHER), there=there, state=[entry()], merges={"p": Merged(HAND)})
    assert told(made) == [("move", OTHER, PATH)]


@pytest.mark.parametrize(
    ("collision", "why"),
    [
        (Collision("line 9", "mine", "its"), "both changed line 9: “mine” stays, Notion has “its”"),
        (Collision("tags", "", "tags: []\n"), "both changed tags: the deletion stays, Notion has “tags: []”"),
        (Collision("lines 1-2", "a\nb", ""), "both changed lines 1-2: “a b” stays, Notion has nothing there"),
        (
            Collision("line 1", "x" * 99, "y"),
            f"both changed line 1: “{'x' * 60}…” stays, Notion has “y”",
        ),
        (
            Collision(FRONT_MATTER, "{}", "title: x"),
            "both changed the front matter, which is in a form of its own here, so its keys stay as they are",
        ),
    ],
)
def test_both_texts_are_in_the_report(collision: Collision, why: str) -> None:
    made = plan(output(), there={PATH: HAND}, state=[entry()], merges={"p": Merged(MERGED, (collision,))})
    assert told(made) == [("merge", PATH, None)]
    assert [(found.path, found.page, found.why) for found in made.conflicts] == [(PATH, "p", why)]


def test_what_could_not_be_merged_at_all_waits_with_all_that_is_remembered() -> None:
    merges = {"p": Merged(HAND, (Collision(WHOLE, "", ""),))}
    made = plan(output(), there={PATH: HAND}, state=[entry()], merges=merges)
    assert (told(made), len(made.conflicts)) == ([], 1)
    assert made.state.entries["p"] == entry()


def test_a_target_that_forgets_keeps_what_every_post_was() -> None:
    made = plan(output(), forgetful=True)
    assert made.bases == {base_path("p"): NEW}
    there = {PATH: NEW, base_path("p"): NEW}
    again = plan(output(), there=there, state=made.state.entries.values(), forgetful=True)
    assert (again.bases, again.orphans) == ({}, frozenset())
    gone = plan(there=there, state=made.state.entries.values(), gone={"p": "in the trash"}, forgetful=True)
    assert gone.commit({}, "m").deletes == {PATH, base_path("p")}


def test_what_a_person_changed_to_the_very_same_is_ours_again() -> None:
    made = plan(output(), there={PATH: NEW}, state=[entry()])
    assert (told(made), made.conflicts) == ([], ())
    assert made.state.entries["p"].blob == blob_id(NEW)


def test_what_a_person_deleted_stays_deleted() -> None:
    made = plan(output(), state=[entry()])
    assert (told(made), made.conflicts) == ([], ())
    assert made.state.entries["p"] == entry()


def test_what_a_person_deleted_is_written_again_where_asked() -> None:
    assert told(plan(output(), state=[entry()], policy=Policy(restore=True))) == [("create", PATH, None)]


def test_what_a_person_moved_to_its_new_place_is_found_there() -> None:
    made = plan(output(path=OTHER), there={OTHER: NEW}, state=[entry()])
    assert (told(made), made.state.entries["p"].path) == ([], OTHER)


def test_a_listing_that_may_lack_files_proves_no_deletion() -> None:
    made = plan(output(), state=[entry()], policy=Policy(restore=True), complete=False)
    assert (told(made), made.state.entries["p"]) == ([], entry())
    gone = plan(state=[entry()], gone={"p": "trashed"}, complete=False)
    assert gone.state.entries["p"] == entry()


# Gone from Notion ----------------------------------------------------------------------------------------------------


def test_a_post_whose_page_is_gone_goes() -> None:
    made = plan(there={PATH: OLD}, state=[entry()], gone={"p": "it is in Notion's trash"})
    assert told(made) == [("delete", PATH, None)]
    assert made.changes[0].why == "it is in Notion's trash"
    assert made.state.entries == {}
    assert made.commit({}, "m").deletes == {PATH}


def test_a_post_becomes_a_draft_where_asked() -> None:
    made = plan(there={PATH: OLD}, state=[entry()], gone={"p": "x"}, policy=Policy("draft"))
    assert told(made) == [("move", "_drafts/a.md", PATH)]
    assert made.carried == {"_drafts/a.md": PATH}
    left = made.state.entries["p"]
    assert (left.path, left.removed, left.blob) == ("_drafts/a.md", True, blob_id(OLD))
    commit = made.commit({"_drafts/a.md": OLD}, "m")
    assert (commit.writes, commit.deletes) == ({"_drafts/a.md": OLD}, frozenset({PATH}))


def test_drafts_of_one_name_are_two() -> None:
    older = "_posts/2026-01-01-a.md"
    made = plan(
        there={PATH: OLD, older: OLD, "_drafts/a.md": THEIRS},
        state=[entry("p"), entry("q-1", older)],
        gone={"p": "x", "q-1": "x"},
        policy=Policy("draft"),
    )
    assert told(made) == [("move", "_drafts/a-p.md", PATH), ("move", "_drafts/a-q1.md", older)]


def test_a_draft_that_finds_no_place_stays_a_post() -> None:
    there = {PATH: OLD, "_drafts/a.md": THEIRS, "_drafts/a-p.md": THEIRS}
    made = plan(there=there, state=[entry()], gone={"p": "x"}, policy=Policy("draft"))
    assert (told(made), [conflict.path for conflict in made.conflicts]) == ([], [PATH])
    assert made.state.entries["p"] == entry()


def test_a_post_is_kept_where_asked_and_said_only_once() -> None:
    made = plan(there={PATH: OLD}, state=[entry()], gone={"p": "x"}, policy=Policy("keep"))
    assert (told(made), made.unchanged, made.state.entries["p"].removed) == ([], 0, True)


@pytest.mark.parametrize("removed", ["delete", "draft"])
def test_an_edited_post_outlives_its_page(removed: Literal["delete", "draft"]) -> None:
    made = plan(there={PATH: HAND}, state=[entry()], gone={"p": "trashed"}, policy=Policy(removed))
    assert (told(made), [conflict.path for conflict in made.conflicts]) == ([], [PATH])
    assert made.state.entries["p"] == entry()


def test_what_is_gone_on_both_sides_is_forgotten() -> None:
    made = plan(state=[entry()], gone={"p": "trashed"})
    assert (told(made), made.state.entries) == ([], {})


def test_a_draft_is_published_again() -> None:
    draft = entry(path="_drafts/a.md", removed=True)
    made = plan(output(), there={"_drafts/a.md": OLD}, state=[draft])
    assert told(made) == [("move", PATH, "_drafts/a.md")]
    assert not made.state.entries["p"].removed
    # Also after a person threw the draft away: publishing the page is the later word.
    assert told(plan(output(), state=[draft])) == [("create", PATH, None)]
    assert plan(state=[draft]).state.entries == {}
    assert plan(state=[draft], there={"_drafts/a.md": OLD}).state.entries == {"p": draft}


# Not read ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [{}, {PATH: OLD}, {PATH: HAND}])
def test_a_page_that_was_not_read_stays_as_it_is(there: Mapping[str, bytes]) -> None:
    made = plan(there=there, state=[entry()])
    assert (told(made), made.conflicts, made.unchanged) == ([], (), 1)
    assert made.state.entries["p"] == entry()


# Media ---------------------------------------------------------------------------------------------------------------


def test_media_are_wanted_once_and_not_again() -> None:
    made = plan(
        output("p", media=["assets/a.png", "assets/b.png"]),
        output("q", OTHER, media=["assets/b.png"]),
        media={"assets/a.png": b"a"},
    )
    assert list(made.files) == ["assets/b.png"]
    assert made.orphans == frozenset()
    assert made.state.files == {"assets/a.png": blob_id(b"a")}


def test_media_go_with_the_change_that_orphans_them() -> None:
    made = plan(
        output(),
        there={PATH: OLD, OTHER: OLD},
        state=[entry(files=("assets/a.png", "assets/b.png")), entry("q", OTHER, files=("assets/b.png",))],
        media={"assets/a.png": b"a", "assets/b.png": b"b"},
    )
    assert made.orphans == {"assets/a.png"}
    assert made.commit({}, "m").deletes == {"assets/a.png"}
    assert made.state.files == {"assets/b.png": blob_id(b"b")}


def test_media_that_a_person_replaced_are_theirs() -> None:
    snapshot = Snapshot("base", {"assets/a.png": blob_id(b"smaller")})
    state = State({}, {"assets/a.png": blob_id(b"a")})
    made = make_plan([], gone={}, snapshot=snapshot, state=state, policy=Policy())
    assert made.orphans == frozenset()
    assert made.state.files == {}


def test_media_that_are_there_already_are_remembered_after_the_state_was_lost() -> None:
    made = plan(output(media=["assets/a.png"]), there={PATH: NEW, "assets/a.png": b"a"})
    assert (dict(made.files), made.state.files) == ({}, {"assets/a.png": blob_id(b"a")})


def test_media_of_a_post_that_is_not_written_are_not_fetched() -> None:
    assert dict(plan(output(media=["assets/a.png"]), there={PATH: THEIRS}).files) == {}


# Guards --------------------------------------------------------------------------------------------------------------


def many(total: int, removed: int, policy: Policy) -> Plan:
    entries = [entry(f"p{number:03}", f"_posts/2026-01-01-{number:03}.md") for number in range(total)]
    return plan(
        there={one.path: OLD for one in entries},
        state=entries,
        gone={one.page: "x" for one in entries[:removed]},
        policy=policy,
    )


@given(
    st.integers(0, 60).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total))),
    st.integers(0, 10),
    st.floats(0, 100),
    st.sampled_from(["delete", "draft", "keep"]),
)
def test_many_removals_at_once_stop_the_run(
    counts: tuple[int, int], limit: int, percent: float, removed: Literal["delete", "draft", "keep"]
) -> None:
    total, going = counts
    policy = Policy(removed, max_removed=limit, max_removed_percent=percent)
    made = many(total, going, policy)
    accident = removed != "keep" and going > limit and 100 * going / total > percent
    if accident:
        with pytest.raises(GuardStop) as stop:
            made.check(policy)
        assert f"{going} of {total} posts" in stop.value.message
        assert "--force" in stop.value.hint
    else:
        made.check(policy)


def test_the_limits_are_those_of_the_contract() -> None:
    many(100, 30, Policy()).check(Policy())
    many(5, 5, Policy()).check(Policy())
    with pytest.raises(GuardStop):
        many(100, 31, Policy()).check(Policy())
    with pytest.raises(GuardStop):
        many(6, 6, Policy()).check(Policy())


def test_an_empty_list_stops_the_run_where_there_are_posts() -> None:
    posts = State({"p": entry()}, sources={"a": "data_source:x", "b": "data_source:y"})
    with pytest.raises(GuardStop, match="no rows at all, but 1 of 1 posts were made"):
        check_listing({"a": 0}, posts, 1)
    with pytest.raises(GuardStop, match="no rows for the source b"):
        check_listing({"a": 3, "b": 0}, posts, 1)
    check_listing({"a": 3, "b": 1}, posts, 1)
    check_listing({"a": 3, "b": 0}, posts, 0)
    check_listing({"a": 3, "new": 0}, posts, 1)
    check_listing({"a": 0}, State(), 0)
    check_listing({"a": 0}, State({"p": entry(removed=True)}), 0)


def test_a_post_of_which_the_record_is_lost_is_not_replaced() -> None:
    lost = entry(recovered=True)
    made = plan(output(), there={PATH: OLD}, state=[lost])
    assert (made.changes, [conflict.path for conflict in made.conflicts]) == ((), [PATH])
    assert made.state.entries == {"p": lost}
    forced = plan(output(), there={PATH: OLD}, state=[lost], policy=Policy(force=True))
    assert told(forced) == [("update", PATH, None)]
    same = plan(output(content=OLD), there={PATH: OLD}, state=[lost])
    assert (same.changes, same.conflicts) == ((), ())
    assert not same.state.entries["p"].recovered


# Always --------------------------------------------------------------------------------------------------------------

pages = [f"p{number}" for number in range(4)]
paths = st.sampled_from([PATH, OTHER, "_posts/2026-11-20-B.md", "_posts/2026-11-20-c.md"])
contents = st.sampled_from([OLD, NEW, HAND, THEIRS])


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Output], dict[str, str], Snapshot, State, Policy]:
    there = draw(st.dictionaries(paths, contents, max_size=4))
    held = draw(st.dictionaries(st.sampled_from(pages), st.tuples(paths, contents), max_size=4))
    entries: dict[str, Entry] = {}
    for page, (path, content) in held.items():
        if path not in {one.path for one in entries.values()}:
            entries[page] = entry(page, path, content, removed=draw(st.booleans()))
    wishes = draw(st.dictionaries(st.sampled_from(pages), st.tuples(paths, contents), max_size=4))
    outputs: list[Output] = []
    for page, (path, content) in wishes.items():
        if path.casefold() not in {one.entry.path.casefold() for one in outputs}:
            outputs.append(output(page, path, content + page.encode()))
    made = {one.entry.page for one in outputs}
    gone = {page: "gone" for page in pages if page not in made and draw(st.booleans())}
    files = {path: blob_id(content) for path, content in there.items()}
    policy = Policy(draw(st.sampled_from(["delete", "draft", "keep"])), restore=draw(st.booleans()))
    return outputs, gone, Snapshot("base", files), State(entries), policy


@given(situations(), st.randoms(use_true_random=False))
def test_a_plan_is_safe_in_every_situation(situation: Any, shuffle: random.Random) -> None:
    outputs, gone, snapshot, state, policy = situation
    made = make_plan(outputs, gone=gone, snapshot=snapshot, state=state, policy=policy)
    shuffle.shuffle(outputs)
    again = make_plan(
        outputs, gone=dict(reversed(gone.items())), snapshot=snapshot, state=state, policy=policy
    )
    assert made == again
    commit = made.commit(dict.fromkeys(made.carried, OLD), "m")
    ours = {one.path: one.blob for one in state.entries.values() if snapshot.files.get(one.path) == one.blob}
    touched = (commit.deletes | commit.writes.keys()) & snapshot.files.keys()
    finished = {one.entry.path: one.entry.blob for one in outputs}
    for path in touched:
        assert path in ours or finished.get(path) == snapshot.files[path], "a file that is not ours"
    assert commit.deletes <= snapshot.files.keys()
    for page in made.state.entries:
        assert page in state.entries or page in {one.entry.page for one in outputs}


def test_changes_are_told_as_the_report_has_them() -> None:
    made = plan(output(path=OTHER), there={PATH: OLD}, state=[entry()])
    assert made.changes[0].as_json() == {
        "action": "move",
        "path": OTHER,
        "from": PATH,
        "page": "p",
        "title": "Title of p",
        "why": "edited in Notion",
    }
    assert replace(made.changes[0], source=None).as_json()["from"] is None
    assert Conflict("a", "p", "w").as_json() == {"path": "a", "page": "p", "why": "w"}
