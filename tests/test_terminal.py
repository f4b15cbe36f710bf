"""Progress: bars and countdowns where a cursor moves, a few lines where not, nothing where quiet."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from notion2jekyll.progress import Stage
from notion2jekyll.terminal import Terminal


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Wall:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def screen(width: int = 80, *, quiet: bool = False) -> tuple[Terminal, Wall]:
    """Return a terminal of `width` cells that is not drawn by itself, and its clock."""
    wall = Wall()
    console = Console(file=Screen(), width=width, force_terminal=True, color_system=None)
    return Terminal(console, quiet=quiet, get_time=wall), wall


def seen(terminal: Terminal) -> list[str]:
    """Return the lines that stand there now."""
    assert terminal.bars
    paper = Console(file=io.StringIO(), width=terminal.console.width, color_system=None)
    with paper.capture() as drawn:
        paper.print(terminal.bars.get_renderable())
    return [line.rstrip() for line in drawn.get().splitlines() if line.strip()]


def logged(*, quiet: bool = False) -> tuple[Terminal, io.StringIO]:
    """Return a terminal that is none, and what is written there."""
    out = io.StringIO()
    return Terminal(Console(file=out, width=40), quiet=quiet), out


def run(terminal: Terminal) -> None:
    """Do what a small sync does."""
    stages: list[tuple[Stage, int | None, int]] = [
        ("listing", None, 12),
        ("fetching", 3, 3),
        ("media", 1, 1),
        ("committing", 4, 4),
        ("publishing", None, 0),
    ]
    with terminal:
        for stage, total, steps in stages:
            terminal.begin(stage, total)
            for _ in range(steps):
                terminal.advance(stage)
            terminal.end(stage)


def test_a_log_has_a_line_a_stage() -> None:
    terminal, out = logged()
    run(terminal)
    assert out.getvalue() == "Listed 12 rows.\nFetched 3 pages.\nDownloaded 1 file.\n"


@pytest.mark.parametrize("forced", [False, True])
def test_a_log_has_no_bars_even_with_colours(forced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if forced:
        monkeypatch.setenv("FORCE_COLOR", "1")
    out = io.StringIO()
    terminal = Terminal(Console(file=out))
    assert terminal.bars is None
    assert terminal.console.is_terminal is forced


def test_a_terminal_without_a_cursor_is_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Screen()
    terminal = Terminal(Console(file=out))
    run(terminal)
    assert out.getvalue() == "Listed 12 rows.\nFetched 3 pages.\nDownloaded 1 file.\n"


def test_quiet_is_quiet() -> None:
    for terminal in (logged(quiet=True)[0], screen(quiet=True)[0]):
        run(terminal)
        terminal.waiting("Notion", 23, "it asks for fewer requests")
        out = terminal.console.file
        assert isinstance(out, io.StringIO)
        assert out.getvalue() == ""


def test_a_log_is_told_of_the_same_pause_once_in_a_stage() -> None:
    terminal, out = logged()
    terminal.begin("fetching", 9)
    for seconds in (1.5, 23, 24, 25):
        terminal.waiting("Notion", seconds, "it asks for fewer requests")
    terminal.waiting("GitHub", 90, "it answered 502")
    terminal.waiting("Notion", 60, "it asks for fewer requests")
    terminal.end("fetching")
    terminal.waiting("Notion", 120, "it asks for fewer requests")
    assert out.getvalue().splitlines() == [
        "Waiting 23 s for Notion: it asks for fewer requests.",
        "Waiting 1 min 30 s for GitHub: it answered 502.",
        "Waiting 1 min for Notion: it asks for fewer requests.",
        "Waiting 2 min for Notion: it asks for fewer requests.",
    ]


def test_bars_count() -> None:
    terminal, wall = screen()
    terminal.begin("listing", None)
    terminal.advance("listing", 40)
    wall.seconds += 3
    assert seen(terminal)[0].split()[1:4] == ["Listing", "Notion", "━" * 30]
    assert seen(terminal)[0].endswith(" 40 0:00:03")
    terminal.end("listing")
    assert seen(terminal) == []
    terminal.begin("fetching", 0)
    assert seen(terminal) == []
    terminal.begin("media", 7)
    terminal.advance("media", 2)
    terminal.advance("media", total=9)
    assert " 3 of 9 " in seen(terminal)[0]


@pytest.mark.parametrize("width", [36, 40, 50, 59, 60, 70, 80, 200])
def test_a_bar_is_one_line_on_every_terminal(width: int) -> None:
    terminal, _ = screen(width)
    terminal.begin("media", 12345)
    terminal.advance("media", 1234)
    (line,) = seen(terminal)
    assert cell_len(line) <= width
    assert "Downloading" in line
    assert "1234 of 12345" in line


def test_what_is_waited_for_is_counted_down() -> None:
    terminal, wall = screen()
    terminal.waiting("Notion", 23, "it asks for fewer requests")
    assert seen(terminal) == ["Waiting for Notion, 23 s to go: it asks for fewer requests"]
    wall.seconds += 20
    assert seen(terminal) == ["Waiting for Notion, 3 s to go: it asks for fewer requests"]
    wall.seconds += 3
    assert seen(terminal) == []


def test_a_countdown_ends_with_what_was_waited_for() -> None:
    terminal, _ = screen()
    terminal.begin("publishing", None)
    terminal.waiting("GitHub Pages", 600, "the site is being built")
    terminal.waiting("Notion", 60, "it \x1b[31masks")
    terminal.request("GitHub", "GET /x ok")
    assert [line.split(",")[0] for line in seen(terminal)[1:]] == [
        "Waiting for GitHub Pages",
        "Waiting for Notion",
    ]
    terminal.request("Notion", "GET /x → 200")
    assert len(seen(terminal)) == 2
    terminal.end("publishing")
    assert seen(terminal) == []


def test_bars_are_gone_in_the_end() -> None:
    terminal, _ = screen()
    run(terminal)
    out = terminal.console.file
    assert isinstance(out, io.StringIO)
    assert "Fetching pages" not in out.getvalue().rsplit("\x1b[2K", 1)[-1]
    assert terminal.tasks == {}
    assert "\x1b[?25h" in out.getvalue(), "the cursor is shown again"
