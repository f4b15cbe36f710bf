"""The whole sync through the command line, against a Notion and a GitHub on loopback and a real git repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notion2jekyll import state
from notion2jekyll.demo.workspace import block, text
from notion2jekyll.target.folder import Folder
from pictures import png
from world import World, lines, world


def test_first_sync_is_one_commit_and_the_second_finds_nothing_to_do(here: World) -> None:
    for number in range(3):
        here.row(f"Post {number}", "Hello", "World")
    here.row("Secret", "Not for you", status="Draft")
    here.pass_time(hours=1)

    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert report["result"] == "committed"
    assert [change["action"] for change in report["changes"]] == ["create"] * 3
    assert report["commit"] == here.git("rev-parse", "main").strip()
    assert len(here.commits()) == 2
    assert "Secret" not in str(here.site())
    before = len(here.hub.log)

    ran, report = here.report("sync")
    assert ran.code == 0
    assert (report["result"], report["changes"], report["unchanged"]) == ("up-to-date", [], 3)
    assert report["requests"] == {"notion": 1, "github": 4, "files": 0}
    assert len(here.hub.log) - before == 4
    assert len(here.commits()) == 2


def test_a_sync_of_many_rows_asks_for_each_list_once(here: World) -> None:
    for number in range(230):
        here.row(f"Post {number}", "x")
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert report["requests"]["notion"] == 1 + 3 + 230
    assert len(here.commits()) == 2
    _, report = here.report("sync")
    assert report["requests"]["notion"] == 3


def test_edit_rename_unpublish_and_trash(here: World) -> None:
    edited, renamed, unpublished, trashed = (
        here.row(name, "one") for name in ("Edited", "Renamed", "Gone", "Trash")
    )
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.replace_children(edited, lines("two"))
    here.workspace.update_page(renamed, {"Name": "New name"})
    here.workspace.update_page(unpublished, {"Status": "Draft"})
    here.workspace.trash(trashed)
    here.pass_time(hours=1)

    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert {(change["action"], change["page"]) for change in report["changes"]} == {
        ("update", edited),
        ("move", renamed),
        ("delete", unpublished),
        ("delete", trashed),
    }
    moved = next(change for change in report["changes"] if change["action"] == "move")
    assert (moved["from"], moved["path"]) == ("_posts/2026-11-20-renamed.md", "_posts/2026-11-20-new-name.md")
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-edited.md", "_posts/2026-11-20-new-name.md"}
    assert "two" in here.site()["_posts/2026-11-20-edited.md"]
    assert here.commits()[0] == "Sync from Notion: 1 updated, 1 moved, 2 removed"
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_page_edited_in_the_minute_of_the_run_is_read_again(here: World) -> None:
    page = here.row("Fresh", "one")
    here.run("sync")
    # Same minute, same edit time: only the content tells.
    here.workspace.replace_children(page, lines("two"))
    here.pass_time(minutes=5)
    _, report = here.report("sync")
    assert [(change["action"], change["why"]) for change in report["changes"]] == [
        ("update", "edited in the minute of the last run")
    ]
    here.pass_time(minutes=5)
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_an_edit_that_changes_nothing_makes_no_commit_for_a_day(here: World) -> None:
    page = here.row("Same", "one")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.replace_children(page, lines("one"))
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert (report["result"], report["commit"]) == ("up-to-date", None)
    assert len(here.commits()) == 2
    here.pass_time(days=1)
    here.run("sync")
    assert len(here.commits()) == 3
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_a_rival_push_is_built_upon(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", lambda: here.hub.rival.push({"theirs.md": b"hands off"}))
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert report["result"] == "committed"
    assert here.hub.files()["theirs.md"] == b"hands off"
    assert "_posts/2026-11-20-mine.md" in here.site()
    assert len(here.commits()) == 3
    # Nothing that had been read was read again.
    assert report["requests"]["notion"] == 1 + 1 + 1


def test_a_stranger_s_file_is_a_conflict_and_stays(here: World) -> None:
    here.hub.rival.push({"_posts/2026-11-20-mine.md": b"---\ntitle: by hand\n---\nhello\n"})
    here.row("Mine", "text")
    ran, report = here.report("sync")
    assert ran.code == 1
    assert report["conflicts"][0]["path"] == "_posts/2026-11-20-mine.md"
    assert "by hand" in here.site()["_posts/2026-11-20-mine.md"]


def follow(here: World) -> None:
    """Say in the configuration that addresses follow titles and dates."""
    here.configure()
    config = here.directory / "notion2jekyll.yaml"
    config.write_text(config.read_text("utf-8") + "jekyll: {addresses: follow}\n", "utf-8")


def choose(here: World, on_conflict: str) -> None:
    """Say in the configuration what becomes of posts that were edited by hand."""
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"github: {{repository: me/blog}}\nsync: {{on_conflict: {on_conflict}}}\n"
    )


def test_a_hand_edited_post_is_not_overwritten(here: World) -> None:
    choose(here, "keep")
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    here.hub.rival.push({path: here.hub.files()[path] + b"\nAdded by hand.\n"})
    assert here.report("sync")[1]["result"] == "up-to-date"
    here.workspace.replace_children(page, lines("other text"))
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["conflicts"][0]["page"]) == (1, page)
    assert "Added by hand." in here.site()[path]


def test_edits_on_both_sides_are_one_post_and_the_next_run_finds_nothing_to_do(here: World) -> None:
    page = here.row("Mine", "first", "second")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    here.hub.rival.push({path: here.hub.files()[path].replace(b"first", b"first, as I say")})
    for number in range(3):
        here.workspace.replace_children(page, lines("first", f"second, version {number}"))
        here.pass_time(hours=1)
        ran, report = here.report("sync")
        assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["merge"])
        assert "edited in Notion, and in the repository" in ran.out
        post = here.site()[path]
        assert post.endswith(f"---\n\nfirst, as I say\n\nsecond, version {number}\n")
        assert here.report("sync")[1]["result"] == "up-to-date"
    assert len(here.commits()) == 6
    assert [name for name in here.hub.files() if "/base/" in name] == [state.base_path(page)]


def test_where_both_changed_the_same_the_repository_stays_and_the_report_shows_both_once(here: World) -> None:
    page = here.row("Mine", "first", "second")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    mine = here.site()[path].replace("first", "my first").replace('title: "Mine"', "title: My own")
    here.hub.rival.push({path: mine.encode()})
    here.workspace.replace_children(page, lines("its first", "its second"))
    here.workspace.update_page(page, {"Tags": ["python"]})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 1
    assert [change["action"] for change in report["changes"]] == ["merge"]
    post = here.site()[path]
    assert post.endswith("---\n\nmy first\n\nits second\n")
    line = post.splitlines().index("my first") + 1
    assert report["conflicts"] == [
        {
            "path": path,
            "page": page,
            "why": f"both changed line {line}: “my first” stays, Notion has “its first”",
        }
    ]
    assert "title: My own\n" in post
    assert 'tags: ["python"]\n' in post
    ran, report = here.report("sync")
    assert (ran.code, report["result"], report["conflicts"]) == (0, "up-to-date", [])


def test_keys_of_a_person_and_their_notes_survive_updates_and_moves(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    mine = here.site()[path].replace("date:", "# On the train\ncomments: true  # for now\ndate:")
    here.hub.rival.push({path: mine.encode()})
    here.workspace.update_page(page, {"Name": "Renamed"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    moved = "_posts/2026-11-20-renamed.md"
    assert ran.code == 0, ran.said
    assert [(change["action"], change["from"], change["path"]) for change in report["changes"]] == [
        ("merge", path, moved)
    ]
    assert path not in here.site()
    assert 'title: "Renamed"\n# On the train\ncomments: true  # for now\ndate:' in here.site()[moved]
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_link_to_an_edited_post_follows_it(here: World) -> None:
    follow(here)
    bee = here.row("Bee", "text")
    here.row("Aye", children=mentioning(bee))
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-bee.md"
    here.hub.rival.push({path: here.hub.files()[path] + b"\nby hand\n"})
    here.workspace.update_page(bee, {"Name": "New Bee"})
    here.pass_time(hours=1)
    ran, _ = here.report("sync")
    assert ran.code == 0
    assert "/2026/11/20/new-bee.html" in here.site()["_posts/2026-11-20-aye.md"]
    assert "by hand" in here.site()["_posts/2026-11-20-new-bee.md"]


def test_front_matter_that_was_broken_by_hand_waits_to_be_mended(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    post = here.hub.files()[path]
    broken = post.replace(b'title: "Mine"', b'title: "Mine') + b"\nby hand\n"
    here.hub.rival.push({path: broken})
    here.workspace.replace_children(page, lines("other text"))
    for _ in range(2):
        here.pass_time(hours=1)
        ran, report = here.report("sync")
        assert ran.code == 1
        assert "no valid YAML" in report["conflicts"][0]["why"]
        assert here.hub.files()[path] == broken
    here.hub.rival.push({path: post + b"\nby hand\n"})
    ran, _ = here.report("sync")
    assert ran.code == 0
    assert here.site()[path].endswith("---\n\nother text\n\nby hand\n")


def test_a_picture_that_only_a_person_still_shows_stays(here: World) -> None:
    picture = here.workspace.add_file("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    image = {"type": "image", "image": {**picture, "caption": []}}
    page = here.row("Mine", children=[*lines("text"), image])
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    shown = next(line for line in here.site()[path].splitlines() if "assets/" in line)
    here.hub.rival.push({path: here.site()[path].replace(shown, f"See: {shown}").encode()})
    here.workspace.replace_children(page, lines("other text"))
    here.pass_time(hours=1)
    ran, _ = here.report("sync")
    assert ran.code == 1
    assert f"See: {shown}" in here.site()[path]
    assert [name for name in here.hub.files() if name.startswith("assets/")]
    here.workspace.replace_children(page, lines("yet another text"))
    here.hub.rival.push({path: here.site()[path].replace(f"See: {shown}\n", "").encode()})
    here.pass_time(hours=1)
    here.run("sync")
    assert not [name for name in here.hub.files() if name.startswith("assets/")]


def test_a_hand_edited_post_is_overwritten_where_asked(here: World) -> None:
    choose(here, "overwrite")
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    here.hub.rival.push({path: here.hub.files()[path] + b"\nby hand\n"})
    assert here.report("sync")[1]["result"] == "up-to-date"
    here.workspace.replace_children(page, lines("other"))
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["update"])
    assert "overwritten" in report["changes"][0]["why"]
    assert here.site()[path].endswith("---\n\nother\n")


def test_a_hand_edited_post_stops_the_run_where_asked(here: World) -> None:
    choose(here, "stop")
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    edited = here.hub.files()[path] + b"\nby hand\n"
    here.hub.rival.push({path: edited})
    here.workspace.replace_children(page, lines("other"))
    here.row("Another", "text")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (3, "stopped")
    assert path in report["problems"][0]["message"]
    assert "--force" in report["problems"][0]["hint"]
    assert here.run("sync", "--force").code == 1
    assert here.hub.files()[path] == edited
    assert "_posts/2026-11-20-another.md" in here.site()


def test_an_edited_post_of_an_unpublished_page_stays(here: World) -> None:
    page = here.row("Mine", "first", "second")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    here.hub.rival.push({path: here.hub.files()[path].replace(b"first", b"mine")})
    here.workspace.replace_children(page, lines("first", "its"))
    here.pass_time(hours=1)
    here.run("sync")
    merged = here.hub.files()[path]
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["changes"]) == (1, [])
    assert "it stays" in report["conflicts"][0]["why"]
    assert here.hub.files()[path] == merged


def test_edits_in_a_folder_are_merged_again_and_again(here: World) -> None:
    here.monkeypatch.delenv("GITHUB_TOKEN")
    here.configure(f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: Published}}\n")
    page = here.row("Mine", "first", "second")
    here.pass_time(hours=1)
    here.run("sync", "--output", "site")
    post = here.directory / "site/_posts/2026-11-20-mine.md"
    for number in range(3):
        post.write_bytes(post.read_bytes().replace(b"first", b"first, indeed"))
        here.workspace.replace_children(page, lines("first", f"second {number}"))
        here.pass_time(hours=1)
        ran, report = here.report("sync", "--output", "site")
        assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["merge"])
        indeed = ", indeed" * (number + 1)
        assert post.read_text(encoding="utf-8").endswith(f"---\n\nfirst{indeed}\n\nsecond {number}\n")
        assert here.report("sync", "--output", "site")[1]["result"] == "up-to-date"


@pytest.mark.parametrize("title", ["Mine", "Renamed"])
def test_an_edit_after_a_kill_in_a_folder_is_merged_with_what_the_killed_run_was_to_write(
    here: World, title: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    here.configure(f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: Published}}\n")
    page = here.row("Mine", "first", "second")
    here.pass_time(hours=1)
    here.run("sync", "--output", "site")
    here.workspace.update_page(page, {"Name": title})
    here.workspace.replace_children(page, lines("first", "second, new"))
    here.pass_time(hours=1)
    with here.monkeypatch.context() as patch:
        patch.setattr(Folder, "_put", killed)
        with pytest.raises(Killed):
            here.run("sync", "--output", "site")
    post = here.directory / "site/_posts/2026-11-20-mine.md"
    post.write_bytes(post.read_bytes().replace(b"first", b"first, mine"))

    ran, report = here.report("sync", "--output", "site")
    assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["merge"])
    (found,) = post.parent.iterdir()
    assert found.name == f"2026-11-20-{title.lower()}.md"
    assert found.read_text("utf-8").endswith("---\n\nfirst, mine\n\nsecond, new\n")


def test_a_post_deleted_by_hand_stays_deleted(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push({"_posts/2026-11-20-mine.md": None})
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (0, "up-to-date")
    assert "was deleted in the repository" in report["problems"][0]["message"]


def test_a_post_moved_by_hand_keeps_its_pictures_when_its_page_goes(here: World) -> None:
    picture = here.workspace.add_file("a.png", png(8, 4))
    page = here.row("Mine", children=[{"type": "image", "image": picture}, *lines("text")])
    here.pass_time(hours=1)
    here.run("sync")
    files = here.hub.files()
    moved = {
        "_posts/2026-11-20-mine.md": None,
        "_posts/2020-01-01-moved.md": files["_posts/2026-11-20-mine.md"],
    }
    here.hub.rival.push(moved)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (0, "up-to-date")
    assert "was moved to _posts/2020-01-01-moved.md" in report["problems"][0]["message"]
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    for _ in range(2):
        assert here.run("sync").code == 0
        here.pass_time(days=2)
    after = here.hub.files()
    assert after.keys() == {*files, *moved} - {"_posts/2026-11-20-mine.md"}
    assert state.parse(after[state.PATH]).entries == {}


def test_an_empty_answer_and_a_mass_removal_stop_the_run(here: World) -> None:
    pages = [here.row(f"Post {number}", "text") for number in range(8)]
    here.pass_time(hours=1)
    here.run("sync")
    for page in pages[:6]:
        here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (3, "stopped")
    assert "6 of 8 posts (75 %)" in ran.said
    for page in pages:
        here.workspace.trash(page)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (3, "stopped")
    assert "no rows at all" in ran.said
    assert len(here.commits()) == 2
    ran, report = here.report("sync", "--force")
    assert ran.code == 0
    assert len(report["changes"]) == 8
    assert set(here.site()) == {"_config.yml"}


def test_media_are_kept_and_orphans_go(here: World) -> None:
    picture = here.workspace.add_file("그림 1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    page = here.row("Mine", children=[{"type": "image", "image": {**picture, "caption": []}}])
    here.pass_time(hours=1)
    _, report = here.report("sync")
    media = [path for path in here.hub.files() if path.startswith("assets/")]
    assert len(media) == 1
    assert report["requests"]["files"] == 1
    post = here.site()["_posts/2026-11-20-mine.md"]
    assert f'"/{media[0]}" | relative_url' in post
    assert "X-Amz" not in post
    here.workspace.replace_children(page, lines("no picture"))
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert report["requests"]["files"] == 0
    assert not [path for path in here.hub.files() if path.startswith("assets/")]


def test_a_page_whose_media_fail_keeps_its_post(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    broken = here.workspace.add_file("photo.png", b"<html>not a picture</html>")
    here.workspace.replace_children(page, [{"type": "image", "image": {**broken, "caption": []}}])
    other = here.row("Other", "fine")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 1
    assert [change["page"] for change in report["changes"]] == [other]
    assert [(problem["severity"], problem["page"]) for problem in report["problems"]] == [("error", page)]
    assert "text" in here.site()["_posts/2026-11-20-mine.md"]


def test_an_address_that_expired_meanwhile_is_asked_for_anew(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notion2jekyll import media

    picture = here.workspace.add_file("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    here.row("Mine", children=[{"type": "image", "image": {**picture, "caption": []}}])
    download = media.download

    def late(*args: object, **more: object) -> media.Media:
        monkeypatch.setattr(media, "download", download)
        here.pass_time(hours=2)
        return download(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(media, "download", late)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert [path for path in here.hub.files() if path.startswith("assets/")]
    assert report["requests"]["files"] == 2


def test_plan_shows_and_writes_nothing(here: World) -> None:
    here.row("Mine", "text")
    ran, report = here.report("plan", "--diff")
    assert (ran.code, report["result"]) == (0, "planned")
    assert "+ _posts/2026-11-20-mine.md" in ran.out
    assert "+text" in ran.out
    assert len(here.commits()) == 1


def test_into_a_folder_without_github(here: World) -> None:
    here.monkeypatch.delenv("GITHUB_TOKEN")
    here.configure(f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: Published}}\n")
    here.row("Mine", "text")
    here.pass_time(hours=1)
    ran, report = here.report("sync", "--output", "site")
    assert (ran.code, report["result"], report["commit"]) == (0, "written", None)
    assert (here.directory / "site/_posts/2026-11-20-mine.md").is_file()
    assert (here.directory / "site" / state.PATH).is_file()
    _, report = here.report("sync", "--output", "site")
    assert (report["result"], report["requests"]) == ("up-to-date", {"notion": 1, "github": 0, "files": 0})
    assert here.hub.log == []


def test_an_empty_repository_gets_its_first_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with world(tmp_path, monkeypatch, capsys, empty=True) as here:
        here.configure()
        here.row("Mine", "text")
        here.pass_time(hours=1)
        ran, _ = here.report("sync")
        assert ran.code == 0, ran.err
        assert set(here.site()) == {"_posts/2026-11-20-mine.md"}
        assert here.report("sync")[1]["result"] == "up-to-date"


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"version": 1}'])
def test_a_lost_or_damaged_state_is_rebuilt_from_the_posts(here: World, content: bytes | None) -> None:
    here.row("Mine", "text")
    other = here.row("Other", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push({state.PATH: content})
    here.workspace.update_page(other, {"Name": "Renamed"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert [(change["action"], change["page"]) for change in report["changes"]] == [("move", other)]
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_a_state_of_a_newer_version_is_left_alone(here: World) -> None:
    here.hub.rival.push({state.PATH: json.dumps({"version": 99}).encode()})
    ran = here.run("sync")
    assert ran.code == 2
    assert "newer version" in ran.said
    assert "pip install --upgrade" in ran.said


def test_one_page_alone(here: World) -> None:
    first, second = here.row("First", "text"), here.row("Second", "text")
    here.pass_time(hours=1)
    here.run("sync", "--page", first)
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-first.md"}
    here.workspace.trash(first)
    here.run("sync", "--page", f"https://app.notion.com/p/Second-{second.replace('-', '')}")
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-first.md", "_posts/2026-11-20-second.md"}
    ran = here.run("sync", "--page", here.database)
    assert ran.code == 2
    assert "is not in the source" in ran.said


def test_links_follow_the_pages_they_point_to(here: World) -> None:
    follow(here)
    target = here.row("Target", "text")
    mention = {"type": "mention", "mention": {"type": "page", "page": {"id": target}}}
    here.row("Source", children=[{"type": "paragraph", "paragraph": {"rich_text": [mention]}}])
    here.pass_time(hours=1)
    here.run("sync")
    source = "_posts/2026-11-20-source.md"
    assert "/2026/11/20/target.html" in here.site()[source]
    here.workspace.update_page(target, {"Name": "Elsewhere"})
    here.pass_time(hours=1)
    here.run("sync")
    assert "/2026/11/20/elsewhere.html" in here.site()[source]
    here.workspace.update_page(target, {"Status": "Draft"})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert "relative_url" not in here.site()[source]
    assert "Elsewhere" in here.site()[source]
    assert any(problem["severity"] == "note" for problem in report["problems"])


def test_nothing_of_an_unpublished_child_page_gets_out(here: World) -> None:
    page = here.row("Mine", "text")
    here.workspace.add_page(page, {"title": "Child"}, lines("private words"))
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 0
    assert "private words" not in str(here.site())


def test_same_titles_get_two_stable_addresses(here: World) -> None:
    first = here.row("Same", "one")
    here.pass_time(minutes=1)
    here.row("Same", "two")
    here.pass_time(hours=1)
    here.run("sync")
    paths = set(here.site()) - {"_config.yml"}
    assert len(paths) == 2
    here.workspace.trash(first)
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert [change["action"] for change in report["changes"]] == ["delete"]


def test_a_page_with_child_pages_as_source(here: World) -> None:
    top = here.workspace.add_page(None, {"title": "Notes"}, lines("intro"))
    child = here.workspace.add_page(top, {"title": "First note"}, lines("words"))
    here.configure(f"notion:\n  source: {top}\n  publish: all\ngithub: {{repository: me/blog}}\n")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert [change["page"] for change in report["changes"]] == [child]
    assert "intro" not in str(here.site())
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_the_demo_s_hostile_line_survives(here: World) -> None:
    hostile = '{% raw %}**이것(this)**은 $5 | `a|b` -- "ok"'
    here.row(hostile, children=[block("paragraph", text(hostile))])
    ran = here.run("sync")
    assert ran.code == 0, ran.err


def test_strict_holds_back_what_cannot_be_shown_completely(here: World) -> None:
    page = here.row("Mine", "text")
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        "github: {repository: me/blog}\nsync: {strict: true}\n"
    )
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    here.workspace.replace_children(page, [{"type": "unsupported", "unsupported": {"block_type": "form"}}])
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["changes"]) == (1, [])
    assert [(problem["severity"], problem["page"]) for problem in report["problems"]] == [("error", page)]
    assert "text" in here.site()["_posts/2026-11-20-mine.md"]


# What a state that is lost must not lead to ---------------------------------------------------------------------------


def test_somebody_elses_post_that_names_a_page_is_left_alone(here: World) -> None:
    """Incident: another tool, or another workspace, writes `notion_id` too."""
    theirs = b'---\ntitle: old\nnotion_id: "11111111-1111-4111-8111-111111111111"\n---\nwords\n'
    here.hub.rival.push({"_posts/2020-01-01-old.md": theirs})
    here.row("Mine", "text")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert [change["action"] for change in report["changes"]] == ["create"]
    assert here.hub.files()["_posts/2020-01-01-old.md"] == theirs
    assert any("somebody else's" in problem["message"] for problem in report["problems"])
    assert here.report("sync")[1]["requests"] == {"notion": 1, "github": 4, "files": 0}


def forget_history(here: World, files: dict[str, bytes | None]) -> None:
    """Make the repository one commit without a past, its files changed by `files`."""
    tree = {path: content for path, content in {**here.hub.files(), **files}.items() if content is not None}
    here.git("update-ref", "-d", "refs/heads/main")
    here.hub.rival.push(tree)


def test_a_copy_of_a_post_is_nobodys_until_a_person_says_so(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    post = here.hub.files()["_posts/2026-11-20-mine.md"]
    forget_history(here, {"_posts/2026-01-01-copy.md": post, state.PATH: None})
    _, report = here.report("sync")
    assert report["changes"] == []
    assert here.hub.files()["_posts/2026-01-01-copy.md"] == post
    assert here.hub.files()["_posts/2026-11-20-mine.md"] == post
    assert any("both name the same page" in problem["message"] for problem in report["problems"])


def test_a_hand_edit_survives_the_loss_of_the_state_and_its_history(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    edited = here.hub.files()[path] + b"\nAdded by hand.\n"
    forget_history(here, {path: edited, state.PATH: b"<<<<<<< HEAD"})
    ran, report = here.report("sync")
    assert ran.code == 1
    assert "--force" in report["conflicts"][0]["why"]
    assert here.hub.files()[path] == edited
    assert here.report("sync")[0].code == 1
    ran, report = here.report("sync", "--force")
    assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["update"])
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_hand_edit_survives_a_damaged_state(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-mine.md"
    edited = here.hub.files()[path] + b"\nAdded by hand.\n"
    here.hub.rival.push({path: edited, state.PATH: b"<<<<<<< HEAD"})
    here.workspace.replace_children(page, lines("other"))
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["merge"])
    assert "\nother\n\nAdded by hand.\n" in here.site()[path]


def test_a_blog_with_many_posts_of_its_own_is_searched_once(here: World) -> None:
    own = {
        f"_posts/2020-01-{day:02}-own.md": b"---\ntitle: own\n---\nwords %d\n" % day for day in range(1, 29)
    }
    here.hub.rival.push(own)
    here.row("Draft", "text", status="Draft")
    here.pass_time(hours=1)
    here.run("sync")
    assert here.report("sync")[1]["requests"]["github"] <= 4
    assert {path: here.hub.files()[path] for path in own} == own


# Links never lead to nothing ------------------------------------------------------------------------------------------


def mentioning(page: str) -> list[dict[str, object]]:
    """Return a paragraph that mentions `page`."""
    mention = {"type": "mention", "mention": {"type": "page", "page": {"id": page}}}
    return [{"type": "paragraph", "paragraph": {"rich_text": [mention]}}]


def test_a_link_to_an_edited_post_leads_to_where_it_stays(here: World) -> None:
    choose(here, "keep")
    bee = here.row("Bee", "text")
    here.row("Aye", children=mentioning(bee))
    here.pass_time(hours=1)
    here.run("sync")
    path = "_posts/2026-11-20-bee.md"
    here.hub.rival.push({path: here.hub.files()[path] + b"\nby hand\n"})
    here.workspace.update_page(bee, {"Name": "New Bee"})
    here.pass_time(hours=1)
    ran, _ = here.report("sync")
    assert ran.code == 1
    assert "/2026/11/20/bee.html" in here.site()["_posts/2026-11-20-aye.md"]


def test_a_link_to_a_post_that_could_not_be_written_is_none(here: World) -> None:
    broken = here.workspace.add_file("photo.png", b"<html>not a picture</html>")
    lost = here.row("Lost", children=[{"type": "image", "image": {**broken, "caption": []}}])
    here.hub.rival.push({"_posts/2026-11-20-taken.md": b"---\ntitle: by hand\n---\n"})
    taken = here.row("Taken", "text")
    here.row("Aye", children=mentioning(lost) + mentioning(taken))
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 1
    assert [change["path"] for change in report["changes"]] == ["_posts/2026-11-20-aye.md"]
    assert "relative_url" not in here.site()["_posts/2026-11-20-aye.md"]
    # When the trouble is over, the links are there.
    here.hub.rival.push({"_posts/2026-11-20-taken.md": None})
    here.pass_time(hours=1)
    here.run("sync")
    assert "/2026/11/20/taken.html" in here.site()["_posts/2026-11-20-aye.md"]


def test_one_page_alone_links_to_where_the_others_still_are(here: World) -> None:
    follow(here)
    bee = here.row("Bee", "text")
    aye = here.row("Aye", children=mentioning(bee))
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(bee, {"Name": "New Bee"})
    here.workspace.update_page(aye, {"Name": "New Aye"})
    here.pass_time(hours=1)
    here.run("sync", "--page", aye)
    assert "/2026/11/20/bee.html" in here.site()["_posts/2026-11-20-new-aye.md"]
    here.run("sync")
    assert "/2026/11/20/new-bee.html" in here.site()["_posts/2026-11-20-new-aye.md"]


# Privacy and several sources ------------------------------------------------------------------------------------------


def test_nothing_of_an_unpublished_row_is_committed(here: World) -> None:
    secret = here.row("SECRET TITLE", "secret text", status="Draft")
    link = {
        "type": "text",
        "text": {"content": "click here", "link": {"url": f"https://app.notion.com/p/{secret}"}},
    }
    here.row("Mine", children=[{"type": "paragraph", "paragraph": {"rich_text": [link]}}])
    gone = here.row("Gone", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(gone, {"Status": "Draft"})
    here.pass_time(hours=1)
    here.run("sync")
    everything = "".join(content.decode("utf-8", "replace") for content in here.hub.files().values())
    everything += here.git("log", "--format=%B")
    assert "click here" in everything
    assert "SECRET" not in everything
    assert "secret" not in everything
    assert "Draft" not in everything


def test_one_of_two_sources_that_goes_silent_stops_the_run(here: World) -> None:
    other = here.workspace.add_database(
        "Other", {"Name": {"title": {}}, "Status": {"status": {"options": [{"name": "Published"}]}}}
    )
    here.configure(
        f"notion:\n  source: [{here.database}, {other}]\n  publish: {{property: Status, is: [Published]}}\ngithub: {{repository: me/blog}}\n"
    )
    here.row("Mine", "text")
    pages = [here.workspace.add_page(other, {"Name": f"Other {n}", "Status": "Published"}) for n in range(3)]
    here.pass_time(hours=1)
    assert len(here.report("sync")[1]["changes"]) == 4
    for page in pages:
        here.workspace.unshare(page)
    ran, _ = here.report("sync")
    assert ran.code == 3
    assert "no rows for the source" in ran.said


def test_a_source_taken_out_of_the_configuration_loses_nothing(here: World) -> None:
    other = here.workspace.add_database(
        "Other", {"Name": {"title": {}}, "Status": {"status": {"options": [{"name": "Published"}]}}}
    )
    both = f"notion:\n  source: [{here.database}, {other}]\n  publish: {{property: Status, is: [Published]}}\ngithub: {{repository: me/blog}}\n"
    here.configure(both)
    here.row("Mine", "text")
    here.workspace.add_page(other, {"Name": "Theirs", "Status": "Published"})
    here.pass_time(hours=1)
    here.run("sync")
    here.configure(both.replace(f", {other}", ""))
    ran, report = here.report("sync")
    assert (ran.code, report["changes"]) == (0, [])
    assert any("no longer in the configuration" in problem["message"] for problem in report["problems"])
    ran, report = here.report("sync", "--force")
    assert [change["action"] for change in report["changes"]] == ["delete"]


def test_the_rule_may_be_told_by_any_of_several_sources(here: World) -> None:
    plain = here.workspace.add_database("Plain", {"Name": {"title": {}}})
    here.workspace.add_page(plain, {"Name": "No status"})
    here.row("Mine", "text", status="Draft")
    here.configure(
        f"notion:\n  source: [{plain}, {here.database}]\n  publish: {{property: Status, is: [Published]}}\ngithub: {{repository: me/blog}}\n"
    )
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert "None of the 2 rows is published" in report["problems"][0]["message"]
    here.row("Other", "text")
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert any("have no property “Status”" in problem["message"] for problem in report["problems"])


def test_options_that_concern_no_post_make_none_be_read_again(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push(
        {"_config.yml": b"title: Blog\ntimezone: Asia/Seoul\nfuture: true\nurl: https://x.example\n"}
    )
    assert here.report("sync")[1]["requests"]["notion"] == 1
    here.hub.rival.push({"_config.yml": b"title: Blog\ntimezone: Asia/Seoul\nkramdown: {hard_wrap: true}\n"})
    assert here.report("sync")[1]["requests"]["notion"] == 2
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_a_page_without_a_title_is_said(here: World) -> None:
    here.row("", "text")
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert any("has no title" in problem["message"] for problem in report["problems"])


def test_every_page_is_read_again_after_a_week(here: World) -> None:
    """Some edits in Notion do not move the edit time of their page."""
    page = here.row("Post", "one")
    here.row("Other", "x")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.replace_children(page, lines("two"), silent=True)
    here.pass_time(days=6)
    assert here.report("sync")[1]["result"] == "up-to-date"
    here.pass_time(days=2)
    _, report = here.report("sync")
    assert [(change["path"], change["why"]) for change in report["changes"]] == [
        ("_posts/2026-11-20-post.md", "every page is read again after 7 days")
    ]
    # And where nothing had changed, it is remembered that all were read.
    here.pass_time(days=8)
    _, report = here.report("sync")
    assert (report["result"], report["changes"], report["requests"]["notion"]) == ("committed", [], 3)
    _, report = here.report("sync")
    assert (report["result"], report["requests"]["notion"]) == ("up-to-date", 1)


def test_a_clock_that_was_ahead_puts_off_nothing_for_years(here: World) -> None:
    page = here.row("Post", "one")
    here.pass_time(hours=1)
    now = here.now
    here.pass_time(days=20_000)
    here.run("sync")
    here.now = now
    here.workspace.replace_children(page, lines("two"), silent=True)
    assert "two" not in here.site()["_posts/2026-11-20-post.md"]
    here.pass_time(days=1)
    here.run("sync")
    assert "two" in here.site()["_posts/2026-11-20-post.md"]


def test_no_page_is_read_again_where_that_is_not_wanted(here: World) -> None:
    here.configure()
    config = here.directory / "notion2jekyll.yaml"
    config.write_text(config.read_text("utf-8") + "sync: {full_every_days: 0}\n", "utf-8")
    here.row("Post", "one")
    here.pass_time(hours=1)
    here.run("sync")
    here.pass_time(days=100)
    assert here.report("sync")[1]["requests"]["notion"] == 1
