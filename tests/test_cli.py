"""The command line: each error a user meets is one paragraph with the next step, the right code, and nothing written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from fakes.github import refusal
from notion2jekyll import __version__
from notion2jekyll.target.folder import Folder
from notion2jekyll.terminal import Terminal
from world import Ran, World, world


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        made.row("Mine", "text")
        made.pass_time(hours=1)
        yield made
        # Whatever went wrong: no secret is printed, no traceback, and the repository is sound.
        made.commits()


def failed(here: World, ran: Ran, code: int, *parts: str) -> None:
    """Require an error of `code` that says all of `parts` and the next step, and that nothing was written."""
    assert ran.code == code, ran.err
    for part in parts:
        assert part in ran.said
    assert "→" in ran.err, "no next step"
    assert "Traceback" not in ran.err
    assert here.notion.token not in ran.out + ran.err
    assert here.hub.token not in ran.out + ran.err
    assert len(here.commits()) == 1


def test_a_wrong_notion_token(here: World) -> None:
    here.monkeypatch.setenv("NOTION_TOKEN", "ntn_wrong")
    ran, report = here.report("sync")
    failed(here, ran, 4, "Notion does not know the token", "NOTION_TOKEN")
    assert "ntn_wrong" not in ran.err
    assert report["result"] == "failed"
    assert report["problems"][0]["hint"]


@pytest.mark.parametrize("variable", ["NOTION_TOKEN", "GITHUB_TOKEN"])
@pytest.mark.parametrize("value", ["", "  ", "abc def", "abc\ndef", "토큰"])
def test_a_token_that_is_none(here: World, variable: str, value: str) -> None:
    here.monkeypatch.setenv(variable, value)
    failed(here, here.run("sync"), 4, variable)


def test_a_database_that_is_not_shared(here: World) -> None:
    here.workspace.unshare(here.database)
    failed(here, here.run("sync"), 4, "not shared with the connection", "Connections")


def test_an_id_that_is_nothing(here: World) -> None:
    here.configure(
        "notion: {source: 0123456789abcdef0123456789abcdef, publish: all}\ngithub: {repository: me/blog}\n"
    )
    failed(here, here.run("sync"), 4, "01234567-89ab-cdef-0123-456789abcdef", "copy the link")


def test_a_source_that_is_no_address(here: World) -> None:
    here.configure("notion: {source: my journal, publish: all}\ngithub: {repository: me/blog}\n")
    failed_config(here, "line 1", "notion.source", "Copy link")


def failed_config(here: World, *parts: str, code: int = 2) -> None:
    ran = here.run("sync")
    assert ran.code == code, ran.err
    for part in parts:
        assert part in ran.said
    assert "Traceback" not in ran.err
    assert len(here.commits()) == 1


def test_no_configuration(here: World) -> None:
    (here.directory / "notion2jekyll.yaml").unlink()
    failed(here, here.run("sync"), 2, "notion2jekyll.yaml", "config.yaml", "notion2jekyll init")
    failed(here, here.run("sync", "--config", "elsewhere.yaml"), 2, "elsewhere.yaml")


def test_the_second_name_of_the_configuration(here: World) -> None:
    (here.directory / "notion2jekyll.yaml").rename(here.directory / "config.yaml")
    assert here.run("plan").code == 0


def test_unknown_keys_and_wrong_values_all_at_once(here: World) -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publsh: all\ngithub:\n  repository: me\n  brunch: main\nsync:\n  removed: burn\n"
    )
    failed_config(
        here, "line 3", "publish", "line 5", "github.repository", "line 6", "branch", "line 8", "sync.removed"
    )


def test_yaml_that_is_broken(here: World) -> None:
    here.configure("notion:\n  source: [a\ngithub: {}\n")
    failed(here, here.run("sync"), 2, "line 3", "not valid YAML")


def test_a_token_in_the_configuration(here: World) -> None:
    here.configure(f"notion:\n  source: {here.database}\n  token: ntn_123\n")
    failed_config(here, "secret token", "environment", "line 3")


def test_no_publish_rule_names_what_could_serve(here: World) -> None:
    here.configure(f"notion: {{source: {here.database}}}\ngithub: {{repository: me/blog}}\n")
    failed(
        here,
        here.run("sync"),
        2,
        "publish: {property: Status, is: [Published]}",
        "publish: {property: Public, is: true}",
        "publish: all",
    )


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("{property: Stauts, is: [Published]}", ["Stauts", "Status"]),
        ("{property: Status, is: [Publishd]}", ["Publishd", "Draft, Published"]),
        ("{property: Public, is: [yes please]}", ["checkbox", "is: true"]),
    ],
)
def test_a_publish_rule_that_nothing_can_match(here: World, rule: str, parts: list[str]) -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {rule}\ngithub: {{repository: me/blog}}\n"
    )
    failed(here, here.run("sync"), 2, *parts)


def test_a_publish_rule_that_no_longer_fits_removes_nothing(here: World) -> None:
    here.run("sync")
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Done]}}\ngithub: {{repository: me/blog}}\n"
    )
    ran = here.run("sync")
    assert ran.code == 2
    assert len(here.commits()) == 2


def test_a_database_with_several_data_sources(here: World) -> None:
    several = here.workspace.add_database("Two", {"Name": {"title": {}}}, data_sources=("One", "Other"))
    here.configure(f"notion: {{source: {several}, publish: all}}\ngithub: {{repository: me/blog}}\n")
    failed(
        here,
        here.run("sync"),
        2,
        "2 data sources",
        "One",
        "Other",
        here.workspace.data_source(several, "Other"),
    )


def test_no_such_repository(here: World) -> None:
    here.configure(f"notion: {{source: {here.database}, publish: all}}\ngithub: {{repository: me/nothing}}\n")
    failed(here, here.run("sync"), 2, "me/nothing")


def test_no_such_branch(here: World) -> None:
    here.configure(
        f"notion: {{source: {here.database}, publish: all}}\ngithub: {{repository: me/blog, branch: mian}}\n"
    )
    failed(here, here.run("sync"), 2, "mian", "main")


def test_a_wrong_github_token(here: World) -> None:
    here.monkeypatch.setenv("GITHUB_TOKEN", "ghp_wrong")
    ran = here.run("sync")
    failed(here, ran, 4, "GITHUB_TOKEN")
    assert "ghp_wrong" not in ran.err


def test_a_token_that_may_only_read(here: World) -> None:
    here.hub.on("POST", "/git/", *[refusal(403, "Resource not accessible by integration")] * 9)
    failed(here, here.run("sync"), 4, "contents: write")


def test_a_protected_branch(here: World) -> None:
    message = "Repository rule violations found\n\nChanges must be made through a pull request."
    here.hub.on("PATCH", "/git/refs", refusal(422, message))
    failed(here, here.run("sync"), 4, "pull request")


def test_no_github_section_and_no_output(here: World) -> None:
    here.configure(f"notion: {{source: {here.database}, publish: all}}\n")
    failed(here, here.run("sync"), 2, "github:", "--output")


def test_a_service_that_is_not_there(here: World) -> None:
    here.monkeypatch.setenv("NOTION_API_URL", "http://127.0.0.1:9")
    ran, report = here.report("sync")
    failed(here, ran, 5, "127.0.0.1:9", "Nothing was written")
    assert report["result"] == "failed"


@pytest.mark.parametrize("variable", ["NOTION_API_URL", "GITHUB_API_URL"])
def test_an_address_that_is_none(here: World, variable: str) -> None:
    here.monkeypatch.setenv(variable, "api.example.com")
    failed(here, here.run("sync"), 2, variable)


@pytest.mark.parametrize("variable", ["NOTION_API_URL", "GITHUB_API_URL"])
@pytest.mark.parametrize("address", ["user:geheim@127.0.0.1", "https://user:geheim@"])
def test_a_password_in_an_address_is_not_told(here: World, variable: str, address: str) -> None:
    here.monkeypatch.setenv(variable, address)
    ran = here.run("sync", "--verbose")
    assert ran.code == 2
    assert "geheim" not in ran.said


def test_pauses_are_told_with_their_reason(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Console(stderr=True))
    terminal.waiting("GitHub", 4.0, "it answered 502")
    terminal.waiting("GitHub", 0.4, "a trifle")
    assert capsys.readouterr().err == "Waiting 4 s for GitHub: it answered 502.\n"


def test_usage(here: World) -> None:
    assert here.run("sync", "--nonsense").code == 2
    assert here.run("snyc").code == 2
    assert here.run("sync", "--page", "what").code == 2
    alone = here.run()
    assert (alone.code, alone.err) == (2, "")
    assert alone.out == here.run("--help").out
    assert here.run("--version").said == f"notion2jekyll {__version__}"


@pytest.mark.parametrize("verb", ["sync", "plan", "demo"])
def test_help_shows_an_example(here: World, verb: str) -> None:
    ran = here.run(verb, "--help")
    assert ran.code == 0
    assert f"Example: notion2jekyll {verb}" in ran.said


def test_json_on_standard_output_stands_alone(here: World) -> None:
    ran = here.run("plan", "--json", "-")
    assert json.loads(ran.out)["result"] == "planned"
    assert "_posts/" in ran.err


def test_json_into_a_folder_that_is_not_there(here: World) -> None:
    ran = here.run("plan", "--json", "nowhere/report.json")
    assert ran.code == 2
    assert "nowhere/report.json" in ran.said


def test_json_that_cannot_be_written_is_found_out_before_anything_is_done(here: World) -> None:
    for place in ("nowhere/report.json", str(here.directory)):
        ran = here.run("sync", "--json", place)
        assert ran.code == 2
        assert place in ran.said
    assert len(here.commits()) == 1
    assert here.hub.log == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
def test_json_that_fails_afterwards_changes_nothing_else(here: World) -> None:
    ran = here.run("sync", "--json", "/dev/full")
    assert ran.code == 0
    assert "warning: The report could not be written to /dev/full" in ran.err
    assert len(here.commits()) == 2
    here.monkeypatch.setenv("NOTION_TOKEN", "ntn_wrong")
    ran = here.run("sync", "--json", "/dev/full")
    assert ran.code == 4
    assert "Notion does not know the token" in ran.said


def test_an_old_report_is_not_taken_for_this_runs(here: World) -> None:
    file = here.directory / "report.json"
    file.write_text("x" * 100_000, encoding="utf-8")
    assert here.run("plan", "--json", "report.json").code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["result"] == "planned"


def test_a_run_that_stops_tells_its_requests(here: World) -> None:
    here.hub.on("PATCH", "/git/refs", refusal(422, "Repository rule violations found"))
    ran, report = here.report("sync")
    assert ran.code == 4
    assert report["requests"]["github"] == len(here.hub.log) > 0
    assert report["requests"]["notion"] == 3, "the source, its rows, one body"


def test_plan_writes_nothing_into_a_folder_that_a_killed_run_left(here: World) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with here.monkeypatch.context() as patch:
        patch.setattr(Folder, "_put", killed)
        assert here.run("sync", "--output", "site").code == 130

    def everything() -> dict[Path, bytes]:
        return {place: place.read_bytes() for place in Path("site").rglob("*") if place.is_file()}

    left = everything()
    assert not Path("site/_posts").exists()
    assert here.run("plan", "--output", "site").code == 0
    assert here.run("sync", "--dry-run", "--output", "site").out.startswith("Nothing to do for site")
    assert everything() == left
    assert here.run("sync", "--output", "site").out.startswith("Nothing to do for site")
    assert len(list(Path("site/_posts").iterdir())) == 1
    assert not Path("site/.notion2jekyll/pending").exists()


def test_quiet_says_nothing_when_all_is_well(here: World) -> None:
    ran = here.run("sync", "--quiet")
    assert (ran.code, ran.out + ran.err) == (0, "")


def test_verbose_shows_requests_and_no_token(here: World) -> None:
    ran = here.run("sync", "--verbose")
    assert re.search(r"Notion: POST /v1/data_sources/\S+/query → 200", ran.err)
    assert re.search(r"GitHub: GET \S+/branches/main", ran.err)
    assert here.notion.token not in ran.err
    assert here.hub.token not in ran.err


def test_interrupted(here: World) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    here.monkeypatch.setattr("notion2jekyll.sync.sync", interrupt)
    ran, report = here.report("sync")
    assert ran.code == 130
    assert "Interrupted." in ran.said
    assert (report["result"], report["problems"][0]["message"]) == ("failed", "Interrupted.")


def test_a_bug_says_what_to_report_and_hides_tokens(here: World) -> None:
    def bug(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {here.notion.token} in it")

    here.monkeypatch.setattr("notion2jekyll.sync.sync", bug)
    ran, report = here.report("sync")
    assert ran.code == 70
    assert report["result"] == "failed"
    assert "mistake in notion2jekyll" in report["problems"][0]["message"]
    assert "https://github.com/OWNER/notion2jekyll/issues" in ran.said
    assert "RuntimeError: with (NOTION_TOKEN) in it" in ran.said


def test_markup_in_titles_is_text(here: World) -> None:
    here.row("[bold]x[/bold] [/]", children=[{"type": "unsupported", "unsupported": {"block_type": "[red]"}}])
    ran = here.run("plan")
    assert ran.code == 0
    assert "[red]" in ran.said
    assert "“[bold]x[/bold] [/]”" in ran.said


def test_as_a_module() -> None:
    command = [sys.executable, "-m", "notion2jekyll", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == f"notion2jekyll {__version__}"


def test_who_commits_by_hand_learns_what_is_still_to_come(here: World) -> None:
    word = "GitHub Pages builds the site from that now"
    here.row("Day one", "text")
    here.pass_time(hours=1)
    assert word not in here.run("plan").said
    assert word in here.run("sync").said
    assert word not in here.run("sync").said, "nothing was committed"
    assert here.run("sync", "--page", here.row("Day two", "text"), "--quiet").said == ""
    # A run on GitHub watches the build, or was told not to.
    here.configure(
        f"notion: {{source: {here.database}, publish: all}}\n"
        "github: {repository: me/blog, pages: {watch: never}}\n"
    )
    here.monkeypatch.setenv("GITHUB_ACTIONS", "true")
    here.row("Day three", "text")
    there = here.run("sync").said
    assert "Committed to" in there
    assert word not in there
