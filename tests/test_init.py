"""The guided set-up: from nothing to a first post, every question by an answer and by an option, and nothing by halves."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakes.github import READ_ONLY_PERSONAL, RULESET, disturbance, refusal
from fakes.notion import NO_CAPABILITY
from notion2jekyll import cli, environment
from notion2jekyll.config import load
from notion2jekyll.errors import AccessDenied, ConfigError, Unreachable
from notion2jekyll.init import Done, Question, Setup, Sign, Wishes, init
from notion2jekyll.init.files import HOME, WORKFLOW
from notion2jekyll.progress import Progress, Silent
from world import World, world

FILES = ["notion2jekyll.yaml", ".github/workflows/notion-sync.yml"]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.row("월요일", "text", properties={"Tags": ["python"], "Date": {"start": "2026-11-19"}})
        made.row("Secret", "text", status="Draft")
        made.pass_time(hours=1)
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git/config").write_text(f'[remote "origin"]\n\turl = {made.hub.base_url}/me/blog.git\n')
        yield made


@dataclass
class Person:
    """Somebody who gives these answers; "" is Enter alone. An answer may be something that is done meanwhile."""

    answers: list[str | Callable[[], object]] = field(default_factory=list)
    attended: bool = True
    asked: list[Question] = field(default_factory=list)
    told: list[tuple[Sign, str, str]] = field(default_factory=list)

    def say(self, text: str, *, sign: Sign = "", hint: str = "") -> None:
        self.told.append((sign, text, hint))

    def ask(self, question: Question) -> str:
        self.asked.append(question)
        answer = self.answers.pop(0)
        if callable(answer):
            answer()
            answer = ""
        return answer or question.default

    def working(self) -> AbstractContextManager[Progress]:
        return nullcontext(Silent())

    @property
    def heard(self) -> str:
        return "\n".join(f"{sign} {text}\n{hint}" for sign, text, hint in self.told)

    def flags(self) -> list[str]:
        return [question.flag.split()[0] for question in self.asked]


def set_up(here: World, person: Person, **wishes: Any) -> Done:
    setup = Setup(
        here.directory,
        environment.notion,
        partial(environment.premises, clock=cli.CLOCK) if os.environ.get("GITHUB_TOKEN") else None,
        environment.github_address(),
    )
    try:
        return init(setup, Wishes(**wishes), person)
    finally:
        for secret in (here.notion.token, here.hub.token):
            assert secret not in person.heard + repr(person.asked)


def untouched(here: World, act: Callable[[], object]) -> None:
    """Do `act`, and require that nothing was changed by it, here or there."""
    before = (here.hub.history(), sorted(here.directory.rglob("*")), dict(here.hub.repository.secrets))
    act()
    assert before == (here.hub.history(), sorted(here.directory.rglob("*")), here.hub.repository.secrets)


ENTER = ["", "", "", "", ""]


# From nothing to the first post ---------------------------------------------------------------------------------------


def test_from_nothing_to_the_first_post_with_at_most_six_answers(here: World) -> None:
    person = Person([*ENTER])
    done = set_up(here, person)
    assert person.flags() == ["--source", "--publish", "--repository", "--commit", "--secret"]
    assert len(person.asked) <= 6
    assert not done.failed
    # What is committed is what is here, and what a sync can work with.
    assert here.commits() == ["Set up notion2jekyll", "By hand 1"]
    for name in FILES:
        assert here.hub.files()[name] == (here.directory / name).read_bytes()
    assert here.hub.repository.secrets == {"NOTION_TOKEN": here.notion.token}
    for secret in (here.notion.token, here.hub.token):
        assert secret.encode() not in b"".join(here.hub.files().values())
    assert here.run("sync").code == 0
    assert [path for path in here.site() if path.startswith("_posts/")] == ["_posts/2026-11-19-월요일.md"]
    # The one thing that is left is the account that has this program: it was not installed from there.
    checked = here.run("check")
    assert re.findall(r"✗ .*", checked.out) == [
        f"✗ {WORKFLOW} cannot run: it uses {HOME}, and OWNER is a placeholder."
    ]
    here.hub.rival.push({WORKFLOW: here.hub.files()[WORKFLOW].replace(b"OWNER/", b"someone/")})
    checked = here.run("check")
    assert checked.code == 0, checked.out


def test_what_is_found_is_shown_before_it_is_asked_about(here: World) -> None:
    person = Person([*ENTER])
    set_up(here, person)
    for line in (
        "that of the connection “notion2jekyll” in the workspace “Demo”",
        "   1  Journal  database",
        "Properties of “Journal”: title ← Name, date ← Date, tags ← Tags; not used: Status, Public.",
        "title        ← Name: “Secret”",
        "   1  Status is Published  1 of 2",
        "   2  Status is Draft      1 of 2",
        "   3  Public is yes        0 of 2",
        "   4  every row            2 of 2",
        "me/blog is there; its default branch is main.",
    ):
        assert line in person.heard, line
    assert [question.default for question in person.asked] == ["1", "1", "me/blog", "Y/n", "Y/n"]


def test_the_configuration_is_commented_and_says_what_was_answered(here: World) -> None:
    set_up(here, Person(["", "Public", "", "n", "n"]))
    text = (here.directory / FILES[0]).read_text("utf-8")
    config = load(here.directory / FILES[0])
    assert config.notion.publish is not None
    assert config.notion.publish != "all"
    assert (config.notion.publish.property, config.notion.publish.is_) == ("Public", [True])
    assert config.github
    assert (config.github.repository, config.github.branch) == ("me/blog", "main")
    assert "# Journal in Notion." in text
    assert "title ← Name, date ← Date, tags ← Tags." in text
    # What is not used has no business in a file that may be public.
    assert "Status" not in text


# Every question by an option -----------------------------------------------------------------------------------------


def flags(here: World, **changes: str | None) -> list[str]:
    given = {"--source": here.database, "--publish": "Status=Published", "--repository": "me/blog"} | changes
    return [word for name, value in given.items() if value is not None for word in (name, value)]


@pytest.fixture
def nobody(here: World) -> World:
    """A world in which standard input is no terminal, and reading it fails."""
    (here.directory / ".git/config").unlink()

    class Closed:
        def isatty(self) -> bool:
            return False

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"standard input was asked for {name}")

    here.monkeypatch.setattr(sys, "stdin", Closed())
    return here


def test_it_runs_unattended_and_ends_with_the_real_plan(nobody: World) -> None:
    ran = nobody.run("init", *flags(nobody), "--commit", "--secret")
    assert ran.code == 0, ran.err
    assert "+ _posts/2026-11-19-월요일.md  “월요일”  new" in ran.out
    assert "Would change me/blog (branch main): 1 new." in ran.out
    assert "To publish that now: notion2jekyll sync" in ran.err
    assert nobody.hub.files().keys() >= set(FILES)
    assert nobody.hub.repository.secrets == {"NOTION_TOKEN": nobody.notion.token}
    for secret in (nobody.notion.token, nobody.hub.token):
        assert secret not in ran.out + ran.err


@pytest.mark.parametrize("missing", ["--source", "--publish", "--repository"])
def test_without_an_option_that_is_needed_it_names_it(nobody: World, missing: str) -> None:
    def act() -> None:
        ran = nobody.run("init", *flags(nobody, **{missing: None}))
        assert ran.code == 2
        assert f"There is no terminal to ask on, and {missing} is not given." in ran.err

    untouched(nobody, act)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"--source": "nonsense"}, "--source: 'nonsense' is no Notion address"),
        ({"--source": "1"}, "--source: There is no number 1"),
        ({"--publish": "State=Done"}, "--publish: There is no property “State”; there are: Name, Date"),
        ({"--publish": "Status=Done"}, "There is no “Done”; there are: Draft, Published."),
        ({"--publish": "Status"}, "Write “Status=VALUE”"),
        ({"--publish": "1"}, "There is no property “1”"),
        ({"--repository": "blog"}, "--repository: Write it as owner/name"),
        ({"--repository": "me/none"}, "There is no repository me/none"),
    ],
)
def test_an_option_that_cannot_be_used_is_told(nobody: World, changes: dict[str, str], said: str) -> None:
    def act() -> None:
        ran = nobody.run("init", *flags(nobody, **changes))
        assert ran.code == 2
        assert said in ran.said

    untouched(nobody, act)


def test_unattended_nothing_leaves_this_computer_unless_it_is_said(nobody: World) -> None:
    ran = nobody.run("init", *flags(nobody))
    assert ran.code == 0, ran.err
    assert nobody.commits() == ["By hand 1"]
    assert nobody.hub.repository.secrets == {}
    assert "gh secret set NOTION_TOKEN --repo 127.0.0.1" in ran.err
    assert f"{nobody.hub.base_url}/me/blog/settings/secrets/actions/new" in ran.err
    assert "“Add file”" in ran.err
    assert "runs every hour" not in ran.err


def test_posts_may_go_to_another_branch_but_the_files_go_where_schedules_run(nobody: World) -> None:
    nobody.hub.git.text("branch", "gh-pages", "main")
    assert nobody.run("init", *flags(nobody), "--branch", "gh-pages", "--commit", "--no-secret").code == 0
    assert set(FILES) <= nobody.hub.files("main").keys()
    assert not set(FILES) & nobody.hub.files("gh-pages").keys()
    config = load(nobody.directory / FILES[0])
    assert config.github
    assert config.github.branch == "gh-pages"


# The token -----------------------------------------------------------------------------------------------------------


def with_variable(name: str, value: str) -> Callable[[World], None]:
    return lambda here: here.monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("break_it", "said", "way_out"),
    [
        (with_variable("NOTION_TOKEN", ""), "NOTION_TOKEN is not set", "export NOTION_TOKEN=ntn_…"),
        (with_variable("NOTION_TOKEN", "ntn_ abc"), "characters that no token has", "4. Copy its token"),
        (with_variable("NOTION_TOKEN", "ntn_stranger"), "Notion does not know the token", "press “New connection”"),
        (lambda here: here.notion.always("POST search", NO_CAPABILITY), "may not do this", "tick “Read content”"),
    ],
    ids=["not set", "malformed", "unknown", "may not read"],
)  # fmt: skip
def test_what_is_wrong_with_the_token_is_told_at_once_with_the_way_out(
    here: World, break_it: Callable[[World], None], said: str, way_out: str
) -> None:
    break_it(here)

    def act() -> None:
        with pytest.raises(AccessDenied) as caught:
            set_up(here, Person())
        assert said in caught.value.message
        assert way_out in caught.value.hint

    untouched(here, act)


def test_where_nothing_is_shared_it_says_how_and_looks_again(here: World) -> None:
    here.workspace.unshare(here.database)
    person = Person([lambda: None, lambda: here.workspace.share(here.database), *ENTER])
    assert not set_up(here, person).failed
    assert person.heard.count("Nothing in Notion is shared with the connection yet.") == 2
    assert "Press ••• at the top right, then Connections." in person.heard
    assert person.flags()[:3] == ["--source"] * 3


def test_unattended_what_could_be_the_source_is_listed_or_how_to_share_is_told(nobody: World) -> None:
    ran = nobody.run("init")
    assert (ran.code, ran.out) == (2, "")
    assert "   1  Journal  database" in ran.err
    nobody.workspace.unshare(nobody.database)
    ran = nobody.run("init")
    assert ran.code == 4
    assert "Press ••• at the top right, then Connections." in ran.err


def test_a_service_that_is_down_is_told(here: World) -> None:
    here.monkeypatch.setenv("NOTION_API_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        set_up(here, Person())


# Choosing ------------------------------------------------------------------------------------------------------------


def test_of_several_sources_one_is_picked_and_a_wrong_answer_is_asked_again(here: World) -> None:
    other = here.workspace.add_database("독서 목록", {"Name": {"title": {}}, "Done": {"checkbox": {}}})
    here.workspace.add_page(other, {"Name": "책"}, [])
    page = here.workspace.add_page(None, {"title": "About"}, [])
    person = Person(["", "7", "house", page, "", "2", "1", "", "n", "n"])
    # A page has no properties to go by, and a rule needs to be said.
    with pytest.raises(IndexError):
        set_up(here, Person(["7", "house", "2"]))
    person = Person(["", "7", "house", "2", "", "1", "", "n", "n"])
    set_up(here, person)
    assert person.flags() == ["--source"] * 4 + ["--publish"] * 2 + ["--repository", "--commit", "--secret"]
    assert "There is no number 7 in the list." in person.heard
    assert "'house' is no Notion address" in person.heard
    assert "nothing is published that was not marked for it" in person.heard
    config = load(here.directory / FILES[0])
    assert config.notion.publish != "all"
    assert config.notion.publish
    assert config.notion.publish.property == "Done"


def test_a_link_is_taken_and_kept_as_it_is(here: World) -> None:
    link = f"https://www.notion.so/me/Journal-{here.database.replace('-', '')}?v=1234"
    set_up(here, Person([link, "", "", "n", "n"]))
    assert load(here.directory / FILES[0]).notion.source == [link]


def test_a_database_of_several_data_sources_is_told_and_one_of_them_taken(here: World) -> None:
    several = here.workspace.add_database("Two", {"Name": {"title": {}}}, data_sources=["First", "Second"])
    person = Person([several, "1", "all", "", "n", "n"])
    set_up(here, person)
    assert "has 2 data sources" in person.heard
    assert load(here.directory / FILES[0]).notion.publish == "all"


def test_nothing_is_published_by_a_guess(here: World) -> None:
    states = {"status": {"options": [{"name": "Idea"}, {"name": "Done"}]}}
    other = here.workspace.add_database("Notes", {"Name": {"title": {}}, "State": states})
    person = Person([other, "", "1", "", "n", "n"])
    set_up(here, person)
    assert [question.default for question in person.asked if question.flag.startswith("--publish")] == [
        "",
        "",
    ]


def test_the_repository_is_asked_for_until_it_is_one(here: World) -> None:
    (here.directory / ".git/config").write_text('[remote "origin"]\n\turl = git@ghe.example.com:me/blog\n')
    person = Person(["", "", "", "me", "me/none", f"{here.hub.base_url}/me/blog.git", "", ""])
    assert not set_up(here, person).failed
    assert "export GITHUB_API_URL=https://ghe.example.com/api/v3" in person.heard
    assert "There is no repository me/none" in person.heard
    assert set(FILES) <= here.hub.files().keys()


# Once more -----------------------------------------------------------------------------------------------------------


def test_once_more_with_enter_alone_changes_nothing(here: World) -> None:
    set_up(here, Person([*ENTER]))

    def act() -> None:
        person = Person(["", "", "", ""])
        assert not set_up(here, person).failed
        # The files are there already, and a secret that is there is not replaced by Enter.
        assert person.flags() == ["--source", "--publish", "--repository", "--secret"]
        assert person.asked[-1].default == "y/N"
        assert "me/blog has both files already" in person.heard

    untouched(here, act)


def test_once_more_changes_what_is_answered_and_keeps_every_comment(here: World) -> None:
    mine = (
        "# My own words.\r\n"
        "notion:   # the journal\r\n"
        f"  source:   '{here.database}'   # here\r\n"
        "  publish: { property: Status,  is: [Draft] } # for now\r\n"
        "  properties: {mood: Mood}\r\n"
        "jekyll:\r\n"
        "    slug: id   # short\r\n"
    )
    (here.directory / FILES[0]).write_bytes(mine.encode())
    person = Person(["", "Status=Published", "", "", "n"])
    set_up(here, person)
    made = (here.directory / FILES[0]).read_bytes().decode()
    wanted = mine.replace("[Draft]", "[Published]")
    assert made.startswith(wanted)
    assert made.removeprefix(wanted) == "\r\ngithub:\r\n  repository: me/blog\r\n  branch: main\r\n"
    assert here.hub.files()[FILES[0]] == made.encode()
    assert [question.default for question in person.asked[:2]] == ["1", "Status=Draft"]


def test_unattended_it_goes_on_from_what_is_there(nobody: World) -> None:
    nobody.configure()
    before = (nobody.directory / FILES[0]).read_bytes()
    assert nobody.run("init", "--commit", "--no-secret").code == 0
    assert (nobody.directory / FILES[0]).read_bytes() == before
    assert set(FILES) <= nobody.hub.files().keys()


def test_a_configuration_in_the_repository_alone_is_gone_on_from(here: World) -> None:
    theirs = f"# Theirs\nnotion: {{source: {here.database}, publish: all}}\ngithub: {{repository: me/blog}}\n"
    here.hub.rival.push({FILES[0]: theirs.encode()})
    person = Person([*ENTER])
    set_up(here, person)
    assert "--overwrite" not in person.flags()
    made = (here.directory / FILES[0]).read_text("utf-8")
    assert made == theirs.replace("all", "{property: Status, is: [Published]}")
    assert here.hub.files()[FILES[0]] == made.encode()


@pytest.mark.parametrize("answer", ["", "y"])
def test_what_differs_in_the_repository_is_replaced_only_where_that_is_agreed_to(
    here: World, answer: str
) -> None:
    here.configure()
    here.hub.rival.push({FILES[0]: b"# somebody's\nnotion: {source: [}\n"})
    person = Person(["", "", "", answer, "", "n"])
    set_up(here, person)
    assert person.flags() == ["--source", "--publish", "--repository", "--overwrite", "--commit", "--secret"]
    held = here.hub.files()
    assert (held[FILES[0]] == (here.directory / FILES[0]).read_bytes()) is (answer == "y")
    assert FILES[1] in held
    if answer != "y":
        assert held[FILES[0]].startswith(b"# somebody's")
        assert f"{FILES[0]} in me/blog stays as it is there." in person.heard


def test_a_schedule_of_ones_own_stays(here: World) -> None:
    set_up(here, Person([*ENTER]))
    workflow = here.directory / FILES[1]
    workflow.write_text(workflow.read_text("utf-8").replace("17 * * * *", "42 3 * * *"), "utf-8")
    set_up(here, Person(["", "", "", "y", "", ""]))
    assert b"42 3 * * *" in here.hub.files()[FILES[1]]
    set_up(here, Person(["", "", "", "", ""]), overwrite=True)
    assert b"17 * * * *" in here.hub.files()[FILES[1]]


def test_several_sources_stay_as_they_are(here: World) -> None:
    text = (
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: all}}\n"
        f"    - {{source: {here.database}, publish: all, to: _notes}}\n"
    )
    here.configure(text)
    person = Person(["", "", ""])
    set_up(here, person)
    assert person.flags() == ["--repository", "--commit", "--secret"]
    assert (here.directory / FILES[0]).read_text("utf-8").startswith(text)
    with pytest.raises(ConfigError, match="reads several sources"):
        set_up(here, Person(), source=here.database)


def test_a_configuration_with_mistakes_is_not_touched(here: World) -> None:
    here.configure("notion: {sauce: x}\n")

    def act() -> None:
        with pytest.raises(ConfigError):
            set_up(here, Person())

    untouched(here, act)


def test_posts_that_are_offered_get_the_permission_for_it(here: World) -> None:
    here.configure(
        f"notion: {{source: {here.database}}}\ngithub: {{repository: me/blog, mode: pull_request}}\n"
    )
    set_up(here, Person([*ENTER]))
    assert b"\n      pull-requests: write #" in here.hub.files()[FILES[1]]


def test_posts_go_where_the_site_is_built_from(here: World) -> None:
    here.hub.git.text("branch", "gh-pages", "main")
    here.hub.open_site(source="gh-pages")
    person = Person([*ENTER])
    set_up(here, person)
    assert "its default branch is main, and its site is built from gh-pages." in person.heard
    config = load(here.directory / FILES[0])
    assert config.github
    assert config.github.branch == "gh-pages"
    assert set(FILES) <= here.hub.files("main").keys()


def test_a_site_that_a_workflow_builds_can_be_built_after_a_sync(here: World) -> None:
    here.hub.open_site(built_by="workflow")
    set_up(here, Person([*ENTER]))
    assert b"\n      actions: write #" in here.hub.files()[FILES[1]]


def test_an_old_name_becomes_the_one_that_is_read_first(here: World) -> None:
    here.configure(name="config.yaml")
    text = (here.directory / "config.yaml").read_text("utf-8")
    set_up(here, Person([*ENTER]))
    assert (here.directory / FILES[0]).read_text("utf-8") == text
    assert (here.directory / "config.yaml").read_text("utf-8") == text


def test_somebody_elses_config_yaml_is_no_business_of_ours(here: World) -> None:
    (here.directory / "config.yaml").write_text("theme: hugo\n")
    assert not set_up(here, Person([*ENTER])).failed


# What can go wrong at the end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "hint"),
    [(refusal(404, "Not Found"), "“Workflows”"), (READ_ONLY_PERSONAL, "“Workflows”")],
)
def test_a_commit_that_is_refused_leaves_the_files_and_the_commands(
    here: World, refused: Any, hint: str
) -> None:
    here.hub.on("POST", "/git/trees", refused)
    person = Person([*ENTER])
    done = set_up(here, person)
    assert done.failed
    assert not done.is_complete
    assert hint in person.heard
    assert "git add notion2jekyll.yaml .github/workflows/notion-sync.yml\ngit commit -m" in person.heard
    assert here.commits() == ["By hand 1"]
    assert all((here.directory / name).exists() for name in FILES)
    assert here.hub.repository.secrets


def test_a_protected_branch_is_told(here: World) -> None:
    here.hub.on("PATCH", "/git/refs", RULESET)
    person = Person([*ENTER])
    assert set_up(here, person).failed
    assert "Repository rule violations" in person.heard
    assert "git push" in person.heard


def test_a_secret_that_is_refused_leaves_the_commands(here: World) -> None:
    here.hub.on("PUT", "/actions/secrets", READ_ONLY_PERSONAL)
    person = Person([*ENTER])
    assert set_up(here, person).failed
    assert "“Secrets” to “Read and write”" in person.heard
    assert "gh secret set NOTION_TOKEN --repo" in person.heard
    assert set(FILES) <= here.hub.files().keys()


def test_a_token_that_may_only_read_is_told_before_the_questions(here: World) -> None:
    from dataclasses import replace

    here.hub.repositories["me", "blog"] = replace(here.hub.repository, push=False)
    person = Person(["", "", ""])
    assert not set_up(here, person).failed
    assert "GITHUB_TOKEN may not write to me/blog." in person.heard
    assert "git push" in person.heard


def test_somebody_who_pushes_meanwhile_loses_nothing(here: World) -> None:
    here.hub.on("PATCH", "/git/refs", here.hub.rival.push)
    assert not set_up(here, Person([*ENTER])).failed
    assert here.hub.files().keys() >= {*FILES, "rival-2.txt"}


def test_a_disturbance_is_outlasted(here: World) -> None:
    here.hub.on("*", "", disturbance(), disturbance(503))
    assert not set_up(here, Person([*ENTER])).failed


@pytest.mark.parametrize("at", range(5))
def test_ctrl_c_at_any_question_leaves_nothing_behind(here: World, at: int) -> None:
    def leave() -> None:
        raise KeyboardInterrupt

    def act() -> None:
        with pytest.raises(KeyboardInterrupt):
            set_up(here, Person([*ENTER[:at], leave]))

    untouched(here, act)


def test_what_cannot_be_written_is_told_and_nothing_is_written_by_halves(here: World) -> None:
    # The second of the two cannot be made.
    (here.directory / ".github/workflows/.notion-sync.yml.new").mkdir(parents=True)

    def act() -> None:
        with pytest.raises(ConfigError, match="cannot be written"):
            set_up(here, Person([*ENTER]))

    untouched(here, act)


# Without GitHub ------------------------------------------------------------------------------------------------------


def test_without_a_token_of_github_the_commands_are_told(nobody: World) -> None:
    nobody.monkeypatch.delenv("GITHUB_TOKEN")
    nobody.hub.log.clear()
    ran = nobody.run("init", *flags(nobody))
    assert ran.code == 0, ran.err
    assert nobody.hub.log == []
    assert "“Contents”, “Workflows” and “Secrets”" in ran.err
    assert "The plan is shown once GITHUB_TOKEN is set" in ran.err
    config = load(nobody.directory / FILES[0])
    assert config.github
    assert config.github.branch is None


def test_in_a_clone_of_the_site_the_plan_is_that_of_the_folder(nobody: World) -> None:
    nobody.monkeypatch.delenv("GITHUB_TOKEN")
    (nobody.directory / "_config.yml").write_text("title: Blog\n")
    ran = nobody.run("init", *flags(nobody))
    assert ran.code == 0, ran.err
    assert "+ _posts/2026-11-19-월요일.md  “월요일”  new" in ran.out
    assert "To publish that now: notion2jekyll sync --output .\n" in ran.err
    assert not (nobody.directory / "_posts").exists()


# With real git, and on a real terminal -------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout


def test_the_commands_that_are_told_work_in_a_clone(
    here: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", str(here.repository), ".")
    git(clone, "remote", "set-url", "origin", f"{here.hub.base_url}/me/blog")
    below = clone / "_posts"
    below.mkdir()
    premises = partial(environment.premises, clock=cli.CLOCK)
    setup = Setup(below, environment.notion, premises, environment.github_address())
    person = Person([*ENTER])
    done = init(setup, Wishes(), person)
    assert done.file == clone / FILES[0]
    (command,) = [hint for _, text, hint in person.told if "does not have that commit" in text]
    git(clone, "remote", "set-url", "origin", str(here.repository))
    subprocess.run(command, shell=True, cwd=clone, check=True, capture_output=True)
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "HEAD").strip() == here.hub.git.branches()["main"]


CTRL_C, CTRL_D = "\x03", "\x04"


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Whoever runs the tests in the background has them ignore Ctrl-C, and a child inherits that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_a_terminal(here: World, *typed: str) -> tuple[int, str]:
    """Run `init` on a pseudo-terminal, type each of `typed` at the next question, and return exit code and screen."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "notion2jekyll", "init"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=here.directory,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509  # it calls nothing that locks
    )
    os.close(theirs)
    screen, questions, last = "", list(typed), ""
    try:
        while True:
            for _ in range(12):
                ready, _, _ = select.select([ours], [], [], 5)
                if ready:
                    break
                # A signal that comes after Python last looked for one, and before its read() has begun,
                # is seen when something is typed. We are quick enough for that, and press again as a person would.
                if last == CTRL_C:
                    os.write(ours, CTRL_C.encode())
            assert ready, screen
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            # Letters may come in parts, and are not looked at.
            screen += re.sub(r"\x1b\[[0-9;?]*[hlAKm]", "", chunk.decode("utf-8", "replace"))
            # A question is at the beginning of a line, and has nothing after it until somebody types.
            if questions and re.search(r"[\r\n]\? [^\r\n]*: $", screen):
                last = questions.pop(0)
                os.write(ours, last.encode())
                screen += "\n"
        assert not questions, screen
        return program.wait(60), screen
    finally:
        program.kill()
        program.wait(60)
        os.close(ours)


def test_on_a_terminal_it_is_a_dialog(here: World) -> None:
    here.workspace.add_database("\x1b[31mEvil\x1b]0;title\x07", {"Name": {"title": {}}})
    code, screen = on_a_terminal(here, "9\n", f"{here.database}\n", "\n", "\n", "\n", "y\n")
    assert code == 0, screen
    assert "There is no number 9 in the list." in screen
    assert "Would change" in screen
    # What a page says commands no terminal.
    assert "\ufffd[31mEvil\ufffd]0;title" in screen
    assert "\x1b]" not in screen
    assert set(FILES) <= here.hub.files().keys()
    assert here.hub.repository.secrets == {"NOTION_TOKEN": here.notion.token}
    assert here.notion.token not in screen


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_who_leaves_the_terminal_leaves_nothing_behind(here: World, key: str) -> None:
    def act() -> None:
        code, screen = on_a_terminal(here, "\n", key)
        assert code == 130, screen
        assert "Interrupted." in screen

    untouched(here, act)
