"""Which repository on GitHub a folder is a clone of, as its git configuration tells. No program is started for it."""

from __future__ import annotations

import re
from configparser import ConfigParser
from configparser import Error as NotAConfiguration
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\s]+):(?!//)(?P<path>[^\s]+)")
"""`git@github.com:me/blog.git`, as git takes it for ssh."""
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


class Remote(NamedTuple):
    """A repository, and where it is."""

    host: str
    """In lower case, with the port where the address has one over http."""
    repository: str
    """`owner/name`."""


class Clone(NamedTuple):
    """A folder with a git repository in it."""

    root: Path
    remote: Remote | None
    """None where it has no remote that could be on a GitHub."""


def clone_at(folder: Path) -> Clone | None:
    """Return the clone that `folder` is in; None where it is in none."""
    for root in (folder, *folder.parents):
        if (root / ".git").exists():
            return Clone(root, _remote(root / ".git"))
    return None


def parse_remote(url: str) -> Remote | None:
    """Return what the address of a remote means; None for a path, and for what is no `owner/name`. Nothing secret stays."""
    url = url.strip()
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return None
        if parts.scheme not in ("http", "https", "ssh", "git", "git+ssh"):
            return None
        # The port of ssh says nothing of where the web pages and the API are.
        host = f"{host}:{port}" if port and parts.scheme in ("http", "https") else host
        path = parts.path
    elif found := _SCP.fullmatch(url):
        host, path = found["host"].lower(), found["path"]
    else:
        return None
    # GitHub's ssh on the port of https has a name of its own.
    host = host.removeprefix("ssh.") if host == "ssh.github.com" else host
    name = unquote(path).strip("/").removesuffix(".git")
    return Remote(host, name) if host and _REPOSITORY.fullmatch(name) else None


def web_of(api_url: str) -> str:
    """Return where people open what the API at `api_url` serves: `https://github.com`.

    https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency has the form `api.NAME.ghe.com`.
    """
    parts = urlsplit(api_url)
    host = parts.netloc.rpartition("@")[2].lower()
    if host == "api.github.com" or re.fullmatch(r"api\.[a-z0-9-]+\.ghe\.com", host):
        host = host.removeprefix("api.")
    return f"{parts.scheme or 'https'}://{host}"


def api_of(host: str) -> str:
    """Return where the API of the GitHub with the web pages at `host` is."""
    if host == "github.com" or re.fullmatch(r"[a-z0-9-]+\.ghe\.com", host):
        return f"https://api.{host}"
    return f"https://{host}/api/v3"


def _remote(git: Path) -> Remote | None:
    """Return what `origin` is, else the first remote that could be on a GitHub."""
    try:
        parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        text = (_common(git) / "config").read_text(encoding="utf-8", errors="replace")
        # Indented lines would go on with the line before.
        parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    except (OSError, ValueError, NotAConfiguration):
        return None
    names = sorted(
        (name for name in parser.sections() if name.startswith('remote "')),
        key=lambda name: name != 'remote "origin"',
    )
    urls = ((parser[name].get("url") or "").strip('"') for name in names)
    return next((found for url in urls if (found := parse_remote(url))), None)


def _common(git: Path) -> Path:
    """Return the folder that has the configuration; of a work tree or submodule `.git` is a file that names it."""
    if git.is_dir():
        return git
    where = git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
    folder = git.parent / where
    common = folder / "commondir"
    return folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder
