"""A folder is somebody's disk: links, rights, a full disk, a kill in the middle."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError, Unreachable
from notion2jekyll.target import Commit, Moved, Snapshot, blob_id
from notion2jekyll.target import folder as folder_module
from notion2jekyll.target.folder import Folder


def _put(root: Path, path: str, content: bytes = b"x") -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def _commit(writes: dict[str, bytes], *deletes: str) -> Commit:
    return Commit(None, writes, frozenset(deletes), "m")


def test_what_jekyll_bundler_and_git_keep_is_not_part_of_the_site(tmp_path: Path) -> None:
    for path in (
        "_site/index.html",
        ".jekyll-cache/a",
        "node_modules/b/c.js",
        "vendor/bundle/d.rb",
        ".bundle/config",
        ".git/HEAD",
    ):
        _put(tmp_path, path)
    for path in (
        "_posts/a.md",
        "assets/vendor/jquery.js",
        "docs/_site/b",
        ".github/workflows/sync.yml",
        ".gitignore",
    ):
        _put(tmp_path, path)
    assert set(Folder(tmp_path).read().files) == {
        *(
            "_posts/a.md",
            "assets/vendor/jquery.js",
            "docs/_site/b",
            ".github/workflows/sync.yml",
            ".gitignore",
        )
    }


def test_links_and_repositories_inside_are_seen_and_never_entered(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    _put(outside, "secret.md", b"mine")
    root = tmp_path / "site"
    _put(root, "real.md")
    _put(root, "theme/.git", b"gitdir: elsewhere")
    _put(root, "theme/layout.html")
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "_posts").symlink_to(outside)
    (root / "broken").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    folder = Folder(root)
    snapshot = folder.read()
    assert set(snapshot.files) == {"real.md"}
    assert snapshot.others == {"link.md", "_posts", "broken", "theme", "pipe"}
    for path in ("link.md", "_posts/new.md", "broken", "theme/new.md", "pipe"):
        with pytest.raises(ConfigError):
            folder.apply(_commit({path: b"overwritten"}))
    assert {place.name: place.read_bytes() for place in outside.iterdir()} == {"secret.md": b"mine"}


def test_a_link_that_appears_after_reading_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "site"
    _put(root, "_posts/a.md")
    folder = Folder(root)
    folder.read()
    (root / "_posts/a.md").unlink()
    (root / "_posts").rmdir()
    (root / "_posts").symlink_to(outside)
    with pytest.raises(Moved):
        folder.apply(_commit({"_posts/b.md": b"x"}))
    assert list(outside.iterdir()) == []


def test_a_root_that_is_a_link_is_the_users_choice(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    folder = Folder(tmp_path / "link")
    folder.read()
    folder.apply(_commit({"a/b.md": b"x"}))
    assert (tmp_path / "real/a/b.md").read_bytes() == b"x"


def test_folders_that_become_empty_go_and_others_stay(tmp_path: Path) -> None:
    for path in ("a/b/c.md", "a/keep.md", "only.md"):
        _put(tmp_path, path)
    (tmp_path / "made-by-hand").mkdir()
    folder = Folder(tmp_path)
    folder.read()
    folder.apply(_commit({}, "a/b/c.md", "only.md"))
    assert sorted(place.relative_to(tmp_path).as_posix() for place in tmp_path.rglob("*")) == [
        "a",
        "a/keep.md",
        "made-by-hand",
    ]
    folder.apply(_commit({}, "a/keep.md"))
    assert tmp_path.is_dir()


def test_the_rights_of_a_file_stay(tmp_path: Path) -> None:
    place = _put(tmp_path, "bin/tool.sh")
    place.chmod(0o750)
    folder = Folder(tmp_path)
    folder.read()
    folder.apply(_commit({"bin/tool.sh": b"#!/bin/sh\n"}))
    assert place.stat().st_mode & 0o777 == 0o750


def test_a_kill_at_any_moment_leaves_whole_files_and_all_of_a_commit_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop before each single rename and deletion, then run again: the end is the same, and nothing half is ever seen."""
    before = {"_posts/change.md": b"old", "_posts/delete.md": b"old", state.PATH: b"old"}
    writes = {"_posts/change.md": b"new", "_posts/add.md": b"new", state.PATH: b"new", "zz/last.md": b"new"}
    after = {"_posts/change.md": b"new", "_posts/add.md": b"new", "zz/last.md": b"new", state.PATH: b"new"}

    class Killed(BaseException):
        pass

    replace, unlink = Path.replace, Path.unlink
    seen = []
    for moment in range(8):
        root = tmp_path / str(moment)
        for path, content in before.items():
            _put(root, path, content)
        left = moment

        def tick() -> None:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1

        def replace_(self: Path, target: Path) -> Path:
            tick()
            return replace(self, target)

        def unlink_(self: Path, missing_ok: bool = False) -> None:
            tick()
            unlink(self, missing_ok=missing_ok)

        folder = Folder(root)
        folder.read()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace_)
            patch.setattr(Path, "unlink", unlink_)
            if moment < 7:
                with pytest.raises(Killed):
                    folder.apply(_commit(writes, "_posts/delete.md"))
            else:
                folder.apply(_commit(writes, "_posts/delete.md"))
        again = Folder(root)
        found = {path: again.fetch(path) for path in again.read().files}
        assert found in (before, after)
        seen.append(found == after)
        again.apply(_commit(writes, *({"_posts/delete.md"} & found.keys())))
        assert {path: again.fetch(path) for path in again.read().files} == after
        assert not (root / ".notion2jekyll/pending").exists()
    assert seen == [False, *[True] * 7]


@pytest.mark.parametrize("path", ["a.md", "c.md", "gone.md"])
def test_where_a_person_changed_something_after_a_kill_nothing_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Else the state would tell of a post that is not there, and a later merge would start from it."""
    before = {"a.md": b"old", "b.md": b"old", "gone.md": b"old", state.PATH: b"old"}
    for each, content in before.items():
        _put(tmp_path, each, content)
    folder = Folder(tmp_path)
    folder.read()

    writes = {"a.md": b"new", "b.md": b"new", "c.md": b"new", state.PATH: b"new"}
    _apply_and_be_killed(folder, _commit(writes, "gone.md"), monkeypatch)
    _put(tmp_path, path, b"by hand")
    after = {**before, path: b"by hand"}
    again = Folder(tmp_path)
    assert {path: again.fetch(path) for path in again.read().files} == after
    again.finish()
    assert _everything(tmp_path) == after


def test_a_change_in_the_very_moment_of_writing_is_a_race(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(tmp_path, "a.md", b"old")
    folder = Folder(tmp_path)
    folder.read()
    stage = Folder._stage

    def staged(self: Folder, *what: Any) -> None:
        stage(self, *what)
        _put(tmp_path, "a.md", b"by hand")

    monkeypatch.setattr(Folder, "_stage", staged)
    with pytest.raises(Moved):
        folder.apply(_commit({"a.md": b"new", "b.md": b"new"}))
    assert _everything(tmp_path) == {"a.md": b"by hand"}


def _everything(root: Path) -> dict[str, bytes]:
    return {
        place.relative_to(root).as_posix(): place.read_bytes() for place in root.rglob("*") if place.is_file()
    }


def _apply_and_be_killed(folder: Folder, commit: Commit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die when everything is staged and nothing is in its place."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_put", killed)
        with pytest.raises(KeyboardInterrupt):
            folder.apply(commit)


def test_looking_at_what_a_killed_run_left_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("_posts/old.md", "_posts/gone.md"):
        _put(tmp_path, path, b"old")
    folder = Folder(tmp_path)
    folder.read()
    writes = {"_posts/old.md": b"new", "_posts/add.md": b"new", state.PATH: b"new"}
    _apply_and_be_killed(folder, _commit(writes, "_posts/gone.md"), monkeypatch)
    left = _everything(tmp_path)
    assert left["_posts/old.md"] == b"old"
    looker = Folder(tmp_path)
    assert {path: looker.fetch(path) for path in looker.read().files} == writes
    assert _everything(tmp_path) == left
    # Somebody else finishes; what was seen is still there to be fetched, and a commit built on it fits.
    Folder(tmp_path).finish()
    assert looker.fetch("_posts/add.md") == b"new"
    assert _everything(tmp_path) == writes
    looker.apply(_commit({"_posts/more.md": b"new"}, "_posts/add.md"))
    assert set(_everything(tmp_path)) == {"_posts/old.md", "_posts/more.md", state.PATH}


@pytest.mark.parametrize("kind", ["the folder itself", "no fcntl", "a drive that cannot lock"])
def test_one_run_at_a_time_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The second run starts while the first one is between staging and finishing."""
    if kind == "no fcntl":
        monkeypatch.setattr(folder_module, "_CAN_LOCK", False)
    elif kind == "a drive that cannot lock":

        def flock(*_: object) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr("fcntl.flock", flock)
    first, second = Folder(tmp_path), Folder(tmp_path)
    commit = _commit({"_posts/a.md": b"a", "_posts/b.md": b"b", state.PATH: b"both"})
    first.read()
    second.read()
    put, stops = Folder._put, []

    def meanwhile(self: Folder, *details: Any) -> None:
        if self is first:
            for attempt in (lambda: second.apply(commit), second.finish):
                with pytest.raises(Unreachable, match="Another run is writing into") as stop:
                    attempt()
                stops.append(stop.value)
            assert ".notion2jekyll/lock" not in second.read().files
        put(self, *details)

    monkeypatch.setattr(Folder, "_put", meanwhile)
    first.apply(commit)
    assert len(stops) == 6
    assert _everything(tmp_path) == commit.writes
    with pytest.raises(Moved):
        Folder(tmp_path).apply(commit)  # it never looked
    second.read()
    second.apply(commit)
    assert _everything(tmp_path) == commit.writes


def test_a_lock_that_a_killed_run_left_behind_does_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_CAN_LOCK", False)
    lock = _put(tmp_path, ".notion2jekyll/lock")
    folder = Folder(tmp_path)
    folder.read()
    with pytest.raises(Unreachable) as stop:
        folder.apply(_commit({"a.md": b"a"}))
    assert str(lock) in stop.value.hint
    assert not (tmp_path / "a.md").exists()
    os.utime(lock, (0, 0))
    folder.apply(_commit({"a.md": b"a"}))
    assert _everything(tmp_path) == {"a.md": b"a"}


def test_a_state_never_tells_of_a_post_whose_content_got_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("_config.yml").write_bytes(b"")
    folder = Folder(tmp_path)
    folder.read()
    commit = _commit({"_posts/a.md": b"a", "_posts/b.md": b"b", state.PATH: b"both"})
    _apply_and_be_killed(folder, commit, monkeypatch)
    (tmp_path / ".notion2jekyll/pending/1").unlink()
    assert json.loads((tmp_path / ".notion2jekyll/pending/journal.json").read_bytes())["writes"]
    with pytest.raises(ConfigError, match=r"pending/\S+: no such file"):
        Folder(tmp_path).finish()
    assert state.PATH not in _everything(tmp_path)
    again = Folder(tmp_path)
    missing = commit.writes.keys() - again.read().files.keys()
    assert state.PATH in missing
    again.apply(_commit({path: commit.writes[path] for path in missing}))
    assert _everything(tmp_path) == {**commit.writes, "_config.yml": b""}


@pytest.mark.parametrize("journal", [b"", b"[]", b'{"writes": 3}', b"\0\0\0"])
def test_a_journal_that_makes_no_sense_is_forgotten(tmp_path: Path, journal: bytes) -> None:
    _put(tmp_path, ".notion2jekyll/pending/journal.json", journal)
    folder = Folder(tmp_path)
    assert folder.read().files == {}
    folder.apply(_commit({"a.md": b"a"}))
    assert _everything(tmp_path) == {"a.md": b"a"}


def test_names_that_the_environment_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "ascii")
    with pytest.raises(ConfigError) as stop:
        Folder(tmp_path).read()
    assert "ascii" in stop.value.message
    assert "PYTHONUTF8=1" in stop.value.hint


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(tmp_path, "a.md", b"old")
    folder = Folder(tmp_path)
    folder.read()
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if data == b"second":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ConfigError, match="space"):
            folder.apply(_commit({"a.md": b"first", "b.md": b"second"}))
    assert [place.name for place in tmp_path.rglob("*")] == ["a.md"]
    folder.apply(_commit({"a.md": b"first", "b.md": b"second"}))
    assert (tmp_path / "b.md").read_bytes() == b"second"


def test_a_rename_between_two_spellings_of_one_file_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `A.md` and `a.md` are one file (macOS, Windows), the delete must not take what was just written."""
    upper, lower = _put(tmp_path, "A.md", b"same"), tmp_path / "a.md"
    folder = Folder(tmp_path)
    folder.read()
    replace = Path.replace

    def replace_both(self: Path, target: Path) -> Path:
        place = replace(self, target)
        if target == lower:
            upper.unlink()
            os.link(lower, upper)
        return place

    monkeypatch.setattr(Path, "replace", replace_both)
    folder.apply(_commit({"a.md": b"same"}, "A.md"))
    assert lower.read_bytes() == b"same"
    assert upper.exists()


def test_a_file_that_became_a_link_is_not_replaced(tmp_path: Path) -> None:
    outside = _put(tmp_path, "outside.md", b"x")
    place = _put(tmp_path / "site", "a.md", b"x")
    folder = Folder(tmp_path / "site")
    folder.read()
    place.unlink()
    place.symlink_to(outside)
    with pytest.raises(Moved):
        folder.apply(_commit({"a.md": b"new"}))
    assert (place.is_symlink(), outside.read_bytes()) == (True, b"x")


def test_a_folder_that_cannot_be_written_into_says_so_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Folder(tmp_path / "new/site").obstacle() is None
    monkeypatch.chdir(tmp_path)
    assert Folder(Path("new/site")).obstacle() is None
    _put(tmp_path, "file")
    with pytest.raises(ConfigError, match="not a directory") as stopped:
        Folder(tmp_path / "file/site").obstacle()
    assert "a folder is needed" in stopped.value.hint
    monkeypatch.setattr(os, "access", lambda place, _: Path(place) != tmp_path)
    with pytest.raises(AccessDenied, match="permission denied") as refused:
        Folder(tmp_path / "new").obstacle()
    assert "right to read and write" in refused.value.hint
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(
    ("code", "stop", "word"),
    [
        (errno.EACCES, AccessDenied, "right"),
        (errno.EROFS, AccessDenied, "right"),
        (errno.ENOSPC, ConfigError, "space"),
        (errno.ENAMETOOLONG, ConfigError, "title"),
        (errno.EIO, ConfigError, "run again"),
    ],
)
def test_a_refusal_of_the_disk_names_the_file_and_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, stop: type[Exception], word: str
) -> None:
    folder = Folder(tmp_path)
    folder.read()

    def replace(self: Path, target: Path) -> Path:
        if target.name == "a.md":
            raise OSError(code, os.strerror(code))
        return rename(self, target)

    rename = Path.replace
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises((AccessDenied, ConfigError)) as stopped:
        folder.apply(_commit({"_posts/a.md": b"x"}))
    assert type(stopped.value) is stop
    assert "_posts/a.md" in stopped.value.message
    assert word in stopped.value.hint
    monkeypatch.undo()
    assert Folder(tmp_path).read().files == {}


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    folder = Folder(_put(tmp_path, "site"))
    with pytest.raises(ConfigError) as stopped:
        folder.read()
    assert "site" in stopped.value.message
    assert "a file where a folder is needed" in stopped.value.hint


def test_the_folder_is_made_by_the_first_write_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new/site")
    assert folder.read() == Snapshot(base=None)
    assert not (tmp_path / "new").exists()
    folder.apply(_commit({"a.md": b"x"}))
    assert (tmp_path / "new/site/a.md").read_bytes() == b"x"


def test_names_that_are_no_text_are_left_alone(tmp_path: Path) -> None:
    _put(tmp_path, "a.md")
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.md")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    snapshot = Folder(tmp_path).read()
    assert set(snapshot.files) == {"a.md"}
    assert len(snapshot.others) == 1


@pytest.mark.parametrize(
    ("writes", "deletes"),
    [
        ({"../caught": ["0", None, "x"]}, {}),
        ({"a/../../caught": ["0", None, "x"]}, {}),
        ({"CAUGHT": ["0", None, "x"]}, {}),
        ({".git/hooks/post-checkout": ["0", None, "x"]}, {}),
        ({"a.md": ["../../../secret", None, "x"]}, {}),
        ({"a.md": ["SECRET", None, "x"]}, {}),
        ({}, {"../secret": blob_id(b"secret")}),
        ({}, {"SECRET": blob_id(b"secret")}),
    ],
    ids=str,
)
def test_a_journal_that_came_with_a_repository_reaches_nothing_outside(
    tmp_path: Path, writes: dict[str, Any], deletes: dict[str, Any]
) -> None:
    """CAUGHT and SECRET stand for absolute paths."""
    _put(tmp_path, "secret", b"secret")
    absolute = {name: str(tmp_path / name.lower()) for name in ("CAUGHT", "SECRET")}
    raw = {
        "writes": {
            absolute.get(path, path): [absolute.get(one, one) for one in write]
            for path, write in writes.items()
        },
        "deletes": {absolute.get(path, path): blob for path, blob in deletes.items()},
    }
    site = tmp_path / "site"
    _put(site, ".git/HEAD", b"ref: refs/heads/main")
    _put(site, ".notion2jekyll/pending/0", b"caught")
    _put(site, ".notion2jekyll/pending/journal.json", json.dumps(raw).encode())
    folder = Folder(site)
    assert folder.read().files == {}
    folder.finish()
    folder.apply(_commit({"b.md": b"b"}))
    assert _everything(tmp_path) == {
        "secret": b"secret",
        "site/.git/HEAD": b"ref: refs/heads/main",
        "site/b.md": b"b",
    }


@pytest.mark.parametrize(
    "link", [".notion2jekyll", ".notion2jekyll/pending", ".notion2jekyll/pending/journal.json"]
)
def test_what_is_pending_behind_a_symbolic_link_is_left_alone(tmp_path: Path, link: str) -> None:
    whole = {".notion2jekyll/pending/0": b"x", ".notion2jekyll/pending/journal.json": JOURNAL}
    site = tmp_path / "site"
    for path, content in whole.items():
        if path == link or path.startswith(link + "/"):
            _put(tmp_path / "elsewhere", path.removeprefix(link).strip("/") or "file", content)
        else:
            _put(site, path, content)
    (site / link).parent.mkdir(parents=True, exist_ok=True)
    (site / link).symlink_to(tmp_path / "elsewhere" / ("file" if link.endswith("json") else ""))
    before = _everything(tmp_path / "elsewhere")
    folder = Folder(site)
    assert "a.md" not in folder.read().files
    folder.finish()
    assert _everything(tmp_path / "elsewhere") == before
    assert not (site / "a.md").exists()


JOURNAL = json.dumps({"writes": {"a.md": ["0", None, blob_id(b"x")]}, "deletes": {}}).encode()


def test_a_symbolic_link_is_not_put_into_place(tmp_path: Path) -> None:
    secret = _put(tmp_path, "secret", b"secret")
    site = tmp_path / "site"
    _put(site, ".notion2jekyll/pending/journal.json", JOURNAL)
    (site / ".notion2jekyll/pending/0").symlink_to(secret)
    folder = Folder(site)
    assert folder.read().files == {}
    folder.finish()
    assert not (site / "a.md").exists()
    assert _everything(tmp_path) == {"secret": b"secret"}
