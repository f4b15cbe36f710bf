"""The demo: three syncs of the sample journal, through the same function as `notion2jekyll sync`, over real HTTP."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from notion2jekyll import report
from notion2jekyll.config import load
from notion2jekyll.demo import github_server, journal, notion_server
from notion2jekyll.demo.blog import BRANCH, CONFIG, Blog
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.report import Report
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target.github import GitHub
from notion2jekyll.terminal import Terminal

START: Final = datetime(2026, 3, 23, 9, 0, tzinfo=journal.SEOUL)
"""When the demo takes place, so that every run of it ends in the same commits."""
OWNER: Final = "demo"
NAME: Final = "demo.github.io"


@dataclass(slots=True)
class _Time:
    """The demo's own time: it stands still but for `pass_`."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)

    def pass_(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)


def run_demo(
    directory: Path,
    console: Console,
    *,
    environment: Mapping[str, str],
    sleep: Callable[[float], None] = time.sleep,
    timer: Callable[[], float] = time.monotonic,
) -> tuple[Report, ...]:
    """Publish the sample journal into a git repository in `directory`, three times over, and return the three reports.

    The first sync makes the posts, the second carries over an edit and a new title, the third finds nothing to do. Then
    the site is built where `jekyll` is installed. `environment` is that of the process, in which `git` and `jekyll` run; `timer` (seconds)
    measures how long a sync takes, while the time that pages and commits bear is the demo's own. Raises ConfigError where
    `directory` holds anything but an earlier demo or `git` is missing, BuildFailed where Jekyll stumbles.
    """
    story = _Time(START)
    workspace = Workspace(clock=story.now)
    ids = journal.build(workspace)
    settings = {"DATABASE": workspace.database(ids.database)["url"], "OWNER/NAME": f"{OWNER}/{NAME}"}
    blog = Blog.create(directory, environment, START, settings)
    config = load(blog.folder / CONFIG)

    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style), soft_wrap=True, highlight=False)

    say(
        "An embedded Notion with a sample journal and an embedded GitHub with a blog run on this computer now."
    )
    say(
        f"The blog is a git repository in {blog.folder}, with one post that its owner wrote by hand. Another demo here starts afresh."
    )
    with (
        notion_server.serve(workspace) as notion,
        github_server.serve(blog.folder, owner=OWNER, name=NAME, branch=BRANCH, now=story.now) as hub,
    ):
        job = Job(config, NotionSettings(token=notion.token, api_url=notion.url))

        def publish(heading: str) -> Report:
            say(f"\n{heading}", "bold")
            begun = timer()
            with Terminal(console) as progress:
                target = GitHub(f"{OWNER}/{NAME}", BRANCH, hub.token, hub.url, progress=progress, sleep=sleep)
                done = sync(job, target, Clock(story.now, sleep), progress)
            # The address of the commit leads to the embedded GitHub, which is gone when anybody looks.
            done = replace(done, url=None, seconds=timer() - begun)
            report.show(done, console)
            blog.refresh()
            return done

        first = publish("1. The first sync")
        story.pass_(3)
        journal.edit(workspace, ids)
        story.pass_(2)
        second = publish("2. In Notion, a paragraph was changed and a page was renamed")
        story.pass_(2)
        third = publish("3. Nothing happened since")
    _tell_where(blog, say)
    return first, second, third


def _tell_where(blog: Blog, say: Callable[..., None]) -> None:
    """Build the site where that is possible, and say where everything is."""
    folder = shlex.quote(str(blog.folder))
    say("\nLook at it", "bold")
    say(f"The posts: {blog.folder / '_posts'}")
    say(f"What each sync committed: git -C {folder} log --stat")
    if blog.jekyll() is None:
        say(
            "The site was not built: Jekyll is not installed. https://jekyllrb.com/docs/installation/ says how to get it; "
            "then run the demo again."
        )
        return
    say("Jekyll builds the site now, which takes a few seconds …")
    index = blog.build()
    say(f"The site: {index} (a double click opens it)")
    say(f"As a server shows it: cd {folder} && jekyll serve")
