"""What GitHub tells beside the files of a repository, and what that means for a sync; workflows as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fakes.beside import Ruleset
from fakes.github import NOW, READ_ONLY_PERSONAL, FakeGitHub, disturbance, fake_github
from notion2jekyll.config import GitHub
from notion2jekyll.errors import AccessDenied, ConfigError, Unreachable
from notion2jekyll.hosting import about_host
from notion2jekyll.progress import Silent
from notion2jekyll.target.github import Host, look
from notion2jekyll.target.github.host import Pages, Rule, Run, Syncing
from notion2jekyll.target.github.workflows import Workflow, read

PATH = ".github/workflows/sync.yml"
SHIPPED = (Path(__file__).parents[1] / "docs/sync-workflow.yml").read_bytes()
WELL = Syncing(
    Workflow(
        PATH,
        "Sync",
        {"schedule": [{"cron": "17 * * * *"}]},
        runs="notion2jekyll sync",
        secrets=frozenset({"NOTION_TOKEN"}),
        permissions=({"contents": "write", "pages": "write"},),
    ),
    "active",
    Run(NOW, "success", "https://github.com/me/blog/actions/runs/7"),
)
HOST = Host(
    repository="me/blog",
    branch="main",
    base="main",
    default_branch="main",
    kind="fine-grained",
    expires=NOW + timedelta(days=90),
    scopes=None,
    private=False,
    kilobytes=0,
    pushed=NOW,
    protected=False,
    rules=(),
    syncing=(WELL,),
    stray=(),
    secrets=frozenset({"NOTION_TOKEN"}),
    has_pages=True,
    pages=Pages("https://me.github.io/blog/", by_workflow=False, branch="main"),
)
COMMIT = GitHub(repository="me/blog", branch="main")


def told(host: Host = HOST, github: GitHub = COMMIT, plugins: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = list(about_host(host, github, plugins, NOW))
    assert all(one.hint for one in found if one.sign != "well")
    assert all(one.exit_code for one in found if one.sign == "fault")
    return [(one.sign, one.message) for one in found]


def odd(host: Host, github: GitHub = COMMIT, plugins: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return what is not as well as it can be."""
    return [one for one in told(host, github, plugins) if one not in told()]


def syncing(state: str | None = "active", last: Run | None = WELL.last, **facts: Any) -> Host:
    return replace(HOST, syncing=(Syncing(replace(WELL.workflow, **facts), state, last),))


def ruled(*rules: Rule) -> Host:
    return replace(HOST, rules=rules, protected=True)


def test_all_is_well() -> None:
    assert {sign for sign, _ in told()} == {"well"}


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (replace(HOST, kind="classic", expires=None), "GITHUB_TOKEN is a classic personal access token."),
        (
            replace(HOST, kind="app", expires=NOW + timedelta(hours=1)),
            "GITHUB_TOKEN is a token of an app, as workflows have it, which lasts for its job, until 2026-11-20 10:30 UTC.",
        ),
        (
            replace(HOST, kind="oauth", expires=None),
            "GITHUB_TOKEN is a token of somebody who signed in to an app, as `gh auth token` gives it.",
        ),
        (
            replace(HOST, kind="unknown", expires=None),
            "GITHUB_TOKEN is of a kind that is not known here.",
        ),
    ],
)
def test_tokens_by_their_kind(host: Host, message: str) -> None:
    assert odd(host) == [("well", message)]


@pytest.mark.parametrize(
    ("scopes", "private", "message"),
    [
        (("repo", "workflow"), True, None),
        (("public_repo",), False, None),
        (("public_repo",), True, "lacks the scope repo (it has only public_repo)"),
        (("gist", "read:org"), False, "lacks the scope repo or public_repo (it has only gist, read:org)"),
        ((), False, "lacks the scope repo or public_repo (it has none)"),
    ],
)
def test_scopes_that_let_write(scopes: tuple[str, ...], private: bool, message: str | None) -> None:
    found = odd(replace(HOST, scopes=scopes, private=private))
    assert [sign for sign, _ in found] == ([] if message is None else ["fault"])
    assert message is None or message in found[0][1]


@pytest.mark.parametrize(
    ("rules", "signs"),
    [
        ([Rule("pull_request", "R", "always")], []),
        ([Rule("pull_request", "R", "exempt")], []),
        ([Rule("non_fast_forward", "R", "never"), Rule("deletion", "R", None)], []),
        ([Rule("pull_request", "R", None)], ["doubt"]),
        ([Rule("required_signatures", "R", "never")], ["doubt"]),
        ([Rule("a_rule_of_next_year", "R", "never")], ["doubt"]),
        ([Rule("pull_request", "R", "never"), Rule("required_signatures", "R", "never")], ["fault"]),
    ],
)
def test_rules_that_matter(rules: list[Rule], signs: list[str]) -> None:
    assert [sign for sign, _ in odd(ruled(*rules))] == signs


def test_a_rule_for_the_branch_that_is_offered_names_another_way_out() -> None:
    offering = GitHub(repository="me/blog", mode="pull_request")
    host = replace(ruled(Rule("update", "R", "never")), branch="notion2jekyll")
    (rule,) = [one for one in about_host(host, offering, (), NOW) if "ruleset" in one.message]
    assert "notion2jekyll is protected" in rule.message
    assert "mode: pull_request" not in rule.hint


def test_what_is_not_told_is_nobodys_fault() -> None:
    untold = replace(HOST, rules=None, secrets=None, pushed=None)
    assert odd(untold) == []
    assert len(told(untold)) == len(told()) - 2


def test_workflows_that_need_a_look() -> None:
    idle = replace(HOST, pushed=NOW - timedelta(days=50))
    (line,) = odd(idle)
    assert line == (
        "doubt",
        "Nothing was pushed to me/blog for 50 days: after 60 GitHub stops its schedules.",
    )
    assert odd(replace(idle, private=True)) == []
    (line,) = odd(syncing(permissions=(None,)))
    assert line[0] == "doubt"
    assert "has no `permissions:`" in line[1]
    assert odd(syncing(permissions=("read-all",)))[0][0] == "fault"
    assert odd(syncing(permissions=("write-all",))) == []
    # With a token of its own it needs no permission of the other one.
    own = syncing(secrets=frozenset({"NOTION_TOKEN", "BLOG_TOKEN"}), permissions=({},))
    assert [sign for sign, _ in odd(own)] == ["fault"]
    assert "uses the secret BLOG_TOKEN" in odd(own)[0][1]
    assert {sign for sign, _ in odd(replace(own, secrets=frozenset({"NOTION_TOKEN", "BLOG_TOKEN"})))} == {
        "well"
    }
    # An environment may have it.
    assert odd(replace(syncing(environments=True), secrets=frozenset())) == []
    assert [sign for sign, _ in odd(replace(HOST, syncing=(), stray=(PATH,)))] == ["doubt"]
    lost = replace(HOST, has_config=False)
    assert [sign for sign, _ in odd(lost)] == ["fault"]
    assert odd(replace(syncing(names_config=True), has_config=False)) == []
    running = syncing(last=Run(NOW, None, ""))
    assert odd(running) == []


BY_WORKFLOW = replace(HOST, pages=Pages("https://me.github.io/blog/", by_workflow=True))


def deployed(**facts: Any) -> Host:
    """Return a host where a workflow builds the site, the permissions of the sync aside."""
    builder = Workflow(".github/workflows/site.yml", "Site", **facts)
    return replace(
        BY_WORKFLOW,
        deployers=(builder,),
        syncing=(
            replace(
                WELL,
                workflow=replace(WELL.workflow, permissions=({"contents": "write", "actions": "write"},)),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("host", "sign", "message"),
    [
        (replace(HOST, has_pages=False, pages=None), "doubt", "GitHub Pages is off for me/blog."),
        (replace(HOST, pages=None), "doubt", "does not tell this token how it is built"),
        (replace(HOST, pages=Pages("", by_workflow=False, branch="gh-pages")), "doubt", "from the branch gh-pages, and posts go to main"),
        (replace(HOST, pages=Pages("", by_workflow=False, branch="main", folder="/docs")), "fault", "from the folder /docs"),
        (replace(HOST, pages=Pages("", by_workflow=False, branch="main", error="Liquid.")), "fault", "could not build the site last: Liquid."),
        (replace(HOST, sizes={".nojekyll": 0}), "fault", ".nojekyll"),
        (BY_WORKFLOW, "doubt", "none of those in the repository is known as such"),
        (deployed(events={"push": None}), "doubt", "is not started by what a workflow's own token commits"),
        (deployed(events={"workflow_dispatch": None}), "well", "and a sync can start it: https://me.github.io/blog/"),
        (deployed(events={"workflow_run": {"workflows": ["Sync"]}}), "well", "builds the site after each sync"),
        (deployed(runs="notion2jekyll sync"), "well", "builds the site after each sync"),
        (syncing(permissions=({"contents": "write"},)), "doubt", "lacks pages"),
        (replace(deployed(events={"workflow_dispatch": None}), syncing=(WELL,)), "doubt", "lacks actions"),
    ],
)  # fmt: skip
def test_how_the_site_is_built(host: Host, sign: str, message: str) -> None:
    found = [one for one in odd(host) if message in one[1]]
    assert [each for each, _ in found] == [sign]
    assert [each for each, _ in odd(host) if each == "fault"] == ([sign] if sign == "fault" else [])


def test_what_the_build_is_not_asked_for() -> None:
    never = GitHub.model_validate({"repository": "me/blog", "pages": {"watch": "never"}})
    assert odd(syncing(permissions=({"contents": "write"},)), never) == []


def test_plugins_that_do_not_run() -> None:
    plugins = ("jekyll-feed", "jekyll-archives")
    told_of = "GitHub Pages does not run jekyll-archives when it builds from a branch."
    assert odd(HOST, plugins=plugins) == [("doubt", told_of)]
    assert odd(deployed(events={"workflow_dispatch": None}), plugins=plugins) == odd(
        deployed(events={"workflow_dispatch": None})
    )


# Reading -------------------------------------------------------------------------------------------------------------


def test_the_workflow_to_copy_is_understood() -> None:
    found = read(PATH, SHIPPED)
    assert found is not None
    assert found.syncs
    assert found.crons == ("17 * * * *",)
    assert found.secrets == {"NOTION_TOKEN"}
    assert (found.lacks("contents"), found.lacks("pull-requests")) == (False, True)
    assert not found.environments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push\njobs: {a: {steps: [{uses: me/notion2jekyll@v1}]}}", (True, None)),
        ("on: [push]\npermissions: write-all\njobs: {a: {steps: [{run: notion2jekyll sync}]}}", (True, False)),
        ("permissions: {contents: write}\njobs: {a: {uses: me/notion2jekyll/.github/workflows/sync.yml@v1}}", (True, False)),
        ("permissions: {contents: write}\njobs: {a: {permissions: {}, steps: [{run: notion2jekyll sync}]}}", (True, True)),
        ("jobs: {a: {permissions: {contents: write}, steps: [{run: make}]}}", (False, False)),
    ],
)  # fmt: skip
def test_what_a_job_may_do(text: str, expected: tuple[bool, bool | None]) -> None:
    found = read(PATH, text.encode())
    assert found is not None
    assert (found.syncs, found.lacks("contents")) == expected


def test_the_names_of_secrets() -> None:
    steps = [
        {
            "run": "notion2jekyll sync",
            "env": {"A": "${{ secrets.GITHUB_TOKEN }}", "B": "${{ secrets.ONE || secrets['TWO'] }}"},
        }
    ]
    found = read(PATH, yaml.safe_dump({"on": "push", "jobs": {"a": {"steps": steps}}}).encode())
    assert found is not None
    assert found.secrets == {"ONE", "TWO"}


_KEYS = st.sampled_from(
    ["on", "jobs", "steps", "uses", "run", "permissions", "contents", "schedule", "cron", "name", "a"]
)
_TEXTS = st.sampled_from(["notion2jekyll sync", "${{ secrets.A }}", "write", "write-all", ""])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_KEYS, _VALUES) | _VALUES)
def test_no_workflow_is_too_odd(raw: Any) -> None:
    found = read(PATH, yaml.safe_dump(raw).encode())
    if found is not None:
        assert found.syncs == bool(found.permissions)
        each = Syncing(found, "active", None)
        list(about_host(replace(HOST, syncing=(each,), deployers=(found,)), COMMIT, (), NOW))


@given(st.binary(max_size=60))
def test_no_file_is_too_odd(content: bytes) -> None:
    read(PATH, content)


# Asking --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeGitHub]:
    with fake_github(tmp_path / "origin.git") as made:
        made.rival.push({"_config.yml": b"title: Blog\n", PATH: SHIPPED})
        yield made


def ask(hub: FakeGitHub, branch: str | None = "main", name: str = "me/blog", **more: Any) -> Host:
    pauses: list[float] = []
    return look(
        name,
        branch,
        hub.token,
        hub.base_url,
        progress=Silent(),
        sleep=pauses.append,
        clock=lambda: 0.0,
        **more,
    )


def test_everything_that_is_asked_for(hub: FakeGitHub) -> None:
    hub.token = "ghp_sixteenletters"
    hub.token_headers = {
        "GitHub-Authentication-Token-Expiration": "2026-12-24 18:00:00 UTC",
        "X-OAuth-Scopes": "public_repo, workflow",
    }
    hub.beside.rulesets = [Ruleset("main", ("pull_request",), bypass="always"), Ruleset("other", ("update",))]
    hub.beside.runs = {PATH: (NOW, "failure")}
    hub.beside.secrets, hub.beside.shared = {"ONE"}, {"NOTION_TOKEN"}
    hub.beside.kilobytes = 12
    hub.open_site(by_itself=True, looks=0, outcome="errored", error="Liquid syntax error.")
    hub.rival.push({"index.md": b""})
    found = ask(hub)
    assert found.pages == Pages(
        f"{hub.base_url}/site/", by_workflow=False, branch="main", error="Liquid syntax error."
    )
    assert (found.kind, found.scopes) == ("classic", ("public_repo", "workflow"))
    assert found.expires == datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert (found.branch, found.default_branch, found.protected, found.private) == (
        "main",
        "main",
        True,
        False,
    )
    assert found.rules == (Rule("pull_request", "Careful", "always"),)
    assert found.secrets == frozenset({"ONE", "NOTION_TOKEN"})
    assert (found.kilobytes, found.sizes) == (12, {"_config.yml": 12, "index.md": 0, PATH: len(SHIPPED)})
    assert found.pushed == NOW
    (each,) = found.syncing
    assert (each.workflow.path, each.state) == (PATH, "active")
    assert each.last is not None
    assert (each.last.at, each.last.conclusion) == (NOW, "failure")
    assert [line for line in hub.log if not line.startswith("GET ")] == []
    assert len(hub.log) <= 14


def test_a_site_that_a_workflow_builds(hub: FakeGitHub) -> None:
    deploy = b"on: workflow_dispatch\njobs: {a: {steps: [{uses: actions/deploy-pages@v5}]}}\n"
    hub.rival.push({".github/workflows/site.yml": deploy})
    hub.open_site(built_by="workflow")
    found = ask(hub)
    assert found.pages == Pages(f"{hub.base_url}/site/", by_workflow=True)
    assert [each.path for each in found.deployers] == [".github/workflows/site.yml"]
    hub.on("GET", "/pages", READ_ONLY_PERSONAL)
    found = ask(hub)
    assert (found.has_pages, found.pages) == (True, None)


def test_a_workflow_that_is_on_another_branch_only(hub: FakeGitHub) -> None:
    hub.git.text("branch", "blog")
    hub.rival.push({PATH: None})
    found = ask(hub, "blog")
    assert (found.syncing, found.stray, found.default_branch) == ((), (PATH,), "main")


def test_where_a_workflow_finds_its_configuration(hub: FakeGitHub) -> None:
    assert not ask(hub, configs=("notion2jekyll.yaml", "config.yaml")).has_config
    hub.rival.push({"docs/config.yaml": b"", "config.yaml": b""})
    assert ask(hub, configs=("notion2jekyll.yaml", "config.yaml")).has_config
    for step in (
        "{uses: me/notion2jekyll@v1, with: {config: x.yml}}",
        "{run: notion2jekyll sync --config x.yml}",
    ):
        found = read(PATH, f"jobs: {{a: {{steps: [{step}]}}}}".encode())
        assert found is not None
        assert found.names_config
    assert not read(PATH, SHIPPED).names_config  # type: ignore[union-attr]  # it is one


def test_an_empty_repository(tmp_path: Path) -> None:
    with fake_github(tmp_path / "origin.git") as hub:
        found = ask(hub, None)
    assert (found.branch, found.syncing, dict(found.sizes), found.rules) == ("main", (), {}, ())


def test_what_is_refused_is_not_told(hub: FakeGitHub) -> None:
    hub.beside.secrets = None
    hub.on("GET", "/rules/", READ_ONLY_PERSONAL)
    hub.on("GET", "/actions/workflows", READ_ONLY_PERSONAL)
    found = ask(hub)
    assert (found.secrets, found.rules) == (None, None)
    assert [each.state for each in found.syncing] == [None]


def test_what_ends_it(hub: FakeGitHub) -> None:
    with pytest.raises(ConfigError, match="no repository me/nothing"):
        ask(hub, name="me/nothing")
    hub.on("GET", "/actions/secrets", *[disturbance()] * 6)
    with pytest.raises(Unreachable):
        ask(hub)
    with pytest.raises(AccessDenied):
        look(
            "me/blog",
            "main",
            "wrong-token",
            hub.base_url,
            progress=Silent(),
            sleep=lambda _: None,
            clock=lambda: 0.0,
        )
