"""SECURITY.md, line by line: what is protected, from whom. Every line of its table names tests, most of them here."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hostile
import rendered
from actions import commands
from browser import Browser, chromium
from browser import serve as serve_files
from notion2jekyll import state
from notion2jekyll.config import parse
from notion2jekyll.demo.github_server import Answer
from notion2jekyll.demo.notion_server import Response, error, serve
from notion2jekyll.demo.workspace import Workspace, block, equation, text
from notion2jekyll.jekyll import front_matter
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.progress import Silent
from notion2jekyll.snapshot import blob_id
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target.folder import Folder
from world import World, lines

ROOT = Path(__file__).resolve().parent.parent
MATHJAX = Path("/usr/share/javascript/mathjax")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# The document --------------------------------------------------------------------------------------------------------


def test_every_line_of_the_document_names_tests_that_exist() -> None:
    document = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    held = document.partition("## What holds")[2].partition("## What does not")[0]
    rows = [
        row
        for row in re.findall(r"^\|(.*)\|$", held, re.MULTILINE)
        if row not in (" what | test ", "---|---")
    ]
    assert len(rows) > 25
    for row in rows:
        named = re.findall(r"`(test_\w+)::(test_\w+)`", row)
        assert named, row
        for module, test in named:
            tree = ast.parse((ROOT / "tests" / f"{module}.py").read_text(encoding="utf-8"))
            defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert test in defined, f"{module}::{test}"


# Tokens --------------------------------------------------------------------------------------------------------------


def _tokens(here: World) -> tuple[str, str]:
    return here.notion.token, here.hub.token


def _echoing(here: World, status: int) -> Response:
    """Return an answer of a server that repeats the tokens."""
    return error(status, "validation_error", f"{' and '.join(_tokens(here))} are wrong")


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_no_output_shows_a_token_that_a_server_repeats(here: World, status: int) -> None:
    here.row("Post", "text")
    here.pass_time(hours=1)
    here.notion.always("GET blocks", _echoing(here, status))
    for arguments in (["sync", "--verbose"], ["plan", "--diff", "--json", "-"]):
        ran = here.run(*arguments)
        assert not any(token in ran.out + ran.err for token in _tokens(here))
    ran, report = here.report("sync")
    assert report["problems"] or ran.code
    assert not any(token in json.dumps(report) for token in _tokens(here))
    assert status not in (400, 403) or "(NOTION_TOKEN)" in ran.said


@pytest.mark.parametrize("status", [400, 403, 500])
def test_the_doctor_shows_no_token_that_a_server_repeats(here: World, status: int) -> None:
    here.notion.always("", _echoing(here, status))
    ran = here.run("check", "--verbose")
    assert ran.out
    assert not any(token in ran.out + ran.err for token in _tokens(here))


def test_a_page_that_holds_a_token_is_not_published_and_the_others_are(here: World) -> None:
    notion, hub = _tokens(here)
    here.row("In the text", f"export NOTION_TOKEN={notion}")
    here.row(f"In the title: {hub}", "text")
    here.row("In code", children=[block("code", f"TOKEN = '{hub}'", language="python")])
    here.row(
        "In a file",
        children=[block("file", **here.workspace.add_file("notes.txt", f"x {notion} y".encode()))],
    )
    here.row("Good", "text")
    here.pass_time(hours=1)
    ran, report = here.report("sync", "--verbose")
    assert ran.code == 1
    assert [change["title"] for change in report["changes"]] == ["Good"]
    assert len(report["problems"]) == 4
    assert all("holds a token" in problem["message"] for problem in report["problems"])
    everything = b"\0".join(here.hub.files().values()) + here.git("log", "--format=%B", "-p").encode()
    for token in (notion, hub):
        assert token.encode() not in everything
        assert token not in ran.out + ran.err + json.dumps(report)


def test_a_data_file_that_holds_a_token_is_not_published(here: World) -> None:
    here.row(f"Token {here.hub.token}", "text")
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: all, to: _data/books.yml}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    ran, report = here.report("sync")
    assert ran.code == 1
    assert ["The data file holds a token" in problem["message"] for problem in report["problems"]] == [True]
    assert "_data/books.yml" not in here.site()


def test_no_token_is_in_the_list_of_processes_or_in_another_program(here: World) -> None:
    asked, closing = threading.Event(), threading.Event()

    class Silence(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            closing.wait(60)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Silence) as server, ExitStack() as after:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        after.callback(thread.join)
        after.callback(server.shutdown)
        after.callback(closing.set)
        run = subprocess.Popen(
            [sys.executable, "-m", "notion2jekyll", "sync"],
            env={**os.environ, "NOTION_API_URL": f"http://127.0.0.1:{server.server_port}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert asked.wait(30)
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid,ppid,args", "--pid", f"{run.pid}", "--ppid", f"{run.pid}"],
            capture_output=True,
            text=True,
            check=True,
        )
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=15)
    assert str(run.pid) in listed.stdout
    assert not any(token in listed.stdout for token in _tokens(here))
    children = [line for line in listed.stdout.splitlines() if line.split()[1] == str(run.pid)]
    assert children == []


def test_a_redirect_takes_no_token_elsewhere(here: World) -> None:
    seen: list[str | None] = []

    class Thief(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    here.row("Post", "text")
    here.pass_time(hours=1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Thief) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        place = f"http://localhost:{server.server_port}/x"
        for status in (301, 302, 307, 308):
            here.notion.fail("", Response(status, b"", {"Location": place}))
            here.run("sync")
        for status in (301, 302, 307, 308):
            here.hub.on("*", "", Answer(status, b"", {"Location": place}))
            here.run("sync")
        server.shutdown()
        thread.join()
    here.hub.complaints.clear()  # it complains of answers that GitHub never gives
    assert not any(seen)


# What is printed -----------------------------------------------------------------------------------------------------

COMMANDING = (
    "::set-output name=commit::evil",
    "::add-mask::a",
    " \t::stop-commands::x",
    "##[add-mask]a",
    "x ##[set-output name=commit]evil",
    "##vso[task.setvariable variable=x]y",
    "x\n::set-output name=commit::evil",
    "x\r::set-output name=commit::evil",
    "x\r\n\u00a0::error::evil",
    "x\u2028::error::evil",
    "x\x85::error::evil",
    "x\n\nerror: forged\nCommitted to me/blog.",
    "\x1b[2J\x1b[31mred",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m",
    "\x07\x08\x7f",
    "\u202etxt.exe\u202c",
    "[link=https://evil.example]x[/link]",
)


def _assert_harmless(output: str, forged: bool = False) -> None:
    assert commands(output) == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", output)
    assert "##vso[" not in output
    ours = ("error: forged", "Committed to me/blog.")
    assert forged or not any(line.startswith(ours) for line in output.splitlines())


@pytest.mark.parametrize("one", COMMANDING)
def test_nothing_that_a_page_says_commands_whoever_shows_the_log(here: World, one: str) -> None:
    here.row(
        one, one, children=[block("paragraph", text("x", link=f"x:{one}")), block("child_page", title=one)]
    )
    here.row(
        "Other",
        children=[
            {"type": "unsupported", "unsupported": {"block_type": one}},
            block("image", **_address(one)),
        ],
    )
    here.row("Draft", "text", status="Draft", properties={"Tags": [one]})
    here.hub.rival.push({"_posts/2026-11-20-other.md": f"by hand {one}".encode()})
    here.pass_time(hours=1)
    for arguments in (
        ["plan", "--verbose", "--diff"],
        ["plan", "--json", "-"],
        ["sync", "--verbose"],
        ["plan"],
    ):
        ran = here.run(*arguments)
        _assert_harmless(ran.out)
        _assert_harmless(ran.err)
    for subject in here.commits():
        _assert_harmless(subject)


def _address(url: str) -> Mapping[str, Any]:
    return {"type": "external", "external": {"url": url}}


@pytest.mark.parametrize(
    ("status", "one"),
    [
        *((400, one) for one in COMMANDING),
        *((status, "\n".join(COMMANDING)) for status in (403, 404, 429, 503)),
    ],
)
def test_nothing_that_a_server_says_commands_whoever_shows_the_log(
    here: World, status: int, one: str
) -> None:
    here.row("Post", "text")
    here.pass_time(hours=1)
    here.notion.always("GET blocks", error(status, one, one))
    for arguments in (["sync", "--verbose"], ["sync", "--json", "-"]):
        ran = here.run(*arguments)
        _assert_harmless(ran.out)
        _assert_harmless(ran.err)


def test_a_bug_that_quotes_a_page_commands_nobody(here: World) -> None:
    def bug(*_: object, **__: object) -> None:
        raise RuntimeError("\n".join(COMMANDING))

    here.monkeypatch.setattr("notion2jekyll.sync.sync", bug)
    ran = here.run("sync", "--json", "-")
    assert ran.code == 70
    _assert_harmless(ran.out, forged=True)
    _assert_harmless(ran.err, forged=True)


# Paths ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["unicode", "ascii"])
def test_no_title_leads_out_of_the_posts(here: World, policy: str) -> None:
    for number, title in enumerate(
        [
            "../../.github/workflows/x.yml",
            "..\\..\\x",
            "/etc/passwd",
            "~/.ssh/authorized_keys",
            "a\0b",
            "a/../../b",
            ".git/hooks/post-commit",
            "CON",
            "x" * 400,
            "\u202egpj.exe",
            "%2e%2e%2fx",
            "_config.yml",
            "．．／．．／x",
            "a\nb: c",
            "-rf *",
        ]
    ):
        here.row(title, "text", properties={"Tags": [title.replace(",", "")]})
        here.row(f"{number}", "text", properties={"Date": {"start": "2026-11-20"}})
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: all\n"
        f"jekyll: {{slug: {policy}}}\ngithub: {{repository: me/blog}}\n"
    )
    here.pass_time(hours=1)
    before = here.hub.files()
    assert here.run("sync").code == 0
    written = here.hub.files().keys() - before.keys() - {state.PATH}
    assert len(written) == 30
    assert all(re.fullmatch(r"_posts/\d{4}-\d\d-\d\d-[\w-]+\.md", path) for path in written)
    assert all(here.hub.files()[path] == content for path, content in before.items())
    assert here.run("sync", "--output", "site").code == 0
    assert {path.name for path in here.directory.iterdir()} == {"site", "origin.git", "notion2jekyll.yaml"}


OTHERS = {
    ".github/workflows/sync.yml": b"on: push\n",
    "_config.yml": b"title: Blog\n",
    "_data/navigation.yml": b"- title: Home\n  url: /\n",
    "_layouts/post.html": b"{{ content }}\n",
    "about.md": b"---\ntitle: About\n---\nby hand\n",
    "assets/logo.png": b"\x89PNG",
    "CNAME": b"blog.example\n",
    "_posts/2020-01-01-by-hand.html": b"---\n---\nby hand\n",
}
OUTSIDE = ("../x.md", "_posts/../.github/workflows/x.yml", "/etc/passwd")


@pytest.mark.parametrize("fate", ["unpublished", "changed", "renamed"])
@pytest.mark.parametrize("output", [[], ["--output", "site"]], ids=["github", "folder"])
def test_a_state_that_somebody_edited_reaches_nothing_else(here: World, fate: str, output: list[str]) -> None:
    here.hub.rival.push(OTHERS)
    claims = {here.row(f"Post {number}", "text"): path for number, path in enumerate([*OTHERS, *OUTSIDE])}
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    raw = json.loads(here.hub.files()[state.PATH])
    for page, path in claims.items():
        blob = blob_id(OTHERS.get(path, b""))
        raw["pages"][page] |= {"path": path, "blob": blob, "files": [path]}
        raw["files"][path] = blob
    here.hub.rival.push({state.PATH: json.dumps(raw).encode()})
    if output:
        for each, content in here.hub.files().items():
            place = here.directory / "site" / each
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    for page in claims:
        if fate == "unpublished":
            here.workspace.update_page(page, {"Status": "Draft"})
        elif fate == "renamed":
            here.workspace.update_page(page, {"Name": f"Another of {page}"})
        else:
            here.workspace.replace_children(page, lines("changed"))
    here.pass_time(hours=1)
    ran, report = here.report("sync", "--force", *output)
    assert f"{state.PATH} names " in ran.said
    assert all(
        re.fullmatch(r"_posts/2026-11-20-(post|another)[\w-]*\.md", change["path"])
        for change in report["changes"]
    )
    found = (
        {each: (here.directory / "site" / each).read_bytes() for each in OTHERS}
        if output
        else here.hub.files()
    )
    assert OTHERS.items() <= found.items()
    ran = here.run("sync", *output)
    assert "names" not in ran.said, "the state is mended by the first run"


def test_what_a_run_writes_is_trusted_by_the_next(here: World) -> None:
    picture = here.workspace.add_file("그림 1 (final).PNG", PNG)
    here.row(
        "Picture", children=[block("image", **picture), block("file", **here.workspace.add_file("x", b"x"))]
    )
    here.row("Other", "text")
    here.pass_time(hours=1)
    for output in ([], ["--output", "site"]):
        assert here.run("sync", *output).code == 0
        content = (
            here.hub.files()[state.PATH]
            if not output
            else (here.directory / "site" / state.PATH).read_bytes()
        )
        found = state.parse(content)
        assert len(found.files) == 2
        assert len(found.entries) == 2
        assert state.sound(found, lambda _: True) == (found, ())
        assert here.run("sync", *output).out.startswith("Nothing to do")


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50


# Content that is too much --------------------------------------------------------------------------------------------


def test_a_page_that_is_too_much_costs_only_itself(here: World) -> None:
    deep: list[dict[str, Any]] = lines("bottom")  # type: ignore[assignment]
    for _ in range(100):
        deep = [block("toggle", "x", children=deep)]
    here.row("Deep", children=deep)
    here.row("Wide", "((((" * 5000, "[" * 5000, "*_" * 5000, "`" * 5000)
    here.row("Good", "text")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code in (0, 1)
    assert "Good" in {change["title"] for change in report["changes"]}
    assert {problem["page"] for problem in report["problems"] if problem["severity"] == "error"} <= set(
        here.workspace.everything("page")
    )


# What readers' browsers do -------------------------------------------------------------------------------------------

LOOK = """
(async () => {
  const odd = [];
  for (const one of document.querySelectorAll('body *')) {
    for (const {name, value} of one.attributes) {
      if (/^on/i.test(name)) odd.push(name);
      if (/^(href|src|action|formaction|data|poster|xlink:href|srcset)$/i.test(name)) {
        let scheme = '?';
        try { scheme = new URL(value, location).protocol } catch (error) {}
        if (!['http:', 'https:', 'mailto:', 'tel:'].includes(scheme)) odd.push(`${name}=${value}`);
      }
    }
    if (/^(script|object|embed|form|style|base|meta|link|applet)$/i.test(one.tagName) && !one.dataset.theme)
      odd.push(one.tagName);
    for (const event of ['mouseover', 'focus', 'toggle', 'error', 'load']) one.dispatchEvent(new Event(event));
    if (one.tagName === 'A' && new URL(one.href, location).protocol === 'javascript:') one.click();
  }
  await new Promise(done => setTimeout(done, 50));
  return [window.hacked || 0, odd];
})()
"""


@dataclass(frozen=True)
class Site:
    """A built site under attack, and a browser to visit it."""

    url: str
    pages: tuple[str, ...]
    browser: Browser

    def visit(self, page: str) -> tuple[int, list[str]]:
        self.browser.open(f"{self.url}/{quote(page)}")
        hacked, odd = self.browser.ask(LOOK)
        return int(hacked), list(odd)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not (shutil.which("jekyll") and chromium()):
        if os.environ.get("CI"):
            pytest.fail("Jekyll or Chromium is not installed: run 'make system'")
        pytest.skip("Jekyll or Chromium is not installed: run 'make system'")
    with Browser() as one:
        yield one


def _published(folder: Path, workspace: Workspace, source: str, config: Mapping[str, str]) -> None:
    """Publish a workspace into a site: the way from Notion's answers to files is the real one."""
    for path, content in config.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    settings = parse(
        f"notion: {{source: {source}, publish: all}}\njekyll: {{unsupported: visible}}\n", "test"
    )
    with serve(workspace) as notion:
        job = Job(settings, NotionSettings(notion.token, notion.url))
        done = sync(job, Folder(folder), Clock(lambda: NOW, lambda _: None), Silent())
    assert done.result == "written"
    assert not [problem for problem in done.problems if problem.severity == "error"]


MINIMA = {
    "_config.yml": "title: x\ntheme: minima\nshow_excerpts: true\npermalink: /:title.html\nfuture: true\n"
    "sass: {quiet_deps: true, silence_deprecations: [import, global-builtin, color-functions]}\n",
    "_includes/x.html": f"<script>{hostile.RUN}</script>",
    # Without the theme's own pictures and scripts: whatever of that kind is left comes from a page.
    "_layouts/default.html": "<html><body>{{ content }}</body></html>",
}


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    workspace = Workspace(clock=lambda: NOW)
    source = workspace.add_database("Journal", {"Name": {"title": {}}})
    every = list(hostile.blocks())
    for start in range(0, len(every), 200):
        workspace.add_page(source, {"Name": f"Page {start}"}, every[start : start + 200])
    # The first words of a post stand in the theme's list of posts.
    for number, one in enumerate(hostile.TEXTS):
        kind = ("toggle", "callout", "paragraph")[number % 3]
        workspace.add_page(source, {"Name": f"First {number}"}, [block(kind, one)])
    folder = tmp_path_factory.mktemp("bodies")
    _published(folder, workspace, source, {**MINIMA, "index.md": "---\nlayout: home\n---\n"})
    out, _ = rendered.build(folder)
    with serve_files(out) as url:
        yield Site(url, tuple(sorted(path.name for path in out.glob("*.html"))), browser)


def test_the_look_sees_what_runs(tmp_path: Path, browser: Browser) -> None:
    """A test of the test: the same texts, put into a page as they are."""
    seen = 0
    for number, one in enumerate(hostile.TEXTS):
        (tmp_path / f"{number}.html").write_text(f'<body><p title="{one}">{one}</p></body>', encoding="utf-8")
    with serve_files(tmp_path) as url:
        for number in range(len(hostile.TEXTS)):
            seen += Site(url, (), browser).visit(f"{number}.html") != (0, [])
    assert seen > len(hostile.TEXTS) / 2


def test_no_text_and_no_address_of_a_page_runs_in_a_browser(bodies: Site) -> None:
    assert len(bodies.pages) > len(hostile.TEXTS)
    found = {page: seen for page in bodies.pages if (seen := bodies.visit(page)) != (0, [])}
    assert found == {}


def test_no_value_runs_in_the_theme_of_github_pages(tmp_path: Path, browser: Browser) -> None:
    workspace = Workspace(clock=lambda: NOW)
    texts: Mapping[str, Any] = {"Author": {"rich_text": {}}, "Description": {"rich_text": {}}}
    lists: Mapping[str, Any] = {key: {"multi_select": {"options": []}} for key in ("Tags", "Categories")}
    source = workspace.add_database("Journal", {"Name": {"title": {}}, **texts, **lists})
    values = (*hostile.TEXTS, *hostile.ADDRESSES)
    for one in values:
        given: dict[str, Any] = {"Name": one, **dict.fromkeys(texts, one), **{key: [one] for key in lists}}
        workspace.add_page(source, given, lines("text"))
    _published(tmp_path, workspace, source, {**MINIMA, "index.md": "---\nlayout: home\n---\n"})
    out, _ = rendered.build(tmp_path)
    pages = sorted(path.name for path in out.glob("*.html"))
    assert len(pages) == len(values) + 1
    with serve_files(out) as url:
        site = Site(url, tuple(pages), browser)
        found = {page: seen for page in pages if (seen := site.visit(page)) != (0, [])}
    assert found == {}


@given(st.text(max_size=40) | st.sampled_from(hostile.TEXTS))
def test_an_author_reads_the_same_and_opens_no_element(one: str) -> None:
    inert = front_matter.inert(one)
    assert inert.replace("\u2060", "") == one.replace("\u2060", "")
    assert "<" not in re.sub(r"<(?![a-zA-Z/!?])", "", inert)


@pytest.mark.parametrize("one", ["R&D, AT&T; Q&A", "1 < 2 <= 3 << 4", "<3", "김철수 <- 이영희"])
def test_ordinary_authors_are_left_as_they_are(one: str) -> None:
    assert front_matter.inert(one) == one


def test_no_formula_runs_where_mathjax_typesets(tmp_path: Path, browser: Browser) -> None:
    if not MATHJAX.is_dir():
        if os.environ.get("CI"):
            pytest.fail("MathJax is not installed: run 'make system'")
        pytest.skip("MathJax is not installed: run 'make system'")
    workspace = Workspace(clock=lambda: NOW)
    source = workspace.add_database("Journal", {"Name": {"title": {}}})
    link = f"javascript:{hostile.RUN}"
    formulas = [
        rf"\href{{{link}}}{{x}}",
        rf"\require{{html}}\href  {{{link}}}{{x}}",
        rf"\mmlToken{{mi}}[href='{link}']{{x}}",
        rf"\let\a\href \a{{{link}}}{{x}}",
        rf"\def\a{{\href}}\a{{{link}}}{{x}}",
        rf"\csname href\endcsname{{{link}}}{{x}}",
        rf"\text{{$\href{{{link}}}{{x}}$}}",
        rf"\newcommand{{\a}}[1]{{\href#1}}\a{{{{{link}}}{{x}}}}",
        rf"\newcommand\a[1]{{\hre#1}}\a{{f}}{{{link}}}{{x}}",
        rf"\begin{{align}}\href{{{link}}}{{x}}\end{{align}}",
        rf"\unicode{{<img src=x onerror={hostile.RUN}>}}",
        rf"\class{{a' onclick='{hostile.RUN}}}{{x}}",
        rf"\bbox[red;onclick={hostile.RUN}]{{x}}",
    ]
    children = [block("equation", expression="x^2"), *lines("x")]
    for one in formulas:
        children += [block("equation", expression=one), block("paragraph", equation(one))]
        for left, right in ((r"\(", r"\)"), (r"\[", r"\]"), ("$$", "$$"), ("$", "$"), ("", "")):
            typed = f"x {left}{one}{right}"
            children += [
                block("paragraph", typed),
                block("heading_2", text(typed, bold=True)),
                block("toggle", typed),
                block("bookmark", url="https://example.com/", caption=[text(typed)]),
                block("image", caption=[text(typed)], **_address("https://example.com/x.png")),
                block("table", table_width=1, children=[block("table_row", cells=[[text(typed)]])]),
            ]
    for start in range(0, len(children), 90):
        workspace.add_page(source, {"Name": f"Formulas {start}"}, children[start : start + 90])
    layout = (
        "<html><body><h1>{{ page.title }}</h1>{{ content }}"
        '<script data-theme="1" type="text/x-mathjax-config">MathJax.Hub.Config({tex2jax: {inlineMath: '
        '[["$","$"],["\\\\(","\\\\)"]], processEscapes: true}}); MathJax.Hub.Queue(() => { window.typeset = 1 })</script>'
        '<script data-theme="1" src="/mathjax/MathJax.js?config=TeX-AMS_HTML"></script></body></html>'
    )
    _published(
        tmp_path,
        workspace,
        source,
        {"_layouts/post.html": layout, "_config.yml": "permalink: /:title.html\nfuture: true\n"},
    )
    out, _ = rendered.build(tmp_path)
    (out / "mathjax").symlink_to(MATHJAX)
    typeset = 0
    with serve_files(out) as url:
        for page in sorted(path.name for path in out.glob("*.html")):
            browser.open(f"{url}/{quote(page)}")
            browser.ask(
                "new Promise(done => { const wait = setInterval(() => window.typeset && (clearInterval(wait), done(1)), 20) })"
            )
            links = browser.ask("[...document.querySelectorAll('a')].map(one => one.getAttribute('href'))")
            assert [one for one in links if "hacked" in one] == [], page
            assert browser.ask("window.hacked || 0") == 0, page
            typeset += browser.ask("document.querySelectorAll('.MathJax').length")
    assert typeset > 10
