"""Other tools that turn Notion pages into Markdown, measured on the same journal behind the same server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, Cost, Servers, servers

PLACE: Final = ROOT / ".cache" / "bench"
HERE: Final = Path(__file__).parent / "others"


@dataclass(frozen=True, slots=True)
class Rival:
    """A tool, and how it is run."""

    name: str
    run: Callable[[Servers, Path], Cost]


@dataclass(frozen=True, slots=True)
class Feat:
    """What a tool did with a journal."""

    name: str
    pages: int
    cost: Cost | None
    """None where it failed."""
    written: int
    """How many files it wrote that are not empty."""
    characters: int
    trouble: str = ""
    """What it said where it failed."""


def install() -> None:
    """Put the tools, in the versions that `others` names, into `.cache/bench`. Raises CalledProcessError."""
    PLACE.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", PLACE)
    if not (PLACE / "node_modules" / "notion-to-md").is_dir():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=PLACE, check=True)
    python = PLACE / "py"
    if not (python / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", python], check=True)
        wanted = str(HERE / "requirements.txt")
        subprocess.run([python / "bin" / "pip", "install", "--quiet", "-r", wanted], check=True)
        (python / "installed").touch()


def _node(hosts: Servers, folder: Path) -> Cost:
    waker = [hosts.where["waker"]] if hosts.skip else []
    script = str(HERE / "notion-to-md.mjs")
    where = [hosts.where["notion"], hosts.where["data_source"], str(folder)]
    return hosts.run_command(["node", script, *where, *waker], _environment(hosts))


def _python(module: str) -> Callable[[Servers, Path], Cost]:
    def run(hosts: Servers, folder: Path) -> Cost:
        where = [hosts.where["notion"], hosts.where["data_source"], str(folder)]
        return hosts.run(
            str(PLACE / "py/bin/python"), f"benchmarks.others.{module}", where, _environment(hosts)
        )

    return run


def _environment(hosts: Servers) -> dict[str, str]:
    return {"NOTION_TOKEN": hosts.where["notion_token"]}


RIVALS: Final = (
    Rival("notion-to-md (npm)", _node),
    Rival("notion-to-md-py", _python("notion_to_md_py")),
    Rival("notion2md", _python("notion2md")),
)


def run(pages: int, *, latency: float) -> Iterator[Feat]:
    """Yield what each tool does with a journal of `pages` pages."""
    for rival in RIVALS:
        with servers(pages, latency=latency) as hosts:
            folder = hosts.folder / "out"
            folder.mkdir()
            cost, trouble = None, ""
            try:
                cost = rival.run(hosts, folder)
            except RuntimeError as error:
                trouble = str(error)
            sizes = [len(file.read_text()) for file in folder.glob("*.md")]
            yield Feat(rival.name, pages, cost, sum(size > 0 for size in sizes), sum(sizes), trouble)
