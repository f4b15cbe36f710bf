"""Keys of the front matter that people choose: which there may be, what they get, and what is said of those that cannot be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangle import mangled
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import review
from notion2jekyll.jekyll.extras import Extras, extras, told
from notion2jekyll.jekyll.front_matter import dump
from notion2jekyll.jekyll.keys import KNOWN, SHADOWED, Constant, Links, Template, key_of, refusal
from notion2jekyll.jekyll.meta import ROLES, Options, kept, meta, named, roles, said
from notion2jekyll.jekyll.site import Site
from notion2jekyll.jekyll.values import texts, written
from notion2jekyll.notion.model import Failed, File, Page, Property, parse_page
from notion2jekyll.notion.properties import UNKNOWN, Location, PageIds, Period, Value
from oracle import properties as oracle
from oracle.site import build
from placed import placed

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
A, B, C = (f"{number:08x}-0000-4000-8000-000000000000" for number in range(3))


def prop(kind: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, kind: body, **more}


def runs(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "plain_text": text}]


def page(id_: str = A, **held: Any) -> Page:
    properties = {name: Property(name, name, raw["type"], raw) for name, raw in held.items()}
    return Page(id_, "", NOON, NOON, properties)


def relation(*ids: str) -> dict[str, Any]:
    return prop("relation", [{"id": id_} for id_ in ids], has_more=False)


def of(one: Page, options: Options, *others: Page, related: dict[str, str] | None = None) -> Extras:
    site = Site(zone=SEOUL)
    return extras(one, options, site, placed([one], options, site, everything=others, related=related))


# Which there may be ---------------------------------------------------------------------------------------------------

WORDS = """
mood weather week series book rating place name size last type kind number status draft cover subtitle location url id path next
previous content output collection relative_path excerpt first keys inspect method class to_s freeze hash length empty reverse map
group sum zip pinned lang toc comments author_profile read_time video audio link key value values content_methods to_liquid
"""
BREAKING = SHADOWED - set(WORDS.split())
"""Keys that break the build as soon as a layout asks for them, whatever is there."""


def site_with(words: Iterable[str]) -> dict[str, bytes]:
    """Return a site with one post that has `words` as keys and a layout that shows the value of each."""
    front = "".join(f'"{word}": "our {word}"\n' for word in words)
    layout = "".join(f'[{word}:{{{{ page["{word}"] }}}}]' for word in words)
    post = f"---\nlayout: post\ntitle: T\n{front}---\nText.\n"
    return {
        "_config.yml": b"title: Blog\n",
        "_layouts/post.html": layout.encode(),
        "_posts/2026-11-20-post.md": post.encode(),
    }


def test_what_layouts_would_not_get_is_refused_and_nothing_else(tmp_path: Path) -> None:
    words = WORDS.split()
    (built,) = build(tmp_path, [site_with(words)])
    (html,) = (post["html"] for post in built.posts.values())
    shown = {word for word in words if f"[{word}:our {word}]" in html}
    # A text is an excerpt as it is, without escapes; it is better made than mapped.
    assert set(words) - shown == (SHADOWED & set(words)) - {"excerpt"}
    assert {word for word in words if refusal(word) is None} == shown - {"excerpt"}


@pytest.mark.parametrize("word", ["count", "max", "merge"])
def test_a_build_breaks_over_some_of_them(tmp_path: Path, word: str) -> None:
    assert word in BREAKING
    with pytest.raises((ValueError, AssertionError)):
        build(tmp_path, [site_with([word])])


def test_keys_that_are_written_or_steer_the_build_are_refused() -> None:
    for key in (
        "notion_id",
        "last_modified_at",
        "permalink",
        "redirect_from",
        "published",
        "tag",
        "category",
        "ext",
        "",
        "<<",
    ):
        assert refusal(key), key
    for key in (*ROLES, *KNOWN, "무드", "redirect_to", "yes", "a: b"):
        assert refusal(key) is None, key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Mood", "mood"),
        (" Reading  Time ", "reading_time"),
        ("E-Mail", "e_mail"),
        ("한 줄 - 요약", "한_줄_요약"),
        ("ÉTÉ", "été"),
        ("C++", "c++"),
        ("日記", "日記"),
        ("\u1100\u1161", "\uac00"),
        ("  ", ""),
    ],
)
def test_a_name_becomes_a_key(name: str, key: str) -> None:
    assert key_of(name) == key == oracle.key(name)


@given(st.text())
def test_any_name_becomes_a_key(name: str) -> None:
    assert key_of(name) == oracle.key(name)


# Texts made of properties ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Week {Week}: {Mood}", "Week 3: good"),
        ("{Week}{Mood}", "3good"),
        ("{{{Week}}} {{x}}", "{3} {x}"),
        ("{ Week }", "3"),
        ("{Nothing}", ""),
        ("Week {Nothing}!", ""),
        ("{Week} {Nothing}", "3 "),
        ("always", "always"),
        ("{읽은 책: 1}", "데미안"),
        ("", ""),
    ],
)
def test_a_template_is_filled(template: str, filled: str) -> None:
    values = {"Week": "3", "Mood": "good", "읽은 책: 1": "데미안", "Nothing": ""}
    assert Template(template).filled(values) == filled


@pytest.mark.parametrize("template", ["{", "}", "{a", "a}", "{}", "{ }", "{a{b}}", "{{a}", "{a}}", "{a}}}{"])
def test_a_brace_alone_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"write \{\{ and \}\} for braces"):
        Template(template).parts()


@given(
    st.lists(st.tuples(st.text(), st.text(st.characters(exclude_characters="{}"), min_size=1)), max_size=4),
    st.text(),
)
def test_what_is_escaped_comes_out_as_it_was(parts: list[tuple[str, str]], end: str) -> None:
    parts = [(text, name) for text, name in parts if name.strip()]

    def escaped(text: str) -> str:
        return text.replace("{", "{{").replace("}", "}}")

    template = Template("".join(f"{escaped(text)}{{{name}}}" for text, name in parts) + escaped(end))
    assert template.names() == tuple(name.strip() for _, name in parts)
    assert (
        template.filled({name.strip(): "*" for _, name in parts})
        == "".join(text + "*" for text, _ in parts) + end
    )


# Values ---------------------------------------------------------------------------------------------------------------

TITLES = {A: "One", B: "  ", C: "Three"}
FILE = File("https://x.y/a.pdf", hosted=False, name="a.pdf")


@pytest.mark.parametrize(
    ("held", "shown", "value"),
    [
        (None, (), None),
        ("", (), None),
        (" \n", (), None),
        ("a\nb", ("a\nb",), "a\nb"),
        (0, ("0",), 0),
        (4.5, ("4.5",), 4.5),
        (False, ("false",), False),
        (True, ("true",), True),
        (("a", "", "b"), ("a", "b"), ["a", "b"]),
        ((), (), None),
        (PageIds((A, B, C, "x"), True), ("One", "Three"), ["One", "Three"]),
        (((PageIds((C,), True), None), ("a",), 5, UNKNOWN), ("Three", "a", "5"), ["Three", "a", 5]),
        ((FILE,), ("a.pdf",), ["https://x.y/a.pdf"]),
        (Period(date(2026, 11, 20)), ("2026-11-20",), date(2026, 11, 20)),
        (
            Period(date(2026, 11, 20), date(2026, 11, 23)),
            ("2026-11-20 – 2026-11-23",),
            {"start": date(2026, 11, 20), "end": date(2026, 11, 23)},
        ),
        (Period(NOON), ("2026-11-20 21:00",), NOON),
        (Period(NOON.replace(tzinfo=None), None, "Europe/Paris"), ("2026-11-20 20:00",), NOON.replace(hour=11)),
        (NOON, ("2026-11-20 21:00",), NOON),
        (Location("Paris", "France", 48.9, 2.4), ("Paris",), {"name": "Paris", "address": "France", "latitude": 48.9, "longitude": 2.4}),
        (Location("", "France"), ("France",), {"address": "France"}),
        (Location("", "", 0.0, 2.5), ("0.0, 2.5",), {"latitude": 0.0, "longitude": 2.5}),
        (UNKNOWN, (), None),
    ],
)  # fmt: skip
def test_a_value_as_text_and_as_the_front_matter_takes_it(
    held: Value, shown: tuple[str, ...], value: object
) -> None:
    assert texts(held, TITLES, SEOUL) == shown
    found = written(held, TITLES, SEOUL, lambda file: file.url)
    assert found == value
    assert type(found) is type(value)


def test_dates_in_texts_are_in_the_blogs_language() -> None:
    assert texts(Period(date(2026, 11, 20)), {}, SEOUL, "ko") == ("2026년 11월 20일",)
    assert texts(Period(NOON), {}, SEOUL, "ko") == ("2026년 11월 20일 21:00",)


def test_a_moment_is_in_the_zone_of_the_site() -> None:
    found = written(Period(NOON), {}, SEOUL, lambda file: file.url)
    assert found.utcoffset() == SEOUL.utcoffset(NOON)


# Roles by configuration -----------------------------------------------------------------------------------------------


def test_roles_take_relations_rollups_formulas_templates_and_constants() -> None:
    one = page(
        Name=prop("title", runs("Plain")),
        Topics=relation(B, C),
        Names=prop("rollup", prop("array", [prop("title", runs("Deep Learning")), prop("title", [])])),
        Day=prop("formula", prop("date", {"start": "2026-11-18"})),
        Days=prop("rollup", prop("array", [prop("date", None), prop("date", {"start": "2026-11-17"})])),
        Week=prop("number", 3),
        Sum=prop("formula", prop("string", "What\nhappened")),
    )  # fmt: skip
    options = Options(
        properties={
            "title": Template("{Week}주차: {Name}"),
            "date": "Day",
            "tags": "Topics",
            "categories": "Names",
            "description": "Sum",
            "author": Constant("Ada"),
            "slug": Template("week {Week}"),
        }
    )
    about = meta(one, options, Site(zone=SEOUL), {B: "파이썬", C: "Math"})
    assert (about.title, about.slug, about.asked) == ("3주차: Plain", "week 3", True)
    assert (about.tags, about.categories) == (("파이썬", "Math"), ("Deep Learning",))
    assert (about.description, about.author) == ("What happened", "Ada")
    assert about.date == datetime(2026, 11, 18, tzinfo=SEOUL)
    assert meta(one, Options(properties={"date": "Days"}), Site()).date.date() == date(2026, 11, 17)
    assert meta(one, Options(properties={"tags": Constant(["a", "b"])}), Site()).tags == ("a", "b")
    assert meta(one, Options(properties={"title": "Topics"}), Site(), {B: "x", C: "y"}).title == "x, y"
    assert meta(one, Options(properties={"tags": "Week"}), Site()).tags == ("3",)


@pytest.mark.parametrize(
    "name", ["📅 Date", "Date:", "[date]", "_DATE_", "📅날짜", "Published_On", "公開日 ⭐", "（作成日）"]
)
def test_what_is_around_a_name_does_not_matter(name: str) -> None:
    held = {each: Property(each, each, "date", prop("date", None)) for each in ("Other", "Another", name)}
    assert roles(held, Options())["date"] == name


# What is kept ---------------------------------------------------------------------------------------------------------

WHOLE = page(
    Name=prop("title", runs("T")), Status=prop("status", {"name": "Done"}), Tags=prop("multi_select", []), Mood=prop("select", {"name": "good"}),
    mood=prop("number", 5), Mail=prop("email", "a@b.c"), Phone=prop("phone_number", "1"), Edited=prop("last_edited_time", "2026-11-20T18:41:00.000Z"),
    By=prop("last_edited_by", {"name": "Ada"}), Button=prop("button", {}), URL=prop("url", "https://x.y"), Topics=relation(B),
    Image=prop("url", "x"), Date=prop("rich_text", runs("today")), Week=prop("number", 3),
)  # fmt: skip


def test_all_that_is_kept() -> None:
    options = Options(
        keep="all", marker="Status", properties={"series": Links("Topics"), "what": Template("{Week}")}
    )
    assert kept(WHOLE.properties, options) == ("Mood", "mood", "URL", "Image", "Date", "Week")
    assert of(WHOLE, options).values == {"what": "3", "mood": "good", "week": 3}
    found = [problem.message for problem in review.unanswered([WHOLE], options, {})]
    assert [re.findall("“(.*?)” is not kept: (.*)", each)[0] for each in found] == [
        ("mood", "“Mood” is `mood` already."),
        ("URL", "under `url`, Jekyll has a value of its own there, which a layout would get instead."),
        ("Image", "something else is `image` already."),
        ("Date", "something else is `date` already."),
    ]


def test_what_is_asked_for_by_name_is_kept_in_notions_order() -> None:
    options = Options(keep=("Phone", "Mail", "Status", "Tags", "Gone"))
    assert list(of(WHOLE, options).values) == ["status", "mail", "phone"]
    # It is in the post under its role.
    assert not list(review.unanswered([WHOLE], options, {}))


def test_a_constant_of_all_posts_is_not_kept_twice() -> None:
    assert of(WHOLE, Options(keep=("Week",), front_matter={"week": 1})).values == {}


EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data/notion/properties.json").read_text("utf-8")
)


@given(st.sampled_from(sorted(EXAMPLES)).flatmap(lambda name: mangled(EXAMPLES[name])))
def test_no_json_makes_writing_fail(raw: Any) -> None:
    if not isinstance(raw, dict):
        return
    one = parse_page({"id": A, "created_time": "2026-11-20T18:30:00.000Z", "properties": {"X": raw}})
    options = Options(
        keep="all", properties={"x": "X", "y": Links("X"), "z": Template("{X}"), **dict.fromkeys(ROLES, "X")}
    )
    found = of(one, options)
    meta(one, options, Site(zone=SEOUL))
    dump(found.values, "").encode()
    told(one.properties, options)
    list(review.unanswered([one], options, {}))


# Relations ------------------------------------------------------------------------------------------------------------


def test_links_have_addresses_where_there_are_any() -> None:
    one, two = (
        page(A, Name=prop("title", runs("One")), Series=relation(A, B, C, "x")),
        page(B, Name=prop("title", runs("Two"))),
    )
    found = of(
        one, Options(properties={"series": Links("Series"), "plain": "Series"}), two, related={C: "Three"}
    )
    assert found.values == {
        "series": [{"title": "One", "url": "/2026/11/20/one.html"}, {"title": "Two"}, {"title": "Three"}],
        "plain": ["One", "Two", "Three"],
    }
    assert found.targets == {A, B, C}


def test_only_relations_that_are_used_name_pages() -> None:
    one = page(Topics=relation(B), Series=relation(C), Up=prop("rollup", prop("array", [relation(A)])))
    assert named(one, Options()) == frozenset()
    assert named(one, Options(properties={"tags": "Topics"})) == {B}
    assert named(one, Options(properties={"x": Template("{Series}")}, keep=("Up",))) == {C, A}
    assert named(one, Options(keep="all")) == {A, B, C}


# What there is to say -------------------------------------------------------------------------------------------------


def words(problems: Any) -> list[tuple[str, str]]:
    return [(problem.severity, problem.message) for problem in problems]


def test_names_that_no_page_has_are_told_of() -> None:
    options = Options(
        properties={
            "tags": "태그",
            "x": Template("{Mood} {Gone}"),
            "y": Links("Mood"),
            "z": Constant(1),
            "a": None,
        },
        keep=("Lost", "Week"),
    )
    assert words(review.misnamed({name: prop.type for name, prop in WHOLE.properties.items()}, options)) == [
        ("warning", "The configuration takes `tags` from the property “태그”, which no page has."),
        ("warning", "The configuration takes `x` from the property “Gone”, which no page has."),
        ("warning", "The configuration wants links of “Mood”, which is no relation: `y` is left out."),
        ("warning", "The configuration keeps the property “Lost”, which no page has."),
    ]
    assert words(review.misnamed({}, options)) == []


def test_values_that_are_not_to_be_had_are_told_of_once_a_property() -> None:
    pages = [
        page(
            id_,
            Score=prop("formula", prop("unsupported", {})),
            New=prop("hologram", {}),
            People=prop("people", [{"name": str(number)} for number in range(25)]),
            Topics=relation(B, C),
        )
        for id_ in (A, B)
    ]
    lost = Failed(Page(C, "", NOON, NOON), Problem("error", "It could not be looked up.", page=C))
    options = Options(keep="all", properties={"score": "Score"})
    assert words(review.unanswered(pages, options, {B: None, C: lost})) == [
        ("warning", "Notion's API does not tell what “Score” is on 2 pages; it is left out."),
        ("note", "Notion's API does not tell what “New” is on 2 pages; it is left out."),
        ("warning", "“People” may be incomplete on 2 pages: Notion did not return the rest of it."),
        ("note", "“Topics” names a page that the connection cannot see; left out."),
        ("note", "It could not be looked up."),
    ]
    assert words(review.unanswered(pages, Options(), {})) == []


def test_what_became_of_properties_is_told() -> None:
    options = Options(
        keep=("Mood",),
        marker="Status",
        properties={
            "series": Links("Topics"),
            "week": Template("W{Week}"),
            "layout": Constant("note"),
            "mail": "Mail",
            "author": None,
        },
    )
    assert told(WHOLE.properties, options) == (
        "title ← Name, tags ← Tags, series ← Topics (links), week ← “W{Week}”, layout = note, mail ← Mail, mood ← Mood; "
        "not used: mood, Phone, Edited, By, Button, URL, Image, Date"
    )


# What properties say, from run to run ----------------------------------------------------------------------------------


def test_what_is_said_changes_with_what_is_used() -> None:
    signed = "https://files.example/s/f/a.png?X-Amz-Signature={}"

    def one(mood: str = "good", week: int = 1, signature: str = "1", name: str = "a.png") -> Page:
        file = {"name": name, "type": "file", "file": {"url": signed.format(signature)}}
        return page(
            Mood=prop("select", {"name": mood}), Week=prop("number", week), Papers=prop("files", [file])
        )

    options = Options(keep=("Mood", "Papers"))
    assert said(one(), options) == said(one(week=2, signature="2"), options)
    assert len({said(one(), options), said(one(mood="bad"), options), said(one(name="b"), options)}) == 3
    assert said(one(), Options()) == ""


def test_what_was_read_beyond_the_listing_is_not_what_the_listing_says() -> None:
    cut = prop("relation", [{"id": B}], has_more=True)
    listed = Page(A, "", NOON, NOON, {"R": Property("r", "R", "relation", cut)})
    whole = {**cut, "relation": [{"id": B}, {"id": C}]}
    complete = Page(A, "", NOON, NOON, {"R": Property("r", "R", "relation", whole, listed=cut)})
    assert said(listed, Options(keep="all")) == said(complete, Options(keep="all"))
