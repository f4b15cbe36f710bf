"""The embedded GitHub with faults, rivals, a log, and GitHub's own description checking every word of it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.beside import Beside
from fakes.faults import Fault, Sent
from fakes.github_api import description
from fakes.pages import Pages
from notion2jekyll.demo.github_server import (
    Answer,
    ConnectionDropped,
    Git,
    GitHubServer,
    Pull,
    Refusal,
    Repository,
    Request,
    running,
)

TOKEN = "good-token"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Dropped:
    """The connection breaks before the request has any effect."""


@dataclass(frozen=True)
class Lost:
    """The request has its effect; instead of its answer comes `answer`, or nothing but the end of the connection."""

    answer: Answer | None = None


Step = Answer | Dropped | Lost | Callable[[], object] | None
"""What happens to one request: another answer, a break, something done just before it, or nothing special."""


@dataclass
class _Script:
    method: str
    part: str
    steps: list[Step]


@dataclass
class Rival:
    """Someone else who pushes to the same repository."""

    git: Git
    branch: str = "main"
    count: int = field(default=0, init=False)
    _pushing: threading.Lock = field(default_factory=threading.Lock, init=False)

    def push(self, files: Mapping[str, bytes | None] | None = None, *, mode: str = "100644") -> str:
        """Commit `files` (None deletes; default: a file of its own) on the branch; return the commit."""
        with self._pushing:
            self.count += 1
            if files is None:
                files = {f"rival-{self.count}.txt": b"by someone else\n"}
            kept = [content for content in files.values() if content is not None]
            blobs = iter(self.git.write_blobs(kept))
            entries = [
                (mode, None if content is None else next(blobs), path) for path, content in files.items()
            ]
            return self.commit(entries)

    def commit(self, entries: list[tuple[str, str | None, str]]) -> str:
        """Commit `entries` (mode, id, path) on the branch, also where somebody else pushes at the same time."""
        while True:
            head = self.git.branches().get(self.branch)
            base = self.git.resolve(head, "tree") if head else None
            who = f"Rival <rival@example.com> {int(NOW.timestamp())} +0900"
            tree = self.git.write_tree(base, entries)
            parents = [head] if head else []
            commit = self.git.write_commit(tree, parents, f"By hand {self.count}\n", who, who)
            if self.git.move(self.branch, commit, head):
                return commit


class FakeGitHub(GitHubServer):
    """One repository `me/blog` with a script of faults.

    `log` has every request as `METHOD /path` below the repository; `bodies` what was sent with it. `complaints` has
    everything that GitHub's description does not allow, and every bug of the server itself; the context manager
    `fake_github` fails the test for them.
    """

    def __init__(self, folder: Path, *, tree_limit: int = 100_000, private: bool = False) -> None:
        self.git = Git(folder)
        self.repository = Repository("me", "blog", self.git, private=private)
        super().__init__([self.repository], token=TOKEN, now=lambda: NOW, login="me", tree_limit=tree_limit)
        self.rival = Rival(self.git)
        self.pages: Pages | None = None
        self.beside = Beside(self)
        self.token_headers: dict[str, str] = {}
        """What every answer says of the token."""
        self.log: list[str] = []
        self.bodies: list[Any] = []
        self.headers: list[Mapping[str, str]] = []
        self.complaints: list[str] = []
        self._scripts: list[_Script] = []
        self._fate: Callable[[str], Fault | None] = lambda _: None
        self._recording = threading.Lock()

    def on(self, method: str, part: str, *steps: Step) -> None:
        """Let `steps` happen, one each, to the next requests of `method` (`*`: any) whose path contains `part`."""
        self._scripts.append(_Script(method, part, list(steps)))

    def open_site(self, **facts: Any) -> Pages:
        """Let there be a site on GitHub Pages."""
        self.repository = dataclasses.replace(self.repository, has_pages=True)
        self.repositories["me", "blog"] = self.repository
        self.pages = Pages(
            self.git, lambda: self.base_url, lambda: self._repository(self.repository), **facts
        )
        return self.pages

    def befall(self, choose: Callable[[str], Fault | None]) -> None:
        """Let `choose` say what befalls a request, by its line in the `log`."""
        self._fate = choose

    def answer(self, request: Request) -> Answer:
        fault = self._fate(f"{request.method} {request.path.removeprefix('/repos/me/blog')}")
        if fault is None:
            return self._answer(request)
        whole = Sent(200)
        if fault.acts:
            answer = self._answer(request)
            kind = {"Content-Type": "application/json"}
            whole = Sent(answer.status, json.dumps(answer.body).encode(), {**kind, **answer.headers})
        sent = fault.spoil(whole)
        if sent is None:
            raise ConnectionDropped
        return Answer(sent.status, sent.body, sent.headers)

    def _answer(self, request: Request) -> Answer:
        if self.pages and request.path.startswith("/site/") and (page := self.pages.answer(request)):
            return page
        body = json.loads(request.body) if request.body else None
        with self._recording:
            self.log.append(f"{request.method} {request.path.removeprefix('/repos/me/blog')}")
            self.bodies.append(body)
            self.headers.append(request.headers)
        try:
            answer, dropped = self._played(request)
            self.complaints += description().complaints(
                request.method, request.path, body, answer.status, answer.body
            )
        except ConnectionDropped:
            raise
        except Exception as bug:
            self.complaints.append(f"{request.method} {request.path}: {bug!r}")
            raise ConnectionDropped from bug
        if dropped:
            raise ConnectionDropped
        return answer

    def _played(self, request: Request) -> tuple[Answer, bool]:
        step = self._next(request)
        if isinstance(step, Answer):
            return step, False
        if isinstance(step, Dropped):
            raise ConnectionDropped
        if callable(step):
            step()
        beside = self.beside.answer(request) or (self.pages.answer(request) if self.pages else None)
        answer = beside or super().answer(request)
        answer = dataclasses.replace(answer, headers={**answer.headers, **self.token_headers})
        if isinstance(step, Lost):
            return step.answer or answer, step.answer is None
        return answer, False

    def _next(self, request: Request) -> Step:
        for script in self._scripts:
            if script.steps and script.method in {"*", request.method} and script.part in request.path:
                return script.steps.pop(0)
        return None

    # What people do with pull requests

    def pull(self, number: int = 1) -> Pull:
        """Return a pull request as it is by now."""
        return next(one for one in self._present(self.repository) if one.number == number)

    def merge(self, number: int = 1, *, squash: bool = False) -> str:
        """Merge a pull request as GitHub does; return the commit. Fails where GitHub would refuse."""
        pull, branches = self.pull(number), self.git.branches()
        assert pull.state == "open"
        old, new = branches[pull.base], branches[pull.head]
        tree = self.git.text("merge-tree", "--write-tree", old, new)
        who = f"Me <me@example.com> {int(NOW.timestamp())} +0900"
        message = f"Merge pull request #{number}\n"
        made = self.git.write_commit(tree, [old] if squash else [old, new], message, who, who)
        assert self.git.move(pull.base, made, old)
        pull.state, pull.merged = "closed", True
        return made

    def drop(self, branch: str) -> None:
        """Delete a branch; that closes its pull request."""
        self.git.text("update-ref", "-d", f"refs/heads/{branch}")
        self._present(self.repository)

    # What the repository holds

    def files(self, branch: str = "main") -> dict[str, bytes]:
        """Return path → content of every file at the branch's head; nothing for a branch without commits."""
        if branch not in self.git.branches():
            return {}
        entries = self.git.tree(self.git.branches()[branch], recursive=True)
        return {path: self.git.blob(sha) or b"" for _, kind, sha, _, path in entries if kind == "blob"}

    def modes(self, branch: str = "main") -> dict[str, str]:
        """Return path → mode at the branch's head."""
        entries = self.git.tree(self.git.branches()[branch], recursive=True)
        return {path: mode for mode, kind, _, _, path in entries if kind != "tree"}

    def history(self, branch: str = "main") -> list[tuple[str, list[str], str]]:
        """Return id, parents and subject of every commit of the branch, newest first."""
        if branch not in self.git.branches():
            return []
        lines = self.git.text("log", "--format=%H\t%P\t%s", branch).splitlines()
        return [
            (sha, parents.split(), subject) for sha, parents, subject in (line.split("\t") for line in lines)
        ]

    def require_sound(self) -> None:
        """Let git check every object."""
        self.git.text("fsck", "--strict", "--no-dangling")


@contextlib.contextmanager
def fake_github(folder: Path, *, tree_limit: int = 100_000, private: bool = False) -> Iterator[FakeGitHub]:
    """Run a `FakeGitHub` over the repository in `folder`; afterwards require that it is sound and all was as described."""
    description()
    fake = FakeGitHub(folder, tree_limit=tree_limit, private=private)
    with running(fake):
        yield fake
    if fake.complaints:
        raise AssertionError("\n".join(fake.complaints))
    fake.require_sound()


# What GitHub says when it does not do what it was asked; see the texts' sources in GitHub's documentation of limits,
# protected branches and rulesets.


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An answer with GitHub's form of an error."""
    return Answer(
        status,
        Refusal(status, message).answer.body,
        {key.replace("_", "-"): value for key, value in headers.items()},
    )


def primary_limit(reset: int, *, status: int = 403) -> Answer:
    """The hourly limit is used up until `reset` (seconds since the epoch)."""
    message = "API rate limit exceeded for installation ID 1."
    return refusal(
        status, message, x_ratelimit_limit="1000", x_ratelimit_remaining="0", x_ratelimit_reset=str(reset)
    )


def secondary_limit(retry_after: int | None = None, *, status: int = 403) -> Answer:
    """Too much in too short a time."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return refusal(status, message, **({} if retry_after is None else {"retry_after": str(retry_after)}))


def disturbance(status: int = 502) -> Answer:
    """GitHub's front says that something behind it does not answer."""
    return Answer(status, b"<html><body>Bad Gateway</body></html>")


EDGE = Answer(403, b"<html><body><h1>Access denied</h1>Request ID: 4f2a</body></html>")
"""A network in front of GitHub does not let the request through; no permission is missing."""
READ_ONLY = refusal(403, "Resource not accessible by integration")
READ_ONLY_PERSONAL = refusal(403, "Resource not accessible by personal access token")
ARCHIVED = refusal(403, "Repository was archived so is read-only.")
PROTECTED = refusal(422, "Protected branch update failed for refs/heads/main.")
RULESET = refusal(422, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n")
TREE_TIMED_OUT = refusal(
    422,
    "Sorry, your request timed out. It's likely that your input was too large to process. Consider building the tree incrementally.",
)
