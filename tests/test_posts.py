"""What a post is: its properties, its place, its address, its bytes; addresses are judged by the real Jekyll."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.convert import Article, convert
from notion2jekyll.jekyll import front_matter
from notion2jekyll.jekyll.assets import asset_path
from notion2jekyll.jekyll.excerpts import instead
from notion2jekyll.jekyll.meta import ROLES, Meta, Options, meta, roles
from notion2jekyll.jekyll.places import (
    MAX_SLUG_BYTES,
    Index,
    Place,
    address,
    shared,
    slugify,
)
from notion2jekyll.jekyll.posts import ahead, files, modified, render
from notion2jekyll.jekyll.site import PERMALINKS, Site, parse_site
from notion2jekyll.jekyll.values import moment
from notion2jekyll.markdown.nodes import (
    BlockNode,
    CodeBlock,
    Container,
    Details,
    Doc,
    Figure,
    Heading,
    Image,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    SitePath,
    Table,
    Text,
    Toc,
)
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.notion.model import Block, File, Icon, Page, Property, Tree, parse_block
from notion2jekyll.notion.properties import Period
from oracle.kramdown import Kramdown
from oracle.site import Built, build
from placed import placed

SEOUL = ZoneInfo("Asia/Seoul")
ID = "2c96a001-f6da-8022-b643-904859808667"
NOON = datetime.fromisoformat("2026-11-20T09:30")
"""A time that stands in no zone, as Notion gives it beside the name of one."""
CREATED = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)


def text(content: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"content": content}, "plain_text": content}]


def prop(name: str, kind: str, body: Any) -> Property:
    return Property(name, name, kind, {"type": kind, kind: body})


def title(content: str) -> Property:
    return prop("Name", "title", text(content))


def names(name: str, *options: str) -> Property:
    return prop(name, "multi_select", [{"name": option} for option in options])


def page(*properties: Property, id_: str = ID, created: datetime = CREATED, **more: Any) -> Page:
    held = {item.name: item for item in properties}
    return Page(id_, "https://app.notion.com/p/x", created, created, held, **more)


def uid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


# Roles ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names_", "expected"),
    [
        (
            ("Title", "Date", "Tags", "Category", "Slug", "Description", "Author"),
            {"title", "date", "tags", "categories", "slug", "description", "author"},
        ),
        (("제목", "작성일", "태그", "분류", "슬러그", "요약", "글쓴이"), ROLES.keys()),
        (("タイトル", "日付", "タグ", "カテゴリー", "スラッグ", "概要", "著者"), ROLES.keys()),
        (("标题", "日期", "标签", "分类", "网址", "摘要", "作者"), ROLES.keys()),
        (
            ("Name", "PUBLISH_DATE", "Keywords", "ｃａｔｅｇｏｒｙ", "url-slug", " Summary ", "writer"),
            ROLES.keys(),
        ),
    ],
)
def test_properties_are_found_by_type_and_name(names_: tuple[str, ...], expected: Any) -> None:
    types = ("title", "date", "multi_select", "select", "rich_text", "rich_text", "people")
    held = {name: prop(name, kind, None) for name, kind in zip(names_, types, strict=True)}
    found = roles(held, Options())
    assert found.keys() == set(expected)
    assert tuple(found[role] for role in ROLES) == names_


def test_a_name_of_the_wrong_type_plays_no_role() -> None:
    held = {"Date": prop("Date", "rich_text", []), "Tags": prop("Tags", "number", 1), "N": title("x")}
    assert roles(held, Options()) == {"title": "N"}


def test_the_one_date_is_the_date_whatever_its_name() -> None:
    held = {"언제": prop("언제", "date", None), "N": title("x")}
    assert roles(held, Options())["date"] == "언제"
    held["Due"] = prop("Due", "date", None)
    assert "date" not in roles(held, Options())
    held["Published"] = prop("Published", "date", None)
    assert roles(held, Options())["date"] == "Published"


def test_the_configuration_has_the_last_word() -> None:
    held = {name: prop(name, "date", None) for name in ("Date", "발행 예정일")} | {"N": title("x")}
    assert roles(held, Options(properties={"date": "발행 예정일"}))["date"] == "발행 예정일"
    assert "date" not in roles(held, Options(properties={"date": None}))
    assert "date" not in roles(held, Options(properties={"date": "Gone"}))


# Dates ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        (Period(date(2026, 11, 20)), "Asia/Seoul", "2026-11-20 00:00:00 +0900"),
        (Period(date(2026, 11, 20)), "UTC", "2026-11-20 00:00:00 +0000"),
        (Period(date(2026, 7, 1), date(2026, 7, 3)), "Europe/Berlin", "2026-07-01 00:00:00 +0200"),
        (Period(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)), "Asia/Seoul", "2026-11-21 08:30:00 +0900"),
        (
            Period(NOON, None, "Europe/Paris"),
            "Asia/Seoul",
            "2026-11-20 17:30:00 +0900",
        ),
        (Period(NOON.replace(month=7), None, "America/New_York"), "UTC", "2026-07-20 13:30:00 +0000"),
        (Period(NOON), "Asia/Seoul", "2026-11-20 09:30:00 +0900"),
        (Period(NOON, None, "Mars/Olympus"), "UTC", "2026-11-20 09:30:00 +0000"),
        (datetime(2026, 11, 20, 18, 30, tzinfo=UTC), "Asia/Seoul", "2026-11-21 03:30:00 +0900"),
        # Midnight does not exist on this day, and is twice on the other.
        (Period(date(2018, 11, 4)), "America/Sao_Paulo", "2018-11-04 01:00:00 -0200"),
        (Period(date(2026, 10, 25)), "Europe/Berlin", "2026-10-25 00:00:00 +0200"),
    ],
)
def test_a_date_is_a_moment_of_the_site(value: object, zone: str, expected: str) -> None:
    found = moment(value, ZoneInfo(zone))
    assert found is not None
    assert front_matter.stamp(found) == expected


@pytest.mark.parametrize(
    "value", [None, "2026-11-20", 5, Period(date.min), Period(datetime.max.replace(tzinfo=UTC))]
)
def test_what_is_no_date_is_none(value: object) -> None:
    assert moment(value, SEOUL) is None


@given(
    st.one_of(st.dates(), st.datetimes(), st.datetimes(timezones=st.timezones())),
    st.sampled_from(["Asia/Seoul", "UTC", "America/Los_Angeles", "Pacific/Apia"]),
    st.one_of(st.none(), st.sampled_from(["Europe/Paris", "", "nowhere", "../etc/passwd", "Asia"])),
)
def test_no_date_stops_a_run(start: date, zone: str, named: str | None) -> None:
    found = moment(Period(start, None, named), ZoneInfo(zone))
    if found is not None:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})? [+-]\d{4}", front_matter.stamp(found))


def test_a_page_without_a_date_has_the_time_of_its_creation() -> None:
    empty = page(title("x"), prop("Date", "date", None))
    assert meta(empty, Options(), Site(zone=SEOUL)).date == CREATED
    assert meta(empty, Options(zone=SEOUL), Site()).date.isoformat() == "2026-11-20T07:00:00+09:00"


def test_properties_become_what_a_post_says() -> None:
    held = page(
        title("  오늘의\n일기　하나 "),
        prop("Date", "date", {"start": "2026-11-20"}),
        names("Tags", "python", "일기", " "),
        prop("Category", "select", {"name": "Deep Learning"}),
        prop("Slug", "rich_text", text("My Day!")),
        prop("Summary", "rich_text", text("What happened")),
        prop("Author", "people", [{"name": "Ada"}, {"name": "지민"}, {"id": "x"}]),
    )
    assert meta(held, Options(), Site(zone=SEOUL)) == Meta(
        title="오늘의 일기　하나",
        date=datetime(2026, 11, 20, tzinfo=SEOUL),
        slug="My Day!",
        asked=True,
        tags=("python", "일기"),
        categories=("Deep Learning",),
        description="What happened",
        author="Ada, 지민",
    )


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title_", "unicode", "ascii_"),
    [
        ("Hello, World!", "hello-world", "hello-world"),
        ("오늘의 일기: 시작", "오늘의-일기-시작", "oneului-ilgi-sijag"),
        (unicodedata.normalize("NFD", "오늘의 일기"), "오늘의-일기", "oneului-ilgi"),
        ("日本語のテスト", "日本語のテスト", "ribenyunotesuto"),
        ("C++ & C#'s (x)", "c-c-s-x", "c-c-s-x"),
        ("Größe naïve", "größe-naïve", "grosse-naive"),
        ("I ❤️ Korea 🇰🇷", "i-korea", "i-heart-korea-kr"),
        ("1️⃣ First", "1-first", "1-first"),
        ("हिन्दी में", "हिन्दी-में", "hindi-mem"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full-width", "full-width"),
        ("a/b\\c..d", "a-b-c-d", "a-b-c-d"),
        ("_draft #1~", "draft-1", "draft-1"),
        ("İstanbul", "i̇stanbul", "istanbul"),
        ("2026", "2026", "2026"),
    ],
)
def test_a_title_becomes_a_name(title_: str, unicode: str, ascii_: str) -> None:
    assert slugify(title_, "unicode", ID) == unicode
    assert slugify(title_, "ascii", ID) == ascii_
    assert slugify(title_, "id", ID) == ID.replace("-", "")


@pytest.mark.parametrize("title_", ["", "   ", "🚀", "❤️", "!!!", "---", "...", "\u0301", "👨‍👩‍👧", "\ufe0f"])
def test_a_title_without_letters_is_named_by_its_page(title_: str) -> None:
    assert slugify(title_, "unicode", ID) == "2c96a001"


@given(
    st.one_of(st.text(), st.text("가나다abc 🚀❤️-_.हिन्दी\u0301", min_size=50, max_size=400)),
    st.sampled_from(["unicode", "ascii"]),
)
def test_a_name_is_fit_for_any_file_system(title_: str, policy: Any) -> None:
    slug = slugify(title_, policy, ID)
    assert slug
    assert unicodedata.is_normalized("NFC", slug)
    assert len(f"2026-11-20-{slug}-{ID.replace('-', '')}.md".encode()) <= 255
    assert len(slug.encode()) <= MAX_SLUG_BYTES
    assert re.fullmatch(r"[^\s/\\:*?\"<>|.#%\x00-\x1f-]+(-[^\s/\\:*?\"<>|.#%\x00-\x1f-]+)*", slug)
    assert slugify(slug, policy, ID) == slug
    if policy == "ascii":
        assert slug.isascii()


def hosted(name: str, key: str = "space/file/name") -> File:
    return File("https://files.example/" + key + "?X-Amz-Signature=1", hosted=True, name=name, key=key)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("photo.JPEG", "-photo.jpeg"),
        ("사진 1.png", "-sajin-1.png"),
        ("no extension", "-no-extension"),
        ("🚀.png", ".png"),
        ("notes.md", "-notes.md.txt"),
        ("README.Markdown", "-readme.markdown.txt"),
        ("_hidden~.zip", "-hidden.zip"),
        ("a.b.c.tar.gz", "-a-b-c-tar.gz"),
        ("odd.extension!", "-odd-extension"),
        ("../../etc/passwd", "-etc-passwd"),
        ("x" * 300 + ".pdf", ".pdf"),
        ("", ""),
    ],
)
def test_a_file_gets_a_plain_name(name: str, ends: str) -> None:
    path = asset_path(hosted(name), "assets/notion")
    assert re.fullmatch(r"assets/notion/[0-9a-f]{12}[a-z0-9.-]*", path)
    assert path.endswith(ends)
    assert len(path) < 100


def test_a_file_is_told_by_its_key_alone() -> None:
    one = hosted("a.png")
    again = dataclasses.replace(one, url=one.url + "&X-Amz-Date=2")
    other = hosted("a.png", "space/other/name")
    assert asset_path(one, "a") == asset_path(again, "a") != asset_path(other, "a")


# Places --------------------------------------------------------------------------------------------------------------


def place_of(*pages: Page, **more: Any) -> Index:
    return placed(pages, **more)


def test_two_pages_with_one_title_have_two_places_for_good() -> None:
    first, second = (
        page(title("일기"), id_=uid(2)),
        page(title("일기"), id_=uid(1), created=CREATED.replace(minute=1)),
    )
    found = place_of(first, second)
    assert found.places[uid(2)].path == "_posts/2026-11-19-일기.md"
    assert found.places[uid(1)].path == "_posts/2026-11-19-일기-00000001.md"
    held = {id_: place.path for id_, place in found.places.items()}
    # An older page with the same title arrives; the first one goes.
    older = page(title("일기"), id_=uid(3), created=CREATED.replace(hour=20))
    later = place_of(older, second, held=held)
    assert later.places[uid(1)].path == "_posts/2026-11-19-일기-00000001.md"
    assert later.places[uid(3)].path == "_posts/2026-11-19-일기.md"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "A", "Ａ", "b", "", "한글", "a 00000001"]),
            st.sampled_from([CREATED, CREATED.replace(day=20)]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(
        ["/:year/:month/:day/:title/", "/:title/", "/:title.html", "/:categories/:title", "/:year/"]
    ),
    st.randoms(use_true_random=False),
)
def test_places_differ_and_stay(wanted: list[tuple[str, datetime]], permalink: str, random: Any) -> None:
    pages = [page(title(name), id_=uid(number), created=when) for number, (name, when) in enumerate(wanted)]
    site = Site(permalink=permalink)
    found = place_of(*pages, site=site).places
    assert len({place.path.casefold() for place in found.values()}) == len(pages)
    if ":title" in permalink:
        assert len({place.url.casefold() for place in found.values()}) == len(pages)
        assert not shared(found)
    held = {id_: place.path for id_, place in found.items()}
    random.shuffle(pages)
    assert place_of(*pages, site=site, held=held).places == found
    fewer = pages[: len(pages) // 2]
    kept = place_of(*fewer, site=site, held=held).places
    assert kept == {one.id: found[one.id] for one in fewer}


def test_a_post_does_not_take_the_address_of_a_page_of_the_site() -> None:
    site = Site(permalink="/:title/")
    paths = ["about.md", "index.html", "notes/index.md", "_layouts/post.html", ".well-known/x.md"]
    found = place_of(
        page(title("About"), id_=uid(1)),
        page(title("404"), id_=uid(2)),
        page(title("Index"), id_=uid(3)),
        page(title("post"), id_=uid(4)),
        site=site,
        paths=paths,
    )
    assert [found.places[uid(number)].url for number in (1, 2, 3, 4)] == [
        "/about-00000001/",
        "/404-00000002/",
        "/index/",
        "/post/",
    ]
    assert (
        place_of(page(title("Index")), site=Site(permalink="/:title.html")).places[ID].url
        == "/index-2c96a001.html"
    )


def test_a_template_that_tells_no_posts_apart_is_said() -> None:
    found = place_of(
        page(title("a"), id_=uid(1)), page(title("b"), id_=uid(2)), site=Site(permalink="/:year/")
    )
    (problem,) = shared(found.places)
    assert (problem.severity, problem.page) == ("warning", uid(2))
    assert "“b” and “a” have one address, /2026/" in problem.message


def test_a_path_that_a_kept_post_holds_is_not_given_away() -> None:
    found = place_of(page(title("a")), reserved=["_posts/2026-11-19-a.md"])
    assert found.places[ID].path == "_posts/2026-11-19-a-2c96a001.md"


def test_links_find_what_is_published_and_what_is_not() -> None:
    public, draft = page(title("Public"), id_=uid(1)), page(title("Draft"), id_=uid(2))
    found = place_of(public, everything=[draft])
    known = found.page(uid(1))
    assert known is not None
    assert (known.title, known.url) == ("Public", SitePath("/2026/11/19/public.html"))
    unpublished = found.page(uid(2))
    assert unpublished is not None
    assert (unpublished.title, unpublished.url) == ("Draft", None)
    assert found.page(uid(3)) is None
    assert found.links([uid(1), uid(2), uid(3)]) == {
        uid(1): ("/2026/11/19/public.html", "Public"),
        uid(2): ("", ""),
        uid(3): ("", ""),
    }
    copy = found.file(hosted("a.png"))
    assert copy is not None
    assert copy.place.path.startswith("/assets/notion/")


# Addresses, judged by Jekyll -----------------------------------------------------------------------------------------

CATEGORIES: list[tuple[str, ...]] = [
    (), ("TIL",), ("TIL", "til", "한글"), ("Deep Learning",), ("CI/CD",), ("C#",), ("etc.",), ("a..b",), ("Q&A?",), ("100%",), ("%41",),
    ("Größe", "É"), (" edge ",), ("a+b", "~x"),
]  # fmt: skip
TITLES = [
    "Hello", "한글 제목", "日本語", "हिन्दी में लिखना", "ภาษาไทยง่ายที่สุด", "தமிழ்", "العَرَبِيَّة", "Größe", "x_y", "Tiếng Việt", "Ⅳ", "🚀", "İstanbul",
    "בְּרֵאשִׁית", "मराठी नुक़्ता", "1️⃣ один", "ΑΣ",
]  # fmt: skip
DAYS = [
    "2026-11-20",
    "2026-01-01",
    "2027-01-02T23:30:00.000+00:00",
    "2024-12-30T00:10:00.000+09:00",
    "1999-07-04",
]
CONFIGS = [
    *(f"permalink: {name}\n" for name in PERMALINKS),
    "",
    "timezone: Asia/Seoul\npermalink: pretty\n",
    "timezone: America/New_York\n",
    "permalink: /:categories/:title\n",
    "permalink: /blog/:year-:i_month-:i_day/:slug.html\n",
    "permalink: /:slugified_categories/:short_year/:y_day/:hour:minute:second/:title/\n",
    "permalink: /:w_year/:week/:w_day/:long_month/:short_month/:long_day/:short_day/:title:output_ext\n",
    "permalink: /:month_:day/:title\n",
    "permalink: /:collection/:name/\n",
    "permalink: /:collection/:path/\n",
    "collections:\n  posts:\n    permalink: /c/:title/\n",
    "permalink: pretty\ndefaults:\n- scope: {path: '', type: posts}\n  values: {permalink: '/posts/:title/', layout: x}\n",
    "defaults:\n- scope: {path: ''}\n  values: {categories: [Blog]}\n- scope: {path: _posts}\n  values: {category: Log}\n",
    "defaults:\n- scope: {path: '', type: posts}\n  values: {categories: 'a b'}\n- scope: {path: ''}\n  values: {categories: z}\n",
    "baseurl: /blog\npermalink: ./:title/../:year/\n",
]


def dated(number: int, start: str) -> Page:
    return page(
        title(TITLES[number % len(TITLES)]),
        names("Categories", *CATEGORIES[number % len(CATEGORIES)]),
        prop("Date", "date", {"start": start}),
        id_=uid(number + 1),
    )


PAGES = [dated(number, DAYS[number % len(DAYS)]) for number in range(max(len(TITLES), len(CATEGORIES)))]


def posts_of(config: str, options: Options | None = None) -> tuple[Mapping[str, Place], dict[str, bytes]]:
    site, _ = parse_site(config)
    options = options or Options()
    found = placed(PAGES, options, site).places
    blog = {"_config.yml": (config + "\nfuture: true\n").encode()}
    for one in PAGES:
        made = Article(one, Doc((Paragraph((Text("Text."),)),)), {}, {}, ())
        blog[found[one.id].path] = render(made, found[one.id], options, site, modified="")
    return found, blog


@pytest.fixture(scope="module")
def addresses(
    tmp_path_factory: pytest.TempPathFactory, kramdown: Kramdown
) -> dict[str, tuple[Mapping[str, Place], Built]]:
    wanted: dict[str, tuple[str, Options]] = {config: (config, Options()) for config in CONFIGS}
    wanted["zone of the configuration"] = ("", Options(zone=SEOUL))
    wanted["fixed front matter"] = (
        "permalink: pretty\n",
        Options(front_matter={"permalink": "/fixed/:title/", "categories": ["One", "둘"]}),
    )
    made = {name: posts_of(*options) for name, options in wanted.items()}
    built = build(tmp_path_factory.mktemp("sites"), [blog for _, blog in made.values()])
    return {name: (places, site) for (name, (places, _)), site in zip(made.items(), built, strict=True)}


@pytest.mark.parametrize("config", [*CONFIGS, "zone of the configuration", "fixed front matter"])
def test_addresses_are_those_that_jekyll_gives(
    config: str, addresses: dict[str, tuple[Mapping[str, Place], Built]]
) -> None:
    places, built = addresses[config]
    expected = {place.path: place.url for place in places.values()}
    assert {path: post["url"] for path, post in built.posts.items()} == expected
    assert all(post["written"] for post in built.posts.values())


def test_jekyll_reads_what_the_page_says(addresses: dict[str, tuple[Mapping[str, Place], Built]]) -> None:
    places, built = addresses["timezone: Asia/Seoul\npermalink: pretty\n"]
    for place in places.values():
        post = built.posts[place.path]
        assert post["title"] == place.meta.title
        assert post["date"] == front_matter.stamp(place.meta.date)
        assert post["categories"] == list(dict.fromkeys(place.meta.categories))
        assert "<p>Text.</p>" in post["html"]


# Content -------------------------------------------------------------------------------------------------------------


BODY = parse_block({"type": "paragraph", "paragraph": {"rich_text": [{"plain_text": "본문."}]}})


def article(one: Page, *blocks: Block, options: Options | None = None, site: Site | None = None) -> Article:
    options = options or Options()
    links = placed([one], options, site or Site(zone=SEOUL))
    return convert(Tree(one, blocks or (BODY,)), links, options.style)


def rendered(one: Page, options: Options | None = None, site: Site | None = None, stamp: str = "") -> str:
    options, site = options or Options(), site or Site(zone=SEOUL)
    place = placed([one], options, site).places[one.id]
    return render(article(one, options=options, site=site), place, options, site, modified=stamp).decode()


def test_a_post_says_what_there_is_and_nothing_else() -> None:
    assert rendered(page(title("일기"))) == (
        f'---\nlayout: "post"\ntitle: "일기"\ndate: 2026-11-20 07:00:00 +0900\nnotion_id: "{ID}"\n---\n\n본문.\n'
    )


def test_a_post_has_all_that_its_page_has() -> None:
    full = page(
        title("일기"),
        names("Tags", "a", "b"),
        names("Categories", "C"),
        prop("Description", "rich_text", text("D")),
        prop("Author", "rich_text", text("E")),
        cover=hosted("cover.png"),
    )
    options = Options(
        front_matter={"layout": "journal", "comments": True, "tags": ["fixed"], "notion_id": "no"}
    )
    read = front_matter.load(rendered(full, options, stamp="2026-11-20 10:00:00 +0900"))
    assert read == {
        "layout": "journal",
        "title": "일기",
        "date": "2026-11-20 07:00:00 +0900",
        "last_modified_at": "2026-11-20 10:00:00 +0900",
        "categories": ["C"],
        "tags": ["fixed"],
        "description": "D",
        "author": "E",
        "image": "/" + asset_path(hosted("cover.png"), "assets/notion"),
        "comments": True,
        "notion_id": ID,
    }


@pytest.mark.parametrize(
    ("url", "image"),
    [
        ("https://www.notion.so/images/page-cover/x.jpg", True),
        ("javascript:alert(1)", False),
        ("data:image/png,x", False),
    ],
)
def test_a_cover_from_elsewhere_is_linked_where_it_can_be(url: str, image: bool) -> None:
    read = front_matter.load(rendered(page(title("x"), cover=File(url, hosted=False))))
    assert read is not None
    assert ("image" in read) is image


def test_a_site_with_its_own_layout_is_left_to_it() -> None:
    own, _ = parse_site("defaults: [{scope: {path: '', type: posts}, values: {layout: journal}}]")
    assert "layout" not in rendered(page(title("x")), site=own)
    single, _ = parse_site("theme: minimal-mistakes-jekyll")
    assert 'layout: "single"' in rendered(page(title("x")), site=single)


def test_a_page_without_a_title_is_a_post() -> None:
    text_ = rendered(page(title("")))
    assert 'title: ""' in text_


def test_media_of_a_post_are_its_cover_and_its_files() -> None:
    inside = hosted("in.png", "s/1/in.png")
    one = page(title("x"), cover=hosted("cover.png"), icon=Icon(file=hosted("icon.png", "s/2/icon.png")))
    made = article(one, Block("b", "image", file=inside))
    assert set(files(made).values()) == {inside, one.cover, one.icon.file if one.icon else None}
    assert all(path == asset_path(file, "assets/notion") for path, file in files(made).items())
    assert files(article(page(title("x"), cover=File("https://e.x/c.png", hosted=False)))) == {}


def test_the_time_of_a_change_is_in_the_zone_of_the_site() -> None:
    assert modified(page(title("x")), Options(), Site(zone=SEOUL)) == "2026-11-20 07:00:00 +0900"
    assert modified(page(title("x")), Options(zone=SEOUL), Site()) == "2026-11-20 07:00:00 +0900"


def test_posts_dated_ahead_are_said() -> None:
    places = place_of(page(title("Soon"))).places
    before, after = datetime(2026, 11, 19, 21, 59, tzinfo=UTC), datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    (note,) = ahead(places, Site(), before)
    assert (note.severity, note.page) == ("note", ID)
    assert "“Soon” is dated 2026-11-19 22:00 +0000" in note.message
    assert "timezone" in note.hint
    (note,) = ahead(places, Site(zone=SEOUL), before)
    assert "timezone" not in note.hint
    assert ahead(places, Site(), after) == ()
    assert ahead(places, Site(future=True), before) == ()


def test_an_address_starts_at_the_root() -> None:
    about = Meta("x", CREATED, "x", categories=())
    assert address("_posts/2026-11-19-x.md", about, Site(permalink=":title")) == "/x"
    assert address("_posts/2026-11-19-x.md", about, Site(permalink="/:unknown/:title")) == "/:unknown/x"


def test_an_address_is_written_into_a_post_only_where_versions_of_jekyll_disagree() -> None:
    read = front_matter.load(rendered(page(title("हिन्दी"))))
    assert read is not None
    assert read["permalink"] == "/2026/11/20/हिन्दी.html"
    assert "permalink" not in rendered(page(title("한글 café")))
    assert "permalink" not in rendered(page(title("हिन्दी"), names("Category", "50%")))
    assert "permalink" not in rendered(page(title("हिन्दी"), names("Category", "a:b")))


# Excerpts ------------------------------------------------------------------------------------------------------------

P = Paragraph((Text("첫 글 & <b> {{ x }}"),))
FIRST = "첫 글 &amp; &lt;b&gt; {{ x }}"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (P, ""),
        (Heading(2, (Text("월요일"),)), ""),
        (CodeBlock("a = 1\nb = 2", "python"), ""),
        (CodeBlock("a = 1\n\nb = 2", "python"), FIRST),
        (Container("aside", (), (P,)), FIRST),
        (Container("aside", (), (CodeBlock("x"),)), FIRST),
        (Details((Text("더 보기"),), (P,)), "더 보기"),
        (List(False, (Item((P,)),)), ""),
        (List(True, (Item((P,)),), start=5), FIRST),
        (Quote((P, P)), ""),
        (Rule(), FIRST),
        (Toc(), FIRST),
        (Table((((Text("a"),),),), True, False), ""),
        (Table((((Text("a"),),),), False, True), ""),
        (Figure(Image("https://e.x/a.png", ""), (Text("그림"),)), ""),
    ],
)
def test_an_excerpt_is_written_where_jekylls_own_would_be_half_a_thing(
    first: BlockNode, expected: str, kramdown: Kramdown
) -> None:
    doc = Doc((first, P))
    body = serialize(doc)
    assert instead(doc, body, "\n\n") == expected
    if not expected:
        half = kramdown.render(body.split("\n\n", 1)[0])
        assert "```" not in half
        assert half.strip()


def test_nothing_to_read_has_no_excerpt() -> None:
    assert instead(Doc(()), "", "\n\n") == ""
    assert instead(Doc((Rule(),)), "---\n", "\n\n") == ""


STORY = (
    Paragraph((Text("First, {{ x }}."),)),
    Container("aside", (), (P, CodeBlock("a\n\nb"), Rule(), Paragraph((Text("[more]"),)))),
    Rule(),
    Paragraph((Text("[more]"),)),
    Paragraph((Text("Rest."),)),
)
SEPARATORS = {
    "": "<!--more-->",
    "excerpt_separator: <!--more-->\n": "<!--more-->",
    "excerpt_separator: '<!-- cut -->'\n": "<!-- cut -->",
    "excerpt_separator: '[more]'\n": "<!--more-->",
    "excerpt_separator: ''\n": "<!--more-->",
    "defaults: [{scope: {path: ''}, values: {excerpt_separator: '<!--d-->'}}]\n": "<!--d-->",
}
"""What a site says → what ends an excerpt in its posts."""


Told = tuple[str, str, tuple[BlockNode, ...]]
"""The site's `_config.yml`, where excerpts end, and what the page starts with before `STORY`."""


def shown(tmp_path: Path, cases: Sequence[Told]) -> list[tuple[str, str, str]]:
    """Return for each of `cases` the post, and its excerpt and its page as Jekyll makes them."""
    one = page(title("x"))
    sites, posts = [], []
    for config, where, first in cases:
        site, _ = parse_site(config)
        place = placed([one], site=site).places[ID]
        made = Article(one, Doc((*first, *STORY)), {}, {}, ())
        posts.append(render(made, place, Options(excerpt=where), site, modified=""))
        layout = b"---\n---\n{{ content }}"
        sites.append({"_config.yml": config.encode(), "_layouts/post.html": layout, place.path: posts[-1]})
    found = [built.posts[place.path] for built in build(tmp_path, sites)]
    return [
        (post.decode(), " ".join(one["excerpt"].split()), one["html"])
        for post, one in zip(posts, found, strict=True)
    ]


def test_an_excerpt_ends_where_its_author_wants(tmp_path: Path) -> None:
    ends = {"divider": "</aside>", "[more]": "</aside> <hr />"}
    cases = [
        (config, where, first)
        for config in SEPARATORS
        for where in ends
        for first in ((), (Rule(), Toc()) if where == "divider" else (Rule(),))
    ]
    for (config, where, _), (post, excerpt, html) in zip(cases, shown(tmp_path, cases), strict=True):
        assert "<p>First, {{ x }}.</p>" in excerpt
        assert excerpt.endswith(ends[where])
        assert "\nexcerpt:" not in post
        assert ("\nexcerpt_separator:" in post) is (SEPARATORS[config] not in config)
        # The page shows everything but the marker.
        after = html.partition("</aside>")[2]
        assert ("<hr />" in after, "<p>Rest.</p>" in after) == (True, True)
        assert ("[more]" in after) is (where == "divider")


def test_an_excerpt_is_never_half_a_thing(tmp_path: Path) -> None:
    typed = Paragraph((Text("She typed <!--more--> here."),))
    code = CodeBlock("<!--more-->\n[more]\n<!-- cut -->\n\nx")
    cases = [
        (config, where, (first,))
        for config in SEPARATORS
        for where in ("auto", "divider", "[more]")
        for first in (typed, code)
    ]
    for (_, where, _), (post, excerpt, _) in zip(cases, shown(tmp_path, cases), strict=True):
        for tag in ("aside", "pre", "code", "p"):
            assert len(re.findall(rf"<{tag}\b", excerpt)) == excerpt.count(f"</{tag}>")
        assert "```" not in excerpt
        assert not excerpt.endswith(("She typed", "She typed \\"))
        assert where != "auto" or "\nexcerpt_separator:" not in post


def test_an_author_who_marks_nothing_leaves_it_to_the_site() -> None:
    for where in ("divider", "[more]"):
        assert "excerpt" not in rendered(page(title("x")), Options(excerpt=where))
