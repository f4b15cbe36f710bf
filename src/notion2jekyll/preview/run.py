"""One preview: copy, sync, build, serve, and again whenever somebody asks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from rich.console import Console
from rich.text import Text
from yaml import YAMLError

from notion2jekyll import foreign_yaml, layout, report, state
from notion2jekyll.errors import Problem
from notion2jekyll.plan import Change
from notion2jekyll.preview import builder, copies
from notion2jekyll.preview.builder import HOST, Builder, BuildFailed
from notion2jekyll.preview.copies import Repository
from notion2jekyll.progress import Progress
from notion2jekyll.report import Report
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target import Target
from notion2jekyll.target.folder import Folder

MOST: Final = 10
"""So many addresses of posts are shown."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be previewed, and how."""

    site: Path | Repository
    """A folder, or what is on GitHub."""
    drafts: bool = False
    """Show drafts, and posts that are dated ahead, too."""
    port: int | None = None
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What a preview has to do with beside files and programs, passed in so that tests own it."""

    console: Console
    clock: Clock
    environment: Mapping[str, str]
    """The environment in which `git` and Jekyll run, without tokens."""
    directory: Path
    """The working directory."""
    progress: Callable[[], AbstractContextManager[Progress]]
    """Return what shows the progress of one sync."""
    ask: Callable[[], str]
    """Wait for a line of the person's and return it; empty where there will be none."""
    open: Callable[[str], None] | None = None
    """Show an address in the browser, where that is wanted."""


def preview(job: Job, wish: Wish, original: Callable[[Progress], Target] | None, world: World) -> None:
    """Show the posts that a sync would write, until the person has seen enough; the site stays as it is.

    `original` returns the target of the sync itself, for what is in its history alone. Raises as `sync`, ConfigError where
    Jekyll is missing or cannot build the site, AccessDenied where the site cannot be copied.
    """
    # Ctrl-C ends it by an exception, too: nothing of it stays on the disk.
    with tempfile.TemporaryDirectory(prefix="notion2jekyll-preview-", ignore_cleanup_errors=True) as folder:
        _Preview(job, wish, original, world, Path(folder)).run()


class _Copy(Folder):
    """The copy of a site; what its history alone has comes from the original."""

    def __init__(self, path: Path, original: Target | None) -> None:
        super().__init__(path)
        self._original = original

    def fetch_blob(self, blob: str) -> bytes | None:
        found = super().fetch_blob(blob)
        return self._original.fetch_blob(blob) if found is None and self._original else found


@dataclass(frozen=True, slots=True)
class _Preview:
    job: Job
    wish: Wish
    original: Callable[[Progress], Target] | None
    world: World
    folder: Path

    def run(self) -> None:
        builder.require(self.world.environment)
        name, site = self._fetch()
        jekyll = builder.find(site, self.world.environment)
        if jekyll.doubt:
            what = f"The site is built with another Jekyll than its Gemfile asks for: {jekyll.doubt}"
            report.show_problem(
                Problem("warning", what, hint="Run 'bundle install' in the site's folder."),
                self.world.console,
            )
        options = ("--drafts", "--future") if self.wish.drafts else ()
        works = Builder(jekyll, self.folder, builder.free_port(self.wish.port), options)
        done = self._sync()
        self._show(replace(done, result="planned", target=name))
        self._build(works)
        with works.served():
            self._tell(works, done.changes)
            if self.world.open:
                self.world.open(self._home(works))
            while True:
                self._say("Enter reads Notion again; q and Enter, or Ctrl-C, ends the preview.", "bold")
                try:
                    line = self.world.ask()
                except KeyboardInterrupt:
                    return
                if not line or line.strip().lower() in {"q", "quit", "exit"}:
                    return
                self._again(works)

    def _fetch(self) -> tuple[str, Path]:
        """Copy the site; return what to call it, and where the copy is."""
        place, site = self.folder / "site", self.wish.site
        if isinstance(site, Path):
            copies.copy(site, place)
            return str(site), place
        found = copies.here(site, self.world.directory, self.world.environment)
        if found:
            self._say(f"The site is your clone of {site.name} in {found}, as it is there.", "dim")
            copies.copy(found, place)
        else:
            self._say(f"Fetching {site.name} with git …", "dim")
            copies.clone(site, place, self.world.environment)
        return site.name, place

    def _sync(self) -> Report:
        with self.world.progress() as progress:
            original = self.original(progress) if self.original else None
            return sync(self.job, _Copy(self.folder / "site", original), self.world.clock, progress)

    def _again(self, works: Builder) -> None:
        """Carry over what changed in Notion, and build the site again; what fails leaves the last pages there."""
        done = self._sync()
        self._show(replace(done, target="the preview"))
        if done.result == "up-to-date":
            return
        try:
            self._build(works)
        except BuildFailed as failed:
            report.show_problem(Problem("error", failed.message, hint=failed.hint), self.world.console)
        else:
            self._tell(works, done.changes)

    def _build(self, works: Builder) -> None:
        self._say("Jekyll builds the site …", "dim")
        for line in works.build(self._posts()):
            hint = "Jekyll took its front matter for text, or left it out: mend the file."
            report.show_problem(Problem("warning", line, hint=hint), self.world.console)

    def _posts(self) -> list[str]:
        """Return the paths of all files that may be posts."""
        site = self.folder / "site"
        return [path.relative_to(site).as_posix() for path in site.rglob("*.md")]

    def _home(self, works: Builder) -> str:
        base = ""
        with suppress(OSError, ValueError, YAMLError):
            config = foreign_yaml.load((works.site / "_config.yml").read_text(encoding="utf-8"))
            base = str(config.get("baseurl") or "") if isinstance(config, dict) else ""
        base = f"/{base.strip('/')}" if base.strip("/") else ""
        return f"http://{HOST}:{works.port}{base}/"

    def _tell(self, works: Builder, changes: Sequence[Change]) -> None:
        """Say where the site is, and where its changed posts are."""
        home = self._home(works)
        self._say(f"The preview: {home}", "bold")
        entries = state.parse((works.site / state.PATH).read_bytes()).entries if changes else {}
        urls = [
            entries[change.page].url
            for change in changes
            if change.action != "delete" and change.page in entries
        ]
        found = [url for url in urls if _is_built(works, url)]
        for url in found[:MOST]:
            self._say(f"  {home.rstrip('/')}{_readable(url)}")
        if len(found) > MOST:
            self._say(f"  … and {len(found) - MOST} more", "dim")

    def _show(self, done: Report) -> None:
        report.show(done, self.world.console, verbose=self.wish.verbose)

    def _say(self, text: str, style: str = "") -> None:
        layout.say(self.world.console, Text(text, style))


def _is_built(works: Builder, url: str) -> bool:
    """Return whether there is a page at `url`: drafts and posts that are dated ahead have none."""
    place = works.built / url.strip("/")
    return bool(url) and any(
        each.is_file() for each in (place, place / "index.html", place.with_name(place.name + ".html"))
    )


def _readable(url: str) -> str:
    """Return `url` for a person and a browser alike: only what ends an address, or commands a terminal, is encoded."""
    return "".join(char if char.isprintable() and not char.isascii() else quote(char) for char in url)
