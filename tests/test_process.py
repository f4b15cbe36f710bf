"""The program as a process of its own: several at once, signals, encodings, pipes, proxies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fakes.notion import rate_limited
from notion2jekyll.demo.notion_server import Response
from notion2jekyll.demo.workspace import block
from world import World, world

PROGRAM = [sys.executable, "-m", "notion2jekyll"]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        made.row("한글 제목 🙂", "text")
        made.pass_time(hours=1)
        yield made


def start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background has them ignore Ctrl-C, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # it calls nothing that locks
    )


def end(run: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Return the exit code and what was printed, read as what a terminal that knows no Korean would get."""
    out, err = run.communicate(timeout=60)
    return run.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def test_overlapping_runs_lose_nothing(here: World) -> None:
    for number in range(39):
        here.row(f"Post {number}", "text")
    here.pass_time(hours=1)
    for code, _, said in map(end, [start("sync", "--quiet", "--output", "site") for _ in range(4)]):
        assert code == 0 or (code == 5 and "Another run is writing into site" in said), said
    assert here.run("sync", "--output", "site").code == 0
    assert len(list((here.directory / "site/_posts").iterdir())) == 40
    assert here.run("plan", "--output", "site").out.startswith("Nothing to do for site")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=str,
)
def test_a_terminal_that_knows_no_korean(here: World, environment: dict[str, str]) -> None:
    code, out, err = end(start("sync", "--output", "site", "--json", "-", **environment))
    assert code == 0, err
    change = json.loads(out)["changes"][0]
    assert unicodedata.normalize("NFC", change["title"]) == "한글 제목 🙂"
    assert (here.directory / "site" / change["path"]).is_file()
    code, out, err = end(start("sync", **environment))
    assert code == 0, err
    assert len(here.commits()) == 2


def test_our_own_signs_have_plain_forms(here: World) -> None:
    code, out, err = end(start("plan", PYTHONIOENCODING="ascii"))
    assert code == 0, err
    path = "2026-11-20-\\ud55c\\uae00-\\uc81c\\ubaa9.md"
    title = "\\ud55c\\uae00 \\uc81c\\ubaa9 \\U0001f642"
    assert out.splitlines()[0] == f'+ _posts/{path}  "{title}"  new'
    code, _, err = end(start("plan", PYTHONIOENCODING="ascii", NOTION_TOKEN=""))
    assert code == 4
    assert "\n  -> In Notion open Settings -> Connections" in err


def test_a_system_that_cannot_name_files_in_korean(here: World) -> None:
    environment = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    code, _, err = end(start("sync", "--output", "site", **environment))
    assert code == 2
    assert "PYTHONUTF8=1" in err
    assert not (here.directory / "site").exists()
    code, _, err = end(start("sync", **environment))
    assert code == 0, err
    assert len(here.commits()) == 2


@pytest.mark.parametrize("arguments", [["plan"], ["plan", "--json", "-"]], ids=str)
def test_a_reader_that_leaves_early(here: World, arguments: list[str]) -> None:
    run = start(*arguments)
    assert run.stdout
    run.stdout.close()
    assert run.stderr
    said = run.stderr.read().decode()
    run.stderr.close()
    assert run.wait(60) == 0, said
    assert "Traceback" not in said


@pytest.fixture
def tarpit() -> Iterator[ThreadingHTTPServer]:
    """A storage that takes requests and never answers: `asked` is set at the first."""
    asked, closing = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        asked.set()
        closing.wait(60)

    class Silence(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hold()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Silence) as server:
        server.asked, server.hold = asked, hold  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        closing.set()
        server.shutdown()
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("phase", ["notion", "media"])
def test_a_signal_ends_a_run_at_once_and_with_a_report(
    here: World,
    tarpit: ThreadingHTTPServer,
    which: signal.Signals,
    phase: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = {}
    if phase == "media":
        here.row("Picture", children=[block("image", **here.workspace.add_file("a.png", PNG))])
        here.pass_time(hours=1)
        monkeypatch.setattr(here.notion, "handle_file", tarpit.hold)  # type: ignore[attr-defined]
    else:
        environment["NOTION_API_URL"] = f"http://127.0.0.1:{tarpit.server_port}"
    run = start("sync", "--json", "report.json", **environment)
    assert tarpit.asked.wait(30)  # type: ignore[attr-defined]
    run.send_signal(which)
    _, err = run.communicate(timeout=15)
    assert run.returncode == 130, err
    assert b"Interrupted." in err
    assert b"Traceback" not in err
    report = json.loads((here.directory / "report.json").read_text(encoding="utf-8"))
    assert report["result"] == "failed"
    assert len(here.commits()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_that_waits_for_minutes(here: World, which: signal.Signals) -> None:
    asked = threading.Event()

    def turn_away(line: str, _: int) -> Response | None:
        if not line.startswith("GET blocks"):
            return None
        asked.set()
        return rate_limited(600, "public_api_space_request_rate_limit")

    here.notion.each(turn_away)
    run = start("sync")
    assert run.stderr
    assert asked.wait(30)
    while b"Waiting" not in run.stderr.readline():
        pass
    run.send_signal(which)
    _, err = run.communicate(timeout=15)
    assert run.returncode == 130
    assert b"Interrupted." in err
    assert b"Traceback" not in err
    assert len(here.commits()) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_is_not_asked_through_a_proxy(here: World, variable: str) -> None:
    here.row("Picture", children=[block("image", **here.workspace.add_file("a.png", PNG))])
    here.pass_time(hours=1)
    code, out, err = end(start("sync", "--json", "-", **{variable: "http://127.0.0.1:9"}))
    assert code == 0, err
    requests = json.loads(out)["requests"]
    assert all(requests.values()), requests


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
