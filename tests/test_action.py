"""`action.yml` as GitHub Actions carries it out: each step in turn, with the environment and the files that a runner gives."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import commands, obeyed, outputs
from world import World

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("action.yml", "constraints.txt", "pyproject.toml", "README.md", "LICENSE", "src")
"""What of a checkout the action needs."""
PYTHON = "3.13.5"
OFFLINE = {
    # The packages of the tests stand in for those that would be downloaded.
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say that there is to be none
}


def evaluated(text: Any, contexts: Mapping[str, Any]) -> str:
    """Return `text` with its expressions evaluated: names of values, `false`, and `||` between them."""

    def value(expression: str) -> str:
        last: Any = ""
        for name in expression.split("||"):
            last = looked_up(name.strip(), contexts)
            if last not in ("", None, False):
                break
        return "" if last is None else str(last).lower() if isinstance(last, bool) else str(last)

    if isinstance(text, bool):
        return str(text).lower()
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: value(found[1]), str(text))


def looked_up(name: str, contexts: Mapping[str, Any]) -> Any:
    if name == "false":
        return False
    here: Any = contexts
    for part in name.split("."):
        if not isinstance(here, Mapping):
            return None
        assert part in here or here.get("*"), f"{name}: there is no {part}"
        here = here.get(part)
    return here


@dataclass(slots=True)
class Job:
    """A job on a runner that has one step: this action."""

    checkout: Path
    temporary: Path
    workspace: Path
    token: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    @property
    def action(self) -> dict[str, Any]:
        raw: dict[str, Any] = yaml.safe_load((self.checkout / "action.yml").read_text("utf-8"))
        return raw

    def contexts(self) -> dict[str, Any]:
        given = {name: each.get("default", "") for name, each in self.action["inputs"].items()}
        github = {"token": self.token, "action_path": str(self.checkout)}
        inputs = {name: evaluated(each, {"github": github}) for name, each in given.items()}
        assert self.inputs.keys() <= inputs.keys()
        return {
            "inputs": inputs | self.inputs,
            "github": github,
            "runner": {"temp": str(self.temporary), "os": "Linux", "arch": "X64"},
            "steps": self.steps,
        }

    def use(self, step: Mapping[str, Any]) -> None:
        """Do for a step what the action would do that it uses."""
        given = {name: evaluated(each, self.contexts()) for name, each in step["with"].items()}
        match step["uses"].partition("@")[0]:
            case "actions/setup-python":
                assert given == {"python-version": "3.13", "update-environment": "false"}
                found = {"python-version": PYTHON, "python-path": sys.executable}
                self.steps[step["id"]] = {"outputs": found}
            case "actions/cache":
                assert given["path"] == f"{self.temporary}/notion2jekyll-downloads"
                assert re.fullmatch(
                    rf"notion2jekyll-Linux-X64-{re.escape(PYTHON)}-[0-9a-f]{{64}}", given["key"]
                )
            case other:
                raise AssertionError(f"the test does not know what {other} does")

    def run(self, step: Mapping[str, Any], environment: Mapping[str, str]) -> int:
        """Carry out a step's script as the runner does and return its exit code."""
        files = {name: self.temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        script = self.temporary / "step.sh"
        assert "${{" not in step["run"]
        script.write_text(step["run"], encoding="utf-8")
        assert step["shell"] == "bash"
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.temporary),
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self.checkout),
                "GITHUB_WORKSPACE": str(self.workspace),
                "GITHUB_SERVER_URL": "https://github.com",
                "RUNNER_TEMP": str(self.temporary),
                **{name: str(file) for name, file in files.items()},
                **environment,
                **{name: evaluated(each, self.contexts()) for name, each in step.get("env", {}).items()},
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.log = ran.stdout + ran.stderr
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        if "id" in step:
            self.steps[step["id"]] = {"outputs": outputs(files["GITHUB_OUTPUT"].read_text("utf-8"))}
        return ran.returncode

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the action."""
        contexts = self.contexts()
        return {name: evaluated(each["value"], contexts) for name, each in self.action["outputs"].items()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The action with every step done but the last one; its files are those of a download, without git's."""
    place = tmp_path_factory.mktemp("runner")
    for name in ("action", "temp", "work"):
        (place / name).mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, place / "action" / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, place / "action" / part)
    job = Job(place / "action", place / "temp", place / "work")
    for step in job.action["runs"]["steps"][:-1]:
        if "uses" in step:
            job.use(step)
        else:
            assert job.run(step, OFFLINE) == 0, job.log
    return job


def sync(here: World, installed: Job, **inputs: str) -> tuple[int, Job]:
    """Carry out the last step with `inputs` and return its exit code, and the job after it."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    job = Job(
        installed.checkout,
        installed.temporary,
        here.directory,
        token=here.hub.token,
        inputs={"notion-token": here.notion.token, **given},
        steps=dict(installed.steps),
    )
    *_, last = job.action["runs"]["steps"]
    addresses = {
        "NOTION_API_URL": here.notion.url,
        "GITHUB_API_URL": here.hub.base_url,
        "PYTHONPATH": OFFLINE["PYTHONPATH"],
    }
    return job.run(last, addresses), job


def test_the_version_that_is_installed_is_the_actions_own(installed: Job) -> None:
    program = installed.temporary / "notion2jekyll/bin/python"
    where = subprocess.run(
        [program, "-c", "import notion2jekyll; print(notion2jekyll.__file__)"],
        env={"PYTHONPATH": OFFLINE["PYTHONPATH"]},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert where.startswith(str(installed.temporary))


def test_a_sync_with_nothing_but_a_token(here: World, installed: Job) -> None:
    here.row("여행", "text")
    here.pass_time(hours=1)
    code, job = sync(here, installed)
    assert code == 0, job.log
    assert job.outputs() == {
        "changed": "true",
        "commit": here.git("rev-parse", "main").strip(),
        "created": "1",
        "updated": "0",
        "deleted": "0",
        "problems": "0",
    }
    assert "_posts/2026-11-20-여행.md" in here.site()
    assert "1 new" in job.summary
    assert "여행" in job.summary
    code, job = sync(here, installed)
    assert (code, job.outputs()["changed"], job.outputs()["commit"]) == (0, "false", "")
    assert "Nothing to do" in job.summary


def test_a_plan_of_two_pages_with_everything_elsewhere(here: World, installed: Job) -> None:
    pages = [here.row(title, "text") for title in ("One", "Two", "Three")]
    here.pass_time(hours=1)
    (here.directory / "notion2jekyll.yaml").rename(here.directory / "other config.yaml")
    inputs = {"config": "other config.yaml", "json": "my report.json", "verbose": "true"}
    code, job = sync(here, installed, **inputs, dry_run="true", page=f"{pages[0]}\n  {pages[1]}\r\n\n")
    assert code == 0, job.log
    assert (job.outputs()["created"], job.outputs()["commit"]) == ("2", "")
    assert len(here.commits()) == 1
    report = json.loads((here.directory / "my report.json").read_text("utf-8"))
    assert {change["page"] for change in report["changes"]} == set(pages[:2])
    assert "POST" in job.log
    assert here.notion.token not in job.log


@pytest.fixture
def asked(installed: Job, tmp_path: Path) -> Callable[..., tuple[int, Job, list[str]]]:
    """Carries out the last step with a program that does nothing but note what it is asked for."""
    program = tmp_path / "temp/notion2jekyll/bin/notion2jekyll"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" >"{tmp_path}/asked"\n')
    program.chmod(0o755)

    def ask(**inputs: str) -> tuple[int, Job, list[str]]:
        (tmp_path / "asked").write_text("")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        job = Job(installed.checkout, tmp_path / "temp", tmp_path, inputs=given)
        *_, last = job.action["runs"]["steps"]
        code = job.run(last, {})
        return code, job, (tmp_path / "asked").read_text("utf-8").split("\0")[:-1]

    return ask


Ask = Callable[..., tuple[int, Job, list[str]]]


def test_every_input_reaches_the_command(asked: Ask, installed: Job) -> None:
    assert asked()[2] == ["sync"]
    texts = {name: f"my {name}" for name in ("config", "output", "json")}
    switches = dict.fromkeys(("full", "force", "dry_run", "verbose"), "true")
    code, _, arguments = asked(**texts, **switches, page="one\n  two words \r\n\n")
    assert code == 0
    assert arguments == [
        "sync",
        "--config=my config",
        "--output=my output",
        "--json=my json",
        "--full",
        "--force",
        "--dry-run",
        "--verbose",
        "--page=one",
        "--page=two words ",
    ]
    elsewhere = {"notion-token", "github-token", "python-version"}
    given = {name.replace("_", "-") for name in (*texts, *switches, "page")}
    assert given | elsewhere == installed.action["inputs"].keys()
    # What a form leaves empty, and what an expression makes of `false`.
    assert asked(full="", force="false", dry_run="", page=" ")[2] == ["sync"]


@pytest.mark.parametrize("name", ["config", "output", "json", "page"])
def test_an_input_is_never_a_command(asked: Ask, tmp_path: Path, name: str) -> None:
    value = "$(touch done)`touch done`\"; touch done; '* $HOME && touch done --force"
    code, job, arguments = asked(**{name: value})
    assert (code, job.log) == (0, "")
    assert arguments == ["sync", f"--{name}={value}"]
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize("value", ["yes", "True", "$(touch done)", "true\n::set-output name=changed::true"])
def test_a_switch_is_true_or_false(asked: Ask, tmp_path: Path, value: str) -> None:
    code, job, arguments = asked(force=value)
    assert (code, arguments) == (2, [])
    assert commands(job.log) == ["::error title=Sync from Notion::force is neither true nor false."]
    assert not (tmp_path / "done").exists()


def test_a_job_without_the_secret_learns_what_to_do(here: World, installed: Job) -> None:
    code, job = sync(here, installed, notion_token="")
    assert code == 4
    [issue] = obeyed(job.log)
    assert issue.message.startswith("NOTION_TOKEN is not set, or empty.\n→ In Notion open Settings")
    assert "NOTION&#95;TOKEN is not set" in job.summary
    assert job.outputs()["problems"] == "1"


EVENTS: Mapping[str, Mapping[str, Any]] = {
    "schedule": {"inputs": {}, "github": {"event": {"schedule": "17 * * * *"}}},
    "workflow_dispatch": {
        "inputs": {"dry_run": True, "full": False, "force": False, "page": ""},
        "github": {"event": {"inputs": {"dry_run": "true"}}},
    },
    "repository_dispatch": {"inputs": {}, "github": {"event": {"client_payload": {"page": "x y"}}}},
}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("schedule", {"dry-run": "false", "page": ""}),
        ("workflow_dispatch", {"dry-run": "true", "page": ""}),
        ("repository_dispatch", {"dry-run": "false", "page": "x y"}),
    ],
)
def test_the_workflow_gives_the_action_what_its_event_says(event: str, expected: dict[str, str]) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/sync.yml").read_text("utf-8"))
    given = workflow["jobs"]["sync"]["steps"][-1]["with"]
    # Names that an event does not have are null to GitHub.
    contexts = loose({**EVENTS[event], "secrets": {"NOTION_TOKEN": "ntn_x"}})
    values = {name: evaluated(each, contexts) for name, each in given.items()}
    assert values == {"notion-token": "ntn_x", "full": "false", "force": "false", **expected}


def loose(value: Any) -> Any:
    return (
        {**{name: loose(each) for name, each in value.items()}, "*": True}
        if isinstance(value, dict)
        else value
    )
