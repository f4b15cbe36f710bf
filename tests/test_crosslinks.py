"""Links into other pages, whatever happens to both ends of them: they lead to what they mean after every run."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from fakes.memory import Memory, Site
from notion2jekyll import config, feeds, sync
from notion2jekyll.demo.workspace import block, text
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import PropertySchema
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.state import PATH, Entry, parse
from notion2jekyll.steps import reading
from test_machine import HEADINGS, PARTS, SOURCE, START, Notion, Row, misleading
from world import World

TITLES = ("one", "two")
DAY = "2026-11-19"


def link(
    page: str, target: str, form: str = "https://www.notion.so/me/Title-{}?pvs=4#{}"
) -> dict[str, object]:
    """Return a paragraph that links to a block of `page`."""
    address = form.format(page.replace("-", ""), target.replace("-", ""))
    return block("paragraph", text("see", link=address))


def source(here: World) -> str:
    return here.site()["_posts/2026-11-20-source.md"]


def target(here: World) -> str:
    return here.site()["_posts/2026-11-20-target.md"]


URL = '<{{ "/2026/11/20/target.html" | relative_url }}'


def write_target(here: World) -> tuple[str, list[str]]:
    """Add a page of two equal headings, a text and some code; return its id and theirs."""
    page = here.row("Target")
    blocks = (
        block("heading_1", "결과"),
        block("heading_1", "결과"),
        block("paragraph", "A text."),
        block("code", "x", language="c"),
    )
    return page, here.workspace.add_blocks(page, blocks)


@pytest.mark.parametrize("order", ["target first", "source first"])
def test_links_lead_into_other_posts_in_the_first_commit_and_nothing_is_read_twice(
    here: World, order: str
) -> None:
    first = here.row("Source") if order == "source first" else ""
    here.pass_time(minutes=2)
    page, (one, two, words, code) = write_target(here)
    here.pass_time(minutes=2)
    here.workspace.add_blocks(
        first or here.row("Source"), [link(page, each) for each in (one, two, words, code)]
    )
    here.pass_time(hours=1)
    _, report = here.report("sync")
    marks = [f"notion-{each.replace('-', '')}" for each in (words, code)]
    for place in ("결과", "결과-1", *marks):
        assert f"[see]({URL}#{place}>)" in source(here)
    assert target(here).endswith(
        f'## 결과\n\n## 결과\n\n<a id="{marks[0]}"></a>A text.\n\n<div id="{marks[1]}"></div>\n\n```c\nx\n```\n'
    )
    assert report["requests"]["notion"] == 1 + 1 + 2
    assert (report["problems"], len(here.commits())) == ([], 2)
    _, report = here.report("sync")
    assert (report["result"], report["requests"]["notion"]) == ("up-to-date", 1)
    _, report = here.report("sync", "--full")
    assert report["result"] == "up-to-date"


def test_a_page_that_is_linked_to_later_is_read_in_that_run(here: World) -> None:
    page, (one, _, words, _) = write_target(here)
    page_of_links = here.row("Source")
    here.pass_time(hours=1)
    here.run("sync")
    assert "<a id" not in target(here)
    here.workspace.add_blocks(page_of_links, [link(page, one, "/{}#{}"), link(page, words)])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.said
    assert report["requests"]["notion"] == 1 + 2
    whys = {change["path"]: change["why"] for change in report["changes"]}
    assert whys["_posts/2026-11-20-target.md"] == "another page links to a block of it"
    assert f"{URL}#결과>" in source(here)
    assert f"{URL}#notion-{words.replace('-', '')}>" in source(here)
    assert "last_modified_at" in target(here)
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_a_heading_that_is_renamed_takes_links_along_in_the_same_commit(here: World) -> None:
    page, (one, two, *_) = write_target(here)
    here.row("Source", children=[link(page, two)])
    here.row("Bystander", children=[block("paragraph", "x")])
    here.pass_time(hours=1)
    here.run("sync")
    assert f"{URL}#결과-1>" in source(here)
    here.workspace.update_block(one, {"rich_text": [text("다른 결과")]})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert f"{URL}#결과>" in source(here)
    assert (report["requests"]["notion"], len(here.commits())) == (1 + 2, 3)
    here.workspace.update_block(one, {"rich_text": [text("결과")]})
    here.workspace.update_block(two, {"rich_text": [text("다른 결과")]})
    here.pass_time(hours=1)
    here.run("sync")
    assert f"{URL}#다른-결과>" in source(here)
    here.workspace.update_block(two, {"rich_text": [text("🚀")]})
    here.pass_time(hours=1)
    here.run("sync")
    place = f"notion-{two.replace('-', '')}"
    assert f"{URL}#{place}>" in source(here)
    assert f'<div id="{place}"></div>\n\n## 🚀' in target(here)


def test_a_block_that_is_gone_leaves_a_link_to_its_page_and_a_note(here: World) -> None:
    page, (one, *_) = write_target(here)
    here.row("Source", children=[link(page, one)])
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.trash(one)
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert f"[see]({URL}>)" in source(here)
    (note,) = report["problems"]
    assert (ran.code, note["severity"]) == (0, "note")
    assert note["message"].startswith("A link to a block of “Target” leads to the top of its post")
    assert here.report("sync")[1]["requests"]["notion"] == 1
    here.workspace.restore(one)
    here.workspace.update_page(page, {})
    here.pass_time(hours=1)
    here.run("sync")
    assert f"{URL}#결과>" in source(here)


def test_links_into_a_page_come_and_go_with_it(here: World) -> None:
    page, (one, *_) = write_target(here)
    here.row("Source", children=[link(page, one)])
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    here.run("sync")
    assert "\nsee\n" in source(here)
    for status, shown in (("Published", f"[see]({URL}#결과>)"), ("Draft", "\nsee\n")):
        here.workspace.update_page(page, {"Status": status})
        here.pass_time(hours=1)
        here.run("sync")
        assert shown in source(here)
        assert here.report("sync")[1]["result"] == "up-to-date"


def test_links_lead_to_what_is_there_while_a_post_stays_as_it_was(here: World) -> None:
    page, (one, *_) = write_target(here)
    here.row("Source", children=[link(page, one)])
    here.pass_time(hours=1)
    here.run("sync")
    broken = here.workspace.add_file("photo.png", b"<html>not a picture</html>")
    here.workspace.update_block(one, {"rich_text": [text("New")]})
    (picture,) = here.workspace.add_blocks(page, [{"type": "image", "image": {**broken, "caption": []}}])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["changes"]) == (1, [])
    assert f"{URL}#결과>" in source(here)
    here.workspace.trash(picture)
    here.workspace.update_page(page, {})
    here.pass_time(hours=1)
    here.run("sync")
    assert f"{URL}#new>" in source(here)


@pytest.mark.parametrize("policy", ["keep", "merge"])
def test_a_post_that_a_person_edited_gets_an_anchor_where_posts_are_merged(here: World, policy: str) -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"github: {{repository: me/blog}}\nsync: {{on_conflict: {policy}}}\n"
    )
    page, (*_, words, _) = write_target(here)
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push(
        {"_posts/2026-11-20-target.md": target(here).replace("```c", "Mine.\n\n```c").encode()}
    )
    here.row("Source", children=[link(page, words)])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["conflicts"]) == (0, [])
    anchored = f'<a id="notion-{words.replace("-", "")}"></a>A text.' in target(here)
    assert anchored == (f"{URL}#notion-{words.replace('-', '')}>" in source(here)) == (policy == "merge")
    assert "Mine." in target(here)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_one_page_alone_links_into_others_as_far_as_that_is_known(here: World) -> None:
    page, (one, _, words, _) = write_target(here)
    here.row("Source", children=[link(page, one)])
    third = here.row("Third")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.add_blocks(third, [link(page, one), link(page, words)])
    here.pass_time(hours=1)
    _, report = here.report("sync", "--page", third)
    assert [change["page"] for change in report["changes"]] == [third]
    post = here.site()["_posts/2026-11-20-third.md"]
    assert (f"{URL}#결과>" in post, f"[see]({URL}>)" in post) == (True, True)
    here.run("sync")
    assert f"{URL}#notion-" in here.site()["_posts/2026-11-20-third.md"]
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_state_from_before_there_were_anchors_is_taken_as_it_is(here: World) -> None:
    page, (one, *_) = write_target(here)
    here.row("Source", children=[link(page, one)])
    here.pass_time(hours=1)
    here.run("sync")
    old = json.loads(here.hub.files()[PATH])
    for entry in old["pages"].values():
        entry.pop("anchors", None)
    here.hub.rival.push({PATH: json.dumps(old).encode()})
    ran, _ = here.report("sync")
    assert ran.code == 0
    assert f"{URL}#결과>" in source(here)


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
        self.patch.setattr(reading, "read_source", self.notion.read_source)
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
