"""Whole blogs: synced by the real pipeline into a folder, and built there by the real Jekyll."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notion2jekyll import state
from notion2jekyll.config import parse
from notion2jekyll.demo import notion_server
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.state import Entry
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target.folder import Folder

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COMPLAINTS = ("warning", "error", "deprecat", "conflict", "invalid", "does not exist", "fatal", "skipping")
"""Words that Jekyll says, in whatever case, where it is not content."""


class _Watch:
    """The time as the client of Notion counts it: only its own pauses make it pass, and they take none."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    async def nap(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Blog:
    """A site in a folder, with what a sync has put there."""

    folder: Path
    report: Report

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Page id → what the state says of its post."""
        return state.parse((self.folder / state.PATH).read_bytes()).entries

    def text(self, page: str) -> str:
        """Return the post of a page."""
        return (self.folder / self.entries[page].path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Built:
    """A site as Jekyll built it."""

    folder: Path
    log: str

    @property
    def complaints(self) -> list[str]:
        """The lines of the log that are no good news."""
        return [line for line in self.log.splitlines() if any(word in line.lower() for word in COMPLAINTS)]

    def page(self, url: str) -> Path:
        """Return the file that a server shows at `url`, an address without the base URL."""
        path = self.folder / url.lstrip("/")
        return path / "index.html" if url.endswith("/") else path


def need_jekyll() -> None:
    """Skip the test where Jekyll is missing, but never in CI."""
    if shutil.which("jekyll") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Jekyll is not installed: run 'make system'")


def publish(workspace: Workspace, folder: Path, config: str) -> Blog:
    """Sync `workspace` into the site in `folder`, with `config` as the text of the configuration file."""
    watch = _Watch()
    with notion_server.serve(workspace) as notion:
        settings = NotionSettings(notion.token, notion.url, clock=watch.now, sleep=watch.nap)
        job = Job(parse(config, "notion2jekyll.yaml"), settings)
        clock = Clock(lambda: NOW, lambda _: None)
        return Blog(folder, sync(job, Folder(folder), clock, Silent()))


def build(folder: Path, destination: Path, *, baseurl: str = "", gems: Path | None = None) -> Built:
    """Build the site in `folder` as GitHub does, in a folder of its own; `gems` is a folder of more gems."""
    command = [
        "jekyll",
        "build",
        "--source",
        str(folder),
        "--destination",
        str(destination),
        "--baseurl",
        baseurl,
    ]
    environment = os.environ | {
        "JEKYLL_ENV": "production",
        "JEKYLL_NO_BUNDLER_REQUIRE": "true",
        "LC_ALL": "C.UTF-8",
        "RUBYOPT": "-EUTF-8",
        "TZ": "UTC",
    }
    if gems is not None:
        usual = subprocess.run(
            ["gem", "env", "gempath"], capture_output=True, encoding="utf-8", check=True
        ).stdout
        environment["GEM_PATH"] = f"{gems}:{usual.strip()}"
    done = subprocess.run(
        [*command, "--strict_front_matter", "--disable-disk-cache", "--trace"],
        env=environment,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    return Built(destination, log)
