"""The demo's blog: a small Jekyll site in a git repository of its own, as somebody could have had it before."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from notion2jekyll.errors import ConfigError, Stop

BRANCH: Final = "main"
CONFIG: Final = "notion2jekyll.yaml"
"""The demo's configuration, in the blog's root."""
SITE: Final = "_site"
"""Where Jekyll builds the site."""

_MARK: Final = "notion2jekyll-demo"
"""A file in `.git` that tells an earlier demo from anything else."""
_OWNER: Final = "Blog Owner"
_ADDRESS: Final = "owner@users.noreply.github.com"
_IGNORED: Final = f"{SITE}/\n.jekyll-cache/\n"
_TAG = re.compile(r"<(?:a|area|audio|iframe|img|link|script|source|track|video)\b[^>]*>", re.IGNORECASE)
_ROOTED = re.compile(r"""(?<=\s)(href|src|poster)=(["'])/(?!/)([^"'#?]*)""", re.IGNORECASE)


class BuildFailed(Stop):
    """Jekyll could not build the demo's site, which is a fault of this program (exit code 70)."""


@dataclass(frozen=True, slots=True)
class Blog:
    """The repository of the demo, with its files checked out."""

    folder: Path
    environment: Mapping[str, str]
    """The environment in which `git` and `jekyll` run."""

    @classmethod
    def create(
        cls, folder: Path, environment: Mapping[str, str], moment: datetime, settings: Mapping[str, str]
    ) -> Blog:
        """Make the blog in `folder`, with one commit of its owner's at `moment`, and return it.

        `settings` replaces words in the configuration's text. An earlier demo in `folder` is removed first; raises
        ConfigError where anything else is there, where the folder cannot be written to, or where `git` is missing.
        """
        if shutil.which("git", path=environment.get("PATH")) is None:
            raise ConfigError(
                "The demo keeps its blog in a git repository, and there is no 'git' on this computer's PATH.",
                hint="Install git from https://git-scm.com/downloads and run 'notion2jekyll demo' again.",
            )
        blog = cls(folder.absolute(), _environment(environment, moment))
        try:
            blog._clear()
            blog._write(settings)
        except OSError as error:
            raise ConfigError(
                f"The demo could not write to {blog.folder}: {error.strerror or error}.",
                hint="Name a folder that you may write to: notion2jekyll demo my-demo",
            ) from error
        blog.git("init", "--quiet")
        (blog.folder / ".git" / _MARK).touch()
        blog.git("config", "core.autocrlf", "false")
        blog.git("config", "core.quotePath", "false")  # Korean names readable in `git log --stat`
        blog.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
        blog.git("add", "--all")
        blog.git("commit", "--quiet", "--message", "Start the blog")
        return blog

    def git(self, *arguments: str) -> str:
        """Run `git` in the blog and return what it prints. Raises Stop where it fails."""
        done = _run(["git", *arguments], self.folder, self.environment)
        if done.returncode:
            raise Stop(f"'git {arguments[0]}' failed in {self.folder}: {done.stderr.strip()}")
        return done.stdout

    def refresh(self) -> None:
        """Bring the files in the folder to the newest commit."""
        self.git("reset", "--quiet", "--hard", BRANCH)

    def jekyll(self) -> str | None:
        """Return the path of the `jekyll` command, None where it is not installed."""
        return shutil.which("jekyll", path=self.environment.get("PATH"))

    def build(self) -> Path:
        """Build the site with Jekyll and return its first page, which opens from the disk as well as from a server.

        Raises BuildFailed with Jekyll's own words.
        """
        command = [
            str(self.jekyll()),
            "build",
            "--source",
            str(self.folder),
            "--destination",
            str(self.folder / SITE),
        ]
        done = _run([*command, "--quiet"], self.folder, self.environment)
        index = self.folder / SITE / "index.html"
        if done.returncode or not index.is_file():
            said = (done.stderr or done.stdout).strip() or "it said nothing."
            raise BuildFailed(
                f"Jekyll could not build the site in {self.folder}:\n{said}",
                hint="If Jekyll itself misses something (a gem, a newer Ruby), install that and run the demo again. "
                "If it complains of a post, please report it: no content may ever break a build.",
            )
        _open_from_disk(self.folder / SITE)
        return index

    def _write(self, settings: Mapping[str, str]) -> None:
        """Put the owner's files into the folder."""
        with as_file(files("notion2jekyll.demo") / "site") as template:
            shutil.copytree(template, self.folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        config = self.folder / CONFIG
        text = config.read_text(encoding="utf-8")
        for word, value in settings.items():
            text = text.replace(word, value)
        config.write_text(text, encoding="utf-8", newline="\n")
        (self.folder / ".gitignore").write_text(_IGNORED, encoding="utf-8", newline="\n")

    def _clear(self) -> None:
        """Remove an earlier demo from the folder, and nothing else. Raises ConfigError where something else is there."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            return
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            return
        if not (self.folder / ".git" / _MARK).is_file():
            raise ConfigError(
                f"{self.folder} is there already and is not the folder of an earlier demo, so it was left alone.",
                hint="Name a folder that is empty or not there yet: notion2jekyll demo my-demo",
            )
        for path in (self.folder / ".git" / "objects").rglob("*"):
            path.chmod(
                path.stat().st_mode | stat.S_IWRITE
            )  # git's objects are read-only; Windows would keep them
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _environment(given: Mapping[str, str], moment: datetime) -> dict[str, str]:
    """Return the environment for `git` and `jekyll`: nobody's own git settings or Gemfile, a fixed date, and UTF-8.

    Without UTF-8 Ruby takes Korean for broken text; the locale's name is not known everywhere, the option is.
    """
    kept = {name: value for name, value in given.items() if not name.startswith("GIT_")}
    date = moment.isoformat(timespec="seconds")
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": _OWNER,
        "GIT_AUTHOR_EMAIL": _ADDRESS,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": _OWNER,
        "GIT_COMMITTER_EMAIL": _ADDRESS,
        "GIT_COMMITTER_DATE": date,
        "LC_ALL": "C.UTF-8",
        "RUBYOPT": f"{given.get('RUBYOPT', '')} -EUTF-8".strip(),
        "JEKYLL_NO_BUNDLER_REQUIRE": "true",
    }


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # no shell; every word is ours or a path
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _open_from_disk(site: Path) -> None:
    """Make the addresses in the built pages relative: `/assets/x` means nothing where a page is opened by double click."""
    for page in site.rglob("*.html"):
        up = "../" * (len(page.relative_to(site).parts) - 1)

        def relative(found: re.Match[str], up: str = up) -> str:
            name, mark, path = found.groups()
            target = path + "index.html" if not path or path.endswith("/") else path
            return f"{name}={mark}{up}{target}"

        old = page.read_text(encoding="utf-8")
        new = _TAG.sub(lambda tag: _ROOTED.sub(relative, tag[0]), old)
        page.write_text(new, encoding="utf-8", newline="\n")
