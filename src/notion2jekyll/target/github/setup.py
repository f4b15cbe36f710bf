"""What a guided set-up needs of a repository: where its workflows run, a place for its two files, and one secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from notion2jekyll.errors import AccessDenied, Problem
from notion2jekyll.progress import Progress, Silent
from notion2jekyll.target import Applied, Commit
from notion2jekyll.target.github.branch import GitHub
from notion2jekyll.target.github.repository import Repository
from notion2jekyll.target.github.secrets import has_secret, put_secret
from notion2jekyll.target.github.wire import API, Refused, Wire

WORKFLOWS = (
    "A fine-grained token needs “Contents” and “Workflows”, both as “Read and write”; a classic one the scopes “repo” and "
    "“workflow”."
)
"""How a token may write workflows; GitHub answers 404 to one that may not (github/docs#4770)."""


class Building(NamedTuple):
    """How GitHub Pages comes by the site (https://docs.github.com/en/rest/pages/pages)."""

    by_workflow: bool
    """Whether a workflow of the repository's own builds it."""
    branch: str
    """What it is built from otherwise; empty where a workflow builds it."""


class Premises:
    """The repository `owner/name` on GitHub as set-up sees it; parameters as those of `GitHub`.

    Everything raises ConfigError where there is no such repository, AccessDenied, Unreachable.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        api_url: str = API,
        *,
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        progress = progress or Silent()
        self._wire = Wire(
            repository, token, api_url, name=repository, progress=progress, sleep=sleep, clock=clock
        )
        self._repository = Repository(self._wire)
        # A scheduled workflow runs from the default branch alone.
        self._home = GitHub(repository, None, token, api_url, progress=progress, sleep=sleep, clock=clock)

    def default_branch(self) -> str:
        """Return the name of the default branch: one request."""
        return self._repository.default_branch()

    def building(self) -> Building | None:
        """Return how the site is built: one request. None where there is none, or where the token may not know."""
        try:
            site = self._wire.call("GET", "/pages")
        except Refused:
            return None
        if site.get("build_type") == "workflow":
            return Building(by_workflow=True, branch="")
        return Building(by_workflow=False, branch=str((site.get("source") or {}).get("branch") or ""))

    def obstacle(self) -> Problem | None:
        """Return what may keep commits from being made, as `Target.obstacle`."""
        return self._repository.obstacle()

    def files(self, *paths: str) -> dict[str, bytes]:
        """Return those of `paths` that are files on the default branch, with their content."""
        there = self._home.read().files
        return {path: self._home.fetch(path) or b"" for path in paths if path in there}

    def commit(self, files: Mapping[str, bytes], message: str) -> Applied:
        """Make one commit with `files` (path → content) on the default branch. Raises Moved, too."""
        commit = Commit(self._home.read().base, files, frozenset(), message)
        try:
            return self._home.apply(commit)
        except AccessDenied as denied:
            workflow = any(path.startswith(".github/workflows/") for path in files)
            raise AccessDenied(denied.message, hint=WORKFLOWS if workflow else denied.hint) from denied

    def has_secret(self, name: str) -> bool:
        """Return whether workflows have a secret `name`: one request."""
        return has_secret(self._wire, name)

    def put_secret(self, name: str, value: str) -> None:
        """Store `value` as the secret `name`: two requests."""
        put_secret(self._wire, name, value)
