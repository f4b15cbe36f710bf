"""Links into other pages, whatever happens to both ends of them: they lead to what they mean after every run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from fakes.memory import Memory, Site
from notion2jekyll import config, feeds, sync
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import PropertySchema
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.state import PATH, Entry, parse
from test_machine import HEADINGS, PARTS, SOURCE, START, Notion, Row, misleading

TITLES = ("one", "two")
DAY = "2026-11-19"


class Crosslinks(RuleBasedStateMachine):
    """Pages that link into each other, and into themselves."""

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.notion = Notion()
        self.site = Site({"_config.yml": b"timezone: Asia/Seoul\n"})
        self.by_hand: set[str] = set()
        """Paths of the posts that a person edited."""
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(sync, "read_source", self.notion.read_source)
        schema = {"Name": PropertySchema("title"), "Public": PropertySchema("checkbox")}
        self.patch.setattr(feeds, "read_schema", lambda *_, **__: schema)

    def teardown(self) -> None:
        self.patch.undo()

    @initialize(policy=st.sampled_from(["merge", "keep", "overwrite"]))
    def configure(self, policy: str) -> None:
        self.config = config.parse(
            f"notion: {{source: {SOURCE}, publish: {{property: Public, is: true}}}}\n"
            f"sync: {{on_conflict: {policy}}}\njekyll: {{addresses: follow}}\n",
            "test",
        )

    def touch(self, row: Row, seconds: int = 400) -> None:
        self.now += timedelta(seconds=seconds)
        row.edited = self.now

    @rule(target=rows, title=st.sampled_from(TITLES))
    def write(self, title: str) -> Row:
        row = Row(
            f"{len(self.notion.rows) + 1:08x}-0000-4000-8000-000000000000", title, DAY, self.now, self.now
        )
        self.touch(row)
        self.notion.rows[row.id] = row
        return row

    @rule(row=rows, jumps=st.lists(st.tuples(rows, st.sampled_from(PARTS)), max_size=3))
    def link(self, row: Row, jumps: list[tuple[Row, str]]) -> None:
        row.jumps = tuple((other.id, part) for other, part in jumps)
        self.touch(row)

    @rule(row=rows, headings=st.tuples(st.sampled_from(HEADINGS), st.sampled_from(HEADINGS)))
    def rename_headings(self, row: Row, headings: tuple[str, str]) -> None:
        row.headings = headings
        self.touch(row)

    @rule(row=rows, title=st.sampled_from(TITLES))
    def rename(self, row: Row, title: str) -> None:
        row.title = title
        self.touch(row)

    @rule(row=rows)
    def unpublish_or_publish(self, row: Row) -> None:
        row.published = not row.published
        self.touch(row)

    @rule(row=rows)
    def page_cannot_be_read_or_can_again(self, row: Row) -> None:
        self.notion.unreadable ^= {row.id}

    @rule(row=rows)
    def edit_by_hand(self, row: Row) -> None:
        entry = self.posts().get(row.id)
        if entry is not None:
            self.by_hand.add(entry.path)
            self.site.edit({entry.path: self.site.files[entry.path] + b"\nmine\n"})

    @rule()
    def lose_the_state(self) -> None:
        if PATH in self.site.files and not self.by_hand:
            self.site.edit({PATH: b"{"})

    # The runs ------------------------------------------------------------------------------------------------------

    def posts(self) -> dict[str, Entry]:
        if self.site.files.get(PATH, b"{") == b"{":
            return {}
        entries = parse(self.site.files[PATH]).entries
        return {page: entry for page, entry in entries.items() if entry.path in self.site.files}

    def run(self, *, pages: frozenset[str] = frozenset(), rivals: int = 0) -> Report:
        target = Memory(self.site)
        pushes = iter(range(rivals))

        def push() -> None:
            if next(pushes, None) is not None:
                self.site.edit({"README.md": b"%d" % self.site.version})

        target.before = push
        self.now += timedelta(minutes=3)
        job = sync.Job(self.config, NotionSettings("secret"), pages=pages, force=True)
        return sync.sync(job, target, sync.Clock(lambda: self.now, lambda _: None), Silent())

    @rule(rivals=st.integers(0, 2))
    def sync_(self, rivals: int) -> None:
        report = self.run(rivals=rivals)
        posts = self.posts()
        failing = {problem.page for problem in report.problems if problem.severity == "error"}
        away = {conflict.page for conflict in report.conflicts} | failing
        away |= {page for page, entry in posts.items() if entry.path in self.by_hand}
        sound = {page: entry for page, entry in posts.items() if page not in away}
        for page in sound:
            assert misleading(self.notion.rows[page], sound, self.site.files) == []
        files = dict(self.site.files)
        again = self.run()
        if not report.conflicts:
            assert again.changes == ()
            assert {**self.site.files, PATH: b""} == {**files, PATH: b""}

    @rule(row=rows)
    def sync_one_page(self, row: Row) -> None:
        self.run(pages=frozenset({row.id}))


TestCrosslinks = Crosslinks.TestCase
TestCrosslinks.settings = settings(
    max_examples=150, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
