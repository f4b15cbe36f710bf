"""While Notion wants a pause, files are fetched and sent ahead of the commit that holds them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from notion2jekyll.config import load
from notion2jekyll.convert import Article
from notion2jekyll.decide import Memory
from notion2jekyll.demo.workspace import block
from notion2jekyll.errors import Unreachable
from notion2jekyll.jekyll import posts
from notion2jekyll.jekyll.places import Place
from notion2jekyll.jekyll.posts import Body
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.client import NotionSettings, Politeness
from notion2jekyll.notion.model import Tree, hosted_files, parse_block, parse_page
from notion2jekyll.progress import Silent
from notion2jekyll.report import Report
from notion2jekyll.state import State
from notion2jekyll.steps.ahead import Ahead
from notion2jekyll.steps.bench import Run
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target.github import GitHub
from pictures import png
from world import World

PAGES = 5
FIRST_PAUSE = 4
"""Requests before it: the database, its rows, and the first two pages."""


@dataclass
class Sent:
    """What was sent ahead, and after how many requests to Notion."""

    here: World
    contents: list[bytes] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    error: Exception | None = None
    happened: threading.Event = field(default_factory=threading.Event)


def run(here: World, sent: Sent, **how: Any) -> Report:
    """Sync with a budget that ends in the middle of the pages; the first pause lasts until something was sent ahead."""

    class Hub(GitHub):
        def send_ahead(self, content: bytes) -> None:
            sent.contents.append(content)
            sent.requests.append(len(here.notion.log))
            try:
                if sent.error:
                    raise sent.error
                super().send_ahead(content)
            finally:
                sent.happened.set()

    async def nap(seconds: float) -> None:
        if not how:
            assert sent.happened.wait(30)
        await here.nap(seconds)

    rules = Politeness(budget=FIRST_PAUSE, in_flight=1)
    settings = NotionSettings(
        here.notion.token, here.notion.url, rules, clock=here.monotonic, sleep=nap, jitter=lambda: 0.5
    )
    job = Job(load(here.directory / "notion2jekyll.yaml"), settings, **how)
    target = Hub("me/blog", "main", here.hub.token, here.hub.base_url, sleep=here.slept.append)
    return sync(job, target, Clock(here.clock, here.slept.append), Silent())


def fill(here: World) -> list[bytes]:
    """Add pages with a picture each, and return the pictures."""
    pictures = [png(8 + number, 4) for number in range(PAGES)]
    for number, picture in enumerate(pictures):
        shown = here.workspace.add_file(f"{number}.png", picture)
        here.row(f"Post {number}", children=[block("image", **shown)])
    return pictures


def test_pictures_go_ahead_in_a_pause_and_each_goes_once(here: World) -> None:
    pictures = fill(here)
    sent = Sent(here)
    report = run(here, sent)
    assert report.result == "committed"
    assert sent.requests[0] == FIRST_PAUSE
    assert set(sent.contents) <= set(pictures)
    assert here.hub.log.count("POST /git/blobs") == PAGES
    assert report.requests["files"] == PAGES
    kept = {path: content for path, content in here.hub.files().items() if path.startswith("assets/")}
    assert sorted(kept.values()) == sorted(pictures)
    posts = "".join(here.site().values())
    assert all(f'width="{8 + number}" height="4"' in posts for number in range(PAGES))
    assert len(here.commits()) == 2


@pytest.mark.parametrize("pauses", [True, False])
def test_a_new_post_is_written_once_when_its_pictures_are_known(
    here: World, monkeypatch: pytest.MonkeyPatch, pauses: bool
) -> None:
    fill(here)
    written: list[str] = []
    body = posts.body

    def counting(article: Article, place: Place, *more: Any) -> Body:
        written.append(place.path)
        return body(article, place, *more)

    monkeypatch.setattr(posts, "body", counting)
    if pauses:
        assert run(here, Sent(here)).result == "committed"
    else:
        assert here.report("sync")[1]["result"] == "committed"
    assert sorted(written) == [f"_posts/2026-11-20-post-{number}.md" for number in range(PAGES)]
    assert all('width="' in here.site()[path] for path in written)


def test_a_new_post_with_a_picture_that_cannot_go_where_it_belongs_is_said(here: World) -> None:
    (_, *rest) = fill(here)
    # The same path to macOS and Windows.
    here.hub.rival.push({"_posts/2026-11-20-POST-0.md": b"---\ntitle: by hand\n---\nhello\n"})
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (1, "committed")
    assert [conflict["path"] for conflict in report["conflicts"]] == ["_posts/2026-11-20-POST-0.md"]
    assert len([path for path in here.site() if path.startswith("_posts/")]) == 1 + len(rest)


def test_what_fails_ahead_is_done_by_the_commit(here: World) -> None:
    pictures = fill(here)
    sent = Sent(here, error=Unreachable("no connection", hint="later"))
    report = run(here, sent)
    assert (report.result, report.problems) == ("committed", ())
    assert set(pictures) <= set(here.hub.files().values())


def test_a_file_that_holds_a_token_is_not_sent_ahead(here: World) -> None:
    secret = here.workspace.add_file("0.png", png(8, 4) + b"ghs_secret")
    here.row("Post 0", children=[block("image", **secret)])
    fill(here)
    sent = Sent(here)
    sent.happened.set()
    report = run(here, sent, secrets=frozenset({"ghs_secret"}))
    assert any("holds a token" in problem.message for problem in report.problems)
    assert not [content for content in sent.contents if b"ghs_secret" in content]


def test_what_only_looks_sends_nothing(here: World) -> None:
    fill(here)
    sent = Sent(here)
    assert run(here, sent, dry_run=True).result == "planned"
    assert sent.contents == []
    assert not [line for line in here.hub.log if not line.startswith("GET")]


def test_a_long_pause_is_used_though_a_short_one_is_still_at_work(here: World) -> None:
    (picture, *_) = fill(here)
    (row, *_) = here.workspace.rows(here.workspace.data_source(here.database))
    fetching, released, sent = (threading.Event() for _ in range(3))

    def dawdle(line: str) -> None:
        if line.startswith("GET files/"):
            fetching.set()
            assert released.wait(30)

    class Hub(GitHub):
        def send_ahead(self, content: bytes) -> None:
            assert content == picture
            sent.set()

    here.notion.befall(dawdle)
    job = Job(load(here.directory / "notion2jekyll.yaml"), NotionSettings(here.notion.token, here.notion.url))
    target = Hub("me/blog", "main", here.hub.token, here.hub.base_url)
    one = Run(job, target, Clock(here.clock, here.slept.append), Silent(), here.now)
    with one.bench.media:
        ahead = Ahead(one, Memory(target.read(), Site(), State({})))
        blocks = [parse_block(here.workspace.block(each)) for each in here.workspace.child_ids(row)]
        page = parse_page(here.workspace.page(row))
        (file,) = hosted_files(Tree(page, tuple(blocks)))
        ahead.files = {"assets/notion/0.png": file}
        ahead.pause(0)
        assert fetching.wait(30)
        ahead.pause(60)
        released.set()
        assert sent.wait(30)
        assert ahead.finish() == {"assets/notion/0.png"}
