"""What a run tells: its JSON is a contract, and nothing that a page says can take over a terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from notion2jekyll import layout
from notion2jekyll.errors import AccessDenied, GuardStop, Problem
from notion2jekyll.plan import Action, Change, Conflict
from notion2jekyll.report import (
    Report,
    Result,
    ended,
    joined,
    message,
    show,
    show_problem,
    show_status,
    summary,
)
from notion2jekyll.standing import Standing

CHANGES = (
    Change("create", "_posts/2026-11-20-일기.md", "p1", "일기", "new", b"x"),
    Change("move", "_posts/b.md", "p2", "B", "its address changed", b"x", "_posts/a.md"),
    Change("delete", "_posts/c.md", "p3", "C", "it is in Notion's trash"),
)
CONFLICTS = (Conflict("_posts/d.md", "p4", "a person edited it"),)
PROBLEMS = (
    Problem("error", "The page could not be read.", page="p5", hint="The next run tries again."),
    Problem("warning", "A block is left out.", page="p1", block="b1"),
    Problem("note", "“일기” is dated ahead.", page="p1", hint="Wait."),
)


def whole(result: Result = "committed", **more: Any) -> Report:
    parts: dict[str, Any] = {
        "target": "me/me.github.io (branch main)",
        "commit": "abc",
        "url": "https://github.com/me/me.github.io/commit/abc",
        "changes": CHANGES,
        "conflicts": CONFLICTS,
        "problems": PROBLEMS,
        "unchanged": 7,
        "requests": {"notion": 12, "github": 3},
        "waited": 1.23456,
        "seconds": 9.87654,
        "titles": {"p1": "일기", "p5": "읽을 수 없음"},
    }
    return Report(result, **{**parts, **more})


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def on_screen(report: Report, width: int, **options: Any) -> list[str]:
    """Return the lines that a terminal without colours shows."""
    out = Screen()
    show(report, Console(file=out, width=width, force_terminal=True, color_system=None), **options)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def shown(report: Report, **options: Any) -> str:
    out = io.StringIO()
    show(report, Console(file=out, width=80), **options)
    return out.getvalue()


def test_the_json_is_that_of_the_contract() -> None:
    assert json.loads(whole().as_json()) == {
        "version": 1,
        "result": "committed",
        "commit": "abc",
        "url": "https://github.com/me/me.github.io/commit/abc",
        "changes": [
            {"action": "create", "path": "_posts/2026-11-20-일기.md", "from": None, "page": "p1", "title": "일기", "why": "new"},
            {"action": "move", "path": "_posts/b.md", "from": "_posts/a.md", "page": "p2", "title": "B", "why": "its address changed"},
            {"action": "delete", "path": "_posts/c.md", "from": None, "page": "p3", "title": "C", "why": "it is in Notion's trash"},
        ],
        "conflicts": [{"path": "_posts/d.md", "page": "p4", "why": "a person edited it"}],
        "problems": [
            {"severity": "error", "page": "p5", "block": None, "message": "The page could not be read.", "hint": "The next run tries again."},
            {"severity": "warning", "page": "p1", "block": "b1", "message": "A block is left out.", "hint": ""},
            {"severity": "note", "page": "p1", "block": None, "message": "“일기” is dated ahead.", "hint": "Wait."},
        ],
        "unchanged": 7,
        "requests": {"notion": 12, "github": 3, "files": 0},
        "waited_seconds": 1.235,
        "seconds": 9.877,
    }  # fmt: skip


def test_the_json_of_nothing_has_every_key() -> None:
    empty = json.loads(Report("up-to-date").as_json())
    assert empty.keys() == json.loads(whole().as_json()).keys()
    assert (empty["commit"], empty["url"], empty["changes"]) == (None, None, [])


def test_a_stop_is_a_report_too() -> None:
    fault = Problem("error", "one of several")
    guard = ended(
        GuardStop("Too many.", hint="Look.", problems=(fault,)), seconds=1.5, requests={"notion": 3}
    )
    assert (guard.result, guard.seconds, guard.requests) == ("stopped", 1.5, {"notion": 3})
    assert guard.problems == (Problem("error", "Too many.", hint="Look."), fault)
    assert ended(AccessDenied("No."), seconds=0, requests={}).result == "failed"


@pytest.mark.parametrize(
    ("conflicts", "severities", "strict", "needed"),
    [
        ((), (), False, False),
        ((), ("note",), True, False),
        ((), ("warning",), False, False),
        ((), ("warning",), True, True),
        ((), ("error",), False, True),
        (CONFLICTS, (), False, True),
    ],
)
def test_a_person_is_needed_for_what_only_a_person_can_do(
    conflicts: tuple[Conflict, ...], severities: tuple[Any, ...], strict: bool, needed: bool
) -> None:
    problems = tuple(Problem(severity, "x") for severity in severities)
    assert Report("committed", conflicts=conflicts, problems=problems).needs_person(strict=strict) is needed


def many(**counts: int) -> tuple[Change, ...]:
    words: Mapping[str, Action] = {
        "new": "create",
        "updated": "update",
        "moved": "move",
        "merged": "merge",
        "removed": "delete",
    }
    return tuple(
        Change(words[word], "p", "p", "t", "w") for word, count in counts.items() for _ in range(count)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (many(), ""),
        (many(new=2, updated=1), "2 new, 1 updated"),
        (many(removed=1, moved=3, new=1), "1 new, 3 moved, 1 removed"),
        (many(merged=1), "1 merged"),
    ],
)
def test_changes_are_summed_up(changes: tuple[Change, ...], words: str) -> None:
    assert summary(changes) == words


def test_a_commit_says_what_it_does() -> None:
    assert message("Sync from Notion: {summary}", CHANGES) == (
        "Sync from Notion: 1 new, 1 moved, 1 removed\n\n"
        "+ _posts/2026-11-20-일기.md\n"
        "→ _posts/b.md\n"
        "- _posts/c.md\n"
    )
    assert message("일기\n{summary} {other} {", ()) == "일기 nothing visible changed {other} {\n"


def test_a_person_reads_what_was_done() -> None:
    assert shown(whole()) == (
        "+ _posts/2026-11-20-일기.md  “일기”  new\n"
        "→ _posts/b.md  “B”  its address changed (from _posts/a.md)\n"
        "- _posts/c.md  “C”  it is in Notion's trash\n"
        "! _posts/d.md  a person edited it\n"
        "error: “읽을 수 없음”: The page could not be read.\n"
        "  → The next run tries again.\n"
        "warning: “일기”: A block is left out.\n"
        "note: “일기” is dated ahead.\n"
        "  → Wait.\n"
        "Committed to me/me.github.io (branch main): 1 new, 1 moved, 1 removed, 7 unchanged. "
        "https://github.com/me/me.github.io/commit/abc\n"
        "Requests: 12 to Notion, 3 to GitHub; 9.9 s, of which 1 s waiting.\n"
    )


def test_quiet_leaves_what_needs_a_person() -> None:
    text = shown(whole(), quiet=True)
    assert "error: " in text
    assert "! _posts/d.md" in text
    assert "note" not in text
    assert "Committed" not in text


@pytest.mark.parametrize(
    ("result", "changes", "says"),
    [
        ("planned", CHANGES, "Would change site: 1 new"),
        ("planned", (), "Nothing to do for site."),
        ("up-to-date", (), "Nothing to do for site."),
        ("written", CHANGES, "Written to site: "),
        ("stopped", (), "Stopped, nothing was written."),
        ("failed", (), "Failed, nothing was written."),
    ],
)
def test_the_outcome_is_in_plain_words(result: Result, changes: tuple[Change, ...], says: str) -> None:
    text = shown(Report(result, target="site", changes=changes))
    assert text.splitlines()[-1].startswith(says)
    assert "Requests" not in text


def test_diffs_are_shown_under_their_change() -> None:
    text = shown(
        whole(diffs={"_posts/b.md": "--- _posts/a.md\n+++ _posts/b.md\n@@ -1 +1 @@\n-old [b]\n+new :smile:"})
    )
    assert "  │ -old [b]\n  │ +new :smile:\n" in text


def test_a_terminal_gets_colour_and_nothing_else_does() -> None:
    def written(**options: Any) -> str:
        out = io.StringIO()
        show(whole(), Console(file=out, width=80, **options))
        return out.getvalue()

    assert "\x1b[" in written(force_terminal=True, color_system="standard")
    assert "\x1b[" not in written()
    assert "\x1b[3" not in written(force_terminal=True, no_color=True, color_system="standard")


HOSTILE = [
    "[bold red]x[/]",
    "[/]",
    "[link=http://e.x]y",
    ":smile:",
    "::error::x",
    "{x}",
    "\\[",
    "한글",
    "x" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_pages_are_called_stays_text(text: str) -> None:
    report = whole(
        changes=(Change("create", text, "p", text, text),),
        conflicts=(Conflict(text, "p", text),),
        problems=(Problem("error", f"{text}!", page="p", hint=text),),
        titles={"p": text},
    )
    out = shown(report)
    assert f"+ {text}  “{text}”  {text}\n" in out
    assert f"! {text}  “{text}”  {text}\n" in out
    assert f"error: {text}!\n  → {text}\n" in out
    one = io.StringIO()
    show_problem(Problem("warning", "m", page="p"), Console(file=one, width=80), {"p": text})
    assert one.getvalue() == f"warning: “{text}”: m\n"


@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(st.sampled_from(["\n", "::error::", " ", "x", "\x1b[31m", "\r", "\x85"])).map("".join),
    )
)
def test_no_text_commands_the_terminal(text: str) -> None:
    out = shown(
        whole(
            problems=(Problem("error", text, page="p", hint=text),),
            titles={"p": text + "?"},
            conflicts=(Conflict(text, "p", text),),
        )
    )
    assert not any((ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in out)
    for line in out.split("\n"):
        assert not line.strip().startswith("::")


@pytest.mark.parametrize(
    ("result", "terminal", "options", "told"),
    [
        ("planned", True, {}, True),
        ("planned", True, {"quiet": True}, False),
        ("planned", False, {}, False),
        ("planned", False, {"verbose": True}, True),
        ("committed", True, {}, False),
        ("committed", False, {"verbose": True}, True),
    ],
)
def test_what_properties_became_is_told_to_those_who_look(
    result: Result, terminal: bool, options: dict[str, bool], told: bool
) -> None:
    out = Screen() if terminal else io.StringIO()
    made = whole(result, properties=("date ← 날짜; not used: \x1bx",))
    show(made, Console(file=out, force_terminal=terminal, no_color=True), **options)
    assert ("Properties: date ← 날짜; not used: \ufffdx" in out.getvalue()) is told
    assert "날짜" not in made.as_json()


def test_a_wide_terminal_shows_columns() -> None:
    changes = (
        Change("create", "_posts/2026-11-20-일기.md", "p1", "일기", "new", b"x"),
        Change("update", "_posts/2026-11-21-a.md", "p2", "A longer title", "it was edited", b"x"),
    )
    assert on_screen(Report("planned", changes=changes), 80)[:2] == [
        "+ _posts/2026-11-20-일기.md  “일기”            new",
        "~ _posts/2026-11-21-a.md     “A longer title”  it was edited",
    ]


def test_a_narrow_terminal_shows_the_path_first_and_cuts_no_word() -> None:
    why = "its page is in the trash of Notion"
    conflict = Conflict("_posts/2026-11-21-a.md", "p2", "a person edited it,\n    and so did Notion")
    report = Report(
        "planned",
        target="site",
        changes=(
            Change(
                "delete", "_posts/2026-11-20-일기를-오래-쓴다는-것.md", "p1", "일기를 오래 쓴다는 것", why
            ),
        ),
        conflicts=(conflict,),
        problems=(
            Problem("error", "a" * 50 + " and words after it", hint="Do this, and then do that as well."),
        ),
    )
    assert on_screen(report, 40) == [
        "- _posts/2026-11-20-일기를-오래-쓴다는-것.md",
        "  “일기를 오래 쓴다는 것”: its page is",
        "    in the trash of Notion",
        "! _posts/2026-11-21-a.md",
        "  a person edited it,",
        "    and so did Notion",
        "error:",
        "    " + "a" * 50,
        "    and words after it",
        "  → Do this, and then do that as well.",
        "Would change site: 1 removed.",
    ]


def long(action: Action, count: int) -> tuple[Change, ...]:
    return tuple(
        Change(action, f"_posts/{action}-{n:03}.md", f"{action}{n}", f"T{n}", "w") for n in range(count)
    )


def test_a_terminal_shows_the_beginning_of_a_long_list_and_all_that_is_removed() -> None:
    report = Report("planned", changes=(*long("create", 300), *long("delete", 40), *long("update", 30)))
    lines = on_screen(report, 100)
    signs = [line[0] for line in lines]
    assert (signs.count("+"), signs.count("~"), signs.count("-")) == (20, 30, 40)
    assert lines[20] == "  … and 280 more new; --verbose lists them all."
    assert lines[19].startswith("+ _posts/create-019.md")
    for complete in (shown(report).splitlines(), on_screen(report, 100, verbose=True)):
        assert sum(line.startswith("+ ") for line in complete) == 300
        assert not any("more" in line for line in complete)


def test_a_long_line_of_a_diff_stays_beside_its_bar() -> None:
    change = Change("update", "_posts/a.md", "p", "A", "it was edited", b"x")
    diff = "--- _posts/a.md\n+++ _posts/a.md\n@@ -1 +1 @@\n-" + "오늘은 " * 8 + "\n+---"
    lines = on_screen(Report("planned", changes=(change,), diffs={"_posts/a.md": diff}), 40)
    assert lines[1:5] == [
        "  │ @@ -1 +1 @@",
        "  │ -오늘은 오늘은 오늘은 오늘은 오늘은",
        "  │  오늘은 오늘은 오늘은",
        "  │ +---",
    ]
    out = Screen()
    coloured = Console(file=out, width=40, force_terminal=True, color_system="standard")
    show(Report("planned", changes=(change,), diffs={"_posts/a.md": diff}), coloured)
    assert "\x1b[32m+---" in out.getvalue()


def test_forced_colours_do_not_make_a_log_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    show(
        Report("planned", changes=long("create", 50), conflicts=(Conflict("p" * 90, "p", "x y " * 30),)),
        Console(file=out),
    )
    assert len(out.getvalue().splitlines()) == 52
    assert "\x1b[32m+ " in out.getvalue()


def test_verbose_says_why_which_page_was_read() -> None:
    report = whole(reads={"p1": "it was edited", "p9": "new"}, unread=7)
    text = shown(report, verbose=True)
    assert "Read “일기”: it was edited.\nRead “p9”: new.\n7 pages were not read: nothing" in text
    assert "1 page was not read" in shown(whole(unread=1), verbose=True)
    assert "Read" not in shown(report)


def test_what_two_steps_read_is_told_as_one() -> None:
    before = Report("committed", reads={"p1": "new"}, unread=0)
    done = joined(before, Report("committed", reads={"p2": "new"}, unread=3))
    assert (done.reads, done.unread) == ({"p1": "new", "p2": "new"}, 2)


@pytest.mark.parametrize("width", [80, 40])
def test_standings_are_columns_where_they_fit(width: int) -> None:
    pages = (
        Standing("p1", "published", "일기", "/2026/11/20/일기.html"),
        Standing("p2", "failing", "A longer title", "", "it could not be read", hint="Run again."),
    )
    out = Screen()
    show_status(
        Report("planned", target="site", pages=pages),
        Console(file=out, width=width, force_terminal=True, color_system=None),
    )
    lines = out.getvalue().splitlines()
    assert lines[-1] == "site: 1 published, 1 failing."
    assert "  → Run again." in lines
    if width == 80:
        first, second = lines[:2]
        assert cell_len(first.rstrip()) + 2 == second.index("it could")
    else:
        assert all(cell_len(line) <= width for line in lines)


def test_a_line_that_just_fits_is_followed_by_no_empty_one() -> None:
    out = Screen()
    console = Console(file=out, width=10, force_terminal=True, color_system=None)
    layout.say(console, Text("ten cells. and more"))
    assert out.getvalue() == "ten cells.\n    and\n    more\n"
