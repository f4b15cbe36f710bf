"""The floors hold, and the checks that hold them would notice: each rule is broken on purpose in a copy."""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
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
    ("actions.py", "import os"),
    ("target/folder.py", "from notion2jekyll import config"),
    ("target/folder.py", "import github"),
    ("media/__init__.py", "from notion2jekyll import report"),
    ("config.py", "from notion2jekyll import sync"),
    ("sync.py", "from notion2jekyll import cli"),
    ("sync.py", "import github"),
    ("target/__init__.py", "import github"),
    ("target/github/__init__.py", "import github"),
    ("target/github/branch.py", "import github"),
    ("target/github/repository.py", "import github"),
    ("target/github/wire.py", "from notion2jekyll.target.github import repository"),
    ("__init__.py", "import github"),
    ("__main__.py", "import github"),
    *(
        (module, f"import {name}")
        for module, name in [
            ("errors.py", "requests"),
            ("progress.py", "threading"),
            ("markdown/plain.py", "http.client"),
            ("notion/ids.py", "io"),
            ("notion/model.py", "shutil"),
            ("merge.py", "tempfile"),
            ("state.py", "concurrent.futures"),
            ("publish.py", "subprocess"),
            ("decide.py", "socket"),
            ("convert/players.py", "urllib3"),
        ]
    ),
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


def pure_files(place: Path) -> Iterator[Path]:
    """Yield the files of the pure core, as `.importlinter` names them."""
    settings = configparser.ConfigParser()
    settings.read(place / ".importlinter")
    for module in settings["importlinter:contract:pure"]["source_modules"].split():
        file = place.joinpath(*module.split("."))
        yield from sorted(file.rglob("*.py")) if file.is_dir() else [file.with_suffix(".py")]


def opens_addresses(file: Path) -> bool:
    """Whether `file` imports `urllib.request`; import-linter sees no difference from `urllib.parse`, which is pure."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import) and any(name.name == "urllib.request" for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (
            node.module == "urllib.request"
            or (node.module == "urllib" and any(name.name == "request" for name in node.names))
        ):
            return True
    return False


def test_the_pure_core_opens_no_addresses(copy: Path) -> None:
    files = list(pure_files(copy))
    assert len(files) > 20
    assert [file.name for file in files if opens_addresses(file)] == []


@pytest.mark.parametrize(
    "line", ["import urllib.request", "from urllib import request", "from urllib.request import urlopen"]
)
def test_opening_an_address_is_noticed(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text(f"import urllib.parse\n\ndef f() -> None:\n    {line}\n", encoding="utf-8")
    assert opens_addresses(tmp_path / "a.py")


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
