"""What GitHub Actions is told: read back by GitHub's own Markdown engine, and by the rules of its runner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options as Engine
from hypothesis import example, given
from hypothesis import strategies as st

from actions import commands, obeyed, outputs
from hostile import TEXTS
from notion2jekyll import actions
from notion2jekyll.actions import LIMIT, MOST_ANNOTATIONS, Place, annotate, discreet, job_summary
from notion2jekyll.decide import fingerprint
from notion2jekyll.demo.workspace import block
from notion2jekyll.errors import AccessDenied, GuardStop, Problem
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.site import Site, parse_site
from notion2jekyll.plan import Change, Conflict
from notion2jekyll.report import Report, ended, harmless
from oracle.kramdown import Kramdown
from world import World, world

ONE, TWO, THREE = (f"{number:032x}" for number in (1, 2, 3))
COMMIT = "a" * 40
HUB = Place("me/blog")

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60) | st.sampled_from(TEXTS)
"""Whatever somebody may have typed, and what somebody would type to do harm."""


def whole(**more: Any) -> Report:
    parts: dict[str, Any] = {
        "target": "me/blog (branch main)",
        "commit": COMMIT,
        "url": f"https://github.com/me/blog/commit/{COMMIT}",
        "changes": (
            Change("create", "_posts/2026-11-20-일기.md", ONE, "일기 | 첫째", "it is new", b"x"),
            Change("move", "_posts/b.md", TWO, "B", "its address changed", b"x", "_posts/a.md"),
            Change("delete", "_posts/c.md", THREE, "C", "it is in Notion's trash"),
        ),
        "conflicts": (Conflict("_posts/d.md", "p4", "a person edited it"),),
        "problems": (
            Problem("error", "The page could not be read.", page=ONE, hint="The next run tries again."),
            Problem("warning", "A block is left out.", page=TWO, block=THREE),
            Problem("note", "It is dated ahead.", page=ONE, hint="Wait."),
        ),
        "unchanged": 7,
        "requests": {"notion": 12, "github": 3},
        "waited": 23.4,
        "seconds": 31.6,
        "titles": {ONE: "일기 | 첫째", TWO: "B", "private": "Divorce"},
        "addresses": {ONE: "/2026/11/20/일기.html", TWO: "/b/"},
        **more,
    }
    return Report(parts.pop("result", "committed"), **parts)


class Reader(HTMLParser):
    """Reads the HTML of a summary: tables as rows of cells, the links in it, every tag that is there, and all its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: dict[str, str] = {}
        self.tags: set[str] = set()
        self.text = ""
        self.href: str | None = None
        self.cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "td" | "th":
                self.tables[-1][-1].append("")
                self.cell = True
            case "br":
                self.handle_data("\n")
            case "a":
                self.href = dict(attrs)["href"]

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in ("td", "th")
        self.href = None if tag == "a" else self.href

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cell:
            self.tables[-1][-1][-1] += data
        if self.href:
            self.links[f"{data} {len(self.links)}" if data in self.links else data] = self.href


def read(summary: str) -> Reader:
    """Return what a browser shows of `summary`, which GitHub's own engine made HTML of."""
    reader = Reader()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(summary, Engine.CMARK_OPT_UNSAFE))
    return reader


# The summary ---------------------------------------------------------------------------------------------------------


def test_the_summary_tells_what_changed_with_a_link_to_each_place() -> None:
    page = read(job_summary(whole(), HUB))
    look, posts, notes = page.tables
    assert "✅ Synced from Notion: 1 new, 1 moved, 1 removed" in page.text
    assert "Committed aaaaaaa to me/blog (branch main). 7 unchanged." in page.text
    assert posts == [
        ["", "Post", "Why", "See"],
        ["🟢 new", "일기 | 첫째\n_posts/2026-11-20-일기.md", "it is new", "Notion · file · diff"],
        ["🔵 moved", "B\n_posts/b.md, before _posts/a.md", "its address changed", "Notion · file · diff"],
        ["🔴 removed", "C\n_posts/c.md", "it is in Notion's trash", "Notion · diff"],
    ]
    assert look[1:] == [
        ["⚠️ conflict", "_posts/d.md: a person edited it", "file"],
        ["❌ error", "“일기 | 첫째”: The page could not be read.", "The next run tries again. · Notion"],
        ["⚠️ warning", "“B”: A block is left out.", "Notion"],
    ]
    assert notes[1:] == [["💬 note", "“일기 | 첫째”: It is dated ahead.", "Wait. · Notion"]]
    assert page.text.strip().endswith("Requests: 12 to Notion, 3 to GitHub; 31.6 s, of which 23 s waiting")
    there = set(page.links.values())
    mark = sha256("_posts/2026-11-20-일기.md".encode()).hexdigest()
    name = "%EC%9D%BC%EA%B8%B0"
    assert there >= {
        f"https://me.github.io/blog/2026/11/20/{name}.html",
        "https://me.github.io/blog/b/",
        f"https://www.notion.so/{ONE}",
        f"https://www.notion.so/{TWO}#{THREE}",
        f"https://github.com/me/blog/commit/{COMMIT}",
        f"https://github.com/me/blog/blob/{COMMIT}/_posts/2026-11-20-{name}.md",
        f"https://github.com/me/blog/commit/{COMMIT}#diff-{mark}",
        f"https://github.com/me/blog/blob/{COMMIT}/_posts/d.md",
    }


def test_the_summary_of_other_outcomes() -> None:
    quiet: dict[str, Any] = {"changes": (), "conflicts": (), "problems": (), "commit": None, "url": None}
    same = read(job_summary(whole(result="up-to-date", **quiet), HUB))
    assert (same.tables, same.links) == ([], {})
    assert "✅ Nothing to do" in same.text
    plan = read(job_summary(whole(result="planned", commit=None, url=None), HUB))
    assert "🔍 What a sync would change: 1 new, 1 moved, 1 removed" in plan.text
    assert not any("github" in link for link in plan.links.values() if "_posts/d.md" not in link)
    pull = read(job_summary(whole(url="https://github.com/me/blog/pull/7"), HUB))
    assert pull.links["https://github.com/me/blog/pull/7"] == "https://github.com/me/blog/pull/7"
    assert not any("github.io" in link for link in pull.links.values())
    folder = read(job_summary(whole(result="written", commit=None, url=None), Place()))
    assert {link for link in folder.links.values() if "notion.so" not in link} == set()


def test_what_became_of_the_site_is_told_with_a_link() -> None:
    page = read(job_summary(whole(published="Live: https://me.github.io/blog/x_y(1)|*.html"), HUB))
    assert "7 unchanged. Live: https://me.github.io/blog/x_y(1)|*.html" in page.text
    assert page.links["https://me.github.io/blog/x_y(1)|*.html"] == (
        "https://me.github.io/blog/x_y%281%29%7C%2A.html"
    )


def test_a_stop_is_told_with_its_remedy() -> None:
    guard = ended(
        GuardStop("Too many.", hint="Run 'sync --force'.", problems=(Problem("error", "one | of several"),)),
        seconds=1.5,
        requests={"notion": 3},
    )
    page = read(job_summary(guard, HUB))
    assert "🛑 Stopped" in page.text
    assert page.tables[0][1:] == [
        ["❌ error", "Too many.", "Run 'sync --force'."],
        ["❌ error", "one | of several", ""],
    ]
    assert "❌ Failed" in read(job_summary(ended(AccessDenied("No."), seconds=0, requests={}), HUB)).text


@pytest.mark.parametrize(
    ("home", "place", "expected"),
    [
        ("", Place("Me/me.github.io"), "https://me.github.io"),
        ("", Place("Me/Blog"), "https://me.github.io/Blog"),
        ("https://example.org/x", Place("me/blog"), "https://example.org/x"),
        ("https://example.org", Place(), "https://example.org"),
        ("", Place("me/blog", "https://github.example.org"), ""),
        ("", Place(), ""),
    ],
)
def test_where_the_site_is(home: str, place: Place, expected: str) -> None:
    assert place.home(whole(home=home)) == expected


@given(st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT))
def test_whatever_is_in_a_page_is_text_in_the_summary(parts: tuple[str, ...]) -> None:
    title, why, path, message, hint, conflict = parts
    report = whole(
        changes=(Change("create", path, ONE, title, why, b"x"),),
        conflicts=(Conflict(path, ONE, conflict),),
        problems=(Problem("warning", message, page=ONE, hint=hint),),
        titles={ONE: title},
        url=None,
        home="https://example.org",
        addresses={ONE: f"/{path}"},
    )
    page = read(job_summary(report, HUB))
    shown = [shown_as(part) for part in parts]
    title, why, path, message, hint, conflict = shown
    look, posts = page.tables
    assert [len(row) for row in (*look, *posts)] == [3, 3, 3, 4, 4]
    assert neat(*posts[1][1:3]) == neat(f"{title or path}\n{path}", why)
    assert neat(*look[1][1:]) == neat(f"{path}: {conflict}", "Notion · file")
    before = f"“{title}”: " if title and parts[0] not in parts[3] else ""
    assert neat(*look[2][1:]) == neat(f"{before}{message}", " · ".join(filter(None, (hint, "Notion"))))
    assert page.tags <= {
        "h2",
        "h3",
        "p",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "code",
        "sub",
    }
    for link in page.links.values():
        assert link.startswith(
            ("https://example.org/", "https://www.notion.so/", "https://github.com/me/blog/")
        )


def shown_as(text: str) -> str:
    """Return `text` as it should be shown: one line, without what commands a terminal."""
    return " ".join(harmless(text).split())


def neat(*cells: str) -> list[str]:
    """Return the cells without the blanks at the ends of their lines, which no browser shows."""
    return ["\n".join(line.strip() for line in cell.split("\n")) for cell in cells]


@pytest.mark.parametrize("hostile", TEXTS)
def test_kramdown_reads_the_table_too(hostile: str, kramdown: Kramdown) -> None:
    report = whole(changes=(Change("create", "_posts/a.md", ONE, hostile, hostile, b"x"),))
    reader = Reader()
    reader.feed(kramdown.render(job_summary(report, HUB), liquid=False))
    assert [len(row) for row in reader.tables[1]] == [4, 4]
    assert not reader.tags & {"script", "img", "strong", "em", "iframe"}


@pytest.mark.parametrize("filler", ["@|" * 500, "한글" * 500, "x"], ids=["signs", "letters", "short"])
@pytest.mark.parametrize(("changes", "faults"), [(300, 300), (300, 0), (3, 2)])
def test_the_summary_is_never_more_than_github_takes(changes: int, faults: int, filler: str) -> None:
    report = whole(
        changes=tuple(
            Change("create", f"_posts/{number}-{filler[:200]}.md", ONE, filler, filler, b"x")
            for number in range(changes)
        ),
        conflicts=(),
        problems=tuple(Problem("error", f"{number} {filler}", hint=filler) for number in range(faults)),
    )
    summary = job_summary(report, HUB)
    assert len(summary.encode()) <= LIMIT
    # Every row is shown or counted, and those that are shown are whole.
    page = read(summary)
    shown = sum(len(table) - 1 for table in page.tables)
    left = sum(
        int(number.replace(",", "")) for number in re.findall(r"([\d,]+) more are in the log", page.text)
    )
    assert shown + left == changes + faults
    assert min(shown, 5) == min(changes + faults, 5)
    assert {len(row) for table in page.tables for row in table} <= {3, 4}


# Annotations ---------------------------------------------------------------------------------------------------------


def test_problems_and_conflicts_are_annotations() -> None:
    assert [(each.name, each.title, each.message) for each in obeyed(annotate(whole()))] == [
        ("error", "일기 | 첫째", "The page could not be read.\n→ The next run tries again."),
        ("warning", "Conflict", "_posts/d.md: a person edited it"),
        ("warning", "B", "A block is left out."),
        ("notice", "일기 | 첫째", "It is dated ahead.\n→ Wait."),
    ]
    assert annotate(Report("up-to-date")) == ""


@given(TEXT, TEXT, TEXT)
@example("%0A%25 %3A, a: b", "50%25 %0D%0A::error::x", "%2C")
def test_whatever_is_in_a_page_is_text_in_an_annotation(title: str, message: str, hint: str) -> None:
    report = whole(
        conflicts=(), problems=(Problem("error", message, page=ONE, hint=hint),), titles={ONE: title}
    )
    written = annotate(report)
    [issue] = obeyed(written)
    assert len(commands(written)) == 1
    assert (issue.name, issue.title) == (
        "error",
        shown_as(title) or ("Sync from Notion" if not title else ""),
    )
    # Shown in the log, it is nothing to obey either.
    assert not commands(f"Error: {issue.message}")
    assert "".join(issue.message.split()) == "".join(
        harmless("\n→ ".join(filter(None, (message, hint)))).split()
    )


@pytest.mark.parametrize("number", [MOST_ANNOTATIONS, MOST_ANNOTATIONS + 1, 500])
def test_no_more_annotations_than_github_shows(number: int) -> None:
    report = whole(conflicts=(), problems=tuple(Problem("error", f"Fault {n}.") for n in range(number)))
    issues = obeyed(annotate(report))
    assert len(issues) == MOST_ANNOTATIONS
    if number > MOST_ANNOTATIONS:
        rest = number - MOST_ANNOTATIONS + 1
        assert issues[-1].message == f"{rest} more errors are in the summary and the log."
    assert issues[0].message == "Fault 0."


# Outputs -------------------------------------------------------------------------------------------------------------


def test_the_outputs() -> None:
    assert outputs(actions.outputs(whole())) == {
        "changed": "true",
        "commit": COMMIT,
        "created": "1",
        "updated": "1",
        "deleted": "1",
        "problems": "3",
    }
    assert outputs(actions.outputs(Report("up-to-date", commit="x\nchanged=true"))) == {
        "changed": "false",
        "commit": "",
        "created": "0",
        "updated": "0",
        "deleted": "0",
        "problems": "0",
    }


# Discretion ----------------------------------------------------------------------------------------------------------


def test_nobody_learns_the_title_of_a_page_that_is_not_published() -> None:
    report = discreet(whole(problems=(Problem("warning", "It is not published.", page="private"),)))
    assert "Divorce" not in job_summary(report, HUB) + annotate(report)
    assert report.titles == {ONE: "일기 | 첫째", TWO: "B"}


def test_no_secret_is_hidden_by_escapes() -> None:
    token = "ntn_*secret*"
    report = whole(
        target=token,
        url=f"https://{token}",
        changes=(Change("move", token, ONE, token, token, b"x", token),),
        conflicts=(Conflict(token, ONE, token),),
        problems=(Problem("error", token, page=ONE, hint=token),),
        titles={ONE: token},
        addresses={ONE: f"/{token}"},
    )
    shown = discreet(report, lambda text: text.replace(token, "(NOTION_TOKEN)"))
    assert "secret" not in job_summary(shown, HUB) + annotate(shown)
    assert "secret" in job_summary(report, HUB)


# From the command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
        yield made


def told(here: World, *arguments: str) -> tuple[Reader, dict[str, str], Sequence[Any], int]:
    """Run the program and return its summary, its outputs, its annotations and its exit code."""
    files = [here.directory / name for name in ("summary", "output")]
    for file in files:
        file.write_text("")
    ran = here.run(*arguments)
    summary, output = (file.read_text("utf-8") for file in files)
    return read(summary), outputs(output), obeyed(ran.out + ran.err), ran.code


def test_a_sync_is_told_to_github_actions(here: World) -> None:
    here.row("여행 | [x](y)", "text")
    here.row("Secret plans", "text", status="Draft")
    here.pass_time(hours=1)
    summary, values, issues, code = told(here, "sync")
    commit = here.git("rev-parse", "main").strip()
    assert (code, list(issues)) == (0, [])
    assert values == {
        "changed": "true",
        "commit": commit,
        "created": "1",
        "updated": "0",
        "deleted": "0",
        "problems": "0",
    }
    assert summary.tables[0][1][1].startswith("여행 | [x](y)\n_posts/2026-11-20-")
    assert "Secret" not in summary.text
    [address] = [
        link for link in summary.links.values() if link.startswith("https://me.github.io/blog/2026/11/20/")
    ]
    assert address.endswith(".html")
    summary, values, issues, code = told(here, "sync")
    assert (code, values["changed"], summary.tables) == (0, "false", [])


def test_a_sync_without_github_actions_tells_it_nothing(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    here.row("Page", children=[block("unsupported")])
    here.pass_time(hours=1)
    summary, values, issues, code = told(here, "sync")
    assert (summary.text, values, list(issues), code) == ("", {}, [], 0)


def test_the_title_of_a_page_that_is_asked_for_and_not_published_is_not_told(here: World) -> None:
    page = here.row("Divorce", "text", status="Draft")
    here.row("Shown", "text")
    here.pass_time(hours=1)
    ran = here.run("sync", "--page", page)
    assert "not published: Status is Draft" in ran.said
    assert "Divorce" not in ran.said + (here.directory / "summary").read_text("utf-8")


@pytest.mark.parametrize(
    ("trouble", "code"), [("token", 4), ("configuration", 2), ("guard", 3), ("bug", 70), ("end", 130)]
)
def test_a_run_that_fails_is_told_too(
    here: World, trouble: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = here.row("Page", "text")
    here.pass_time(hours=1)
    match trouble:
        case "token":
            monkeypatch.setenv("NOTION_TOKEN", "ntn_wrong0000000000")
        case "configuration":
            here.configure("notion: {sauce: x}\n")
        case "guard":
            assert here.run("sync").code == 0
            here.workspace.unshare(page)
        case _:

            def bug(*_: object, **__: object) -> None:
                raise RuntimeError("x") if trouble == "bug" else KeyboardInterrupt

            monkeypatch.setattr("notion2jekyll.sync.sync", bug)
    summary, values, issues, done = told(here, "sync")
    assert done == code
    assert values["changed"] == "false"
    assert int(values["problems"]) >= 1
    assert issues[0].name == "error"
    assert ("🛑 Stopped" if trouble == "guard" else "❌ Failed") in summary.text
    assert len(summary.tables[0]) >= 2


def test_files_that_cannot_be_written_are_a_warning(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here.row("Page", "text")
    here.pass_time(hours=1)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here.directory))
    ran = here.run("sync")
    assert ran.code == 0
    assert "GITHUB_STEP_SUMMARY could not be written" in ran.said
    assert len(here.commits()) == 2


def test_a_token_in_a_title_is_in_no_file(here: World) -> None:
    here.row(f"My token {here.notion.token}", "text")
    here.pass_time(hours=1)
    _, _, issues, code = told(here, "sync")
    assert (code, issues[0].name) == (1, "error")
    for name in ("summary", "output"):
        # Not even with its signs escaped.
        content = (here.directory / name).read_text("utf-8")
        assert here.notion.token not in content
        assert here.notion.token not in read(content).text


@pytest.mark.parametrize(
    ("config", "home"),
    [
        ("url: https://example.org\nbaseurl: /blog/", "https://example.org/blog"),
        ("url: https://example.org/", "https://example.org"),
        ("url: ''\nbaseurl: /blog", ""),
        ("url: javascript:x", ""),
        ("url: [https://x]\nbaseurl: 1", ""),
        ("", ""),
    ],
)
def test_the_address_of_the_site_is_what_its_configuration_says(config: str, home: str) -> None:
    site, _ = parse_site(config)
    assert site.home == home
    # No post is made anew because of it.
    assert fingerprint(Options(), site) == fingerprint(Options(), Site())
