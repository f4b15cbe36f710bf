"""Where pages go: addresses that last, redirects, other places than posts, and all of it as the real Jekyll sees it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.convert import Article
from notion2jekyll.jekyll.front_matter import load
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.places import RESERVED, Held, Index, Place, Written, address, index, told
from notion2jekyll.jekyll.posts import ahead, render
from notion2jekyll.jekyll.shelves import POSTS, Shelf, parse_shelf
from notion2jekyll.jekyll.site import Site, parse_site
from notion2jekyll.markdown.nodes import Doc, Paragraph, Text
from notion2jekyll.notion.model import Page, Property
from oracle.site import Built, build
from placed import placed

SEOUL = ZoneInfo("Asia/Seoul")
CREATED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
REDIRECTS = Site(plugins=("jekyll-redirect-from",))


def uid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def page(
    number: int, title: str, day: str | None = None, slug: str = "", categories: tuple[str, ...] = ()
) -> Page:
    bodies: dict[str, tuple[str, Any]] = {
        "Name": ("title", [{"type": "text", "plain_text": title}]),
        "Slug": ("rich_text", [{"type": "text", "plain_text": slug}] if slug else []),
        "Date": ("date", {"start": day} if day else None),
        "Categories": ("multi_select", [{"name": name} for name in categories]),
    }
    held = {
        name: Property(name, name, kind, {"type": kind, kind: body}) for name, (kind, body) in bodies.items()
    }
    return Page(uid(number), "", CREATED, CREATED, held)


def held(found: Index) -> dict[str, str | Held]:
    """Return where pages are once `found` has been written."""
    return {
        id_: Held(place.path, place.last, place.former, place.template) for id_, place in found.places.items()
    }


def urls(found: Index) -> list[str]:
    return [found.places[id_].url for id_ in sorted(found.places)]


# Addresses that last -------------------------------------------------------------------------------------------------


def test_a_new_title_or_date_moves_the_file_and_keeps_the_address() -> None:
    first = placed([page(1, "처음", "2026-11-20")])
    later = placed([page(1, "나중", "2026-11-21")], held=held(first)).places[uid(1)]
    assert later.path == "_posts/2026-11-21-나중.md"
    assert later.url == later.permalink == "/2026/11/20/처음.html"
    assert (later.former, later.redirects) == ((), ())
    # And back again: nothing is left of it.
    back = placed([page(1, "처음", "2026-11-20")], held=held(placed([page(1, "나중")], held=held(first))))
    assert back.places[uid(1)] == first.places[uid(1)]


def test_where_addresses_follow_the_old_ones_lead_to_the_new_one() -> None:
    follow = Options(addresses="follow")
    first = placed([page(1, "a")], follow, REDIRECTS)
    second = placed([page(1, "b")], follow, REDIRECTS, held=held(first))
    third = placed([page(1, "c")], follow, REDIRECTS, held=held(second)).places[uid(1)]
    assert (third.url, third.permalink) == ("/2026/11/20/c.html", None)
    assert third.redirects == ("/2026/11/20/a.html", "/2026/11/20/b.html")
    # Without the plugin nothing would come of it; the addresses are remembered for the day that it is there.
    plain = placed([page(1, "b")], follow, held=held(first)).places[uid(1)]
    assert (plain.redirects, plain.former) == ((), ("/2026/11/20/a.html",))
    # A post that takes its old title again has its old address, and no redirect to itself.
    again = placed([page(1, "a")], follow, REDIRECTS, held=held(second)).places[uid(1)]
    assert (again.url, again.redirects) == ("/2026/11/20/a.html", ("/2026/11/20/b.html",))


def test_a_new_slug_is_a_wish_for_a_new_address() -> None:
    first = placed([page(1, "a", slug="one")], site=REDIRECTS)
    assert urls(first) == ["/2026/11/20/one.html"]
    retitled = placed([page(1, "b", "2026-12-01", slug="one")], site=REDIRECTS, held=held(first))
    assert urls(retitled) == ["/2026/11/20/one.html"]
    asked = placed([page(1, "b", "2026-12-01", slug="two")], site=REDIRECTS, held=held(retitled)).places[
        uid(1)
    ]
    assert (asked.url, asked.redirects) == ("/2026/12/01/two.html", ("/2026/11/20/one.html",))
    # A slug that is taken away is no wish.
    silent = placed(
        [page(1, "b", "2026-12-01")], site=REDIRECTS, held={uid(1): Held(asked.path, asked.url, asked.former)}
    )
    assert urls(silent) == ["/2026/12/01/two.html"]


@pytest.mark.parametrize("addresses", ["keep", "follow"])
def test_two_pages_swap_their_titles(addresses: Literal["keep", "follow"]) -> None:
    options = Options(addresses=addresses)
    first = placed([page(1, "a"), page(2, "b")], options, REDIRECTS)
    swapped = placed([page(1, "b"), page(2, "a")], options, REDIRECTS, held=held(first))
    assert [swapped.places[uid(n)].path for n in (1, 2)] == [
        "_posts/2026-11-20-b.md",
        "_posts/2026-11-20-a.md",
    ]
    kept = ["/2026/11/20/a.html", "/2026/11/20/b.html"]
    assert urls(swapped) == (kept if addresses == "keep" else kept[::-1])
    # The old address of each is the other's now, so none leads away from it.
    assert all(place.redirects == () for place in swapped.places.values())


def test_ten_pages_get_one_title_and_keep_what_they_have() -> None:
    pages = [page(number, f"title {number}") for number in range(1, 11)]
    first = placed(pages)
    same = placed([page(number, "one") for number in range(1, 11)], held=held(first))
    assert urls(same) == urls(first)
    assert len({place.path for place in same.places.values()}) == 10
    assert placed([page(number, "one") for number in range(1, 11)], held=held(same)) == same
    # A new page of that title does not get an address that one of them still has.
    eleventh = placed(
        [*[page(number, "one") for number in range(1, 11)], page(11, "title 3")], held=held(same)
    )
    assert eleventh.places[uid(11)].url == "/2026/11/20/title-3-0000000b.html"


def test_the_site_s_own_pages_are_not_redirected_away() -> None:
    follow = Options(addresses="follow")
    site = replace(REDIRECTS, permalink="/:title/")
    first = placed([page(1, "about me")], follow, site)
    later = placed([page(1, "me")], follow, site, held=held(first), paths=["about-me.md"])
    assert later.places[uid(1)].redirects == ()


def test_another_template_of_the_site_moves_all() -> None:
    first = placed([page(1, "a")])
    site = replace(REDIRECTS, permalink="/:title/")
    moved = placed([page(1, "a")], site=site, held=held(first)).places[uid(1)]
    assert (moved.url, moved.permalink, moved.redirects) == ("/a/", None, ("/2026/11/20/a.html",))


def test_a_page_that_is_published_again_has_its_address_again() -> None:
    first = placed([page(1, "first")])
    second = placed([page(1, "second")], held=held(first))
    assert urls(second) == urls(first) == ["/2026/11/20/first.html"]
    for unpublished in ("draft", "hidden"):
        options = Options(unpublished=unpublished)
        kept = {id_: one for id_, one in held(second).items() if isinstance(one, Held)}
        away = index([Written(page(1, "second"), options, live=False)], {}, Site(), held=kept)
        assert urls(away) == [""]
        assert urls(placed([page(1, "second")], held=held(away))) == urls(first)
        follow = placed([page(1, "second")], Options(addresses="follow"), REDIRECTS, held=held(away))
        assert follow.places[uid(1)].redirects == ("/2026/11/20/first.html",)


def test_a_former_address_leads_to_one_page() -> None:
    """It was the first page's, then the second's, which left it too."""
    follow = Options(addresses="follow")
    one = placed([page(1, "a")], follow, REDIRECTS)
    two = placed([page(1, "b")], follow, REDIRECTS, held=held(one))
    three = placed([page(1, "b"), page(2, "a")], follow, REDIRECTS, held=held(two))
    assert three.places[uid(1)].redirects == ()
    four = placed([page(1, "b"), page(2, "c")], follow, REDIRECTS, held=held(three))
    assert [four.places[uid(n)].redirects for n in (1, 2)] == [(), ("/2026/11/20/a.html",)]


def test_an_address_is_not_that_of_a_post_that_people_wrote_or_that_stays() -> None:
    site = Site(permalink="/:title/")
    for more in (
        {"paths": ["_posts/2020-01-01-hello.md"]},
        {"paths": ["_pages/hello.md"]},
        {"occupied": ["/hello/"]},
    ):
        assert urls(placed([page(1, "Hello")], site=site, **more)) == ["/hello-00000001/"]  # type: ignore[arg-type]


def test_an_address_that_no_post_can_say_follows() -> None:
    site = Site(permalink="/:categories/:title/")
    first = placed([page(1, "a", categories=("to:do", "100%"))], site=site)
    assert urls(first) == ["/to:do/100%/a/"]
    later = placed([page(1, "b", categories=("to:do", "100%"))], site=site, held=held(first)).places[uid(1)]
    assert (later.url, later.permalink) == ("/to:do/100%/b/", None)


def test_an_address_that_two_posts_had_in_turn_is_kept_by_one() -> None:
    """The first was deleted by a person, the second took its address, and the first is restored."""
    had = {
        uid(1): Held("_posts/2026-11-20-b.md", "/2026/11/20/a.html"),
        uid(2): Held("_posts/2026-11-20-a.md", "/2026/11/20/a.html"),
    }
    found = placed([page(1, "b"), page(2, "a")], held={**had})
    assert len(set(urls(found))) == 2
    assert "/2026/11/20/a.html" in urls(found)


TITLES = st.sampled_from(["a", "b", "A", "", "🚀", "a b", "index"])
TURNS = st.lists(
    st.dictionaries(st.integers(1, 5), st.tuples(TITLES, st.sampled_from(["2026-11-20", "2026-11-21"]))),
    min_size=1,
    max_size=6,
)


@given(
    TURNS,
    st.sampled_from(["keep", "follow"]),
    st.sampled_from(["/:year/:month/:day/:title.html", "/:title/", "/:categories/:title/"]),
    st.sampled_from([POSTS, Shelf("collection", "_notes"), Shelf("pages", "guides"), Shelf("pages", "")]),
)
def test_addresses_differ_stay_and_settle(
    turns: list[dict[int, tuple[str, str]]],
    addresses: Literal["keep", "follow"],
    permalink: str,
    shelf: Shelf,
) -> None:
    """Whatever pages are called from day to day: no two share a place, published ones stay, nothing changes twice."""
    site, _ = parse_site(
        f"permalink: {permalink}\nplugins: [jekyll-redirect-from]\ncollections: {{notes: {{output: true}}}}"
    )
    options = Options(addresses=addresses, shelf=shelf)
    before: dict[str, str | Held] = {}
    for turn in turns:
        pages = [page(number, title, day) for number, (title, day) in turn.items()]
        found = placed(pages, options, site, held=before)
        every = [place.url.casefold().rstrip("/").removesuffix(".html") for place in found.places.values()]
        assert len(set(every)) == len(every)
        assert len({place.path.casefold() for place in found.places.values()}) == len(pages)
        for id_, place in found.places.items():
            old = before.get(id_)
            if isinstance(old, Held) and addresses == "keep":
                assert place.url == old.url
            elif isinstance(old, Held) and old.url != place.url:
                others = {other.url for other in found.places.values()}
                assert old.url in place.former or old.url in others
            assert not {url.rstrip("/") for url in place.redirects} & {url.rstrip("/") for url in every}
        assert placed(pages, options, site, held=held(found)) == found
        before = held(found)


# Days ----------------------------------------------------------------------------------------------------------------


def test_a_day_is_the_author_s_in_all_places() -> None:
    """A site that is built in UTC, of somebody who lives in Seoul."""
    options = Options(zone=SEOUL)
    early = replace(page(1, "early"), created=datetime(2026, 11, 19, 22, 0, tzinfo=UTC))
    place = placed([early], options).places[uid(1)]
    assert place.path == "_posts/2026-11-20-early.md"
    assert place.url == place.permalink == "/2026/11/20/early.html"
    assert address(place.path, place.meta, Site()) == "/2026/11/19/early.html"
    # A day without a time begins when it is that day in both zones, so every theme shows it.
    dated = placed([page(2, "day", "2026-11-20")], options).places[uid(2)]
    assert dated.meta.date.isoformat() == "2026-11-20T09:00:00+09:00"
    assert (dated.url, dated.permalink) == ("/2026/11/20/day.html", None)
    west = placed([page(2, "day", "2026-11-20")], Options(zone=ZoneInfo("America/Los_Angeles"))).places[
        uid(2)
    ]
    assert west.meta.date.isoformat() == "2026-11-20T00:00:00-08:00"


# Other places than posts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shelf"),
    [
        ("_posts", POSTS),
        ("/_posts/", POSTS),
        ("_notes", Shelf("collection", "_notes")),
        ("guides", Shelf("pages", "guides")),
        ("docs/guides/", Shelf("pages", "docs/guides")),
        ("/", Shelf("pages", "")),
        ("_data/books.yml", Shelf("data", "_data/books.yml")),
    ],
)
def test_a_place_is_read_as_people_write_it(text: str, shelf: Shelf) -> None:
    assert parse_shelf(text) == shelf


@pytest.mark.parametrize(
    "text", ["_site", "_drafts", "_data", "_data/books", "_data/../x.yml", "../x", "a/../b", "_a/b", ".git", "a//b", "_includes", "x/_posts", "a\\b", "_data/.yml"]
)  # fmt: skip
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no (place|collection|data file)"):
        parse_shelf(text)


@pytest.mark.parametrize("name", [*sorted(RESERVED)[:6], "index", "404", "readme"])
def test_names_with_a_meaning_are_left_alone(name: str) -> None:
    place = placed([page(1, name.upper())], Options(shelf=Shelf("pages", ""))).places[uid(1)]
    assert place.path == f"{name}-00000001.md"
    assert placed([page(1, name)]).places[uid(1)].path == f"_posts/2026-11-20-{name}.md"


def test_drafts_and_hidden_pages_have_no_address() -> None:
    for unpublished, path in (("draft", "_drafts/a.md"), ("hidden", "_posts/2026-11-20-a.md")):
        options = Options(unpublished=unpublished, draft_key=True)  # type: ignore[arg-type]
        found = index([Written(page(1, "a"), options, live=False)], {uid(1): "a"}, Site(), held={})
        place = found.places[uid(1)]
        assert (place.path, place.url, place.permalink) == (path, "", None)
        assert found.links([uid(1)]) == {uid(1): ("", "")}
        known = found.page(uid(1))
        assert known is not None
        assert known.url is None
        made = render(article(page(1, "a")), place, options, Site(), modified="").decode()
        assert "draft: true\n" in made
        assert ("published: false\n" in made) == (unpublished == "hidden")
    assert (
        "draft: false\n"
        in render(
            article(page(1, "a")),
            placed([page(1, "a")]).places[uid(1)],
            Options(draft_key=True),
            Site(),
            modified="",
        ).decode()
    )


def test_a_collection_that_the_site_does_not_put_out_has_no_addresses() -> None:
    options = Options(shelf=Shelf("collection", "_notes"))
    assert placed([page(1, "a")], options).places[uid(1)].url == ""
    site, _ = parse_site("collections: [notes]")
    assert placed([page(1, "a")], options, site).places[uid(1)].url == ""


def test_a_plain_page_is_not_held_back_by_its_date() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert ahead(placed([page(1, "a")]).places, Site(), now)
    assert not ahead(placed([page(1, "a")], Options(shelf=Shelf("pages", ""))).places, Site(), now)


# The real Jekyll -----------------------------------------------------------------------------------------------------


def article(one: Page) -> Article:
    return Article(one, Doc((Paragraph((Text("본문."),)),)), {}, {}, ())


def test_what_a_post_says_is_read_as_it_is_written() -> None:
    """After the state was lost, the posts' own front matter tells their addresses."""
    site, _ = parse_site("timezone: Asia/Seoul\npermalink: /:categories/:year/:month/:day/:title/")
    for options in (
        Options(),
        Options(front_matter={"category": "tech"}),
        Options(front_matter={"permalink": "/x/:title"}),
    ):
        one = page(1, "a", "2026-11-20", categories=("c d",))
        place = placed([one], options, site).places[uid(1)]
        metadata = load(render(article(one), place, options, site, modified="").decode())
        assert metadata is not None
        assert told(place.path, metadata, site, POSTS) == place.url


CONFIGS = {
    "stock": "collections: {notes: {output: true}}",
    "pretty": "permalink: pretty\ncollections: {notes: {output: true}}",
    "ordinal": "permalink: ordinal\ntimezone: Asia/Seoul\ncollections: {notes: {output: true}}",
    "weekdate": "permalink: weekdate\ncollections: {notes: {output: true, permalink: '/n/:categories/:title/'}}",
    "category": "collections: {notes: {output: true}}",
    "own": "permalink: /:categories/:title/\ncollections_dir: stuff\ncollections: {notes: {output: true, permalink: '/:collection/:year/:name:output_ext'}}",
    "suffix": "permalink: /x/:title:output_ext\ncollections: {notes: {output: true}}",
    "defaults": "defaults: [{scope: {path: '', type: notes}, values: {permalink: '/given/:title/', layout: note}}, {scope: {path: guides}, values: {permalink: '/g/:basename/', layout: note}}]\ncollections: {notes: {output: true}}",
    "below": "collections_dir: stuff\ncollections: {notes: {output: true}}\ndefaults: [{scope: {path: stuff/_posts}, values: {permalink: '/b/:title/'}}, {scope: {path: _notes}, values: {permalink: '/n/:title/'}}]",
    "patterns": "collections: {notes: {output: true}}\ndefaults: [{scope: {path: '_posts/*'}, values: {permalink: '/b/:title/'}}, {scope: {path: 'gui*'}, values: {permalink: '/g/:basename/'}}]",
    "redirects": "plugins: [jekyll-redirect-from]\ncollections: {notes: {output: true}}",
}  # fmt: skip
FIXED: dict[str, dict[str, Any]] = {"category": {"category": "Tech"}}
"""What the configuration of ours fixes for all pages."""
SHELVES = (POSTS, Shelf("collection", "_notes"), Shelf("pages", "guides"), Shelf("pages", ""))
NAMES = [
    "2026-11-19 회의",
    "Hello, World!",
    "오늘의 일기",
    "C++ & C#",
    "हिन्दी में",
    "index",
    "v1.2 beta",
    "日本語",
    "🚀",
]


@pytest.fixture(scope="module")
def sites(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, tuple[list[Place], Built, Path]]]:
    """Each configuration with pages on all shelves: new ones, renamed ones that keep or leave their address."""
    folder = tmp_path_factory.mktemp("places")
    made: dict[str, list[Place]] = {}
    blogs: list[dict[str, bytes]] = []
    for name, config in CONFIGS.items():
        site, _ = parse_site(config)
        blog = {"_config.yml": f"{config}\nfuture: true\n".encode()}
        places: list[Place] = []
        for number, shelf in enumerate(SHELVES):
            for addresses in ("keep", "follow"):
                options = Options(shelf=shelf, addresses=addresses)
                start = 100 * number + 50 * (addresses == "follow") + 1
                old = [
                    page(
                        start + n, f"{title} {addresses}", "2026-11-20", categories=("Deep Learning", "ΕΛΛΑΣ")
                    )
                    for n, title in enumerate(NAMES)
                ]
                first = placed(old, options, site)
                # The half of them gets another title and date.
                new = [
                    page(start + n, f"new {n} {addresses}", "2026-11-22", categories=("x",)) if n % 2 else one
                    for n, one in enumerate(old)
                ]
                found = placed(new, options, site, held=held(first))
                for one in new:
                    place = found.places[one.id]
                    blog[place.path] = render(article(one), place, options, site, modified="")
                    places.append(place)
        made[name] = places
        blogs.append(blog)
    built = build(folder, blogs)
    yield {name: (made[name], built[n], folder / f"{n}.out") for n, name in enumerate(CONFIGS)}
    shutil.rmtree(folder)


def file_of(url: str) -> str:
    """Return the file that a server of static pages gives for `url`."""
    path = url.lstrip("/")
    return (
        f"{path}index.html"
        if not path or path.endswith("/")
        else path
        if path.endswith(".html")
        else f"{path}.html"
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_every_page_is_where_jekyll_puts_it(
    name: str, sites: Mapping[str, tuple[list[Place], Built, Path]]
) -> None:
    places, built, out = sites[name]
    assert len(places) == len(SHELVES) * 2 * len(NAMES)
    for place in places:
        written = out / file_of(place.url)
        assert written.is_file(), f"{place.path} is not at {place.url}"
        assert "본문." in written.read_text("utf-8")
        if place.shelf.kind == "posts":
            assert built.posts[place.path.removeprefix("stuff/")]["url"] == place.url
    assert "error" not in built.log.lower()


def test_former_addresses_lead_to_the_post(sites: Mapping[str, tuple[list[Place], Built, Path]]) -> None:
    places, _, out = sites["redirects"]
    moved = [place for place in places if place.redirects]
    assert len(moved) == len(SHELVES) * (len(NAMES) // 2)
    for place in moved:
        for old in place.redirects:
            html = (out / file_of(old)).read_text("utf-8")
            assert 'http-equiv="refresh"' in html


def test_what_a_post_says_of_its_address_is_understood() -> None:
    site = Site(zone=SEOUL)
    day = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert (
        told("_posts/2026-11-21-a.md", {"date": day, "categories": "x y"}, site, POSTS)
        == "/x/y/2026/11/21/a.html"
    )
    assert told("_posts/2026-11-21-a.md", {"date": day, "permalink": "/b/"}, site, POSTS) == "/b/"
    assert told("guides/a.md", {"date": day}, site, Shelf("pages", "guides")) == "/guides/a.html"
    assert told("_posts/2026-11-21-a.md", {}, site, POSTS) == ""
    assert told("_posts/2026-11-21-a.md", {"date": day, "published": False}, site, POSTS) == ""
