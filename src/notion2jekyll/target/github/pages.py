"""GitHub Pages: see to it that a commit becomes the site, and tell whether it did.

GitHub documents that a commit made with a workflow's own token starts no build, and people report that it does. So
nothing is assumed: what does not begin by itself within `GRACE` is started, and then watched. Whatever goes wrong here is
a problem in the report; the commit is made.

Facts: https://docs.github.com/en/actions/concepts/security/github_token (what such a commit starts),
https://docs.github.com/en/rest/pages/pages and https://docs.github.com/en/rest/actions/workflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import quote

import httpx

from notion2jekyll import __version__
from notion2jekyll.errors import Problem, Stop
from notion2jekyll.target import Settled
from notion2jekyll.target.github import workflows
from notion2jekyll.target.github.repository import Repository, Version
from notion2jekyll.target.github.wire import Json, Refused
from notion2jekyll.target.github.workflows import Workflow
from notion2jekyll.tls import trust

GRACE: Final = 30.0
"""Seconds in which a build begins by itself, where one does."""
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 30.0
"""Seconds between two looks at a build: half as long again each time, up to this."""
LOOKS: Final = 6
"""How often the address of a post is looked at: after a build, GitHub's servers take some seconds to have it."""
_TIMEOUT: Final = 20.0
_REDIRECTS: Final = 5

State = Literal["unseen", "building", "built", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Build:
    """What became of a commit."""

    state: State
    why: str = ""
    """Why it failed, as far as GitHub tells."""
    url: str | None = None
    """Where a person can read more."""


class _Builder(Protocol):
    """The way in which a site is built."""

    remedy: str
    """What to do when it cannot be started."""

    def look(self) -> Build:
        """Return how the build of the commit stands."""

    def start(self) -> None:
        """Ask for a build."""


def publish(
    repository: Repository, version: Version, branch: str, addresses: Sequence[str], *, seconds: float
) -> Settled:
    """Watch the site being built from `version`, the head of `branch`, for `seconds` at most; start that where needed.

    Of `addresses` (of changed posts, within the site) the first is looked at. Nothing is raised: what could not be found
    out is a problem, too.
    """
    try:
        return _publish(repository, version, branch, addresses, seconds)
    except Refused as refused:
        what = f"Whether the site is built could not be found out: {refused.message or refused.status}"
        return Settled(problems=(Problem("note", what, hint=_MAY_LOOK),))
    except Stop as stop:
        what = f"Whether the site is built could not be found out: {stop.message}"
        return Settled(problems=(Problem("note", what, hint=stop.hint),))


def _publish(
    repository: Repository, version: Version, branch: str, addresses: Sequence[str], seconds: float
) -> Settled:
    try:
        site: Json = repository.wire.call("GET", "/pages")
    except Refused:
        if repository.has_pages():
            raise
        # Perhaps not yet, and perhaps it is built elsewhere.
        return Settled(
            said=f"No site was looked at: GitHub Pages is off for {repository.wire.repository} (Settings → Pages)."
        )
    builder = _builder(repository, version, branch, site)
    if isinstance(builder, Settled):
        return builder
    repository.wire.progress.begin("publishing", None)
    try:
        build = _watched(builder, repository, seconds)
    except _Unstartable as refused:
        what = f"The site was not built after the commit, and could not be started to: {refused}"
        hint = (
            builder.remedy if refused.is_permission else f"{_SEE_ACTIONS} A build can be started there, too."
        )
        return Settled(problems=(Problem("warning", what, hint=hint),))
    finally:
        repository.wire.progress.end("publishing")
    hint = f"See {build.url}." if build.url else _SEE_ACTIONS
    match build.state:
        case "built":
            return _looked_at(repository, version, site, addresses)
        case "failed":
            what = f"The commit is made, but GitHub Pages could not build the site: {build.why}"
            return Settled(problems=(Problem("warning", what, hint=hint),))
        case "dropped":
            what = "The commit is made; the run that was to build the site was cancelled. A newer one may have taken its place."
        case "building":
            what = f"The commit is made; the site was still being built after {seconds / 60:g} minutes."
        case "unseen":
            what = f"The commit is made; no build of the site was to be seen after {seconds / 60:g} minutes."
    return Settled(problems=(Problem("note", what, hint=hint),))


def _watched(builder: _Builder, repository: Repository, seconds: float) -> Build:
    """Return how the build ended, or stands when `seconds` are over; pauses that GitHub asks for count."""
    wire = repository.wire
    start, pause, started = wire.waited, FIRST_PAUSE, False
    while True:
        build, waited = builder.look(), wire.waited - start
        if build.state in {"built", "failed", "dropped"} or waited >= seconds:
            return build
        if build.state == "unseen" and waited >= GRACE and not started:
            try:
                builder.start()
            except Refused as refused:
                raise _Unstartable(refused.message, is_permission=refused.status in {403, 404}) from refused
            started = True
        if pause == FIRST_PAUSE:
            wire.progress.waiting(
                "GitHub Pages", seconds, "the site is being built, and that is the most it may take"
            )
        wire.rest(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE)


def _looked_at(repository: Repository, version: Version, site: Json, addresses: Sequence[str]) -> Settled:
    """Look at a changed post where readers do."""
    home = str(site.get("html_url") or "").rstrip("/")
    if not home or not addresses or site.get("public") is False:
        return Settled(said=f"The site is built: {home}/" if home else "The site is built.")
    url = home + quote(addresses[0])
    # Servers on the way keep pages for ten minutes, and missing ones too: what is asked for must be new.
    asked = {"notion2jekyll": version.head.commit[:12] if version.head else ""}
    found = ""
    # No token goes there: this is what any reader does.
    with httpx.Client(
        verify=trust(),
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        timeout=_TIMEOUT,
        headers={"User-Agent": f"notion2jekyll/{__version__}"},
    ) as reader:
        for _ in range(LOOKS):
            found = _trouble(reader, url, asked)
            if not found:
                return Settled(said=f"Live: {url}")
            repository.wire.rest(2 * FIRST_PAUSE)
    hint = (
        "Open it: a proxy may be in the way. If it is missing, see whether its address is another one on your site "
        "(`permalink`), or `_config.yml` excludes it."
    )
    what = f"The site is built, but a post that should be at {url} is not to be seen there: {found}."
    return Settled(problems=(Problem("warning", what, hint=hint),))


def _trouble(reader: httpx.Client, url: str, asked: Mapping[str, str]) -> str:
    """Return why a reader does not see `url`; empty where they do."""
    try:
        with reader.stream("GET", url, params=asked) as answer:
            status, there = answer.status_code, answer.url
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"it cannot be reached ({type(error).__name__})"
    if status != httpx.codes.OK:
        return f"it answers {status}"
    # Another host is the site's domain; another path is a page to sign in, or the front page.
    if there.path.rstrip("/") != httpx.URL(url).path.rstrip("/"):
        return f"it leads to {there.copy_with(query=None)}"
    return ""


class _Unstartable(Exception):
    """A build could not be started; with `is_permission` since that is not allowed, or not provided for."""

    def __init__(self, why: str, *, is_permission: bool) -> None:
        super().__init__(why)
        self.is_permission = is_permission


def _builder(repository: Repository, version: Version, branch: str, site: Json) -> _Builder | Settled:
    """Return how the site is built; what there is to be said where that is nothing to be waited for."""
    commit = version.head.commit if version.head else ""
    if site.get("build_type") == "workflow":
        return _deployer(repository, version, branch, commit)
    source = site.get("source") or {}
    if source.get("branch") not in {None, branch}:
        what = f"GitHub Pages builds the site from the branch {source['branch']}, and posts were committed to {branch}."
        hint = (
            f"If nothing brings them from one to the other, set github: branch: {source['branch']}. A workflow that does so on "
            "“push” is not started by the token of another one: let it run on “workflow_run” of this one, or commit with a "
            "token of your own."
        )
        return Settled(problems=(Problem("note", what, hint=hint),))
    if (source.get("path") or "/") != "/":
        what = f"GitHub Pages builds the site from the folder {source['path']}, and posts were committed to the root of {branch}."
        hint = "Choose “/ (root)” as the folder under Settings → Pages, with the site's files there."
        return Settled(problems=(Problem("warning", what, hint=hint),))
    return _FromBranch(repository, branch, commit)


# From a branch -------------------------------------------------------------------------------------------------------


class _FromBranch:
    """GitHub builds what is on a branch."""

    remedy = (
        "In a workflow add “pages: write” under permissions; a fine-grained token needs “Pages: Read and write”. Or use a "
        "token of your own, whose commits start a build by themselves."
    )

    def __init__(self, repository: Repository, branch: str, commit: str) -> None:
        self._repository = repository
        self._branch = branch
        self._commit = commit
        self._holds = {commit: True}
        """Commit → whether ours is in it."""

    def look(self) -> Build:
        """Return how the last build stands, where it is of our commit or of one that was built on it."""
        try:
            last = self._repository.wire.call("GET", "/pages/builds/latest")
        except Refused as refused:
            if refused.status == 404:
                return Build("unseen")
            raise
        built = str(last.get("commit") or "")
        if built not in self._holds:
            self._holds[built] = bool(built) and self._repository.holds(built, self._commit)
        if not self._holds[built]:
            return Build("unseen")
        status = last.get("status")
        if status == "errored":
            return Build("failed", str((last.get("error") or {}).get("message") or "it does not say why."))
        return Build("built" if status == "built" else "building")

    def start(self) -> None:
        """Ask for a build of the branch."""
        self._repository.wire.call("POST", "/pages/builds")


# By a workflow -------------------------------------------------------------------------------------------------------


def _workflows(repository: Repository, version: Version) -> Iterator[Workflow]:
    """Yield the workflows of `version`: one request for each file."""
    for path, entry in sorted(version.entries.items()):
        if workflows.is_one(path) and entry.is_file:
            found = workflows.read(path, repository.blob(entry.id))
            if found is not None:
                yield found


def _deployer(repository: Repository, version: Version, branch: str, commit: str) -> _Builder | Settled:
    """Return the workflow that publishes to GitHub Pages; what there is to be said where it is not to be waited for."""
    every = list(_workflows(repository, version))
    found = workflows.deployers(every)
    syncing = [each for each in every if each.syncs]
    for each in found:
        if each.syncs:
            return Settled(said=f"{each.path} builds the site after the sync.")
        if each.follows(syncing) and branch == repository.default_branch():
            return Settled(said=f"{each.path} builds the site once the sync has ended.")
    best = next((each for each in found if "workflow_dispatch" in each.events), None) or next(
        (each for each in found if each.events.keys() != {"workflow_call"}), None
    )
    if best is None:
        what = "A workflow builds the site, and none of those in the repository is known as such."
        hint = f"It is known by its use of {workflows.DEPLOY}. Look whether the site was built."
        return Settled(problems=(Problem("note", what, hint=hint),))
    if not best.runs_on(branch) and branch != repository.default_branch():
        # To start it there would show readers what somebody may want to look at first.
        what = f"{best.path} builds the site, and not from {branch}, which posts were committed to."
        hint = "They are on the site once they are in the branch that it is built from. To commit there, change github: branch."
        return Settled(problems=(Problem("note", what, hint=hint),))
    return _ByWorkflow(repository, branch, commit, best)


class _ByWorkflow:
    """A workflow of the repository builds the site."""

    def __init__(self, repository: Repository, branch: str, commit: str, deployer: Workflow) -> None:
        self._wire = repository.wire
        self._branch = branch
        self._commit = commit
        self._file = deployer.path.rpartition("/")[2]
        self._startable = "workflow_dispatch" in deployer.events
        self._run: int | None = None
        """Number of the run that was asked for."""
        self.remedy = (
            f"In this workflow add “actions: write” under permissions, or let {deployer.path} also run on “workflow_run” of "
            "this one."
            if self._startable
            else f"Add “workflow_dispatch:” to the events (`on:`) of {deployer.path}, and “actions: write” to the permissions of "
            "this workflow; or let it run on “workflow_run” of this one."
        )

    def look(self) -> Build:
        """Return how the workflow's run for our commit stands."""
        if self._run is not None:
            run: Json | None = self._wire.call("GET", f"/actions/runs/{self._run}")
        else:
            wish = {"head_sha": self._commit, "per_page": "5"}
            runs = self._wire.call("GET", f"/actions/workflows/{self._file}/runs", parameters=wish)
            run = next(iter(runs["workflow_runs"]), None)
        if run is None:
            return Build("unseen")
        url = run.get("html_url")
        if run.get("status") != "completed":
            return Build("building", url=url)
        conclusion = run.get("conclusion")
        if conclusion == "success":
            return Build("built", url=url)
        if conclusion in {"cancelled", "skipped", "stale"}:
            return Build("dropped", url=url)
        return Build("failed", self._why(run), url)

    def _why(self, run: Json) -> str:
        try:
            jobs = self._wire.call("GET", f"/actions/runs/{run['id']}/jobs").get("jobs") or []
        except Refused:
            jobs = []
        failed = [
            f"{job.get('name')}: {step.get('name')}"
            for job in jobs
            for step in job.get("steps") or ()
            if step.get("conclusion") == "failure"
        ]
        return f"the run of {self._file} ended with “{run.get('conclusion')}”" + (
            f", in {', '.join(failed)}." if failed else "."
        )

    def start(self) -> None:
        """Ask for a run on the branch."""
        if not self._startable:
            raise _Unstartable(f"{self._file} has no event for that.", is_permission=True)
        try:
            made = self._dispatch({"ref": self._branch, "return_run_details": True})
        except Refused as refused:
            if refused.status != 422:
                raise
            # An older GitHub Enterprise Server does not know the wish. Then the run is found by the commit.
            made = self._dispatch({"ref": self._branch})
        self._run = made.get("workflow_run_id") if made else None

    def _dispatch(self, wish: Json) -> Json | None:
        made: Json | None = self._wire.call(
            "POST", f"/actions/workflows/{self._file}/dispatches", wish, silent=True
        )
        return made


_MAY_LOOK: Final = (
    "In a workflow add “pages: write” under permissions, and “actions: write” where a workflow of your own builds the site; a "
    "fine-grained token needs “Pages” and “Actions: Read and write” in place of them. Or set github: pages: watch: never."
)
_SEE_ACTIONS: Final = "The Actions tab of the repository has the log of the build."
