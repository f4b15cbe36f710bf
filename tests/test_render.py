"""One page's Markdown on standard output: what a sync would write, byte for byte, of any page that can be seen."""

from __future__ import annotations

import pytest

from notion2jekyll.demo import journal
from notion2jekyll.demo.workspace import block, text
from pictures import png
from world import Ran, World


def render(here: World, page: str, *arguments: str) -> Ran:
    """Run `render`, and require that it wrote nothing."""
    commits, files = here.commits(), sorted(here.directory.rglob("*"))
    here.hub.log.clear()
    ran = here.run("render", page, *arguments)
    assert here.commits() == commits
    assert sorted(here.directory.rglob("*")) == files
    assert [line for line in here.hub.log if not line.startswith("GET ")] == []
    assert "Traceback" not in ran.err
    return ran


def as_written(here: World, pages: list[str]) -> list[str]:
    """Return what `render` says of `pages`, each a post that is to come out as it does in the next sync."""
    rendered = [render(here, page) for page in pages]
    assert [ran.code for ran in rendered] == [0] * len(pages)
    assert here.run("sync").code == 0
    posts = {post for path, post in here.site().items() if path.endswith(".md")}
    for ran in rendered:
        assert ran.out in posts
    return [ran.out for ran in rendered]


def test_the_journal_comes_out_as_it_is_written(here: World) -> None:
    ids = journal.build(here.workspace)
    here.configure(
        f"notion: {{source: {ids.database}, publish: {{property: 상태, is: 공개}}}}\ngithub: {{repository: me/blog}}\n"
    )
    pages = [ids.first_week, ids.second_week, ids.english, ids.japanese]
    here.pass_time(hours=1)
    before = as_written(here, pages)
    assert (
        '"1280"' in before[0] or "width" in before[0]
    )  # the size of the picture, which takes a look into it
    journal.edit(here.workspace, ids)
    here.pass_time(hours=1)
    assert as_written(here, pages) != before
    assert "last_modified_at" in render(here, ids.english).out


def test_links_lead_into_posts_that_are_not_there_yet(here: World) -> None:
    target = here.row("Target", "one", "two")
    paragraph = here.workspace.child_ids(target)[1]
    address = f"https://www.notion.so/{target.replace('-', '')}#{paragraph.replace('-', '')}"
    picture = here.workspace.add_file("a.png", png(64, 32))
    children = [
        block("paragraph", text("see", link=address)),
        {"type": "image", "image": {**picture, "caption": []}},
    ]
    source = here.row("Source", children=children)
    here.pass_time(hours=1)
    (post,) = as_written(here, [source])
    assert "/2026/11/20/target.html" in post
    assert 'width="64"' in post


def test_a_page_by_its_address_and_problems_beside_it(here: World) -> None:
    page = here.row(
        "Mine", children=[block("paragraph", text("text")), {"type": "unsupported", "unsupported": {}}]
    )
    here.pass_time(hours=1)
    ran = render(here, f"https://www.notion.so/me/Mine-{page.replace('-', '')}?pvs=4")
    assert (ran.code, ran.out.startswith("---\n")) == (0, True)
    assert ran.out.endswith("\n")
    assert "warning: " in ran.err


def test_an_unpublished_page_is_shown_and_links_to_others_are_not_told(here: World) -> None:
    secret = here.row("Secret", "hidden", status="Draft")
    draft = here.row(
        "Mine",
        children=[block("paragraph", text("see", link=f"https://www.notion.so/{secret.replace('-', '')}"))],
        status="Draft",
    )
    here.pass_time(hours=1)
    ran = render(here, draft)
    assert ran.code == 0
    assert "The page is not published: Status is Draft." in ran.err
    assert "\nsee\n" in ran.out
    assert "secret" not in ran.out
    # Marked for publishing, it comes out the same.
    here.workspace.update_page(draft, {"Status": "Published"}, silent=True)
    assert here.run("sync").code == 0
    assert here.site()["_posts/2026-11-20-mine.md"] == ran.out


def test_a_draft_comes_out_as_the_draft_that_is_written(here: World) -> None:
    here.configure(
        f"notion: {{source: {here.database}, publish: {{property: Status, is: Published}}, unpublished: draft}}\n"
        "github: {repository: me/blog}\n"
    )
    draft = here.row("Mine", "text", status="Draft")
    here.pass_time(hours=1)
    as_written(here, [draft])


def test_a_post_that_was_deleted_by_hand_can_be_looked_at(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    (post,) = as_written(here, [page])
    here.hub.rival.push({"_posts/2026-11-20-mine.md": None})
    assert render(here, page).out == post


def test_an_edit_in_the_repository_is_told(here: World) -> None:
    page = here.row("Mine", "one", "two")
    here.pass_time(hours=1)
    (post,) = as_written(here, [page])
    here.hub.rival.push({"_posts/2026-11-20-mine.md": post.replace("one", "ONE").encode()})
    here.workspace.replace_children(page, [block("paragraph", text(each)) for each in ("one", "three")])
    here.pass_time(hours=1)
    ran = render(here, page)
    assert (ran.code, "one" in ran.out, "three" in ran.out) == (0, True, True)
    assert "A person edited the post in the repository" in ran.err
    here.hub.rival.push({"_posts/2026-11-20-mine.md": post.replace("two", "TWO").encode()})
    ran = render(here, page)
    assert "A sync leaves _posts/2026-11-20-mine.md as it is" in ran.err


def test_a_page_outside_of_the_source(here: World) -> None:
    here.row("Mine", "text")
    outside = here.workspace.add_page(None, {"title": "Elsewhere"}, [block("paragraph", text("words"))])
    ran = render(here, outside)
    assert ran.code == 0
    assert 'title: "Elsewhere"' in ran.out
    assert "words" in ran.out
    assert "not in a source of the configuration" in ran.err


def test_without_a_configuration(here: World) -> None:
    page = here.row("월요일", "text")
    (here.directory / "notion2jekyll.yaml").unlink()
    here.monkeypatch.delenv("GITHUB_TOKEN")
    ran = render(here, page)
    assert ran.code == 0
    assert 'title: "월요일"' in ran.out
    assert ran.err.count("note: ") == 2
    assert "There is no configuration here" in ran.err
    assert "Jekyll's defaults are taken for the blog" in ran.err
    # A folder is a blog all the same, and its options count.
    (here.directory / "site").mkdir()
    (here.directory / "site/_config.yml").write_text("timezone: Asia/Seoul\n", encoding="utf-8")
    assert "+0900" not in ran.out
    ran = render(here, page, "--output", "site")
    assert "+0900" in ran.out
    assert "defaults are taken for the blog" not in ran.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [("GITHUB_TOKEN", ""), ("GITHUB_TOKEN", "ghp_wrong"), ("GITHUB_API_URL", "http://127.0.0.1:9")],
)
def test_a_blog_that_cannot_be_read_is_told(here: World, variable: str, value: str) -> None:
    page = here.row("Mine", "text")
    here.monkeypatch.setenv(variable, value)
    ran = render(here, page)
    assert (ran.code, 'title: "Mine"' in ran.out) == (0, True)
    assert "Jekyll's defaults are taken for the blog, for it could not be read: " in ran.err
    assert "→" in ran.err


def test_what_cannot_be_rendered(here: World) -> None:
    page = here.row("Mine", "text")
    unknown = "01234567-89ab-cdef-0123-456789abcdef"
    for arguments, code, told in (
        ((unknown,), 4, "Notion shows this connection nothing with the id"),
        ((here.database,), 2, "is no page: "),
        (("nonsense",), 2, "PAGE: "),
        ((page, "--config", "elsewhere.yaml"), 2, "elsewhere.yaml"),
    ):
        ran = render(here, *arguments)
        assert (ran.code, ran.out) == (code, ""), ran.err
        assert told in ran.err
        assert "→" in ran.err or code == 2
    here.configure(f"notion: {{source: {here.database}, publish: all, to: _data/rows.yml}}\n")
    ran = render(here, page)
    assert (ran.code, ran.out) == (2, "")
    assert "row of the data file _data/rows.yml" in ran.err


def test_a_page_whose_media_fail_and_one_that_tells_a_token(here: World) -> None:
    broken = here.workspace.add_file("photo.png", b"<html>not a picture</html>")
    page = here.row("Mine", children=[{"type": "image", "image": {**broken, "caption": []}}])
    leaky = here.row("Leak", f"my token is {here.notion.token}")
    here.pass_time(hours=1)
    for one, told in ((page, "photo.png"), (leaky, "holds a token")):
        ran = render(here, one)
        assert (ran.code, ran.out) == (1, "")
        assert "error: " in ran.err
        assert told in ran.err
        assert here.notion.token not in ran.err
