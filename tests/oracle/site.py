"""The real Jekyll, building whole sites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILDER = Path(__file__).with_name("site.rb")


@dataclass(frozen=True)
class Built:
    """What Jekyll made of a site."""

    posts: Mapping[str, Mapping[str, Any]]
    """Path → what it knows of the post."""
    log: str


def build(folder: Path, sites: Sequence[Mapping[str, bytes]]) -> list[Built]:
    """Build `sites` (path → content) below `folder`. Raises ValueError where Jekyll refuses one."""
    ruby = shutil.which("ruby")
    assert ruby, "Ruby is not installed"
    for number, files in enumerate(sites):
        for path, content in files.items():
            place = folder / str(number) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    folders = [str(folder / str(number)) for number in range(len(sites))]
    done = subprocess.run(
        [ruby, str(BUILDER), *folders],
        env=os.environ | {"LANG": "C.UTF-8", "RUBYOPT": "-W0"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    built = []
    for answer in map(json.loads, filter(None, done.stdout.splitlines())):
        if "error" in answer:
            raise ValueError(answer["error"])
        built.append(Built(answer["posts"], answer["log"]))
    assert len(built) == len(sites), done.stderr
    return built
