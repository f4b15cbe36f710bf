"""The doctor: each precondition of a sync, broken in turn, is named with what to do; the others are looked at all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.beside import Ruleset
from fakes.notion import NO_CAPABILITY
from notion2jekyll import state
from notion2jekyll.check import exit_code, summary
from notion2jekyll.demo.notion_server import Api, Request
from notion2jekyll.findings import Finding
from world import Ran, World, world

WELL = [
    "notion2jekyll.yaml is a valid configuration.",
    "Notion knows the token: it is that of the connection “notion2jekyll” in the workspace “Demo”.",
    "The source {} can be read: “Journal”, a database.",
    "Properties of “Journal”: title ← Name, date ← Date, tags ← Tags; not used: Public.",
    "Published into _posts: 1 of 2 rows of “Journal” (Status is Published), such as “월요일”.",
    "me/blog (branch main) can be read: 3 files.",
    "me/blog (branch main) can be written to, as far as that can be told without writing.",
    "Posts are dated in Asia/Seoul, the `timezone` of _config.yml.",
    "Posts with a date in the future are shown by the first build after that (`future: false`).",
    "Addresses of posts stay when titles and dates change.",
    "Nothing was published here before.",
    "GITHUB_TOKEN is a fine-grained personal access token, until 2027-05-01 09:30 UTC.",
    "No rule keeps a sync from committing to the branch main.",
    ".github/workflows/sync.yml runs notion2jekyll by schedule (17 * * * *).",
    ".github/workflows/sync.yml ran last on 2026-11-20 09:17 UTC.",
    ".github/workflows/sync.yml gives its job the permission to write (contents).",
    "NOTION_TOKEN is a secret of me/blog.",
    "GitHub Pages builds the site from the branch main: HUB/site/",
    "The blog has 0.1 MB, of 1 GB that a site on GitHub Pages may have.",
]
WORKFLOW = ".github/workflows/sync.yml"
TO_COPY = (Path(__file__).parents[1] / "docs/sync-workflow.yml").read_text(encoding="utf-8")
SHIPPED = TO_COPY.replace("OWNER/", "someone/")
"""The workflow to copy: what it says of itself is what the doctor wants to see."""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        made.row("월요일", "text")
        made.row("Secret", "text", status="Draft")
        made.pass_time(hours=1)
        made.hub.rival.push({WORKFLOW: SHIPPED.encode(), "notion2jekyll.yaml": b"notion: {}\n"})
        made.hub.beside.runs[WORKFLOW] = (datetime(2026, 11, 20, 9, 17, tzinfo=UTC), "success")
        made.hub.beside.secrets = {"NOTION_TOKEN"}
        made.hub.open_site()
        owned(made, "github_pat_11AAAAAAA", expires="2027-05-01 18:30:00 +0900")
        yield made


def owned(here: World, token: str, *, expires: str = "", scopes: str | None = None) -> None:
    """Let `token` be the one for GitHub."""
    here.hub.token = token
    here.monkeypatch.setenv("GITHUB_TOKEN", token)
    here.hub.token_headers = {"github-authentication-token-expiration": expires} if expires else {}
    if scopes is not None:
        here.hub.token_headers["x-oauth-scopes"] = scopes


def findings(ran: Ran) -> list[tuple[str, str, str]]:
    """Return what was printed: sign, message and hint of each finding."""
    assert "Traceback" not in ran.err
    found = re.findall(r"^([✓!✗]) (.*)\n(?:  → ((?:.*\n(?=    ))*.*)\n)?", ran.out, re.MULTILINE)
    assert len(found) == len(re.findall("^[✓!✗] ", ran.out, re.MULTILINE))
    # A mistake in the configuration says itself what should be there.
    assert all(hint or ", line " in told for sign, told, hint in found if sign != "✓"), "no next step"
    return found


def look(here: World, *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Run the doctor, and require that it wrote nothing, and no secret."""
    commits, files = here.commits(), sorted(here.directory.rglob("*"))
    here.hub.log.clear()
    ran = here.run("check", *arguments)
    assert here.commits() == commits
    assert sorted(here.directory.rglob("*")) == files
    assert [line for line in here.hub.log if not line.startswith("GET ")] == []
    for secret in (here.notion.token, here.hub.token):
        assert secret not in ran.out + ran.err
    return ran.code, [
        (sign, told.replace(here.hub.base_url, "HUB"), hint) for sign, told, hint in findings(ran)
    ]


def test_all_is_well(here: World) -> None:
    code, found = look(here)
    assert code == 0
    assert found == [("✓", line.format(here.database), "") for line in WELL]
    assert here.run("check").out.endswith("All is well. `notion2jekyll plan` shows what a sync would do.\n")


def test_what_was_published_is_told(here: World) -> None:
    assert here.run("sync").code == 0
    _, found = look(here)
    assert ("✓", "Published here before: 1 page, last on 2026-11-20 13:00 UTC.", "") in found


Break = Callable[[World], None]


def environment(name: str, value: str) -> Break:
    return lambda here: here.monkeypatch.setenv(name, value)


def config(more: str = "", notion: str = "publish: {property: Status, is: Published}") -> Break:
    """Return a change of the configuration: another rest of `notion:`, and more sections."""
    github = "" if "github" in more else "github: {repository: me/blog, branch: main}\n"
    return lambda here: here.configure(f"notion: {{source: {here.database}, {notion}}}\n{github}{more}")


def pushed(text: str, path: str = "_config.yml") -> Break:
    def change(here: World) -> None:
        here.hub.rival.push({path: text.encode()})

    return change


def removed(path: str) -> Break:
    def change(here: World) -> None:
        here.hub.rival.push({path: None})

    return change


def both(*changes: Break) -> Break:
    def change(here: World) -> None:
        for each in changes:
            each(here)

    return change


def other_database(schema: dict[str, Any], *data_sources: str) -> Break:
    def change(here: World) -> None:
        made = here.workspace.add_database("Other", schema, data_sources=data_sources)
        here.configure(f"notion: {{source: {made}, publish: all}}\ngithub: {{repository: me/blog}}\n")

    return change


def trashed_around_its_data_source(here: World) -> None:
    source = here.workspace.data_source(here.database)
    text = (here.directory / "notion2jekyll.yaml").read_text("utf-8")
    here.configure(text.replace(here.database, source))
    here.workspace.trash(here.database)


def repository(**facts: Any) -> Break:
    def change(here: World) -> None:
        here.hub.repositories["me", "blog"] = replace(here.hub.repository, **facts)

    return change


def token_of_an_app(here: World) -> None:
    repository(push=False)(here)
    here.hub.token = "ghs_sixteencharacters"
    here.monkeypatch.setenv("GITHUB_TOKEN", here.hub.token)


def token(text: str, expires: str = "") -> Break:
    return lambda here: owned(here, text, expires=expires)


def beside(**facts: Any) -> Break:
    def change(here: World) -> None:
        for name, value in facts.items():
            setattr(here.hub.beside, name, value)

    return change


def ruled(*kinds: str, bypass: str | None = "never", branch: str = "main") -> Break:
    return beside(rulesets=[Ruleset(branch, kinds, bypass=bypass)])


def site(**facts: Any) -> Break:
    def change(here: World) -> None:
        here.hub.open_site(**facts)

    return change


def failed_build(here: World) -> None:
    here.hub.open_site(by_itself=True, looks=0, outcome="errored", error="Liquid syntax error in a.md")
    here.hub.rival.push({"a.md": b""})


def workflow(old: str, new: str) -> Break:
    assert old in SHIPPED
    return pushed(SHIPPED.replace(old, new), WORKFLOW)


def ran(conclusion: str | None, day: int) -> Break:
    return beside(runs={WORKFLOW: (datetime(2026, 11, day, tzinfo=UTC), conclusion)})


PERMISSION = "      contents: write # to commit the posts\n"
PULL_REQUEST = "github: {repository: me/blog, branch: main, mode: pull_request}\n"
SEOUL = "timezone: Asia/Seoul\n"
BROKEN: list[tuple[Break, int, str, str]] = [
    # The configuration.
    (lambda here: (here.directory / "notion2jekyll.yaml").unlink(), 2, "There is no configuration here", "--config"),
    (config("jekyl: {}\n"), 2, "line 3: unknown key `jekyl`", "`jekyll`"),
    (config("sync: {removed: burn}\n"), 2, "line 3: `sync.removed`", "'delete'"),
    (config("# no github:\n"), 2, "nowhere to publish to", "--output"),
    # Notion.
    (environment("NOTION_TOKEN", ""), 4, "NOTION_TOKEN is not set", "ntn_"),
    (environment("NOTION_TOKEN", "ntn_wrong"), 4, "Notion does not know the token", "copy its token"),
    (environment("NOTION_API_URL", "http://127.0.0.1:9"), 1, "could not be read", "NOTION_API_URL"),
    (lambda here: here.workspace.unshare(here.database), 4, "not shared with the connection", "••• → Connections"),
    (lambda here: here.notion.always("POST data_sources/", NO_CAPABILITY), 4, "may not", "Read content"),
    (lambda here: here.workspace.trash(here.database), 2, "is in Notion's trash", "Restore it"),
    (trashed_around_its_data_source, 0, "is in Notion's trash. Its rows are still shown", "Restore the database"),
    (other_database({"Name": {"title": {}}}, "One", "Two"), 2, "“Other” has 2 data sources", "# Two"),
    (config(notion="filter: {property: Nope, checkbox: {equals: true}}, publish: all"), 2, "does not accept the filter", "Correct `filter:`"),
    # What is published.
    (config(notion="sorts: []"), 2, "does not say which rows are published", "publish: {property: Status, is: [Published]}"),
    (config(notion="publish: {property: State, is: Done}"), 2, "“State”, which the source does not have", "Correct `publish:`"),
    (config(notion="publish: {property: Status, is: Done}"), 2, "asks for “Done”, but “Status” (status) has only: Draft, Published", "Correct"),
    (config(notion="publish: {property: Public, is: 'Yes'}"), 2, "“Public” is a checkbox", "is: true"),
    (config(notion="publish: {property: Public, is: true}"), 0, "None of the 2 rows is published: the rule is “Public is yes”, and none meets it", "Set that in Notion"),
    (config(notion="publish: all, properties: {mood: Mood}"), 0, "takes `mood` from the property “Mood”, which no page has", "Name, Public"),
    (config(notion="publish: all, properties: {series: {property: Tags, as: links}}"), 0, "“Tags”, which is no relation", "`as: links`"),
    (config(notion="publish: all, keep: [Mood]"), 0, "keeps the property “Mood”, which no page has", "Correct `keep:`"),
    (config(notion="publish: all, properties: {public: Name}, keep: [Public]"), 0, "The property “Public” is not kept", "my_key: Public"),
    (other_database({"Name": {"title": {}}}), 0, "“Other” has no rows", "Add a page"),
    # GitHub.
    (environment("GITHUB_TOKEN", ""), 4, "GITHUB_TOKEN is not set", "Contents: Read and write"),
    (environment("GITHUB_TOKEN", "wrong"), 4, "GitHub does not accept GITHUB_TOKEN", "fine-grained token"),
    (environment("GITHUB_API_URL", "http://127.0.0.1:9"), 1, "GitHub could not be reached", "GITHUB_API_URL"),
    (config("github: {repository: me/other}\n"), 2, "There is no repository me/other", "Check the name"),
    (config("github: {repository: me/blog, branch: gh-pages}\n"), 2, "me/blog has no branch gh-pages", "main"),
    (repository(push=False), 4, "GITHUB_TOKEN may not write to me/blog", "“Contents” to “Read and write”"),
    (repository(push=None), 0, "GitHub does not tell whether GITHUB_TOKEN may write", "contents: write"),
    (token_of_an_app, 0, "GitHub does not tell whether GITHUB_TOKEN may write", "contents: write"),
    (repository(archived=True), 4, "it is archived", "Unarchive"),
    (ruled("pull_request", "deletion"), 4, "protected by the ruleset “Careful”, which GITHUB_TOKEN may not bypass: it refuses commits (pull request)", "mode: pull_request"),
    (ruled("deletion", "update", bypass="pull_requests_only"), 4, "it refuses commits (update)", "Bypass list"),
    # The site.
    (pushed("timezone: [\n"), 0, "_config.yml is not valid YAML", "Mend"),
    (pushed("timezone: Asia/Soul\n"), 0, "`timezone: Asia/Soul`", "Asia/Seoul"),
    (pushed("title: Blog\n"), 0, "Posts are dated in UTC", "timezone: Asia/Seoul"),
    (config("jekyll: {timezone: Europe/Berlin}\n"), 0, "dated in Europe/Berlin, but the site is built in Asia/Seoul", "timezone: Europe/Berlin"),
    (config("jekyll: {addresses: follow}\n"), 0, "former ones lead nowhere", "jekyll-redirect-from"),
    (both(config(notion="publish: all, to: _notes"), pushed(f"{SEOUL}collections: {{notes: {{}}}}\n")), 0, "Pages in _notes have no address", "output: true"),
    (both(config("sync: {removed: draft}\n"), pushed(f"{SEOUL}include: [.notion2jekyll]\n")), 0, "the state of notion2jekyll becomes part of the site", "`include:`"),
    # What was written last.
    (pushed('{"version": 99}', state.PATH), 2, "newer version of notion2jekyll", "pip install"),
    (both(pushed("x", "_posts/2026-01-01-a.md"), pushed("{", state.PATH)), 0, "was damaged", "Nothing is to be done"),
]  # fmt: skip
UNSEEN: list[tuple[Break, int, str, str]] = [
    (config(notion="publish: all, to: _notes"), 2, "`to: _notes` names a collection that the site does not have", "notes:"),
    (pushed(f"{SEOUL}exclude: [_posts]\n"), 2, "published in _posts is left out", "`exclude:`"),
    (pushed(f"{SEOUL}exclude: [assets/]\n"), 2, "published in assets/notion is left out", "`exclude:`"),
    (both(config(notion="publish: all, to: guides"), pushed(f"{SEOUL}exclude: [guides]\n")), 2, "published in guides is left out", "`exclude:`"),
    (both(config("sync: {removed: draft}\n"), pushed(f"{SEOUL}show_drafts: true\n")), 2, "`show_drafts: true` in _config.yml shows everybody", "jekyll serve --drafts"),
    (both(config(notion="publish: all, unpublished: hidden"), pushed(f"{SEOUL}unpublished: true\n")), 2, "`unpublished: true` in _config.yml shows everybody", "jekyll serve --unpublished"),
]  # fmt: skip
"""What a sync works with all the same, and nobody would see."""
BESIDE: list[tuple[Break, int, str, str]] = [
    (token("github_pat_11AAAAAAA", "2026-11-27 00:00:00 UTC"), 0, "expires soon: 2026-11-27 00:00 UTC", "settings/tokens"),
    (lambda here: owned(here, "ghp_AAAAAAAAAAAA", scopes="gist, workflow"), 4, "GITHUB_TOKEN lacks the scope repo or public_repo (it has only gist, workflow)", "“repo”"),
    (ruled("commit_message_pattern"), 0, "asks something of commits to main that a sync may not meet: commit message pattern", "The first sync shows it"),
    (beside(protected=True), 0, "The branch main is protected, and GitHub does not tell this token by what", "Settings → Branches"),
    (workflow("notion2jekyll", "something-else"), 0, "No workflow of me/blog runs notion2jekyll", "notion2jekyll init"),
    (beside(states={WORKFLOW: ""}), 0, "GitHub does not show it among the workflows", "Settings → Actions"),
    (pushed(TO_COPY, WORKFLOW), 2, f"{WORKFLOW} cannot run: it uses OWNER/notion2jekyll", "In its place write the GitHub account"),
    (workflow("schedule:", "schedule: []\n  x-unused:"), 0, "has no schedule", "cron:"),
    (workflow("17 * * * *", "0 */2 * * *"), 0, "starts at the full hour", "another minute"),
    (ran("failure", 20), 0, "The last run of .github/workflows/sync.yml did not succeed (failure, 2026-11-20 00:00 UTC)", "/actions/runs/7"),
    (ran("success", 9), 0, "ran last on 2026-11-09 00:00 UTC, 11 days ago", "what holds it up"),
    (beside(runs={}), 0, "has not run yet", "Run workflow"),
    (both(beside(secrets=None), ran("failure", 20)), 0, "does not tell this token whether me/blog has the secret NOTION_TOKEN", "New repository secret"),
    (workflow("${{ secrets.NOTION_TOKEN }}", "none"), 0, "passes no secret of Notion's", "notion-token: "),
    (beside(sizes={WORKFLOW: 60 * 1024**2}), 0, f"{WORKFLOW} has 62.9 MB", "max_megabytes"),
    (beside(sizes={WORKFLOW: 45 * 1024**2, "_config.yml": 900 * 10**6}), 0, "The files of the blog have 947 MB", "max_megabytes"),
    (beside(kilobytes=900_000), 0, "me/blog has 922 MB with its history", "git filter-repo"),
    (beside(states={WORKFLOW: "disabled_inactivity"}), 1, "GitHub has stopped it, since nothing happened in the repository for 60 days", "gh workflow enable sync.yml"),
    (beside(states={WORKFLOW: "disabled_manually"}), 1, "somebody has disabled it", "Actions tab"),
    (beside(states={WORKFLOW: "disabled_fork"}), 1, "the repository is a fork", "Actions tab"),
    (workflow("contents: write", "contents: read"), 4, "does not let its job write: `permissions:` lacks contents", "contents: write"),
    (config(PULL_REQUEST), 4, "`permissions:` lacks pull-requests", "pull-requests: write"),
    (repository(has_pages=False), 0, "GitHub Pages is off for me/blog", "Settings → Pages"),
    (site(source="gh-pages"), 0, "builds the site from the branch gh-pages, and posts go to main", "branch: gh-pages"),
    (site(folder="/docs"), 2, "builds the site from the folder /docs", "/ (root)"),
    (failed_build, 1, "could not build the site last: Liquid syntax error in a.md", "Actions tab"),
    (pushed("", ".nojekyll"), 2, "There is a file .nojekyll", "Delete it"),
    (pushed(f"{SEOUL}plugins: [jekyll-archives]\n"), 0, "GitHub Pages does not run jekyll-archives", "`plugins:`"),
    (site(built_by="workflow"), 0, "A workflow builds the site, and none of those", "actions/deploy-pages"),
    (workflow("      pages: write", "      # pages: write"), 0, "`permissions:` lacks pages", "pages: write"),
    (removed("notion2jekyll.yaml"), 2, f"{WORKFLOW} finds no configuration", "Commit"),
    (beside(secrets={"OTHER"}), 4, "uses the secret NOTION_TOKEN, which me/blog does not have", "gh secret set NOTION_TOKEN"),
]  # fmt: skip
"""What GitHub tells beside the files, and no sync asks for."""


@pytest.mark.parametrize(
    ("break_it", "code", "message", "hint"),
    BROKEN + UNSEEN + BESIDE,
    ids=[row[2] for row in BROKEN + UNSEEN + BESIDE],
)
def test_what_is_broken_is_named_with_the_next_step(
    here: World, break_it: Break, code: int, message: str, hint: str
) -> None:
    break_it(here)
    ended, found = look(here)
    named = [one for one in found if message in one[1]]
    assert [sign for sign, _, _ in named] == ["✗" if code else "!"]
    assert hint in named[0][2] or (named[0][2] == "" and hint in named[0][1])
    assert ended == code
    assert [one for one in found if one[0] == "✗"] == (named if code else [])
    if message in [row[2] for row in BESIDE]:
        return
    # A sync says the same.
    synced = here.run("sync")
    assert synced.code == (0 if message in [row[2] for row in UNSEEN] else 5 if code == 1 else code)
    # Also where it wrote what nobody sees.
    is_shown = "_posts is left out" not in message and "guides is left out" not in message
    assert is_shown or f"warning: {named[0][1]}" in synced.out + synced.err


def test_what_does_not_depend_on_it_is_looked_at_all_the_same(here: World) -> None:
    well = [line.format(here.database) for line in WELL]
    for change, lines in (
        (environment("NOTION_TOKEN", "ntn_wrong"), [*well[:1], *well[5:]]),
        (environment("NOTION_TOKEN", here.notion.token), well),
        (environment("GITHUB_TOKEN", "wrong"), well[:5]),
        (environment("GITHUB_TOKEN", here.hub.token), well),
        (repository(push=False), [*well[:6], *well[7:]]),
        (repository(), well),
        (config("jekyl: {}\n"), well[1:2]),
    ):
        change(here)
        assert [message for sign, message, _ in look(here)[1] if sign == "✓"] == lines


def test_a_source_that_is_not_shared_does_not_hide_the_others(here: World) -> None:
    hidden = here.workspace.add_database("Hidden", {"Name": {"title": {}}})
    here.workspace.unshare(hidden)
    here.configure(
        f"notion:\n  sources:\n    - {{source: {hidden}, publish: all}}\n"
        f"    - {{source: {here.database}, publish: {{property: State, is: Done}}}}\n"
        f"    - {{source: {here.database}, publish: all, to: _data/all.yml}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    code, found = look(here)
    assert code == 4
    assert [message.partition(" ")[0] for sign, message, _ in found if sign == "✗"] == ["Notion", "The"]
    assert "Published into _data/all.yml: 2 of 2 rows of “Journal”, such as “Secret”." in [
        one[1] for one in found
    ]


def test_a_row_is_counted_where_it_goes(here: World) -> None:
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: {{property: Status, is: Published}}}}\n"
        f"    - {{source: {here.database}, publish: all, to: _drawer}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    site = f"{SEOUL}plugins: [jekyll-redirect-from]\ncollections: {{drawer: {{output: true}}}}\n"
    pushed(site)(here)
    code, found = look(here)
    told = [message for _, message, _ in found]
    assert "Published into _posts: 1 of 1 row of “Journal” (Status is Published), such as “월요일”." in told
    assert "Published into _drawer: 1 of 1 row of “Journal”, such as “Secret”." in told
    assert "The site has the collection `drawer`, with pages of its own." in told
    assert "Former addresses lead to new ones: the site has jekyll-redirect-from." in told
    assert code == 0


def test_a_token_that_acts_for_a_person(here: World) -> None:
    real = Api._me

    def personal(self: Api, request: Request) -> dict[str, Any]:
        told = real(self, request)
        return {**told, "bot": {**told["bot"], "owner": {"type": "user", "user": {"object": "user"}}}}

    here.monkeypatch.setattr(Api, "_me", personal)
    code, found = look(here)
    assert code == 0
    assert [message for sign, message, _ in found if sign == "!"] == [
        "Notion knows the token in the workspace “Demo”: it acts for a person “notion2jekyll”."
    ]


def test_pages_within_a_page(here: World) -> None:
    home = here.workspace.add_page(None, {"title": "Home"})
    here.workspace.add_page(home, {"title": "Inside"})
    here.configure(f"notion: {{source: {home}, publish: all}}\n")
    (here.directory / "site").mkdir()
    (here.directory / "site/_config.yml").write_text(SEOUL, encoding="utf-8")
    code, found = look(here, "--output", "site")
    told = [message for _, message, _ in found]
    assert (code, {sign for sign, _, _ in found}) == (0, {"✓"})
    assert f"The source {home} can be read: “Home”, a page." in told
    assert "Published into _posts: 1 of 1 row of “Home”, such as “Inside”." in told


def test_a_folder(here: World) -> None:
    config("# no github:\n")(here)
    here.monkeypatch.delenv("GITHUB_TOKEN")
    code, found = look(here, "--output", "site")
    assert code == 0
    assert [message for sign, message, _ in found if sign == "!"] == ["site has no files yet."]
    (here.directory / "site").mkdir()
    (here.directory / "site/docs").mkdir()
    (here.directory / "site/docs/_config.yml").write_text(SEOUL, encoding="utf-8")
    code, found = look(here, "--output", "site")
    assert code == 0
    assert "There is no _config.yml. There is docs/_config.yml, but a site is looked for at the root." in [
        message for sign, message, _ in found if sign == "!"
    ]
    code, found = look(here, "--output", "notion2jekyll.yaml")
    assert code == 2
    assert ("✗", "a folder is needed") in [
        (sign, hint.partition("where ")[2].partition(":")[0]) for sign, _, hint in found
    ]


def test_the_requests_can_be_seen(here: World) -> None:
    assert "Notion: GET /v1/users/me → 200" in here.run("check", "--verbose").err
    assert "users/me" not in here.run("check").err


def test_the_worst_fault_gives_the_exit_code() -> None:
    def ended(*codes: int) -> int:
        return exit_code([Finding("fault" if code else "doubt", "x", exit_code=code) for code in codes])

    assert [ended(), ended(0), ended(5), ended(70), ended(5, 2), ended(2, 4, 5)] == [0, 0, 1, 1, 2, 4]
    assert summary([Finding("doubt", "x")] * 2) == "A sync can work; 2 things are worth a look (!)."
    assert summary([Finding("doubt", "x"), Finding("fault", "x")]) == "1 thing has to be put right (✗)."
