"""GitHub Pages beside the fake GitHub: builds from a branch or by a workflow, and the site that readers see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from notion2jekyll.demo.github_server import Answer, Git, Request

REPOSITORY = "/repos/me/blog"
WHEN = "2026-11-20T09:30:00Z"


@dataclass
class Build:
    """A build, or a run of a workflow."""

    number: int
    commit: str
    left: int
    """How often it will be looked at before it ends."""


@dataclass
class Pages:
    """A site of `me/blog`. Pushes start a build where `by_itself`; each is `looks` looks from its `outcome`."""

    git: Git
    base_url: Callable[[], str]
    repository: Callable[[], dict[str, Any]]
    """What to say of the repository."""
    built_by: Literal["legacy", "workflow"] = "legacy"
    branch: str = "main"
    """The branch that is looked at, and that workflows are started on."""
    source: str = "main"
    folder: str = "/"
    by_itself: bool = False
    looks: int = 2
    lag: int = 0
    """How often the last build is not shown yet."""
    outcome: str = "built"
    """`built` or `errored`; for a workflow also any other conclusion than `success`."""
    error: str | None = None
    tells_runs: bool = True
    """Whether starting a workflow tells which run that makes."""
    knows_details: bool = True
    """Whether that may be asked for at all."""
    public: bool = True
    statuses: list[int] = field(default_factory=list)
    """What the site answers, one each, and then 200."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Address within the site → where it leads."""
    builds: list[Build] = field(default_factory=list)
    started: int = 0
    """How many builds were asked for."""
    visits: list[str] = field(default_factory=list)
    """Addresses of the site that were looked at."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    """What came with each of those requests."""
    seen: str = ""
    """The head of the branch when it was looked at last."""

    def __post_init__(self) -> None:
        self.seen = self._head()

    def _head(self) -> str:
        return self.git.branches().get(self.branch, "")

    def answer(self, request: Request) -> Answer | None:
        """Return the answer to a request that is about Pages or Actions, None for any other."""
        if request.path.startswith("/site/"):
            return self._visit(request)
        if not request.path.startswith(REPOSITORY):
            return None
        if self._head() != self.seen:
            self.seen = self._head()
            if self.by_itself:
                self._build()
        line = f"{request.method} {request.path.removeprefix(REPOSITORY)}"
        asked: dict[str, Any] = json.loads(request.body) if request.body else {}
        if line == "GET /pages":
            return Answer(200, self._site())
        if line == "GET /pages/builds/latest":
            legacy = self.builds and self.built_by == "legacy"
            if legacy and self.lag:
                self.lag -= 1
                return self._none()
            return Answer(200, self._legacy(self.builds[-1])) if legacy else self._none()
        if line == "POST /pages/builds":
            self.started += 1
            self._build()
            return Answer(201, {"url": self._link("pages/builds/latest"), "status": "queued"})
        if re.fullmatch(r"POST /actions/workflows/[\w.]+/dispatches", line):
            assert asked["ref"] == self.branch
            if asked.keys() - {"ref", "inputs"} and not self.knows_details:
                message = 'Invalid request.\n\n"return_run_details" is not a permitted key.'
                return Answer(422, {"message": message, "documentation_url": "https://docs.github.com/rest"})
            self.started += 1
            number = self._build().number
            run = {"workflow_run_id": number, "run_url": self._link(f"actions/runs/{number}")}
            told = asked.get("return_run_details") and self.tells_runs
            return Answer(200, run | {"html_url": self._page(number)}) if told else Answer(204, None)
        if re.fullmatch(r"GET /actions/workflows/[\w.]+/runs", line):
            runs = [self._run(one) for one in self.builds if one.commit == request.query["head_sha"]]
            return Answer(200, {"total_count": len(runs), "workflow_runs": runs[::-1]})
        if found := re.fullmatch(r"GET /actions/runs/(\d+)", line):
            return Answer(200, self._run(self.builds[int(found[1]) - 1]))
        if found := re.fullmatch(r"GET /actions/runs/(\d+)/jobs", line):
            return Answer(200, {"total_count": 1, "jobs": [self._job(self.builds[int(found[1]) - 1])]})
        return None

    def _visit(self, request: Request) -> Answer:
        path = request.path.removeprefix("/site")
        self.visits.append(path)
        self.headers.append(request.headers)
        if path in self.moved:
            return Answer(301, b"", {"Location": self.moved[path]})
        return Answer(self.statuses.pop(0) if self.statuses else 200, b"<html></html>")

    def _build(self) -> Build:
        made = Build(len(self.builds) + 1, self._head(), self.looks)
        self.builds.append(made)
        return made

    def _none(self) -> Answer:
        return Answer(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})

    def _link(self, rest: str) -> str:
        return f"{self.base_url()}{REPOSITORY}/{rest}"

    def _page(self, number: int) -> str:
        return f"{self.base_url()}/me/blog/actions/runs/{number}"

    def _site(self) -> dict[str, Any]:
        return {
            "url": self._link("pages"),
            "status": None,
            "cname": None,
            "custom_404": False,
            "html_url": f"{self.base_url()}/site/",
            "build_type": self.built_by,
            "source": {"branch": self.source, "path": self.folder},
            "public": self.public,
        }

    def _is_over(self, build: Build) -> bool:
        build.left -= 1
        return build.left < 0

    def _legacy(self, build: Build) -> dict[str, Any]:
        return {
            "url": self._link(f"pages/builds/{build.number}"),
            "status": self.outcome if self._is_over(build) else "building",
            "error": {"message": self.error},
            "pusher": None,
            "commit": build.commit,
            "duration": 0,
            "created_at": WHEN,
            "updated_at": WHEN,
        }

    def _run(self, build: Build) -> dict[str, Any]:
        over = self._is_over(build)
        link = self._link(f"actions/runs/{build.number}")
        links = ("jobs", "logs", "check_suite", "cancel", "rerun", "artifacts", "workflow")
        return {
            **{f"{name}_url": f"{link}/{name}" for name in links},
            "id": build.number,
            "node_id": f"W_{build.number}",
            "head_branch": "main",
            "head_sha": build.commit,
            "path": ".github/workflows/site.yml",
            "run_number": build.number,
            "display_title": "Site",
            "event": "workflow_dispatch",
            "status": "completed" if over else "in_progress",
            "conclusion": None if not over else "success" if self.outcome == "built" else self.outcome,
            "workflow_id": 1,
            "url": link,
            "html_url": self._page(build.number),
            "pull_requests": [],
            "created_at": WHEN,
            "updated_at": WHEN,
            "head_commit": None,
            "repository": self.repository(),
            "head_repository": self.repository(),
        }

    def _job(self, build: Build) -> dict[str, Any]:
        link = self._link(f"actions/jobs/{build.number}")
        step = {"status": "completed", "started_at": WHEN, "completed_at": WHEN}
        return {
            **dict.fromkeys(("runner_id", "runner_name", "runner_group_id", "runner_group_name")),
            "id": build.number,
            "node_id": f"J_{build.number}",
            "run_id": build.number,
            "run_url": self._link(f"actions/runs/{build.number}"),
            "head_sha": build.commit,
            "head_branch": "main",
            "workflow_name": "Site",
            "name": "build",
            "url": link,
            "html_url": link,
            "check_run_url": link,
            "status": "completed",
            "conclusion": "failure",
            "started_at": WHEN,
            "completed_at": WHEN,
            "created_at": WHEN,
            "labels": [],
            "steps": [
                step | {"name": "Checkout", "number": 1, "conclusion": "success"},
                step | {"name": "Build with Jekyll", "number": 2, "conclusion": "failure"},
            ],
        }
