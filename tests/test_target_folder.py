"""A folder is somebody's disk: links, rights, a full disk, a kill in the middle."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError
from notion2jekyll.target import Commit, Moved, Snapshot
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


def test_what_a_person_changed_after_a_kill_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(tmp_path, "a.md", b"old")
    _put(tmp_path, "b.md", b"old")
    _put(tmp_path, "gone.md", b"old")
    folder = Folder(tmp_path)
    folder.read()

    def killed(self: Folder) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            folder.apply(_commit({"a.md": b"new", "b.md": b"new"}, "gone.md"))
    for path in ("a.md", "gone.md"):
        _put(tmp_path, path, b"by hand")
    again = Folder(tmp_path)
    assert {path: again.fetch(path) for path in again.read().files} == {
        "a.md": b"by hand",
        "b.md": b"new",
        "gone.md": b"by hand",
    }


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
