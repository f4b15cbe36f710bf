"""What GitHub tells of a repository that a sync depends on, and that is not in its files: for `check`. Only reads.

Much of it is told to owners alone. What is not told is None here, and nobody's fault.

Facts: https://docs.github.com/en/rest/repos/rules, https://docs.github.com/en/rest/actions/workflows,
https://docs.github.com/en/rest/actions/secrets; the beginnings of tokens:
https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from notion2jekyll.progress import Progress
from notion2jekyll.target.github import workflows
from notion2jekyll.target.github.repository import Repository
from notion2jekyll.target.github.wire import API, Json, Refused, Wire
from notion2jekyll.target.github.workflows import Workflow

TokenKind = Literal["classic", "fine-grained", "app", "oauth", "unknown"]
_BEGINNINGS: Final[Mapping[str, TokenKind]] = {
    "ghp_": "classic",
    "github_pat_": "fine-grained",
    "ghs_": "app",
    "gho_": "oauth",
    "ghu_": "oauth",
}
_TIMES: Final = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC")
"""How GitHub writes when a token expires; some have an offset, others a name (google/go-github, issue 2649)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a ruleset that holds for the branch."""

    kind: str
    """As GitHub names it: `pull_request`, `required_signatures` …"""
    ruleset: str
    bypass: str | None
    """Whether the owner of the token may pass it: `always`, `never` …; None where GitHub does not tell."""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a workflow."""

    at: datetime
    conclusion: str | None
    """`success`, `failure` …; None while it runs."""
    url: str


@dataclass(frozen=True, slots=True)
class Syncing:
    """A workflow that runs this program."""

    workflow: Workflow
    state: str | None
    """`active`, `disabled_inactivity` …; None where GitHub does not know it (yet)."""
    last: Run | None
    """None where it never ran."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A site on GitHub Pages."""

    url: str
    by_workflow: bool
    """Whether a workflow builds it; else GitHub does, from a branch."""
    branch: str | None = None
    """That branch; None where GitHub does not tell."""
    folder: str = "/"
    error: str | None = None
    """Why GitHub could not build it last; None where it could."""


@dataclass(frozen=True, slots=True)
class Host:
    """What GitHub tells."""

    repository: str
    branch: str
    """The branch that is written to."""
    base: str
    """The branch of the blog: that one, or the one that it is offered to."""
    default_branch: str
    kind: TokenKind
    """What kind of token it was asked with."""
    expires: datetime | None
    """When the token expires; None where it does not, or GitHub does not tell."""
    scopes: tuple[str, ...] | None
    """What a classic token may do; None for other tokens."""
    private: bool
    kilobytes: int
    """Size of the repository with its history."""
    pushed: datetime | None
    """When somebody pushed last, to any branch."""
    protected: bool
    """Whether the branch is protected, by a ruleset or otherwise."""
    rules: tuple[Rule, ...] | None
    syncing: tuple[Syncing, ...]
    stray: tuple[str, ...]
    """Paths of workflows that run this program on the branch, and are not on the default branch."""
    secrets: frozenset[str] | None
    """Names of the secrets that workflows of the repository have."""
    has_config: bool = True
    """Whether the default branch has a configuration where a workflow looks for it."""
    has_pages: bool = False
    """Whether there is a site on GitHub Pages."""
    pages: Pages | None = None
    """What GitHub tells of it."""
    deployers: tuple[Workflow, ...] = ()
    """Workflows that publish to GitHub Pages."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Path → bytes of every file on the branch."""


def look(
    name: str,
    branch: str | None,
    token: str,
    api_url: str = API,
    *,
    written: str | None = None,
    configs: Collection[str] = (),
    progress: Progress,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> Host:
    """Return what GitHub tells of the repository `name` (`owner/name`) and its `branch` (None: the default branch).

    `written` is the branch that commits are made on, where that is another one; `configs` are the paths that a configuration
    may have. Raises ConfigError where there is no such
    repository, AccessDenied, Unreachable.
    """
    wire = Wire(name, token, api_url, name=name, progress=progress, sleep=sleep, clock=clock)
    repository = Repository(wire)
    facts = repository.facts()
    headers = wire.headers
    default = str(facts.get("default_branch") or "main")
    ours = branch or default
    target = written or ours
    trees = {name: _tree(repository, name) for name in {default, ours}}
    every = list(_workflows(repository, trees[default]))
    syncing = list(_syncing(repository, every))
    has_pages = bool(facts.get("has_pages"))
    paths = {each.workflow.path for each in syncing}
    scopes = headers.get("x-oauth-scopes")
    is_classic = _kind(token) == "classic"
    return Host(
        repository=wire.repository,
        branch=target,
        base=ours,
        default_branch=default,
        kind=_kind(token),
        expires=_moment(headers.get("github-authentication-token-expiration")),
        scopes=None if scopes is None or not is_classic else tuple(filter(None, scopes.split(", "))),
        private=bool(facts.get("private")),
        kilobytes=int(facts.get("size") or 0),
        pushed=_moment(facts.get("pushed_at")),
        protected=_is_protected(repository, target),
        rules=_rules(repository, target),
        syncing=tuple(syncing),
        stray=tuple(
            one.path for one in _workflows(repository, trees[ours]) if one.syncs and one.path not in paths
        ),
        secrets=_secrets(repository),
        has_config=any(name in trees[default] for name in configs),
        has_pages=has_pages,
        pages=_pages(repository) if has_pages else None,
        deployers=tuple(workflows.deployers(every)),
        sizes={path: int(entry.get("size") or 0) for path, entry in trees[ours].items()},
    )


def _kind(token: str) -> TokenKind:
    return next((kind for start, kind in _BEGINNINGS.items() if token.startswith(start)), "unknown")


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    for form in _TIMES:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  # the second form is in UTC
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _told(repository: Repository, path: str, **parameters: str) -> Any:
    """Return what GitHub says at `path`, None where it does not tell this token."""
    try:
        return repository.wire.call("GET", path, parameters=parameters or None)
    except Refused as refused:
        if refused.status in {403, 404, 409, 422}:
            return None
        raise repository.wire.stop(refused) from refused


def _tree(repository: Repository, branch: str) -> dict[str, Json]:
    """Return path → entry of the files of `branch`; nothing for one that is not there."""
    found = _told(repository, f"/git/trees/{quote(branch)}", recursive="1") or {}
    return {str(entry["path"]): entry for entry in found.get("tree", ()) if entry["type"] == "blob"}


def _is_protected(repository: Repository, branch: str) -> bool:
    return bool((_told(repository, f"/branches/{quote(branch)}") or {}).get("protected"))


def _rules(repository: Repository, branch: str) -> tuple[Rule, ...] | None:
    found = _told(repository, f"/rules/branches/{quote(branch)}", per_page="100")
    if found is None:
        return None
    sets: dict[Any, Json] = {}
    for rule in found:
        set_ = rule.get("ruleset_id")
        if set_ is not None and set_ not in sets:
            sets[set_] = _told(repository, f"/rulesets/{set_}") or {}
    return tuple(
        Rule(
            str(rule.get("type")),
            str(sets.get(rule.get("ruleset_id"), {}).get("name") or rule.get("ruleset_id") or ""),
            sets.get(rule.get("ruleset_id"), {}).get("current_user_can_bypass"),
        )
        for rule in found
    )


def _known_workflows(repository: Repository) -> Mapping[str, Json]:
    found = _told(repository, "/actions/workflows", per_page="100") or {}
    return {str(each["path"]): each for each in found.get("workflows", ())}


def _workflows(repository: Repository, tree: Mapping[str, Json]) -> Iterator[Workflow]:
    """Yield the workflows of `tree`: one request for each file."""
    for path, entry in sorted(tree.items()):
        if workflows.is_one(path):
            found = workflows.read(path, repository.blob(str(entry["sha"])))
            if found is not None:
                yield found


def _syncing(repository: Repository, every: Sequence[Workflow]) -> Iterator[Syncing]:
    known = _known_workflows(repository)
    for workflow in every:
        if workflow.syncs:
            facts = known.get(workflow.path, {})
            last = _last_run(repository, facts["id"]) if facts else None
            yield Syncing(workflow, facts.get("state"), last)


def _pages(repository: Repository) -> Pages | None:
    found = _told(repository, "/pages")
    if found is None:
        return None
    source, url = found.get("source") or {}, str(found.get("html_url") or "")
    if found.get("build_type") == "workflow":
        return Pages(url, by_workflow=True)
    last = _told(repository, "/pages/builds/latest") or {}
    error = None
    if last.get("status") == "errored":
        error = str((last.get("error") or {}).get("message") or "it does not say why.")
    return Pages(
        url,
        by_workflow=False,
        branch=source.get("branch"),
        folder=str(source.get("path") or "/"),
        error=error,
    )


def _last_run(repository: Repository, workflow: int) -> Run | None:
    found = _told(repository, f"/actions/workflows/{workflow}/runs", per_page="1") or {}
    for run in found.get("workflow_runs", ()):
        at = _moment(run.get("run_started_at") or run.get("created_at"))
        if at is not None:
            return Run(at, run.get("conclusion"), str(run.get("html_url") or ""))
    return None


def _secrets(repository: Repository) -> frozenset[str] | None:
    """Return the names of the secrets of the repository, and of those of an organization that it may use."""
    own = _told(repository, "/actions/secrets", per_page="100")
    if own is None:
        return None
    shared = _told(repository, "/actions/organization-secrets", per_page="100") or {}
    every: Sequence[Json] = [*own.get("secrets", ()), *shared.get("secrets", ())]
    return frozenset(str(each["name"]) for each in every)
