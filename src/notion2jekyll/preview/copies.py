"""Copies of a site: of a folder, of a clone that is here already, or of a branch on GitHub."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from notion2jekyll.errors import AccessDenied, ConfigError

_LEFT: Final = frozenset({".git", "_site", ".jekyll-cache", ".sass-cache"})
"""Folders at the root that no site is built from."""
_LENT: Final = ("node_modules", "vendor/bundle")
"""Folders with the programs that build a site; they are large, and only read."""
_REFUSED: Final = re.compile(
    r"\b40[134]\b|could not read Username|Authentication failed|not found", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A branch on GitHub, and what it takes to read it."""

    name: str
    """`owner/name`."""
    branch: str | None
    """None for the default branch."""
    api_url: str
    token: str | None
    """None where there is none: a public repository can be read all the same."""

    @property
    def url(self) -> str:
        """The address that git reads it from."""
        parts = urlsplit(self.api_url)
        host = "github.com" if parts.netloc == "api.github.com" else parts.netloc
        return f"{parts.scheme}://{host}/{self.name}.git"


def copy(site: Path, place: Path) -> None:
    """Copy the site in the folder `site` to `place`, which is not there yet. Raises ConfigError or AccessDenied.

    Files are copied, not linked: whatever a plugin does in the copy, the site stays as it is.
    """
    if not site.is_dir():
        raise ConfigError(
            f"There is no folder {site} to be previewed.",
            hint="Name the folder of your Jekyll site with --output DIR.",
        )

    def left(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(site)
        lent = {name for name in names if (inside / name).as_posix() in _LENT}
        return lent | (_LEFT & set(names) if inside == Path() else set())

    try:
        shutil.copytree(site, place, symlinks=True, ignore=left)
    except (OSError, shutil.Error) as error:
        raise AccessDenied(
            f"The site in {site} could not be copied: {_first(error)}.",
            hint="Give your user the right to read all of it, and see whether the disk has room for a copy.",
        ) from error
    for name in _LENT:
        if (site / name).is_dir():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # Windows without the right to make links
                (place / name).symlink_to((site / name).resolve(), target_is_directory=True)


def _first(error: OSError) -> str:
    """Return what went wrong first; `copytree` collects everything."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        source, _, why = error.args[0][0]
        return f"{source}: {why}"
    return error.strerror or str(error)


def here(repository: Repository, folder: Path, environment: Mapping[str, str]) -> Path | None:
    """Return the root of the clone of `repository` that `folder` is in, with its branch checked out; None for anything else."""
    if shutil.which("git", path=environment.get("PATH")) is None:
        return None
    root = _git(["rev-parse", "--show-toplevel"], folder, environment)
    remotes = _git(["config", "--get-regexp", r"^remote\..*\.url$"], folder, environment)
    branch = _git(["symbolic-ref", "--short", "HEAD"], folder, environment)
    ours = re.compile(rf"[/:]{re.escape(repository.name)}(\.git)?/?$", re.IGNORECASE | re.MULTILINE)
    if root.returncode or not ours.search(remotes.stdout):
        return None
    if repository.branch is not None and branch.stdout.strip() != repository.branch:
        return None
    return Path(root.stdout.strip())


def clone(repository: Repository, place: Path, environment: Mapping[str, str]) -> None:
    """Put the newest version of `repository` into `place`, which is not there yet. Raises ConfigError or AccessDenied."""
    hint = "Clone the blog yourself, and name its folder: notion2jekyll preview --output DIR"
    if shutil.which("git", path=environment.get("PATH")) is None:
        raise ConfigError(
            f"{repository.name} is fetched with git, and there is no 'git' on this computer's PATH.",
            hint="Install it from https://git-scm.com/downloads. Or get the blog's files some other way, and name their "
            "folder: notion2jekyll preview --output DIR",
        )
    branch = ["--branch", repository.branch] if repository.branch else []
    command = [
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--single-branch",
        *branch,
        "--",
        repository.url,
        str(place),
    ]
    done = _git(command, place.parent, {**environment, **_signed(repository, environment)})
    if done.returncode:
        said = done.stderr.strip() or "git said nothing."
        if _REFUSED.search(said):
            raise AccessDenied(
                f"{repository.name} could not be fetched with git: {said}",
                hint=f"Check `github: repository` and `branch`, and that GITHUB_TOKEN may read its contents. {hint}",
            )
        raise ConfigError(f"{repository.name} could not be fetched with git: {said}", hint=hint)
    shutil.rmtree(place / ".git", ignore_errors=True)


def _signed(repository: Repository, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that hand the token to git: others see the words of a command, but not its environment."""
    if repository.token is None:
        return {}
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    parts = urlsplit(repository.url)
    login = base64.b64encode(f"x-access-token:{repository.token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"http.{parts.scheme}://{parts.netloc}/.extraheader",
        f"GIT_CONFIG_VALUE_{count}": f"Authorization: Basic {login}",
    }


def _git(
    arguments: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # no shell; no word of it is from Notion
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        env={**environment, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
