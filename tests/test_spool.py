"""Media wait for their commit on disk: never all of them in memory, and nothing of them stays when a run is over."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion2jekyll import media
from notion2jekyll.config import load
from notion2jekyll.demo.workspace import block
from notion2jekyll.errors import ConfigError
from notion2jekyll.media.spool import Spool
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.snapshot import Commit, Contents, blob_id
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target import Applied, Target
from notion2jekyll.target.folder import Folder
from notion2jekyll.target.github import GitHub, PullRequest, Wish
from pictures import png
from world import World, world

FILES = 50


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary ones, for this test alone."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], temporary: Path
) -> Iterator[World]:
    assert temporary.is_dir()
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        yield made


def run(here: World, target: Target) -> Report:
    read = NotionSettings(here.notion.token, here.notion.url, clock=here.monotonic, sleep=here.nap)
    job = Job(load(here.directory / "notion2jekyll.yaml"), read)
    return sync(job, target, Clock(here.clock, here.slept.append), Silent())


def hub(here: World) -> GitHub:
    return GitHub("me/blog", "main", here.hub.token, here.hub.base_url, sleep=here.slept.append)


def fill(here: World, count: int = FILES) -> list[bytes]:
    """Add pages with a picture each, and return the pictures; every tenth is a drawing, which is text."""
    pictures = [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="4"/>' % (8 + number)
        if number % 10 == 9
        else png(8 + number, 4)
        for number in range(count)
    ]
    for number, picture in enumerate(pictures):
        name = f"{number}.svg" if picture.startswith(b"<svg") else f"{number}.png"
        here.row(f"Post {number}", children=[block("image", **here.workspace.add_file(name, picture))])
    here.pass_time(hours=1)
    return pictures


# As a mapping

PATHS = st.sampled_from(["a.png", "b.png", "../../etc/passwd", "그림/하나.png", "c\0.png", ""])
CONTENTS = st.binary(max_size=20)
ACTS = st.one_of(
    st.tuples(st.just("set"), PATHS, CONTENTS),
    st.tuples(st.just("set aside"), PATHS, CONTENTS),
    st.tuples(st.sampled_from(["delete", "pop", "take", "clear"]), PATHS, st.just(b"")),
)


@settings(max_examples=150)
@given(st.lists(ACTS, max_size=25))
def test_it_is_like_a_dict(acts: list[tuple[str, str, bytes]]) -> None:
    model: dict[str, bytes] = {}
    other: dict[str, bytes] = {}
    with Spool() as spool:
        aside = spool.beside()
        for act, path, content in acts:
            if act == "set":
                spool[path] = model[path] = content
            elif act == "set aside":
                aside[path] = other[path] = content
            elif act == "pop":
                assert spool.pop(path, None) == model.pop(path, None)
            elif act == "clear":
                spool.clear()
                model.clear()
            elif act == "take":
                spool.take(aside)
                model |= other
                other.clear()
            elif path in model:
                del spool[path], model[path]
            else:
                with pytest.raises(KeyError):
                    del spool[path]
            assert (dict(spool), dict(aside)) == (model, other)
            assert (len(spool), {*spool}) == (len(model), {*model})
            assert (path in spool, spool.get(path)) == (path in model, model.get(path))
            assert {path: spool.blob(path) for path in spool} == {
                path: blob_id(content) for path, content in model.items()
            }


def test_files_are_named_by_number_and_go_with_their_content(temporary: Path) -> None:
    with Spool() as spool:
        assert not [*temporary.iterdir()], "nothing is there before the first content"
        spool["../../x.png"] = b"1"
        spool["b.png"] = b"2"
        (folder,) = temporary.iterdir()
        assert sorted(file.name for file in folder.iterdir()) == ["0", "1"]
        assert folder.stat().st_mode & 0o077 == 0, "others may not read it"
        spool["b.png"] = b"3"
        del spool["../../x.png"]
        assert [file.read_bytes() for file in folder.iterdir()] == [b"3"]
    assert not [*temporary.iterdir()]
    with pytest.raises(ValueError, match="over"):
        spool["late.png"] = b"of a thread that nobody waits for"
    assert not [*temporary.iterdir()]


def test_no_room_for_files_is_told(temporary: Path) -> None:
    temporary.rmdir()
    with Spool() as spool, pytest.raises(ConfigError, match="temporary folder") as stop:
        spool["a.png"] = b"1"
    assert "TMPDIR" in stop.value.hint


@given(st.dictionaries(PATHS, CONTENTS), st.dictionaries(PATHS, CONTENTS), st.sets(PATHS))
def test_contents_are_those_held_and_those_aside(
    held: dict[str, bytes], kept: dict[str, bytes], aside: set[str]
) -> None:
    aside &= kept.keys()
    contents = Contents(held, kept, aside)
    expected = {path: kept[path] for path in aside} | held
    assert contents == expected
    assert (len(contents), {*contents}) == (len(expected), {*expected})
    assert all((path in contents) == (path in expected) for path in ("a.png", "b.png", "z"))


# In a run


class Counted(bytes):
    """The content of a file, which counts how many there are at a time."""

    now = 0
    most = 0

    def __new__(cls, content: bytes) -> Self:
        Counted.now += 1
        Counted.most = max(Counted.most, Counted.now)
        return super().__new__(cls, content)

    def __del__(self) -> None:
        Counted.now -= 1


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    """Count the contents that were downloaded, or read again, and are still held by anything."""
    read, get = media._read, Spool.__getitem__
    monkeypatch.setattr(media, "_read", lambda *args: Counted(read(*args)))
    monkeypatch.setattr(Spool, "__getitem__", lambda spool, path: Counted(get(spool, path)))
    Counted.now = Counted.most = 0
    return Counted


@pytest.mark.parametrize("kind", ["folder", "branch", "pull request"])
def test_few_files_are_in_memory_at_a_time(
    here: World, counted: type[Counted], temporary: Path, kind: str
) -> None:
    pictures = fill(here)
    site = here.directory / "site"
    target: Target = Folder(site)
    if kind == "branch":
        target = hub(here)
    elif kind == "pull request":
        target = PullRequest(
            "me/blog",
            "main",
            here.hub.token,
            here.hub.base_url,
            wish=Wish("offer", "Posts"),
            sleep=here.slept.append,
        )
    report = run(here, target)
    assert (report.problems, len(report.changes)) == ((), FILES)
    assert 0 < counted.most <= media.WORKERS + 2, "each is read on its own"
    assert counted.now == 0
    files: Mapping[str, bytes] = (
        {place.relative_to(site).as_posix(): place.read_bytes() for place in site.rglob("*.*g")}
        if kind == "folder"
        else here.hub.files("offer" if kind == "pull request" else "main")
    )
    kept = [content for path, content in files.items() if path.startswith("assets/")]
    assert sorted(kept) == sorted(pictures)
    assert not [*temporary.iterdir()]


def test_pictures_that_github_gives_are_not_kept(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = {f"{number}.png": png(8 + number, 4) for number in range(10)}
    here.hub.rival.push(pictures)
    decode = base64.b64decode
    monkeypatch.setattr(base64, "b64decode", lambda text: Counted(decode(text)))
    Counted.now = Counted.most = 0
    target = hub(here)
    target.read()
    for path, picture in pictures.items():
        assert target.fetch(path) == picture
    assert (Counted.now, Counted.most) == (0, 1)


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt])
def test_nothing_stays_on_disk_whatever_ends_the_run(
    here: World, temporary: Path, error: type[BaseException] | None
) -> None:
    fill(here, 3)
    seen: list[int] = []

    class Ends(Folder):
        def apply(self, commit: Commit) -> Applied:
            (folder,) = temporary.iterdir()
            seen.append(len([*folder.iterdir()]))
            if error:
                raise error
            return super().apply(commit)

    def go() -> Any:
        return run(here, Ends(here.directory / "site"))

    if error:
        with pytest.raises(error):
            go()
    else:
        assert go().result == "written"
    assert seen == [3], "they were there while they were needed"
    assert not [*temporary.iterdir()]


def test_a_run_without_media_touches_no_disk(
    here: World, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "not there"))
    assert run(here, Folder(here.directory / "site")).result == "written"
