"""What GitHub has beside git: rules for branches, workflows and their runs, names of secrets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from notion2jekyll.demo.github_server import Answer, Refusal, Request

if TYPE_CHECKING:
    from notion2jekyll.demo.github_server import GitHubServer

PLACE = "/repos/me/blog"
REFUSING = {
    "pull_request": "Changes must be made through a pull request.",
    "update": "Cannot update this protected ref.",
}


@dataclass
class Ruleset:
    """Rules for one branch."""

    branch: str
    kinds: tuple[str, ...]
    name: str = "Careful"
    bypass: str | None = "never"
    """What it says of the token; None: nothing."""


@dataclass
class Beside:
    """All of it, for `me/blog`. What is not told to the token is refused with 403."""

    server: GitHubServer
    rulesets: list[Ruleset] = field(default_factory=list)
    protected: bool = False
    """Whether the branch is protected in the old way, of which nothing is told."""
    states: dict[str, str] = field(default_factory=dict)
    """Path of a workflow → its state, where that is not `active`; an empty one is not shown."""
    runs: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)
    """Path of a workflow → when it ran last, and its conclusion."""
    secrets: set[str] | None = field(default_factory=set)
    """Names, beside those that the repository was given over HTTP; None: not told."""
    shared: set[str] = field(default_factory=set)
    """Names of secrets of the organization."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Path → size to pretend in lists of files."""
    kilobytes: int = 0

    def answer(self, request: Request) -> Answer | None:
        """Return the answer to a request that is about these things, None for any other."""
        if not request.path.startswith(PLACE):
            return None
        given = request.headers.get("authorization", "").split(" ")[-1]
        if given != self.server.token:
            return None
        line = f"{request.method} {request.path.removeprefix(PLACE)}"
        if found := re.fullmatch(r"GET /rules/branches/(.+)", line):
            return Answer(200, self._rules(found[1]))
        if found := re.fullmatch(r"GET /rulesets/(\d+)", line):
            return Answer(200, self._ruleset(int(found[1])))
        if line == "GET /actions/workflows":
            shown = [one for path in self._paths() if (one := self._workflow(path))]
            return Answer(200, {"total_count": len(shown), "workflows": shown})
        if found := re.fullmatch(r"GET /actions/workflows/(\d+)/runs", line):
            path = self._paths()[int(found[1]) - 1]
            runs = [self._run(path, *self.runs[path])] if path in self.runs else []
            return Answer(200, {"total_count": len(runs), "workflow_runs": runs})
        if line in ("GET /actions/secrets", "GET /actions/organization-secrets"):
            own = (
                None
                if self.secrets is None
                else self.secrets | self.server.repositories["me", "blog"].secrets.keys()
            )
            return self._names(own if line == "GET /actions/secrets" else self.shared)
        if found := re.fullmatch(r"PATCH /git/refs/heads/(.+)", line):
            return self._guard(found[1])
        return self._changed(request, line)

    def _changed(self, request: Request, line: str) -> Answer | None:
        """Return what the server itself says, with what is pretended here."""
        if line == "GET " and self.kilobytes:
            answer = self._real(request)
            return Answer(200, answer.body | {"size": self.kilobytes}, answer.headers)
        if line.startswith("GET /git/trees/") and self.sizes:
            answer = self._real(request)
            if answer.status != 200:
                return answer
            for entry in answer.body["tree"]:
                entry["size"] = self.sizes.get(entry["path"], entry.get("size"))
                if entry["size"] is None:
                    del entry["size"]
            return answer
        if line.startswith("GET /branches/") and (self.protected or self.rulesets):
            answer = self._real(request)
            if answer.status != 200:
                return answer
            name = line.removeprefix("GET /branches/")
            is_protected = self.protected or any(one.branch == name for one in self.rulesets)
            return Answer(answer.status, answer.body | {"protected": is_protected}, answer.headers)
        return None

    def _real(self, request: Request) -> Answer:
        from notion2jekyll.demo.github_server import GitHubServer

        return GitHubServer.answer(self.server, request)

    def _rules(self, branch: str) -> list[dict[str, Any]]:
        return [
            {
                "type": kind,
                "ruleset_source_type": "Repository",
                "ruleset_source": "me/blog",
                "ruleset_id": number,
            }
            | ({"parameters": _PARAMETERS[kind]} if kind in _PARAMETERS else {})
            for number, one in enumerate(self.rulesets)
            for kind in one.kinds
            if one.branch == branch
        ]

    def _ruleset(self, number: int) -> dict[str, Any]:
        one = self.rulesets[number]
        told = {} if one.bypass is None else {"current_user_can_bypass": one.bypass}
        return {"id": number, "name": one.name, "source": "me/blog", "enforcement": "active", **told}

    def _guard(self, branch: str) -> Answer | None:
        for one in self.rulesets:
            for kind in one.kinds:
                if one.branch == branch and kind in REFUSING and one.bypass not in ("always", "exempt"):
                    return Refusal(422, f"Repository rule violations found\n\n{REFUSING[kind]}\n\n").answer
        return None

    def _paths(self) -> list[str]:
        git = self.server.repositories["me", "blog"].git
        head = git.branches().get(git.default_branch)
        every = [path for *_, path in git.tree(head, recursive=True)] if head else []
        return [path for path in every if re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path)]

    def _workflow(self, path: str) -> dict[str, Any] | None:
        state, number = self.states.get(path, "active"), self._paths().index(path) + 1
        if not state:
            return None
        url = f"{self.server.base_url}{PLACE}/actions/workflows/{number}"
        when = self.server.now().isoformat()
        return {
            "id": number,
            "node_id": f"W_{number}",
            "name": path,
            "path": path,
            "state": state,
            "created_at": when,
            "updated_at": when,
            "url": url,
            "html_url": url,
            "badge_url": url,
        }

    def _run(self, path: str, at: datetime, conclusion: str | None) -> dict[str, Any]:
        link = f"{self.server.base_url}{PLACE}/actions/runs/7"
        links = ("jobs", "logs", "check_suite", "cancel", "rerun", "artifacts", "workflow")
        git = self.server.repositories["me", "blog"].git
        whole = json.loads(json.dumps(self.server._repository(self.server.repositories["me", "blog"])))
        when = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            **{f"{name}_url": f"{link}/{name}" for name in links},
            "id": 7,
            "node_id": "W_7",
            "head_branch": "main",
            "head_sha": git.branches()["main"],
            "path": path,
            "run_number": 7,
            "display_title": "Sync",
            "event": "schedule",
            "workflow_id": 1,
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "url": link,
            "html_url": f"{self.server.base_url}/me/blog/actions/runs/7",
            "pull_requests": [],
            "created_at": when,
            "updated_at": when,
            "run_started_at": when,
            "head_commit": None,
            "repository": whole,
            "head_repository": whole,
        }

    def _names(self, names: set[str] | None) -> Answer:
        if names is None:
            return Refusal(403, "Resource not accessible by personal access token").answer
        when = "2026-11-01T00:00:00Z"
        listed = [{"name": quote(name), "created_at": when, "updated_at": when} for name in sorted(names)]
        return Answer(200, {"total_count": len(listed), "secrets": listed})


_PARAMETERS: dict[str, dict[str, Any]] = {
    "commit_message_pattern": {"operator": "starts_with", "pattern": "issue"},
}
