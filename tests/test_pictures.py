"""Media from the command line to the commit: what becomes of pictures, and of what is none that a blog can show."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from notion2jekyll import state
from notion2jekyll.demo.notion_server import Response
from notion2jekyll.demo.workspace import block, text
from notion2jekyll.snapshot import blob_id
from pictures import AVIF, GIF, HEIC, JPEG, SHOWN, SVG, TIFF, TURNED, png
from world import SCHEMA, World, world

Json = dict[str, Any]
POST = "_posts/2026-11-20-mine.md"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        configure(made)
        yield made


def configure(here: World, more: str = "") -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"github:\n  repository: me/blog\n  branch: main\n{more}"
    )


def hosted(here: World, name: str, content: bytes, kind: str = "image") -> Json:
    return block(kind, **here.workspace.add_file(name, content))


def mine(here: World, *children: Json, **more: Any) -> str:
    page = here.row("Mine", children=[*children, block("paragraph", text("words"))], **more)
    here.pass_time(hours=1)
    return page


def kept(here: World) -> dict[str, bytes]:
    """Return path → content of the media on the branch."""
    return {path: content for path, content in here.hub.files().items() if path.startswith("assets/")}


def images(post: str) -> list[str]:
    return re.findall(r"<img [^>]*>", post)


def said(report: Json) -> list[tuple[str, str, str, str]]:
    return [
        (problem["severity"], problem["message"], problem["hint"], problem["block"])
        for problem in report["problems"]
    ]


@dataclass
class Storage:
    """What was asked of the storage, and what it answers other than Notion's files."""

    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    elsewhere: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    """Path → how a server that is not Notion's answers."""

    def gives(
        self, path: str, content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        answer = Response(status, content, headers=headers or {}, content_type="image/png")
        self.elsewhere[path] = lambda handler: handler.send(answer)


@pytest.fixture
def storage(here: World, monkeypatch: pytest.MonkeyPatch) -> Storage:
    found = Storage()
    usual = here.notion.handle_file

    def handle(handler: Any, path: str, query: str, headers: Mapping[str, str]) -> None:
        found.asked.append((path, headers))
        if path in found.elsewhere:
            found.elsewhere[path](handler)
        else:
            usual(handler, path, query, headers)

    monkeypatch.setattr(here.notion, "handle_file", handle)
    return found


def is_idle(here: World, storage: Storage, *arguments: str) -> bool:
    """Run once more; return whether that changed, said and downloaded nothing."""
    before, commits = len(storage.asked), here.commits()
    ran, report = here.report("sync", *arguments)
    return (
        ran.code == 0
        and (report["changes"], report["problems"], report["requests"]["files"]) == ([], [], 0)
        and (len(storage.asked), here.commits()) == (before, commits)
    )


def lose_everything(here: World) -> None:
    """Make the repository one commit without a past and without the state."""
    tree = {path: content for path, content in here.hub.files().items() if path != state.PATH}
    here.git("update-ref", "-d", "refs/heads/main")
    here.hub.rival.push(tree)


def looked_into(here: World) -> list[str]:
    """Return the requests to GitHub for pictures that are on the branch."""
    blobs = {blob_id(content) for content in kept(here).values()}
    return [line for line in here.hub.log if line.rpartition("/")[2] in blobs]


# Sizes and endings ---------------------------------------------------------------------------------------------------


def test_pictures_say_how_large_they_are_once_and_for_all(here: World, storage: Storage) -> None:
    mine(here, hosted(here, "wide.png", png(640, 480)), hosted(here, "held upright.jpg", TURNED))
    ran, report = here.report("sync")
    assert (ran.code, report["problems"], report["requests"]["files"]) == (0, [], 2)
    first, second = images(here.site()[POST])
    assert 'width="640" height="480"' in first
    assert "loading" not in first
    assert 'width="4" height="8" loading="lazy"' in second  # as browsers turn it
    assert len(report["changes"]) == 1
    assert len(here.commits()) == 2
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    assert is_idle(here, storage, "--full")


def test_a_post_that_becomes_a_draft_is_written_once(here: World, storage: Storage) -> None:
    page = mine(here, hosted(here, "wide.png", png(640, 480)))
    here.run("sync")
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        "  unpublished: draft\ngithub:\n  repository: me/blog\n  branch: main\n"
    )
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    assert kept(here) == {}
    assert "_drafts/mine.md" in here.site()
    here.pass_time(hours=1)
    assert is_idle(here, storage, "--full")


def test_what_is_said_of_pictures_can_be_left_out(here: World, storage: Storage) -> None:
    configure(here, "jekyll: {assets: {dimensions: false}}\n")
    mine(here, hosted(here, "wide.png", png(640, 480)))
    here.run("sync")
    assert images(here.site()[POST]) == []
    assert "![](" in here.site()[POST]
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    lose_everything(here)
    _, report = here.report("sync")
    assert (report["changes"], len(storage.asked), looked_into(here)) == ([], 1, [])


@pytest.mark.parametrize("remembered", [True, False])
def test_a_lost_state_costs_no_download_and_changes_no_post(
    here: World, storage: Storage, *, remembered: bool
) -> None:
    mine(
        here,
        hosted(here, "wide.png", png(640, 480)),
        hosted(here, "lies.png", JPEG),
        hosted(here, "none", GIF),
    )
    here.run("sync")
    before, asked = here.hub.files(), len(storage.asked)
    if remembered:
        here.hub.rival.push({state.PATH: None})
    else:
        lose_everything(here)
    here.pass_time(hours=1)
    _, planned = here.report("plan", "--full")
    ran, report = here.report("sync", "--full")
    assert (ran.code, planned["changes"], report["changes"]) == (0, [], [])
    assert (len(storage.asked), report["requests"]["files"]) == (asked, 0)
    assert looked_into(here) == []  # their sizes are in the post
    after = here.hub.files()
    assert {**after, state.PATH: b""} == {**before, state.PATH: b""}
    if remembered:  # the history has it: nothing is worth a commit
        return
    # What is remembered then is what was remembered before.
    found, old = state.parse(after[state.PATH]), state.parse(before[state.PATH])
    assert (found.sizes, found.files) == (old.sizes, old.files)


def test_a_plan_downloads_nothing(here: World, storage: Storage) -> None:
    mine(here, hosted(here, "wide.png", png(640, 480)), hosted(here, "photo.heic", HEIC))
    for _ in range(2):
        ran, report = here.report("plan", "--diff")
        assert (ran.code, len(report["changes"]), report["requests"]["files"]) == (0, 1, 0)
        assert storage.asked == []


@pytest.mark.parametrize(
    ("name", "content", "right"),
    [
        ("shot.png", JPEG, "jpg"),
        ("shot.jpeg", JPEG, "jpeg"),
        ("shot.jpg", AVIF, "avif"),
        ("shot", GIF, "gif"),
        ("shot.PNG", SHOWN["png"], "png"),
        ("shot.bin", SHOWN["png"], "png"),
        ("shot.svg", SHOWN["png"], "png"),
    ],
)
def test_what_a_picture_is_its_content_says(
    here: World, storage: Storage, name: str, content: bytes, right: str
) -> None:
    page = mine(here, hosted(here, name, content))
    ran, report = here.report("sync")
    assert (ran.code, report["problems"]) == (0, [])
    (path,) = kept(here)
    assert path.endswith(f"-shot.{right}")
    assert f"'/{path}'" in here.site()[POST]
    assert 'width="8"' in here.site()[POST]
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    # Its place does not depend on what becomes of the page.
    here.workspace.update_page(page, {"Name": "Mine, too"})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert (len(report["changes"]), report["requests"]["files"], list(kept(here))) == (1, 0, [path])


def test_a_picture_that_a_person_replaced_has_its_own_size(here: World, storage: Storage) -> None:
    page = mine(here, hosted(here, "wide.png", png(640, 480)))
    here.run("sync")
    (path,) = kept(here)
    here.hub.rival.push({path: png(30, 20)})
    here.pass_time(hours=1)
    here.run("sync")
    assert 'width="640"' in here.site()[POST]  # nothing else in the page changed
    here.workspace.add_blocks(page, [block("paragraph", text("more"))])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["requests"]["files"]) == (0, 0)
    assert 'width="30" height="20"' in here.site()[POST]
    assert kept(here) == {path: png(30, 20)}
    here.pass_time(hours=1)
    assert is_idle(here, storage)


def test_a_file_of_several_pages_is_kept_once_and_until_the_last_is_gone(
    here: World, storage: Storage
) -> None:
    picture = hosted(here, "wide.png", png(640, 480))
    pages = [here.row(title, children=[picture]) for title in ("One", "Two")]
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert (len(report["changes"]), report["requests"]["files"], len(kept(here))) == (2, 1, 1)
    for page, left in zip(pages, (1, 0), strict=True):
        here.workspace.update_page(page, {"Status": "Draft"})
        here.pass_time(hours=1)
        ran, report = here.report("sync")
        assert (ran.code, report["requests"]["files"], len(kept(here))) == (0, 0, left)
    assert len(storage.asked) == 1


def test_a_lost_race_costs_no_second_download(here: World, storage: Storage) -> None:
    mine(here, hosted(here, "lies.png", JPEG))
    here.hub.on("PATCH", "/git/refs", lambda: here.hub.rival.push({"by-hand.md": b"text\n"}))
    ran, report = here.report("sync")
    assert (ran.code, report["requests"]["files"], len(storage.asked)) == (0, 1, 1)
    assert 'width="8"' in here.site()[POST]
    assert "by-hand.md" in here.site()
    here.pass_time(hours=1)
    assert is_idle(here, storage)


def test_what_could_not_be_had_is_not_asked_for_in_each_race(here: World, storage: Storage) -> None:
    mine(here, hosted(here, "page.png", b"<html>sign in</html>"))
    other = here.row("Other", "text")
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", lambda: here.hub.rival.push({"by-hand.md": b"text\n"}))
    ran, report = here.report("sync")
    assert (ran.code, len(storage.asked)) == (1, 1)
    assert [change["page"] for change in report["changes"]] == [other]
    # The next run tries again.
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, len(storage.asked), report["changes"]) == (1, 2, [])


# What a blog cannot show ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [("photo.heic", HEIC), ("photo.jpg", HEIC), ("scan.tif", TIFF)],
    ids=["heic", "heic under another name", "tiff"],
)
def test_a_picture_that_browsers_do_not_show_is_a_link(
    here: World, storage: Storage, name: str, content: bytes
) -> None:
    page = mine(here, hosted(here, name, content))
    shown = here.workspace.child_ids(page)[0]
    ran, report = here.report("sync")
    (path,) = kept(here)
    kind = "HEIC" if content == HEIC else "TIF"
    assert path.endswith(f".{kind.lower()}")
    assert said(report) == [
        (
            "warning",
            f"{name} is shown as a link: browsers cannot show {kind} files.",
            "Save it as JPEG or PNG, and add it again in Notion.",
            shown,
        )
    ]
    assert report["problems"][0]["page"] == page
    assert ran.code == 0
    post = here.site()[POST]
    assert f'[{name}](<{{{{ "/{path}" | relative_url }}}}>)' in post
    assert images(post) == []
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    # The remedy works, and the old file goes.
    here.workspace.replace_children(page, [hosted(here, "photo.png", png(6, 5))])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["problems"]) == (0, [])
    assert [name.rpartition(".")[2] for name in kept(here)] == ["png"]


LARGE = png(8, 4) + b"\0" * 2_000_000


@pytest.mark.parametrize(
    ("name", "content", "says", "remedy"),
    [
        ("large.png", LARGE, "The file large.png is larger than 1 MB.", "Make it smaller"),
        ("noise.png", b"\x01\x02" * 99, "The file noise.png is no picture that browsers show", "Save it as JPEG"),
        ("broken.svg", SVG[:-9], "The drawing broken.svg is damaged: browsers cannot read it.", "Save it as SVG once more"),
        ("page.png", b"---\nlayout: x\n---\n", "starts with a line of three dashes", "Put it into a ZIP file"),
    ],
    ids=["large", "noise", "broken drawing", "a page for Jekyll"],
)  # fmt: skip
def test_a_post_does_without_a_file_that_can_never_be_had(
    here: World, storage: Storage, name: str, content: bytes, says: str, remedy: str
) -> None:
    configure(here, "jekyll: {assets: {max_megabytes: 1}}\n")
    page = mine(here, hosted(here, name, content), hosted(here, "fine.png", png(6, 5)))
    shown = here.workspace.child_ids(page)[0]
    ran, report = here.report("sync")
    assert ran.code == 1
    ((severity, message, hint, where),) = said(report)
    assert (severity, where, report["problems"][0]["page"]) == ("error", shown, page)
    assert says in message
    assert message.endswith("The post is shown without it.")
    assert remedy in hint
    post = here.site()[POST]
    assert "words" in post
    assert len(images(post)) == len(kept(here)) == 1
    assert 'width="6" height="5"' in post
    assert "loading" not in post  # it is the first that is shown
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    # Another limit, or a better file, is another try.
    configure(here, "jekyll: {assets: {max_megabytes: 2.5}}\n")
    here.run("sync")
    assert len(kept(here)) == (2 if content == LARGE else 1)


def test_a_strict_site_waits_for_what_is_missing(here: World, storage: Storage) -> None:
    configure(here, "jekyll: {assets: {max_megabytes: 1}}\nsync: {strict: true}\n")
    page = mine(here, hosted(here, "large.png", LARGE))
    other = here.row("Other", children=[hosted(here, "a.png", png(3, 2))])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 1
    assert [change["page"] for change in report["changes"]] == [other]
    assert [problem["page"] for problem in report["problems"]] == [page]
    assert len(kept(here)) == 1


def test_a_notice_stands_for_what_is_missing_where_the_site_wants_one(here: World) -> None:
    configure(here, "jekyll: {unsupported: visible, assets: {max_megabytes: 1}}\n")
    mine(here, hosted(here, "large.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 2_000_000, "video"))
    here.run("sync")
    assert "[video: only in Notion]" in here.site()[POST].replace("\\", "")
    assert "<video" not in here.site()[POST]


# Drawings ------------------------------------------------------------------------------------------------------------


def test_a_drawing_with_a_script_is_kept_without_it(here: World, storage: Storage) -> None:
    evil = SVG.replace(b"<rect", b'<script>alert(1)</script><rect onclick="alert(2)"', 1)
    page = mine(here, hosted(here, "drawing.svg", evil), hosted(here, "harmless.svg", SVG))
    ran, report = here.report("sync")
    assert ran.code == 0
    contents = sorted(kept(here).values(), key=len)
    assert not any(word in content for content in contents for word in (b"script", b"onclick", b"alert"))
    assert SVG in contents
    ((severity, message, _, where),) = said(report)
    assert (severity, where) == ("note", here.workspace.child_ids(page)[0])
    assert "drawing.svg" in message
    assert 'width="8" height="4"' in here.site()[POST]
    here.pass_time(hours=1)
    assert is_idle(here, storage)


def test_a_drawing_under_any_name_is_looked_into(here: World) -> None:
    evil = SVG.replace(b"<rect", b"<script>alert(1)</script><rect", 1)
    mine(here, hosted(here, "drawing.png", evil), hosted(here, "file.svg", evil, "file"))
    here.run("sync")
    assert sorted(path.rpartition(".")[2] for path in kept(here)) == ["svg", "svg"]
    assert not any(b"script" in content for content in kept(here).values())


# Pictures from elsewhere ---------------------------------------------------------------------------------------------


def elsewhere(here: World, path: str) -> Json:
    return block("image", type="external", external={"url": f"{here.notion.url}/{path}"})


def test_pictures_from_elsewhere_stay_there(here: World, storage: Storage) -> None:
    mine(here, elsewhere(here, "cats/cat.png"), cover=elsewhere(here, "cover.png")["image"])
    ran, report = here.report("sync")
    assert (ran.code, report["problems"], report["requests"]["files"]) == (0, [], 0)
    assert (storage.asked, kept(here)) == ([], {})
    assert f"({here.notion.url}/cats/cat.png)" in here.site()[POST]
    assert f'image: "{here.notion.url}/cover.png"' in here.site()[POST]


def test_pictures_from_elsewhere_are_copied_where_that_is_wanted(here: World, storage: Storage) -> None:
    configure(here, "jekyll: {assets: {external: copy}}\n")
    storage.gives("cats/cat", png(640, 480))
    storage.gives("cover.png", JPEG)
    storage.gives("film.mp4", b"never asked for")
    film = block("video", type="external", external={"url": f"{here.notion.url}/film.mp4"})
    mine(here, elsewhere(here, "cats/cat"), film, cover=elsewhere(here, "cover.png")["image"])
    ran, report = here.report("sync")
    assert (ran.code, report["problems"], report["requests"]["files"]) == (0, [], 2)
    paths = {path.rpartition("-")[2]: path for path in kept(here)}
    assert set(paths) == {"cat.png", "cover.jpg"}
    post = here.site()[POST]
    assert 'width="640" height="480"' in post
    assert f'image: "/{paths["cover.jpg"]}"' in post
    assert f"{here.notion.url}/film.mp4" in post
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    # Where links are enough again, the copies go.
    configure(here)
    here.run("sync")
    assert kept(here) == {}
    assert f"({here.notion.url}/cats/cat)" in here.site()[POST]


@pytest.fixture
def inside() -> Iterator[tuple[int, list[str]]]:
    """A server of a private network: its port, and what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png(1, 1))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield http.server_port, asked
        http.shutdown()
        thread.join()


@pytest.mark.parametrize("how", ["outright", "in other words", "by a redirect"])
def test_nobody_looks_into_a_private_network_through_a_page(
    here: World, storage: Storage, inside: tuple[int, list[str]], how: str
) -> None:
    configure(here, "jekyll: {assets: {external: copy}}\n")
    port, asked = inside
    secret = f"http://{'2130706433' if how == 'in other words' else '127.0.0.1'}:{port}/secret.png"
    storage.gives("first.png", b"", 302, headers={"Location": secret})
    url = f"{here.notion.url}/first.png" if how == "by a redirect" else secret
    page = mine(here, block("image", type="external", external={"url": url}))
    ran, report = here.report("sync")
    assert (ran.code, asked, kept(here)) == (0, [], {})
    ((severity, message, _, where),) = said(report)
    assert (severity, where) == ("warning", here.workspace.child_ids(page)[0])
    assert "is inside a private network" in message
    assert f"]({url})" in here.site()[POST]
    here.pass_time(hours=1)
    assert is_idle(here, storage)


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (404, b"", "its server answered 404"),
        (503, b"", "its server answered 503"),
        (200, b"", "it came empty"),
        (200, b"<!doctype html>", "came as a web page"),
        (200, LARGE, "is larger than 1 MB"),
        (200, b"noise", "is no picture"),
        (200, HEIC, "is no picture that browsers show"),
        (200, b"%PDF-1.7 of somebody", "is no picture that browsers show"),
    ],
    ids=["gone", "down", "empty", "web page", "large", "noise", "heic", "pdf"],
)
def test_a_picture_that_cannot_be_copied_stays_where_it_is(
    here: World, storage: Storage, status: int, content: bytes, says: str
) -> None:
    configure(here, "jekyll: {assets: {external: copy, max_megabytes: 1}}\n")
    storage.gives("cat.png", content, status)
    storage.gives("dog.png", png(6, 5))
    page = mine(here, elsewhere(here, "cat.png"), elsewhere(here, "dog.png"))
    ran, report = here.report("sync")
    assert ran.code == 0
    ((severity, message, hint, where),) = said(report)
    assert (severity, where, bool(hint)) == ("warning", here.workspace.child_ids(page)[0], True)
    assert says in message
    assert "The post shows it from its own address." in message
    assert f"({here.notion.url}/cat.png)" in here.site()[POST]
    assert [path.rpartition("-")[2] for path in kept(here)] == ["dog.png"]
    here.pass_time(hours=1)
    assert is_idle(here, storage)


def test_no_storage_sees_a_token_or_a_cookie(here: World, storage: Storage) -> None:
    configure(here, "jekyll: {assets: {external: copy}}\n")
    storage.gives("cat.png", png(6, 5), headers={"Set-Cookie": "a=b; Path=/"})
    storage.gives("dog.png", png(6, 5))
    here.row("First", children=[elsewhere(here, "cat.png"), hosted(here, "a.png", png(3, 2))])
    mine(here, elsewhere(here, "dog.png"))
    ran = here.run("sync", "--verbose")
    assert ran.code == 0, ran.err
    assert len(storage.asked) == 3
    for _, headers in storage.asked:
        assert not {"authorization", "cookie", "notion-version"} & {name.lower() for name in headers}
        assert not any(token in str(headers) for token in (here.notion.token, here.hub.token))
    # The addresses open the files to whoever reads the log.
    assert "X-Amz" not in ran.said


def test_a_picture_with_a_token_in_it_is_not_kept_under_any_name(here: World, storage: Storage) -> None:
    page = mine(here, hosted(here, "lies.png", JPEG + here.hub.token.encode()))
    ran, report = here.report("sync")
    assert (ran.code, report["changes"], kept(here), len(storage.asked)) == (1, [], {}, 1)
    ((severity, message, _, _),) = said(report)
    assert (severity, report["problems"][0]["page"]) == ("error", page)
    assert message.startswith("The file lies.png holds a token")


# Covers, icons and properties ----------------------------------------------------------------------------------------


def test_covers_and_icons_are_kept_too(here: World, storage: Storage) -> None:
    cover, icon = here.workspace.add_file("cover.png", JPEG), here.workspace.add_file("icon.png", GIF)
    mine(here, cover=cover, icon=icon)
    emoji = here.row("Emoji", "text", icon={"type": "emoji", "emoji": "📝"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["problems"], report["requests"]["files"]) == (0, [], 2)
    paths = {path.rpartition("-")[2]: path for path in kept(here)}
    assert f'image: "/{paths["cover.jpg"]}"\n' in here.site()[POST]
    assert f'icon: "/{paths["icon.gif"]}"\n' in here.site()[POST]
    assert 'icon: "📝"\n' in here.site()["_posts/2026-11-20-emoji.md"]
    here.pass_time(hours=1)
    assert is_idle(here, storage)
    here.workspace.update_page(emoji, icon=None)
    here.pass_time(hours=1)
    here.run("sync")
    assert "icon:" not in here.site()["_posts/2026-11-20-emoji.md"]


def test_a_cover_that_browsers_do_not_show_is_left_out(here: World, storage: Storage) -> None:
    page = mine(here, cover=here.workspace.add_file("photo.jpg", HEIC))
    ran, report = here.report("sync")
    ((severity, message, hint, _),) = said(report)
    assert (ran.code, severity, report["problems"][0]["page"]) == (0, "warning", page)
    assert message == "The cover, photo.jpg, is left out: browsers cannot show HEIC files."
    assert "JPEG" in hint
    assert "image:" not in here.site()[POST]
    assert kept(here) == {}
    here.pass_time(hours=1)
    assert is_idle(here, storage)


def test_a_cover_with_something_else_in_its_place_is_not_fetched(here: World, storage: Storage) -> None:
    configure(here, "jekyll: {front_matter: {image: /own.png, icon: pencil}}\n")
    cover, icon = here.workspace.add_file("cover.png", JPEG), here.workspace.add_file("icon.png", GIF)
    mine(here, cover=cover, icon=icon)
    ran, report = here.report("sync")
    assert (ran.code, report["requests"]["files"], kept(here)) == (0, 0, {})
    assert 'image: "/own.png"\n' in here.site()[POST]


def configure_files(here: World, to: str, more: str = "") -> None:
    here.configure(
        f"notion: {{source: {here.database}, publish: {{property: Status, is: [Published]}}, to: {to}, {more}}}\n"
        "github: {repository: me/blog, branch: main}\n"
        "jekyll: {assets: {max_megabytes: 1}}\n"
    )


@pytest.fixture
def gallery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    """A world whose rows have a property with files."""
    with world(tmp_path, monkeypatch, capsys) as made:
        made.database = made.workspace.add_database("Gallery", {**SCHEMA, "Photo": {"files": {}}})
        yield made


def photos(here: World, *files: tuple[str, bytes]) -> Json:
    return {"Photo": [{**here.workspace.add_file(name, content), "name": name} for name, content in files]}


@pytest.mark.parametrize(
    ("to", "where"),
    [("_posts", POST), ("_data/photos.yml", "_data/photos.yml"), ("_data/a.json", "_data/a.json")],
)
def test_files_of_properties_get_their_right_ending_too(gallery: World, to: str, where: str) -> None:
    configure_files(gallery, to, "keep: [Photo]")
    gallery.row("Mine", properties=photos(gallery, ("lies.png", JPEG), ("large.png", LARGE)))
    gallery.pass_time(hours=1)
    ran, report = gallery.report("sync")
    assert ran.code == 1
    assert [problem["message"] for problem in report["problems"]] == [
        "The file large.png is larger than 1 MB. The post is shown without it."
    ]
    (path,) = kept(gallery)
    assert path.endswith("-lies.jpg")
    assert f'"/{path}"' in gallery.site()[where]
    assert "large.png" not in gallery.site()[where]
    before = gallery.commits()
    gallery.pass_time(hours=1)
    ran, report = gallery.report("sync")
    assert (ran.code, report["changes"], report["requests"]["files"]) == (0, [], 0)
    assert gallery.commits() == before


def test_the_picture_of_a_post_may_be_a_property(gallery: World) -> None:
    configure_files(gallery, "_posts", "properties: {image: Photo}")
    cover = gallery.workspace.add_file("cover.png", JPEG)
    gallery.row("Mine", properties=photos(gallery, ("one.png", GIF), ("two.png", AVIF)), cover=cover)
    other = gallery.row("Other", properties=photos(gallery, ("one.jpg", HEIC)))
    gallery.pass_time(hours=1)
    _, report = gallery.report("sync")
    # Neither the second one nor the cover is shown, so neither is kept.
    (path,) = kept(gallery)
    assert path.endswith("-one.gif")
    assert f'image: "/{path}"\n' in gallery.site()[POST]
    assert "image:" not in gallery.site()["_posts/2026-11-20-other.md"]
    ((severity, message, _, _),) = said(report)
    assert (severity, report["problems"][0]["page"]) == ("warning", other)
    assert message == "The picture for `image`, one.jpg, is left out: browsers cannot show HEIC files."


def test_what_a_data_file_shows_may_be_asked_for_anew(
    gallery: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_files(gallery, "_data/photos.yml", "keep: [Photo]")
    gallery.row("Mine", properties=photos(gallery, ("one.png", GIF)))
    gallery.pass_time(hours=1)
    usual, late = gallery.notion.handle_file, [True]

    def handle(handler: Any, *rest: Any) -> None:
        if late and late.pop():
            gallery.pass_time(hours=2)  # the address expires on its way
        usual(handler, *rest)

    monkeypatch.setattr(gallery.notion, "handle_file", handle)
    ran, report = gallery.report("sync")
    assert (ran.code, report["problems"], report["requests"]["files"]) == (0, [], 2)
    assert list(kept(gallery).values()) == [GIF]
