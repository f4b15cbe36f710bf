"""A small world for end-to-end tests: a Notion and a GitHub on loopback, a working directory, and the command line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakes.github import FakeGitHub, fake_github
from fakes.notion import FakeNotion, fake_notion
from notion2jekyll import cli
from notion2jekyll.demo.workspace import Workspace, block, text
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.sync import Clock

SCHEMA: Mapping[str, Any] = {
    "Name": {"title": {}},
    "Date": {"date": {}},
    "Tags": {"multi_select": {"options": [{"name": "python"}, {"name": "일기"}]}},
    "Status": {"status": {"options": [{"name": "Draft"}, {"name": "Published"}]}},
    "Public": {"checkbox": {}},
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the program came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything it printed, in one line."""
        return " ".join((self.out + self.err).split())


@dataclass(slots=True)
class World:
    """Everything that a user has, with time standing still until it is told to move."""

    directory: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    slept: list[float] = field(default_factory=list)
    seconds: float = 0.0
    notion: FakeNotion = field(init=False)
    hub: FakeGitHub = field(init=False)
    workspace: Workspace = field(init=False)
    database: str = field(init=False)

    @property
    def repository(self) -> Path:
        """The repository behind the fake GitHub."""
        return self.directory / "origin.git"

    def clock(self) -> datetime:
        """The time, for the workspace and the program alike."""
        return self.now

    def pass_time(self, **amount: float) -> None:
        """Let time go on."""
        self.now += timedelta(**amount)

    def monotonic(self) -> float:
        """Seconds as the client of Notion counts them: only its own pauses make them pass."""
        return self.seconds

    async def nap(self, seconds: float) -> None:
        """Pause as the client of Notion does, in no time."""
        self.seconds += seconds
        await asyncio.sleep(0)

    def row(self, title: str, *paragraphs: str, status: str = "Published", **more: Any) -> str:
        """Add a row with paragraphs and return its id; `children` replaces the paragraphs."""
        children = more.pop("children", None) or [block("paragraph", text(each)) for each in paragraphs]
        properties = {"Name": title, "Status": status, **more.pop("properties", {})}
        return self.workspace.add_page(self.database, properties, children, **more)

    def configure(self, text: str | None = None, name: str = "notion2jekyll.yaml") -> None:
        """Write the configuration; by default one that works."""
        usual = (
            f"notion:\n  source: {self.database}\n  publish: {{property: Status, is: [Published]}}\n"
            "github:\n  repository: me/blog\n  branch: main\n"
        )
        (self.directory / name).write_text(usual if text is None else text, encoding="utf-8")

    def run(self, *arguments: str) -> Ran:
        """Run the program in the working directory."""
        self.capsys.readouterr()
        code = cli.run(arguments)
        captured = self.capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def report(self, *arguments: str) -> tuple[Ran, dict[str, Any]]:
        """Run the program with `--json` and return what it printed and its report."""
        file = self.directory / "report.json"
        file.unlink(missing_ok=True)
        ran = self.run(*arguments, "--json", str(file))
        return ran, json.loads(file.read_text(encoding="utf-8"))

    def site(self) -> dict[str, str]:
        """Return path → text of everything on the branch but the state and media."""
        return {
            path: content.decode()
            for path, content in self.hub.files().items()
            if not path.startswith((".notion2jekyll/", "assets/"))
        }

    def git(self, *arguments: str) -> str:
        """Return what git says of the repository."""
        command = ["git", "-C", str(self.repository), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def commits(self) -> list[str]:
        """Return the subjects of all commits, newest first; also lets git check every object."""
        self.git("fsck", "--strict", "--no-dangling")
        return self.git("log", "--format=%s", "main").splitlines()


@contextlib.contextmanager
def world(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    empty: bool = False,
) -> Iterator[World]:
    """Run a `World` whose blog is a `_config.yml`, or an empty repository."""
    here = World(directory, monkeypatch, capsys)
    here.workspace = Workspace(clock=here.clock)
    here.database = here.workspace.add_database("Journal", SCHEMA)
    monkeypatch.setattr(cli, "CLOCK", Clock(here.clock, here.slept.append))
    settings = partial(NotionSettings, clock=here.monotonic, sleep=here.nap)
    monkeypatch.setattr("notion2jekyll.notion.client.NotionSettings", settings)
    monkeypatch.chdir(directory)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with fake_notion(here.workspace) as here.notion, fake_github(here.repository) as here.hub:
        if not empty:
            here.hub.rival.push({"_config.yml": b"title: Blog\ntimezone: Asia/Seoul\n"})
        for name, value in {
            "NOTION_TOKEN": here.notion.token,
            "NOTION_API_URL": here.notion.url,
            "GITHUB_TOKEN": here.hub.token,
            "GITHUB_API_URL": here.hub.base_url,
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }.items():
            monkeypatch.setenv(name, value)
        yield here


def lines(*texts: str) -> Sequence[dict[str, Any]]:
    """Return paragraphs in create form."""
    return [block("paragraph", text(each)) for each in texts]
