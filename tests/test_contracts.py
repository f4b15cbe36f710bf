"""The floors hold, and the checks that hold them would notice: each rule is broken on purpose in a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

BREAKS = [
    ("errors.py", "from notion2jekyll import report"),
    ("markdown/nodes.py", "from notion2jekyll.markdown import serialize"),
    ("markdown/serialize.py", "from notion2jekyll.notion import model"),
    ("markdown/serialize.py", "import notion2jekyll.jekyll.site"),
    ("notion/model.py", "from notion2jekyll.notion import properties"),
    ("notion/properties.py", "from notion2jekyll.markdown import nodes"),
    ("notion/fetch.py", "from notion2jekyll.jekyll import site"),
    ("convert/blocks.py", "from notion2jekyll.jekyll import posts"),
    ("convert/blocks.py", "import yaml"),
    ("convert/blocks.py", "import httpx"),
    ("convert/richtext.py", "from notion2jekyll.notion import client"),
    ("plan.py", "import time"),
    ("plan.py", "import os"),
    ("state.py", "import random"),
    ("snapshot.py", "import asyncio"),
    ("jekyll/posts.py", "import tenacity"),
    ("jekyll/site.py", "import github"),
    ("decide.py", "import notion_client"),
    ("state.py", "from notion2jekyll import plan"),
    ("target/folder.py", "from notion2jekyll import config"),
    ("target/folder.py", "import github"),
    ("media.py", "from notion2jekyll import report"),
    ("config.py", "from notion2jekyll import sync"),
    ("sync.py", "from notion2jekyll import cli"),
    ("sync.py", "import github"),
]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("contracts")
    shutil.copytree(
        ROOT / "src" / "notion2jekyll", place / "notion2jekyll", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / ".importlinter", place)
    return place


def contracts(place: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(place)}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept(copy: Path) -> None:
    result = contracts(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("module", "line"), BREAKS, ids=[f"{module}: {line}" for module, line in BREAKS])
def test_a_broken_contract_is_noticed(copy: Path, module: str, line: str) -> None:
    file = copy / "notion2jekyll" / module
    text = file.read_text(encoding="utf-8")
    try:
        file.write_text(f"{text}\n\ndef _broken() -> None:\n    {line}\n", encoding="utf-8")
        result = contracts(copy)
    finally:
        file.write_text(text, encoding="utf-8")
    assert result.returncode == 1, f"nobody noticed '{line}' in {module}"
    assert "BROKEN" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("print('x')", "T201"),
        ("import os; x = os.environ", "TID251"),
        ("import sys; sys.stderr.write('x')", "TID251"),
        ("import datetime; datetime.datetime.now()", "DTZ005"),
        ("eval('1')", "S307"),
        ("def public(): pass", "D103"),
    ],
)
def test_ruff_keeps_streams_clocks_and_the_environment_out(tmp_path: Path, line: str, rule: str) -> None:
    command = [
        str(Path(sys.executable).parent / "ruff"),
        "check",
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    name = ["--stdin-filename", str(ROOT / "src" / "notion2jekyll" / "plan.py"), "-"]
    result = subprocess.run(
        [*command, *name], input=line + "\n", cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert rule in result.stdout
