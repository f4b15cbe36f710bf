"""What every target has to do, asked of all of them: a folder, a branch on GitHub, and the one in memory."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.github import TOKEN, FakeGitHub, Rival, fake_github
from fakes.memory import Memory, Site
from notion2jekyll.errors import ConfigError
from notion2jekyll.target import Commit, Moved, Snapshot, Target, blob_id, check
from notion2jekyll.target.folder import Folder
from notion2jekyll.target.github import GitHub, PullRequest, Wish


@dataclasses.dataclass
class Place:
    """Somewhere that a target writes to, and a way around the target."""

    open: Callable[[], Target]
    files: Callable[[], dict[str, bytes]]
    edit: Callable[[Mapping[str, bytes | None]], object]
    commits: Callable[[], int | None]


def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"nothing here should have to wait {seconds} s")


def _memory() -> Place:
    site = Site()
    return Place(lambda: Memory(site), lambda: dict(site.files), site.edit, lambda: len(site.history))


def _folder(root: Path) -> Place:
    def edit(files: Mapping[str, bytes | None]) -> None:
        for path, content in files.items():
            place = root / path
            if content is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)

    def files() -> dict[str, bytes]:
        found = [place for place in root.rglob("*") if place.is_file()]
        return {place.relative_to(root).as_posix(): place.read_bytes() for place in found}

    return Place(lambda: Folder(root), files, edit, lambda: None)


def _github(fake: FakeGitHub) -> Place:
    def open_() -> Target:
        # The clock runs by itself here, so that the pace of writes needs no pause.
        ticks = iter(range(10**9))
        return GitHub(
            "me/blog", "main", TOKEN, fake.base_url, sleep=_no_sleep, clock=lambda: float(next(ticks))
        )

    return Place(open_, fake.files, fake.rival.push, lambda: len(fake.history()))


def _pull_request(fake: FakeGitHub) -> Place:
    fake.git.text("hash-object", "-w", "-t", "tree", "--stdin")  # git does not store the empty tree by itself
    fake.rival.push({})
    theirs = Rival(fake.git, "offer")

    def branch() -> str:
        return "offer" if "offer" in fake.git.branches() else "main"

    def edit(files: Mapping[str, bytes | None]) -> object:
        return (theirs if branch() == "offer" else fake.rival).push(files)

    def open_() -> Target:
        ticks = iter(range(10**9))
        wish = Wish("offer", "Posts")
        return PullRequest(
            "me/blog",
            "main",
            TOKEN,
            fake.base_url,
            wish=wish,
            sleep=_no_sleep,
            clock=lambda: float(next(ticks)),
        )

    return Place(open_, lambda: fake.files(branch()), edit, lambda: len(fake.history(branch())) - 1)


@pytest.fixture(params=["memory", "folder", "github", "pull request"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "memory":
        yield _memory()
    elif request.param == "folder":
        yield _folder(tmp_path / "site")
    else:
        with fake_github(tmp_path / "blog.git") as fake:
            yield _github(fake) if request.param == "github" else _pull_request(fake)


def _commit(base: Snapshot, writes: Mapping[str, bytes], deletes: tuple[str, ...] = ()) -> Commit:
    return Commit(base.base, writes, frozenset(deletes), "Publish\n\nFrom Notion.")


NFC = "_posts/2026-01-02-한글.md"
NFD = unicodedata.normalize("NFD", "_posts/2026-01-02-옛글.md")
CONTENTS = {
    NFC: "# 안녕\n\n본문입니다. 🙂\n".encode(),
    NFD: b"decomposed name\n",
    "assets/그림 1.png": b"\x89PNG\r\n\x1a\n\0\xff\xfe",
    "assets/latin1.txt": b"caf\xe9",
    "assets/nul.txt": b"a\0b",
    "assets/bom.txt": b"\xef\xbb\xbfmark",
    "assets/empty": b"",
    "crlf.txt": b"a\r\nb\r\n",
    "quote\"'$`#?&%20.md": b"no line break at the end",
    "a/b/c/d/e.md": b"deep",
    ".notion2jekyll/state.json": b"{}\n",
    "large.txt": ("가나다라 " * 100_000).encode(),
}


def test_an_empty_place_has_no_files(place: Place) -> None:
    target = place.open()
    assert dataclasses.replace(target.read(), base=None) == Snapshot(base=None)
    assert target.fetch("index.md") is None


def test_a_place_that_can_be_written_to_says_so_and_stays_as_it_is(place: Place) -> None:
    place.edit({"a.md": b"x"})
    commits, target = place.commits(), place.open()
    target.read()
    assert target.obstacle() is None
    assert (place.commits(), place.files()) == (commits, {"a.md": b"x"})


def test_what_is_written_is_read_byte_for_byte(place: Place) -> None:
    target = place.open()
    target.apply(_commit(target.read(), CONTENTS))
    assert place.files() == CONTENTS
    again = place.open()
    assert again.read().files == {path: blob_id(content) for path, content in CONTENTS.items()}
    assert {path: again.fetch(path) for path in CONTENTS} == CONTENTS
    assert again.fetch("not-there.md") is None


def test_a_content_is_found_by_its_id(place: Place) -> None:
    target = place.open()
    target.apply(_commit(target.read(), CONTENTS))
    target = place.open()
    target.read()
    assert [target.fetch_blob(blob_id(content)) for content in CONTENTS.values()] == list(CONTENTS.values())
    assert target.fetch_blob(blob_id(b"never written")) is None


def test_what_a_content_was_is_found_where_versions_are_kept(place: Place) -> None:
    target = place.open()
    target.apply(_commit(target.read(), {"a.md": b"as it was"}))
    place.edit({"a.md": b"by hand"})
    target = place.open()
    target.read()
    assert target.fetch_blob(blob_id(b"as it was")) == (b"as it was" if target.versioned else None)


def test_one_apply_writes_changes_moves_and_deletes(place: Place) -> None:
    place.edit(
        {
            "keep.md": b"stranger",
            "old.md": b"moved",
            "gone/only.md": b"x",
            "change.md": b"1",
            "image.png": b"\0\1",
        }
    )
    target = place.open()
    snapshot = target.read()
    before = place.commits()
    applied = target.apply(
        _commit(
            snapshot,
            {"new.md": b"moved", "change.md": b"2", "copy.png": b"\0\1", "keep.md": b"stranger"},
            ("old.md", "gone/only.md"),
        )
    )
    expected = {
        "keep.md": b"stranger",
        "new.md": b"moved",
        "change.md": b"2",
        "image.png": b"\0\1",
        "copy.png": b"\0\1",
    }
    assert place.files() == expected
    if target.versioned:
        assert before is not None
        assert place.commits() == before + 1
        assert applied.commit not in {None, snapshot.base}
    else:
        assert applied.commit is None


def test_nothing_to_change_leaves_no_commit(place: Place) -> None:
    place.edit({"a.md": b"a"})
    target = place.open()
    snapshot = target.read()
    before = place.commits()
    assert target.apply(_commit(snapshot, {"a.md": b"a"})).commit == snapshot.base
    assert target.apply(_commit(snapshot, {})).commit == snapshot.base
    assert place.commits() == before


def test_the_next_commit_builds_on_the_one_before_without_reading(place: Place) -> None:
    target = place.open()
    first = target.apply(_commit(target.read(), {"a.md": b"1", "b.md": b"1"}))
    second = target.apply(Commit(first.commit, {"a.md": b"2"}, frozenset({"b.md"}), "Second"))
    assert place.files() == {"a.md": b"2"}
    assert (first.commit == second.commit) is (not target.versioned)


def test_a_change_by_someone_else_is_not_overwritten(place: Place) -> None:
    place.edit({"a.md": b"1", "b.md": b"1"})
    target = place.open()
    snapshot = target.read()
    place.edit({"a.md": b"by hand"})
    with pytest.raises(Moved):
        target.apply(_commit(snapshot, {"a.md": b"2", "new.md": b"x"}, ("b.md",)))
    assert place.files() == {"a.md": b"by hand", "b.md": b"1"}
    target.apply(_commit(target.read(), {"a.md": b"merged"}))
    assert place.files() == {"a.md": b"merged", "b.md": b"1"}


def test_a_file_that_someone_else_made_meanwhile_is_not_overwritten(place: Place) -> None:
    place.edit({"a.md": b"1"})
    target = place.open()
    snapshot = target.read()
    place.edit({"new.md": b"stranger"})
    with pytest.raises(Moved):
        target.apply(_commit(snapshot, {"new.md": b"ours"}))
    assert place.files() == {"a.md": b"1", "new.md": b"stranger"}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../up.md",
        "a/../../up.md",
        "a//b.md",
        "",
        "a/",
        ".git/config",
        "x/.GIT/hooks/a",
        "a\0b",
        "a\\b",
    ],
)
def test_paths_that_leave_the_site_are_refused(place: Place, path: str) -> None:
    target = place.open()
    with pytest.raises(ValueError, match="not a path"):
        target.apply(_commit(target.read(), {"ok.md": b"x", path: b"x"}))
    assert place.files() == {}


def test_deleting_what_is_not_there_is_refused(place: Place) -> None:
    place.edit({"a.md": b"1"})
    target = place.open()
    with pytest.raises(ValueError, match="cannot delete"):
        target.apply(_commit(target.read(), {"b.md": b"x"}, ("c.md",)))
    assert place.files() == {"a.md": b"1"}


@pytest.mark.parametrize("path", ["posts", "file.md/inside.md"])
def test_a_file_is_not_put_where_a_folder_is_nor_the_other_way_round(place: Place, path: str) -> None:
    place.edit({"posts/a.md": b"1", "file.md": b"1"})
    target = place.open()
    with pytest.raises(ConfigError) as stopped:
        target.apply(_commit(target.read(), {path: b"x", "other.md": b"x"}))
    assert path in stopped.value.message
    assert stopped.value.hint
    assert place.files() == {"posts/a.md": b"1", "file.md": b"1"}


@pytest.mark.parametrize("path", ["link", "link/below.md", "a/module/x.md"])
def test_symbolic_links_and_submodules_are_not_written_through(path: str) -> None:
    snapshot = Snapshot("1", {"a/b.md": "0" * 40}, frozenset({"link", "a/module"}))
    with pytest.raises(ConfigError, match="symbolic link or a submodule"):
        check(Commit("1", {path: b"x"}, frozenset(), "m"), snapshot)


def test_it_has_a_name_and_counts_requests(place: Place) -> None:
    target = place.open()
    assert target.name
    assert target.waited == 0
    target.read()
    assert (target.requests > 0) is not isinstance(target, Folder)


_paths = st.sampled_from(["a.md", "b.md", "c/d.md", "c/e.md", "f/g/h.png", "한글.md", NFD, "i j.txt"])
_texts = st.one_of(
    st.binary(max_size=40), st.text(max_size=40).map(lambda text: text.encode(errors="replace"))
)
_step = st.tuples(st.dictionaries(_paths, _texts, max_size=5), st.sets(_paths, max_size=3), st.booleans())


@pytest.mark.parametrize("kind", ["memory", "folder", "github"])
@settings(max_examples=12, deadline=None)
@given(steps=st.lists(_step, min_size=1, max_size=4))
def test_any_commits_leave_what_a_dictionary_would(
    kind: str, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[dict[str, bytes], set[str], bool]]
) -> None:
    root = tmp_path_factory.mktemp("site")
    if kind == "github":
        with fake_github(root / "blog.git") as fake:
            fake.rival.push({"README.md": b"here before"})
            _run(_github(fake), steps)
            assert all(
                len(parents) == (number > 0)
                for number, (_, parents, _) in enumerate(reversed(fake.history()))
            )
    else:
        _run(_memory() if kind == "memory" else _folder(root), steps)


def _run(place: Place, steps: list[tuple[dict[str, bytes], set[str], bool]]) -> None:
    expected = place.files()
    target = place.open()
    snapshot = target.read()
    for writes, wanted, reopen in steps:
        if reopen:
            target = place.open()
            snapshot = target.read()
        deletes = tuple(sorted((wanted & expected.keys()) - writes.keys()))
        applied = target.apply(_commit(snapshot, writes, deletes))
        expected = {path: text for path, text in expected.items() if path not in deletes} | writes
        assert place.files() == expected
        snapshot = Snapshot(applied.commit)
