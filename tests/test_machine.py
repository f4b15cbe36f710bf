"""A blog, its Notion and a person who does everything that people do, in any order: the promises hold after every run.

The whole of `sync.sync` runs; only reading Notion and downloading files are answered from memory.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from fakes.github import fake_github
from fakes.hub import Hub
from fakes.memory import Site
from notion2jekyll import config, feeds, media, sync
from notion2jekyll.errors import GuardStop, Problem
from notion2jekyll.jekyll import front_matter
from notion2jekyll.media import Failure, Got, Media
from notion2jekyll.media.kinds import size_of
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import Listing, PropertySchema, Reading, Source, Wanted
from notion2jekyll.notion.model import Failed, File, Page, Tree, parse_block, parse_page
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.snapshot import blob_id
from notion2jekyll.state import PATH, Entry, State, parse
from notion2jekyll.steps import files, reading

SOURCE = "0984278d-d031-85f9-a7ab-4078eaf5200b"
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TITLES = ["일기", "Note", "note", "🚀"]
DAYS = ["2026-11-18", "2026-11-19"]
HEADINGS = ["Results", "결과", "🚀"]
PARTS = ("text", "first", "second", "missing")
"""What links into a page lead to: its paragraph, one of its two headings, or a block that is not there any more."""


class Crash(Exception):
    """The process is killed here."""


@dataclass
class Row:
    """A page in Notion."""

    id: str
    title: str
    day: str
    created: datetime
    edited: datetime
    published: bool = True
    version: int = 0
    image: int | None = None
    link: str | None = None
    headings: tuple[str, str] = ("Results", "Results")
    jumps: tuple[tuple[str, str], ...] = ()
    """Pages, and which part of them."""
    trashed: bool = False
    erased: bool = False

    def page(self) -> Page:
        stamp = self.edited.replace(second=0).isoformat()
        return parse_page(
            {
                "id": self.id,
                "created_time": self.created.isoformat(),
                "last_edited_time": stamp,
                "in_trash": self.trashed,
                "parent": {"type": "data_source_id", "data_source_id": SOURCE},
                "properties": {
                    "Name": {"type": "title", "title": [{"type": "text", "plain_text": self.title}]},
                    "Date": {"type": "date", "date": {"start": self.day}},
                    "Public": {"type": "checkbox", "checkbox": self.published},
                },
            }
        )

    @property
    def text(self) -> str:
        return f"version {self.version} of {self.id[:8]}."

    def tree(self) -> Tree:
        runs: list[dict[str, Any]] = [{"type": "text", "plain_text": self.text}]
        if self.link:
            mention = {"type": "page", "page": {"id": self.link}}
            runs.append({"type": "mention", "mention": mention, "plain_text": "another"})
        for page, part in self.jumps:
            href = f"/{page}#{part_id(page, part)}".replace("-", "")
            runs += [
                {"type": "text", "plain_text": " "},
                {"type": "text", "plain_text": f"to the {part}", "href": href},
            ]
        blocks: list[dict[str, Any]] = [
            {"id": part_id(self.id, part), "type": "heading_1", "heading_1": {"rich_text": [{"type": "text", "plain_text": text}]}}
            for part, text in zip(PARTS[1:], self.headings, strict=False)
        ]  # fmt: skip
        text = {"id": part_id(self.id, "text"), "type": "paragraph", "paragraph": {"rich_text": runs}}
        blocks.insert(0, text)
        if self.image is not None:
            url = f"https://files.example/space/{self.image}/picture.png?X-Amz-Signature=1"
            blocks.append({"id": self.id, "type": "image", "image": {"type": "file", "file": {"url": url}}})
        return Tree(self.page(), tuple(parse_block(raw) for raw in blocks))


def part_id(page: str, part: str) -> str:
    """Return the id of a part of a page."""
    return f"{page[:-1]}{1 + PARTS.index(part)}"


@dataclass
class Notion:
    """What `read_source` is asked."""

    rows: dict[str, Row] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    complete: bool = True
    answers: bool = True
    """Whether look-ups are answered."""

    def read_source(
        self,
        settings: NotionSettings,
        sources: Sequence[Source],
        choose: Callable[[Listing], Wanted],
        deliver: Callable[[Tree | Failed], None],
        more: Callable[[], frozenset[str]],
        pause: object = None,
        *,
        progress: object,
        listing: Listing | None = None,
    ) -> Reading:
        if listing is None:
            pages = tuple(row.page() for row in self.rows.values() if not row.trashed and not row.erased)
            if not self.complete:
                pages = pages[: len(pages) // 2]
            ids = tuple(page.id for page in pages)
            listing = Listing(pages, {SOURCE: ids}, self.complete, {SOURCE: f"data_source:{SOURCE}"})
        wanted = choose(listing)
        bodies = wanted.bodies
        read: set[str] = set()
        while True:
            for page in listing.pages:
                if page.id in bodies:
                    row = self.rows[page.id]
                    failed = Failed(page, Problem("error", "unreadable", page=page.id))
                    assert page.id not in read, "read twice"
                    read.add(page.id)
                    deliver(failed if page.id in self.unreadable else row.tree())
            if not (bodies := more()):
                break
        found: dict[str, Page | Failed | None] = {}
        for id_ in wanted.lookups:
            row = self.rows[id_]
            if self.answers:
                found[id_] = None if row.erased else row.page()
            else:
                found[id_] = Failed(row.page(), Problem("warning", "no answer", page=id_))
        return Reading(listing, found, 1, 0.0)


@dataclass
class Storage:
    """What `download` is asked."""

    broken: bool = False

    def download(self, files: Mapping[str, File], into: dict[str, bytes], **_: object) -> Media:
        if self.broken:
            return Media(
                failures=dict.fromkeys(files, Failure("The storage is down.", "")), requests=len(files)
            )
        into.update({path: picture(file.key) for path, file in files.items()})
        return Media({path: Got(path, size_of(into[path])) for path in files}, requests=len(files))


def picture(key: str) -> bytes:
    """Return the start of a picture of its own size for each key."""
    number = 1 + int(key.split("/")[1])
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + number.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + b"\0" * 4


def misleading(row: Row, posts: Mapping[str, Entry], files: Mapping[str, bytes]) -> list[str]:
    """Return the links that the post of `row` should have into those of `posts`, by page id, and does not have."""
    text = files[posts[row.id].path].decode()
    wrong = []
    for page, part in row.jumps:
        if page not in posts or posts[page].path not in files:
            continue
        link = f'<{{{{ "{posts[page].url}" | relative_url }}}}>'
        if part != "missing":
            place = _place(files[posts[page].path].decode(), page, part)
            link = f"#{place}" if page == row.id else link.replace("}}>", f"}}}}#{place}>")
        if f"[to the {part}]({link})" not in text:
            wrong.append(f"[to the {part}]({link})\n{text}")
    return wrong


def _place(post: str, page: str, part: str) -> str:
    """Return where a part of a page is in its post: the anchor that is there, or the id that kramdown will give."""
    anchor = f"notion-{part_id(page, part).replace('-', '')}"
    if f'id="{anchor}"' in post:
        return anchor
    headings = [line.removeprefix("## ").lower() for line in post.splitlines() if line.startswith("## ")]
    place = PARTS.index(part) - 1
    if part == "text" or headings[place] == "🚀":
        return "no such place"
    return headings[place] + ("-1" if place == 1 and headings[0] == headings[1] else "")


@functools.cache
def parsed(text: str) -> config.Config:
    """Return the configuration in `text`; there are few of them, and many sequences."""
    return config.parse(text, "test")


@functools.lru_cache(1000)
def page_of(post: bytes) -> str | None:
    """Return which page a post names."""
    metadata = front_matter.load(post.decode())
    return str(metadata["notion_id"]) if metadata and "notion_id" in metadata else None


class Blog(RuleBasedStateMachine):
    """Everything that can happen between two runs, and the runs."""

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.notion = Notion()
        self.storage = Storage()
        self.site = self.new_site(
            {
                "_config.yml": b"timezone: Asia/Seoul\nplugins: [jekyll-redirect-from]\n",
                "about.md": b"---\n---\nMine.",
            }
        )
        self.theirs = dict(self.site.files)
        """What a person put into the repository last, and where."""
        self.notes: dict[str, str] = {}
        """Note that a person wrote into a post, where posts are merged → the page."""
        self.thrown: set[str] = set()
        """Pages whose post a person deleted."""
        self.urls: dict[str, str] = {}
        """Page → address of its post after the last run."""
        self.forgot = False
        # Pages whose post only claims to be ours, since the state was lost.
        self.unproven: set[str] = set()
        """Whether the state was ever lost."""
        self.report: Report | None = None
        self.commits = 0
        self.patch = pytest.MonkeyPatch()
        for step in (reading, files):
            self.patch.setattr(step, "read_source", self.notion.read_source)
        schema = {"Name": PropertySchema("title"), "Public": PropertySchema("checkbox")}
        self.patch.setattr(feeds, "read_schema", lambda *_, **__: schema)
        self.patch.setattr(media, "download", self.storage.download)

    def new_site(self, files: dict[str, bytes]) -> Site | Hub:
        """Return a repository that holds `files`."""
        return Site(files)

    def teardown(self) -> None:
        self.patch.undo()

    @initialize(
        removed=st.sampled_from(["delete", "draft", "keep"]),
        restore=st.booleans(),
        merging=st.booleans(),
        addresses=st.sampled_from(["keep", "follow"]),
        unpublished=st.sampled_from(["skip", "draft", "hidden"]),
    )
    def configure(self, removed: str, restore: bool, merging: bool, addresses: str, unpublished: str) -> None:
        self.removed, self.restore, self.merging = removed, restore, merging
        self.addresses, self.unpublished = addresses, unpublished
        self.config = parsed(
            f"notion: {{source: {SOURCE}, publish: {{property: Public, is: true}}, unpublished: {unpublished}}}\n"
            f"jekyll: {{addresses: {addresses}}}\n"
            f"sync: {{removed: {removed}, restore: {str(restore).lower()}, "
            f"on_conflict: {'merge' if merging else 'keep'}}}\n"
        )

    # What the author does ------------------------------------------------------------------------------------------

    def touch(self, row: Row, seconds: int = 400) -> None:
        self.now += timedelta(seconds=seconds)
        row.edited = self.now

    @rule(
        target=rows,
        title=st.sampled_from(TITLES),
        day=st.sampled_from(DAYS),
        image=st.one_of(st.none(), st.integers(0, 2)),
    )
    def write(self, title: str, day: str, image: int | None) -> Row:
        row = Row(
            f"{len(self.notion.rows) + 1:08x}-0000-4000-8000-000000000000",
            title,
            day,
            self.now,
            self.now,
            image=image,
        )
        self.touch(row)
        self.notion.rows[row.id] = row
        return row

    @rule(row=rows, seconds=st.sampled_from([1, 30, 61, 400]))
    def edit(self, row: Row, seconds: int) -> None:
        row.version += 1
        self.touch(row, seconds)

    @rule(row=rows)
    def edit_to_no_effect(self, row: Row) -> None:
        self.touch(row)

    @rule(row=rows, title=st.sampled_from(TITLES))
    def rename(self, row: Row, title: str) -> None:
        row.title = title
        self.touch(row)

    @rule(row=rows, day=st.sampled_from(DAYS))
    def redate(self, row: Row, day: str) -> None:
        row.day = day
        self.touch(row)

    @rule(row=rows, other=rows)
    def link(self, row: Row, other: Row) -> None:
        row.link = other.id
        self.touch(row)

    @rule(row=rows, jumps=st.lists(st.tuples(rows, st.sampled_from(PARTS)), max_size=2))
    def link_into_pages(self, row: Row, jumps: list[tuple[Row, str]]) -> None:
        row.jumps = tuple((other.id, part) for other, part in jumps)
        self.touch(row)

    @rule(row=rows, headings=st.tuples(st.sampled_from(HEADINGS), st.sampled_from(HEADINGS)))
    def rename_headings(self, row: Row, headings: tuple[str, str]) -> None:
        row.headings = headings
        self.touch(row)

    @rule(row=rows, image=st.one_of(st.none(), st.integers(0, 2)))
    def illustrate(self, row: Row, image: int | None) -> None:
        row.image = image
        self.touch(row)

    @rule(row=rows)
    def unpublish_or_publish(self, row: Row) -> None:
        row.published = not row.published
        self.touch(row)

    @rule(row=rows)
    def trash_or_restore(self, row: Row) -> None:
        row.trashed = not row.trashed
        self.touch(row)

    @rule(row=rows)
    def erase(self, row: Row) -> None:
        row.erased = True

    # What services do ----------------------------------------------------------------------------------------------

    @rule(row=rows)
    def page_cannot_be_read_or_can_again(self, row: Row) -> None:
        self.notion.unreadable ^= {row.id}

    @rule()
    def list_is_cut_or_whole_again(self) -> None:
        self.notion.complete = not self.notion.complete

    @rule()
    def lookups_fail_or_work_again(self) -> None:
        self.notion.answers = not self.notion.answers

    @rule()
    def storage_fails_or_works_again(self) -> None:
        self.storage.broken = not self.storage.broken

    # What people do in the repository ------------------------------------------------------------------------------

    def posts(self) -> dict[str, str]:
        """Return path → page of every post and draft that names a page."""
        found = {}
        for path, content in self.site.files.items():
            if path.startswith(("_posts/", "_drafts/")) and (page := page_of(content)):
                found[path] = page
        return found

    @precondition(lambda self: self.posts() and self.remembers())
    @rule(data=st.data(), in_front_matter=st.booleans())
    def edit_by_hand(self, data: st.DataObject, in_front_matter: bool) -> None:
        posts = self.posts()
        path = data.draw(st.sampled_from(sorted(posts)))
        note = f"note{len(self.site.history)}x{len(self.notes)}: of mine"
        text = self.site.files[path].decode()
        edited = text.replace("---\n", f"---\n{note}\n", 1) if in_front_matter else f"{text}\n{note}\n"
        self.site.edit({path: edited.encode()})
        if self.merging:
            self.notes[note] = posts[path]
        else:
            self.theirs[path] = edited.encode()

    @precondition(lambda self: self.posts() and self.remembers())
    @rule(data=st.data())
    def delete_by_hand(self, data: st.DataObject) -> None:
        posts = self.posts()
        path = data.draw(st.sampled_from(sorted(posts)))
        self.thrown.add(posts[path])
        self.theirs.pop(path, None)
        self.notes = {note: page for note, page in self.notes.items() if not self.notes_in(path) & {note}}
        self.site.edit({path: None})

    @rule(
        name=st.sampled_from(["일기", "note", "note-00000001"]),
        day=st.sampled_from(DAYS),
        folder=st.sampled_from(["_posts", "_drafts"]),
    )
    def add_by_hand(self, name: str, day: str, folder: str) -> None:
        path = f"_posts/{day}-{name}.md" if folder == "_posts" else f"_drafts/{name}.md"
        if path not in self.site.files:
            self.theirs[path] = b"---\ntitle: Mine\n---\nAll mine.\n"
            self.site.edit({path: self.theirs[path]})

    @precondition(lambda self: PATH in self.site.files)
    @rule(damage=st.sampled_from([None, b"", b"{", b"<<<<<<< HEAD\n", b'{"version": 1}', b"\xff"]))
    def lose_the_state(self, damage: bytes | None) -> None:
        self.site.edit({PATH: damage})
        self.forgot = True
        # From here on nobody can tell who wrote a post; git still can.
        for path in self.posts():
            self.theirs.pop(path, None)
        self.notes.clear()
        self.thrown.clear()
        self.unproven = set(self.posts().values())

    # The runs ------------------------------------------------------------------------------------------------------

    def run(
        self, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
    ) -> Report | None:
        target = self.site.target(before, after)
        job = sync.Job(self.config, NotionSettings("secret"), force=True)
        self.now += timedelta(seconds=20)
        try:
            return sync.sync(job, target, sync.Clock(lambda: self.now, lambda _: None), Silent())
        except Crash:
            return None

    @rule()
    def sync_(self) -> None:
        self.check(self.run())

    @rule()
    def sync_and_be_killed(self) -> None:
        def kill() -> None:
            raise Crash

        untouched = dict(self.site.files)
        self.run(before=kill)
        assert self.site.files == untouched
        self.run(after=kill)
        self.check(self.run())

    @rule()
    def sync_against_a_rival(self) -> None:
        pushes = iter(range(2))

        def push() -> None:
            for number in pushes:
                self.theirs["README.md"] = f"{self.site.version}.{number}".encode()
                self.site.edit({"README.md": self.theirs["README.md"]})
                return

        self.check(self.run(before=push))

    @rule()
    def a_guard_stops_the_run_before_anything_is_written(self) -> None:
        """An empty list is no reason to delete a blog."""
        untouched = dict(self.site.files)
        rows, self.notion.rows = self.notion.rows, {}
        posts = PATH in untouched and any(not entry.removed for entry in self.remembered().entries.values())
        try:
            job = sync.Job(self.config, NotionSettings("secret"))
            sync.sync(job, self.site.target(), sync.Clock(lambda: self.now, lambda _: None), Silent())
            assert not posts
        except (GuardStop, KeyError):
            pass
        finally:
            self.notion.rows = rows
        if posts:
            assert self.site.files == untouched

    def notes_in(self, path: str) -> set[str]:
        """Return what a person wrote into the post at `path` that should be there."""
        text = self.site.files.get(path, b"").decode("utf-8", "replace")
        return {note for note in self.notes if note in text}

    def remembers(self) -> bool:
        """Return whether it is still known who wrote which post."""
        return bool(self.remembered().entries)

    def remembered(self) -> State:
        try:
            return parse(self.site.files[PATH])
        except (KeyError, ValueError):
            return State()

    # What holds ----------------------------------------------------------------------------------------------------

    def check(self, report: Report | None) -> None:
        assert report is not None
        files = dict(self.site.files)
        self.check_posts(report)
        self.check_addresses()
        # A second run, when the minute is over and nothing happened, does nothing.
        self.now += timedelta(minutes=3)
        again = self.run()
        assert again is not None
        # (A path that a page waits for may have become free by the first.)
        if not self.storage.broken and not report.conflicts:
            assert again.changes == ()
            without = {path: content for path, content in self.site.files.items() if path != PATH}
            assert without == {path: content for path, content in files.items() if path != PATH}
        self.check_posts(again)

    def check_hidden(self, paths: Iterable[str]) -> None:
        for path in paths:
            hidden = b"published: false" in self.site.files[path]
            assert hidden or path in self.theirs or self.notes_in(path) or self.removed == "keep"

    def check_addresses(self) -> None:
        state = self.remembered()
        # A post that a person deleted leaves its address to others.
        urls = {
            page: entry.url
            for page, entry in state.entries.items()
            if entry.url and not entry.removed and entry.path in self.site.files
        }
        assert len(set(urls.values())) == len(urls), "two pages share an address"
        for page, url in urls.items():
            if self.addresses == "keep" and not self.forgot:
                assert self.urls.get(page, url) == url, "an address did not last"
        self.urls = urls

    def check_posts(self, report: Report) -> None:
        state = self.remembered()
        conflicts = {conflict.page for conflict in report.conflicts}
        failing = {problem.page for problem in report.problems if problem.severity == "error"}
        # A file that a person puts in the place of a post is theirs as much as one that they edit.
        self.thrown &= {
            page
            for page, entry in state.entries.items()
            if entry.path not in self.site.files or entry.path in self.theirs
        }
        self.unproven -= {page for page, entry in state.entries.items() if not entry.recovered}
        posts = self.posts()
        owners: dict[str, list[str]] = {}
        for path, page in posts.items():
            if path.startswith("_posts/"):
                owners.setdefault(page, []).append(path)
        for row in self.notion.rows.values():
            mine = owners.get(row.id, [])
            assert len(mine) <= 1, "two posts of one page"
            listed = self.notion.complete
            if not listed or row.id in conflicts or row.id in failing:
                continue
            if row.published and not row.trashed and not row.erased:
                if row.id not in self.thrown:
                    assert mine, f"{row} has no post"
                    if mine[0] not in self.theirs:
                        assert row.text in self.site.files[mine[0]].decode()
                        assert state.entries[row.id].path == mine[0]
                        self.check_links(row, state, {*conflicts, *failing})
            elif self.unpublished == "hidden" and not row.trashed and not row.erased:
                self.check_hidden(mine)
            elif self.removed != "keep" and mine and not (mine[0] in self.theirs or self.notes_in(mine[0])):
                known = not (row.trashed or row.erased) or self.notion.answers
                if row.erased and row.id in self.unproven:
                    known = False  # neither the state nor Notion tells that the post was ever ours
                assert not known, f"{row} still has a post"
        paths = [entry.path for entry in state.entries.values()]
        assert len(paths) == len(set(paths)), "two pages share a file"
        for entry in state.entries.values():
            there = self.site.files.get(entry.path)
            assert (
                there is None
                or entry.path in self.theirs
                or self.notes_in(entry.path)
                or blob_id(there) == entry.blob
            )
            # What the next merge starts from can be had.
            assert not self.notes or entry.blob in self.site.objects
            if there is not None and entry.page not in conflicts:
                assert all(path in self.site.files for path in entry.files)
        if not self.forgot:
            used = {path for entry in state.entries.values() for path in entry.files}
            assert {path for path in self.site.files if path.startswith("assets/")} <= used

    def check_links(self, row: Row, state: State, trouble: set[str | None]) -> None:
        """Links into a page lead to what they mean, as its post is now."""
        posts = {
            page: entry
            for page, entry in state.entries.items()
            if not entry.removed and page not in {*trouble, *self.thrown}
            if entry.path not in self.theirs and not self.notes_in(entry.path)
        }
        if row.id in posts:
            assert misleading(row, posts, self.site.files) == []

    @invariant()
    def what_people_wrote_is_there(self) -> None:
        for path, content in self.theirs.items():
            assert self.site.files.get(path) == content, path
        for note, page in self.notes.items():
            assert [
                path for path, owner in self.posts().items() if owner == page and note in self.notes_in(path)
            ]

    @invariant()
    def the_state_is_readable_by_a_person(self) -> None:
        if self.site.history:
            for commit in self.site.history[-1:]:
                assert json.loads(commit.writes[PATH])["version"] == 1
                assert "X-Amz" not in repr(commit)
                assert commit.message.startswith("Sync from Notion: ")


class HubBlog(Blog):
    """The same on a real git repository, over GitHub's API."""

    def new_site(self, files: dict[str, bytes]) -> Hub:
        self.closing = ExitStack()
        folder = Path(self.closing.enter_context(tempfile.TemporaryDirectory()))
        fake = self.closing.enter_context(fake_github(folder / "origin.git"))
        return Hub(fake, files)

    def teardown(self) -> None:
        super().teardown()
        self.closing.close()


CI = settings.get_current_profile_name() == "ci"


def sequences(number: int, steps: int) -> settings:
    """Return the settings for so many sequences of so many steps."""
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )


class LongBlog(Blog):
    """The same, for sequences that take a history."""


TestBlog = Blog.TestCase
TestBlog.settings = sequences(2000 if CI else 150, 12)
TestLongBlog = LongBlog.TestCase
TestLongBlog.settings = sequences(100 if CI else 20, 40)
# A run is some ten requests here, and as many processes of git.
TestHubBlog = HubBlog.TestCase
TestHubBlog.settings = sequences(30 if CI else 10, 10)
