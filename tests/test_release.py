"""What is released: the packages, what the workflow asks of `scripts/release.py`, and the steps that need nobody else."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.metadata import Metadata

ROOT = Path(__file__).resolve().parent.parent
RELEASE = runpy.run_path(str(ROOT / "scripts" / "release.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CHANGELOG = """# Changelog

Newest first.

## 1.2.0, 2026-12-31

- New: a [link](x).

### Fixed

- A fault.

## 1.1.0, 2026-11-30

- Old.

## 0.9.0, not released yet

- Older.
"""

# The packages --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both packages, built from what a download has: the files, without git's own."""
    place = tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if name.startswith(("src/", "docs/")) or "/" not in name:
            (place / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / "checkout" / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place / "dist")]
    done = subprocess.run(
        [*command, str(place / "checkout")], capture_output=True, encoding="utf-8", check=False
    )
    assert not done.returncode, done.stdout + done.stderr
    return place


def wheel(built: Path) -> Path:
    [found] = (built / "dist").glob("*.whl")
    return found


def test_the_wheel_has_every_file_of_the_program_and_no_other(built: Path) -> None:
    source = built / "checkout" / "src"
    program = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert {"notion2jekyll/py.typed", "notion2jekyll/demo/site/_config.yml"} <= program
    with zipfile.ZipFile(wheel(built)) as file:
        names = set(file.namelist())
    assert {name for name in names if ".dist-info/" not in name} == program
    assert {name.partition(".dist-info/")[2] for name in names if ".dist-info/" in name} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_source_package_makes_the_same_wheel_possible(built: Path) -> None:
    [source] = (built / "dist").glob("*.tar.gz")
    with tarfile.open(source) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "src/notion2jekyll/cli.py"} <= names
    assert not any(part in name for name in names for part in (".venv", "__pycache__", ".git/"))


def test_the_metadata_is_what_pypi_takes(built: Path) -> None:
    with zipfile.ZipFile(wheel(built)) as file:
        [name] = [each for each in file.namelist() if each.endswith("/METADATA")]
        raw = file.read(name)
    metadata = Metadata.from_email(raw, validate=True)
    assert (metadata.name, str(metadata.version)) == (PROJECT["name"], PROJECT["version"])
    assert Parser().parsestr(raw.decode())["Description-Content-Type"] == "text/markdown"
    assert (metadata.description or "").startswith("# notion2jekyll")


def test_the_wheel_alone_runs_the_demo(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel(built)) as file:
        file.extractall(tmp_path / "installed")
    git = shutil.which("git")
    assert git
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(git)  # and no Jekyll, which would take its time
    packages = sysconfig.get_path("purelib")
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "notion2jekyll", "demo", str(tmp_path / "demo")],
        env={
            "PATH": str(tmp_path / "bin"),
            "HOME": str(tmp_path),
            "PYTHONPATH": f"{tmp_path / 'installed'}{os.pathsep}{packages}",
        },
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list((tmp_path / "demo").rglob("_posts/*.md"))


# The script ----------------------------------------------------------------------------------------------------------


def test_the_notes_are_the_versions_part_of_the_changelog() -> None:
    notes = RELEASE["notes"]
    assert notes(CHANGELOG, "1.2.0") == "- New: a [link](x).\n\n### Fixed\n\n- A fault.\n"
    assert notes(CHANGELOG, "1.1.0") == "- Old.\n"
    with pytest.raises(ValueError, match=r"no part “## 1\.2, <date>”"):
        notes(CHANGELOG, "1.2")
    own = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "### Added" in notes(own, PROJECT["version"])


@pytest.mark.parametrize(
    ("version", "alias"), [("0.1.0", "v1"), ("1.0.0", "v1"), ("1.12.3", "v1"), ("2.0.0", "v2")]
)
def test_the_alias_of_a_version(version: str, alias: str) -> None:
    assert RELEASE["alias"](version) == alias


@pytest.mark.parametrize(
    ("version", "tag", "account", "expected"),
    [
        ("1.2.0", "v1.2.0", "me", []),
        ("1.2.0", "v1.2.1", "me", ["The tag is v1.2.1, but pyproject.toml has the version 1.2.0"]),
        ("1.2.0", "1.2.0", "me", ["The tag is 1.2.0"]),
        ("0.9.0", "v0.9.0", "me", ["CHANGELOG.md has no heading “## 0.9.0, YYYY-MM-DD”"]),
        ("1.2", "v1.2", "me", ["CHANGELOG.md has no heading “## 1.2, YYYY-MM-DD”"]),
        ("1.2.0", "v1.2.0", "OWNER", ["The addresses in pyproject.toml name OWNER"]),
    ],
)
def test_a_tag_is_released_when_all_fits(
    version: str, tag: str, account: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nversion = "{version}"\nurls = {{Homepage = "https://github.com/{account}/notion2jekyll"}}\n'
    )
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    found = RELEASE["faults"](tmp_path, tag)
    assert len(found) == len(expected)
    assert all(each.startswith(start) for each, start in zip(found, expected, strict=True))


# The steps -----------------------------------------------------------------------------------------------------------


def step(job: str, name: str) -> dict[str, Any]:
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    [found] = [each for each in workflow["jobs"][job]["steps"] if each["name"] == name]
    return dict(found)


def carried_out(script: str, folder: Path, gh: str) -> list[str]:
    """Carry out a step with a `gh` that notes what it is asked for and then does `gh`; return what it was asked for."""
    (folder / "bin").mkdir()
    program = folder / "bin/gh"
    program.write_text(f'#!/bin/sh\necho "$*" >>"{folder}/asked"\n{gh}\n')
    program.chmod(0o755)
    version = PROJECT["version"]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=ROOT,
        env={
            "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GITHUB_REF_NAME": f"v{version}",
            "GITHUB_SHA": "a" * 40,
            "GITHUB_REPOSITORY": "me/notion2jekyll",
            "RUNNER_TEMP": str(folder),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (folder / "asked").read_text("utf-8").splitlines()


@pytest.mark.parametrize("there", [True, False])
def test_the_release_is_made_or_completed(there: bool, tmp_path: Path) -> None:
    gh = "" if there else '[ "$2" != view ]'
    asked = carried_out(step("github", "Make the release")["run"], tmp_path, gh)
    tag = f"v{PROJECT['version']}"
    assert asked[0] == f"release view {tag}"
    assert asked[1].startswith(f"release upload {tag} dist/" if there else f"release create {tag} dist/")
    assert ("--verify-tag" in asked[1]) is not there
    assert "### Added" in (tmp_path / "notes.md").read_text("utf-8")


@pytest.mark.parametrize("there", [True, False])
def test_the_alias_is_moved_or_made(there: bool, tmp_path: Path) -> None:
    gh = "" if there else 'case "$*" in *PATCH*) exit 1;; esac'
    asked = carried_out(step("github", "Let the alias follow")["run"], tmp_path, gh)
    references, commit = "repos/me/notion2jekyll/git/refs", "a" * 40
    move = f"api --silent --method PATCH {references}/tags/v1 -f sha={commit} -F force=true"
    make = f"api --silent --method POST {references} -f ref=refs/tags/v1 -f sha={commit}"
    assert asked == ([move] if there else [move, make])
