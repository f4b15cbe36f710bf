"""The parts of set-up by themselves: single values of YAML, remotes of git, rules that could be, and what a token shows."""

from __future__ import annotations

from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fakes.notion import fake_notion
from notion2jekyll.config import parse
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.dialog import Dialog
from notion2jekyll.init import Question
from notion2jekyll.init.files import Answers, changed_configuration, new_configuration, workflow
from notion2jekyll.init.proposals import PUBLISHED, likeliest, parse_rule, proposals, written
from notion2jekyll.init.remote import Clone, Remote, api_of, clone_at, parse_remote, web_of
from notion2jekyll.init.talk import table
from notion2jekyll.init.yaml_edit import NotEditable, edited, flow
from notion2jekyll.jekyll.meta import folded
from notion2jekyll.notion.fetch import PropertySchema, read_shared
from notion2jekyll.progress import Silent
from notion2jekyll.publish import Rule

# Single values ---------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["notion", "source", "publish", "is", "github", "a b", "한글", "yes", "x: y", "#"])
LEAVES = st.one_of(
    st.text(max_size=8).filter(lambda text: text < "\ud800" or text.isprintable()),
    st.booleans(),
    st.integers(-5, 5),
    st.none(),
    st.sampled_from(
        ["yes", "null", "1e3", "2026-11-20", "a: b", "- a", "a #b", "'", '"', "\\", "{", "발행", "~", ""]
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "indent": st.sampled_from([2, 4, 7]),
        "width": st.sampled_from([20, 1000]),
        "line_break": st.sampled_from(["\n", "\r\n"]),
        "allow_unicode": st.booleans(),
    }
)
TEXTS = st.one_of(
    st.text(max_size=12).filter(lambda text: text.isprintable()),
    LEAVES.filter(lambda leaf: isinstance(leaf, str)),
)
VALUES = st.one_of(
    TEXTS, st.booleans(), st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=2)
)


def commented(text: str) -> str:
    """Return YAML with a comment of its own after each line that can take one."""
    lines = text.splitlines(keepends=True)
    made = []
    for number, line in enumerate(lines):
        body = line.rstrip("\r\n")
        candidate = "".join(
            [*lines[:number], f"{body}  # comment {number}", line[len(body) :], *lines[number + 1 :]]
        )
        try:
            fits = yaml.safe_load(candidate) == yaml.safe_load(text)
        except yaml.YAMLError:
            fits = False
        made.append(f"{body}  # comment {number}{line[len(body) :]}" if fits else line)
    return "".join(made)


@given(
    st.dictionaries(NAMES, TREES, min_size=1, max_size=4),
    STYLES,
    st.lists(NAMES, min_size=1, max_size=3),
    VALUES,
)
def test_one_value_is_changed_and_everything_else_stays_letter_by_letter(
    raw: dict[str, Any], style: dict[str, Any], path: list[str], value: Any
) -> None:
    text = commented(yaml.safe_dump(raw, sort_keys=False, **style))
    try:
        made = edited(text, {tuple(path): value})
    except NotEditable:
        # What is no section cannot hold a key; nothing else may be refused.
        inner: Any = raw
        for key in path[:-1]:
            inner = inner.get(key) if isinstance(inner, dict) else inner
        assert inner is not None
        assert not isinstance(inner, dict) or _is_unusual(text)
        return
    wanted = yaml.safe_load(text)
    place = wanted
    for key in path[:-1]:
        place[key] = place.get(key) or {}
        place = place[key]
    old = place.get(path[-1])
    place[path[-1]] = value
    assert yaml.safe_load(made) == wanted
    if not isinstance(old, dict | list):
        for comment in [part for part in text.split("\n") if "# comment" in part]:
            assert comment.partition("# comment")[2].strip() in made


def _is_unusual(text: str) -> bool:
    return "? " in text or "&" in text or "*" in text


@given(VALUES)
def test_a_value_on_one_line_is_what_it_was(value: Any) -> None:
    assert yaml.safe_load(f"key: {flow(value)}") == {"key": value}
    assert "\n" not in flow(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Published", "Published"),
        ("발행 완료", "발행 완료"),
        ("yes", '"yes"'),
        ("me/me.github.io", "me/me.github.io"),
        ("https://app.notion.com/p/a?v=1#b", "https://app.notion.com/p/a?v=1#b"),
        ("In: progress", '"In: progress"'),
        ("0123", '"0123"'),
        ("✅ Live", '"✅ Live"'),
        (["a", "b c"], "[a, b c]"),
        ({"property": "Status", "is": True}, "{property: Status, is: true}"),
    ],
)
def test_quotes_are_written_where_they_are_needed(value: Any, text: str) -> None:
    assert flow(value) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1 # x\n", "a: new # x\n"),
        ("a:\n  b: 1 # x\n\n# end\n", "a: new # x\n\n# end\n"),
        ("b: 1", "b: 1\n\na: new\n"),
        ("{b: 1}", "{a: new, b: 1}"),
        ("a: # later\nb: 1\n", "a: new # later\nb: 1\n"),
        ('"a" : "x"\n', '"a" : new\n'),
        ("a: |\n  text\n\n# end\nb: >-\n  c", "a: new\n\n# end\nb: >-\n  c"),
        ("b:\n  c: |\n    text\n", "b:\n  c: |\n    text\n\na: new\n"),
        ("---\na: |\n  text\n  more\nb: 1\n", "---\na: new\nb: 1\n"),
    ],
)
def test_every_form_keeps_what_is_around_it(before: str, after: str) -> None:
    assert edited(before, {("a",): "new"}).rstrip("\n") == after.rstrip("\n")


@pytest.mark.parametrize("text", ["b: &x {c: 1}\na: *x\n", "- a\n", "a: [\n", "a: {c: 1}\na: {c: 2}\n"])
def test_what_cannot_be_changed_by_itself_is_refused(text: str) -> None:
    with pytest.raises((NotEditable, yaml.YAMLError)):
        edited(text, {("a", "c"): "new"})


# The files -------------------------------------------------------------------------------------------------------------

ID = "12345678-1234-1234-1234-123456789abc"


@given(
    st.text(max_size=20),
    st.text(min_size=1, max_size=10),
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=2),
)
def test_a_new_configuration_is_valid_whatever_things_are_called(
    title: str, name: str, options: list[str]
) -> None:
    answers = Answers(ID, title, frozenset({ID}), Rule(name, tuple(options)), f"title ← {name}")
    text = new_configuration(answers, "me/blog", "yes")
    config = parse(text, "x")
    publish = config.notion.publish
    assert publish
    assert publish != "all"
    assert (publish.property, publish.is_) == (name, options)
    assert config.github
    assert (config.github.repository, config.github.branch) == ("me/blog", "yes")
    assert changed_configuration(text, answers, "me/blog", None) == text


def test_the_example_is_changed_in_four_lines() -> None:
    example = (Path(__file__).parent.parent / "config.example.yaml").read_text("utf-8")
    answers = Answers(ID, "", frozenset({ID}), Rule("Public", (True,)))
    made = changed_configuration(example, answers, "you/blog", "main").splitlines()
    assert [line for line in made if line not in example.splitlines()] == [
        f"  source: {ID}",
        "    property: Public",
        "    is: true",
        "  repository: you/blog",
        "  branch: main",
    ]


def test_the_workflow_uses_the_action_from_where_it_was_installed() -> None:
    text = workflow(pull_requests=False, home="me/notion2jekyll")
    assert "uses: me/notion2jekyll@v1" in text
    job = yaml.safe_load(text)["jobs"]["sync"]
    assert "pull-requests" not in job["permissions"]
    offering = yaml.safe_load(workflow(pull_requests=True))["jobs"]["sync"]
    assert offering["permissions"] == {**job["permissions"], "pull-requests": "write"}
    building = yaml.safe_load(workflow(pull_requests=False, builds=True))["jobs"]["sync"]
    assert building["permissions"] == {**job["permissions"], "actions": "write"}


# Remotes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("https://github.com/me/blog.git", Remote("github.com", "me/blog")),
        ("https://github.com/me/me.github.io", Remote("github.com", "me/me.github.io")),
        ("https://me:ghp_secret@GitHub.com/me/blog.git/", Remote("github.com", "me/blog")),
        ("git@github.com:me/blog.git", Remote("github.com", "me/blog")),
        ("github.com:me/blog", Remote("github.com", "me/blog")),
        ("org-123@github.com:me/blog.git", Remote("github.com", "me/blog")),
        ("ssh://git@ssh.github.com:443/me/blog.git", Remote("github.com", "me/blog")),
        ("ssh://git@ghe.example.com:2222/me/blog.git", Remote("ghe.example.com", "me/blog")),
        ("git://github.com/me/blog.git", Remote("github.com", "me/blog")),
        ("https://ghe.example.com:8443/me/blog", Remote("ghe.example.com:8443", "me/blog")),
        ("git@acme.ghe.com:me/blog.git", Remote("acme.ghe.com", "me/blog")),
        ("/srv/git/blog.git", None),
        ("../blog.git", None),
        ("file:///srv/me/blog.git", None),
        ("C:\\git\\blog", None),
        ("https://git.example.com/group/sub/blog.git", None),
        ("https://github.com/me", None),
        ("https://[broken/me/blog", None),
        ("", None),
    ],
)
def test_remotes_are_read_in_every_form(url: str, remote: Remote | None) -> None:
    assert parse_remote(url) == remote


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.acme.ghe.com/", "https://acme.ghe.com"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com"),
    ],
)
def test_api_and_pages_lead_to_each_other(api: str, web: str) -> None:
    assert web_of(api) == web
    assert api_of(web.removeprefix("https://")) == api.rstrip("/")


def test_a_clone_is_found_from_anywhere_in_it(tmp_path: Path) -> None:
    git = tmp_path / "blog/.git"
    git.mkdir(parents=True)
    (git / "config").write_text(
        '[core]\n\tbare = false\n[remote "upstream"]\n\turl = https://github.com/them/blog\n'
        '[remote "origin"]\n\turl = git@github.com:me/blog.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        '[branch "main"]\n\tremote\n'
    )
    below = tmp_path / "blog/_posts/deep"
    below.mkdir(parents=True)
    assert clone_at(below) == Clone(tmp_path / "blog", Remote("github.com", "me/blog"))
    # A second work tree names the first one's folder.
    tree, facts = tmp_path / "tree", git / "worktrees/tree"
    facts.mkdir(parents=True)
    tree.mkdir()
    (facts / "commondir").write_text("../..\n")
    (tree / ".git").write_text(f"gitdir: {facts}\n")
    assert clone_at(tree) == Clone(tree, Remote("github.com", "me/blog"))


@pytest.mark.parametrize("text", ["", "nonsense", "[remote", '[remote "origin"]\n\turl = /srv/x\n', "\0\xff"])
def test_a_clone_of_nothing_that_is_known_is_a_clone(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text(text, "utf-8")
    assert clone_at(tmp_path) == Clone(tmp_path, None)


# Rules -----------------------------------------------------------------------------------------------------------------

SCHEMA = {
    "Name": PropertySchema("title"),
    "Tags": PropertySchema("multi_select", ("blog post", "daily")),
    "Public": PropertySchema("checkbox"),
    "상태": PropertySchema("status", ("작성 중", "발행 완료")),
    "A=B": PropertySchema("select", ("x", "y")),
    "Ready?": PropertySchema("formula"),
}


def test_rules_are_offered_with_the_likeliest_first() -> None:
    offered = proposals(SCHEMA, [])
    assert [written(each.rule) for each in offered] == [
        "상태=발행 완료", "상태=작성 중", "Public", "A=B=y", "A=B=x", "all",
    ]  # fmt: skip
    best = likeliest(offered)
    assert best
    assert best.rule == Rule("상태", ("발행 완료",))
    assert likeliest(proposals({"State": PropertySchema("status", ("Idea", "Done"))}, [])) is None
    assert likeliest(proposals({"Done": PropertySchema("checkbox")}, [])) is None


def test_the_names_for_published_are_as_they_are_compared() -> None:
    assert {folded(name) for name in PUBLISHED} == PUBLISHED


@pytest.mark.parametrize("rule", [each.rule for each in proposals(SCHEMA, [])])
def test_what_is_written_is_read_back(rule: Any) -> None:
    assert parse_rule(written(rule), SCHEMA) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (" all ", "all"),
        ("Public", Rule("Public", (True,))),
        ("Public=no", Rule("Public", (False,))),
        ("Ready?=yes", Rule("Ready?", (True,))),
        ("Ready?=live", Rule("Ready?", ("live",))),
        ("상태=발행 완료, 작성 중", Rule("상태", ("발행 완료", "작성 중"))),
        ("A=B=x", Rule("A=B", ("x",))),
    ],
)
def test_rules_are_read_as_people_write_them(text: str, rule: Any) -> None:
    assert parse_rule(text, SCHEMA) == rule


@pytest.mark.parametrize("text", ["", "상태", "상태=", "상태=Live", "Nope=x", "Public=maybe", "=x", "A=x"])
def test_what_is_no_rule_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        parse_rule(text, SCHEMA)


# What a token shows ----------------------------------------------------------------------------------------------------


def test_databases_and_pages_are_listed_without_rows_and_trash() -> None:
    with fake_notion() as fake:
        workspace: Workspace = fake.workspace
        journal = workspace.add_database("Journal", {"Name": {"title": {}}})
        workspace.add_page(journal, {"Name": "A row"}, [])
        about = workspace.add_page(None, {"title": "About"}, [])
        child = workspace.add_page(about, {"title": "Child"}, [])
        workspace.trash(workspace.add_page(None, {"title": "Gone"}, []))
        workspace.unshare(workspace.add_database("Hidden", {"Name": {"title": {}}}))
        found = read_shared(fake.settings(), progress=Silent())
        assert [(each.title, each.kind) for each in found] == [
            ("Journal", "database"), ("About", "page"), ("Child", "page"),
        ]  # fmt: skip
        assert found[0].database == journal
        assert [each.id for each in found[1:]] == [about, child]


def test_of_thousands_of_pages_only_the_newest_are_asked_for() -> None:
    with fake_notion() as fake:
        journal = fake.workspace.add_database("Journal", {"Name": {"title": {}}})
        for number in range(450):
            fake.workspace.add_page(journal, {"Name": f"{number}"}, [])
        assert len(read_shared(fake.settings(), progress=Silent())) == 1
        assert fake.counts()["POST search"] == 4
        assert fake.bodies[0]["sort"] == {"timestamp": "last_edited_time", "direction": "descending"}


def test_columns_are_straight_for_letters_of_any_width() -> None:
    assert (
        table([("학습", "a"), ("Notes\nmore", "b"), ("", "c")])
        == "   1  학습        a\n   2  Notes more  b\n   3              c"
    )


# On a terminal ---------------------------------------------------------------------------------------------------------


def test_nothing_that_is_asked_or_told_commands_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    dialog = Dialog(Console(file=screen, width=200), lambda: nullcontext(Silent()), attended=True)
    monkeypatch.setattr("builtins.input", lambda: "")
    evil = "\x1b]0;title\x07\x1b[2J"
    assert dialog.ask(Question(f"Which {evil}", "--x", f"this {evil}")) == f"this {evil}"
    dialog.say(evil)
    dialog.say(evil, sign="!", hint=evil)
    assert screen.getvalue().count("title") == 5
    assert not {"\x1b", "\x07"} & set(screen.getvalue())


def test_what_is_typed_is_taken_without_blanks_and_an_end_of_input_is_a_goodbye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialog = Dialog(Console(file=StringIO()), lambda: nullcontext(Silent()), attended=True)
    monkeypatch.setattr("builtins.input", lambda: "  2 ")
    assert dialog.ask(Question("Which", "--x", "1")) == "2"

    def gone() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    with pytest.raises(KeyboardInterrupt):
        dialog.ask(Question("Which", "--x", "1"))
