"""The configuration: what is right is read, and what is wrong is said in one go, with its place and the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from mangle import mangled
from notion2jekyll import config
from notion2jekyll.config import Config, find, load, parse, schema
from notion2jekyll.convert import Style
from notion2jekyll.errors import ConfigError
from notion2jekyll.jekyll.keys import Constant, Links, Template
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.plan import Policy

ROOT = Path(__file__).parent.parent
ID = "0123456789abcdef0123456789abcdef"
LEAST = f"""\
notion:
  source: https://www.notion.so/me/Journal-{ID}
  publish: {{property: Status, is: [Published]}}
github:
  repository: me/me.github.io
  branch: main
"""


def mapped(properties: str, of: str = "") -> str:
    """Return a configuration with `properties` in the fourth line, or, with `id` among them, of a source in a list."""
    if of:
        return f"notion:\n  {of}\n    publish: all\n    properties:\n      {properties}\n      id: ID\n"
    return LEAST.replace("  publish", f"  properties:\n    {properties}\n  publish")


def said(text: str) -> list[str]:
    """Return what is said of `text`: message and hint, a line a fault."""
    with pytest.raises(ConfigError) as refusal:
        parse(text, "n.yaml")
    return [f"{problem.message} {problem.hint}".strip() for problem in refusal.value.problems]


# What is right -------------------------------------------------------------------------------------------------------


def test_the_least_that_works_works() -> None:
    read = parse(LEAST, "x")
    assert read.notion.ids() == ("01234567-89ab-cdef-0123-456789abcdef",)
    assert read.options() == Options(marker="Status")
    assert read.policy() == Policy()
    assert isinstance(read.notion.publish, config.PublishRule)
    assert read.notion.publish.is_ == ["Published"]


def test_everything_arrives() -> None:
    read = parse(
        LEAST
        + """\
jekyll:
  slug: ascii
  typography: verbatim
  timezone: Asia/Seoul
  front_matter: {layout: journal, comments: true, since: 2026-01-01}
  assets: {folder: /media/notion/, max_megabytes: 10}
  colors: class
  language: ko
  unsupported: visible
  top_heading: 1
  theme: chirpy
sync: {removed: draft, restore: true, max_removed: 0, max_removed_percent: 12.5, strict: true}
""",
        "x",
    )
    assert read.jekyll.assets.max_megabytes == 10
    assert read.policy() == Policy("draft", restore=True, max_removed=0, max_removed_percent=12.5)
    options = read.options()
    assert (options.slug, options.typography, options.zone) == ("ascii", "verbatim", ZoneInfo("Asia/Seoul"))
    assert (options.assets, options.style) == ("media/notion", Style("class", "visible", "ko", 1))
    assert read.jekyll.theme == "chirpy"
    assert options.front_matter["comments"] is True


@pytest.mark.parametrize(
    ("publish", "expected"),
    [
        ("all", "all"),
        ("{property: Public, is: true}", [True]),
        ("{property: 상태, is: 게시}", ["게시"]),
        ("null", None),
    ],
)
def test_a_rule_is_read_as_people_write_it(publish: str, expected: object) -> None:
    rule = parse(f"notion: {{source: {ID!r}, publish: {publish}}}", "x").notion.publish
    assert (rule.is_ if isinstance(rule, config.PublishRule) else rule) == expected


def test_what_a_key_gets_is_read_as_people_write_it() -> None:
    text = mapped(
        "mood: Mood\n    gone: null\n    since: {value: 2026-01-01}\n    list: {value: [1, {a: b}]}\n    nothing: {value: null}\n"
        "    week: {template: '{Week}. {{x}}'}\n    series: {property: Series, as: links}\n    other: {property: Series}\n"
        "    title: {template: '{Week}'}\n    date: 날짜\n    tags: {value: [TIL]}"
    )
    options = parse(text.replace("  publish", "  keep: Mood\n  publish"), "x").options()
    assert options.properties == {
        "mood": "Mood",
        "gone": None,
        "since": Constant(date(2026, 1, 1)),
        "list": Constant([1, {"a": "b"}]),
        "nothing": Constant(None),
        "week": Template("{Week}. {{x}}"),
        "series": Links("Series"),
        "other": "Series",
        "title": Template("{Week}"),
        "date": "날짜",
        "tags": Constant(["TIL"]),
    }
    assert list(options.properties)[:3] == ["mood", "gone", "since"]
    assert (options.keep, options.marker) == (("Mood",), "Status")
    assert parse(LEAST.replace("  publish", "  keep: all\n  publish"), "x").options().keep == "all"


def test_each_key_that_cannot_be_is_told_of() -> None:
    lines = said(mapped("mood: Mood\n    url: URL\n    count: Count"))
    assert [line.partition(":")[0] for line in lines] == ["n.yaml, line 5", "n.yaml, line 6"]


def test_several_sources_are_each_taken_once() -> None:
    other = "f" * 32
    read = parse(
        f"notion: {{source: [{ID!r}, 'https://www.notion.so/x-{ID}', {other!r}], publish: all}}", "x"
    )
    assert len(read.notion.ids()) == 2


def _options(model: type[BaseModel], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, option in model.model_fields.items():
        here = (*at, option.alias or name)
        yield here
        for inner in (option.annotation, *get_args(option.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _options(inner, here)


def test_the_example_loads_and_has_every_option_at_its_default() -> None:
    example = load(ROOT / "config.example.yaml")
    raw = yaml.safe_load((ROOT / "config.example.yaml").read_text(encoding="utf-8"))
    for way in _options(Config):
        if way[:2] == ("github", "author") and len(way) > 2:
            continue  # its value is none
        if way[:2] == ("notion", "sources") and len(way) > 2:
            continue  # the keys of each are those of the whole
        at: Any = raw
        for part in way:
            assert part in at, f"{'.'.join(way)} is not in the example"
            at = at[part]
    assert (example.jekyll, example.sync) == (
        Config.model_fields["jekyll"].default,
        Config.model_fields["sync"].default,
    )


def test_every_option_is_explained() -> None:
    def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        yield model
        for option in model.model_fields.values():
            for inner in (option.annotation, *get_args(option.annotation)):
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    yield from models(inner)

    # A section is explained by its own docstring.
    for model in models(Config):
        assert model.__doc__
        for name, option in model.model_fields.items():
            whole = isinstance(option.annotation, type) and issubclass(option.annotation, BaseModel)
            assert whole or option.description or name == "github", f"{model.__name__}.{name}"


# The schema ----------------------------------------------------------------------------------------------------------


def test_the_schema_is_one_and_agrees_with_the_reader() -> None:
    whole = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(whole)
    check = jsonschema.Draft202012Validator(whole)
    check.validate(yaml.safe_load((ROOT / "config.example.yaml").read_text(encoding="utf-8")))
    check.validate(yaml.safe_load(LEAST))
    rights: list[object] = [
        "Mood",
        None,
        {"value": None},
        {"template": "{Week}"},
        {"property": "Series", "as": "links"},
    ]
    for rule in rights:
        check.validate({"notion": {"source": ID, "properties": {"mood": rule}, "keep": "all"}})
    bads: list[object] = [
        5,
        [],
        {},
        {"value": 1, "template": "x"},
        {"proprty": "x"},
        {"property": "x", "as": "link"},
    ]
    for bad in bads:
        assert not check.is_valid({"notion": {"source": ID, "properties": {"mood": bad}}})
    for right in (
        "all",
        {"property": "P", "is": True},
        {"property": "P", "is": "x"},
        {"property": "P", "is": ["x"]},
    ):
        check.validate({"notion": {"source": ID, "publish": right}})
    wrongs: list[object] = [
        {},
        {"notion": {}},
        {"notion": {"source": ID}, "jekyl": {}},
        {"notion": {"source": ID, "publish": "some"}},
    ]
    for wrong in wrongs:
        assert not check.is_valid(wrong)


def test_the_schema_that_is_shipped_is_the_present_one(request: pytest.FixtureRequest) -> None:
    shipped = ROOT / "docs/config.schema.json"
    if request.config.getoption("--update-cases"):
        shipped.write_text(schema(), encoding="utf-8")
    assert shipped.read_text(encoding="utf-8") == schema(), "run pytest with --update-cases"


# What is wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LEAST + "jekyl: {}\n", "n.yaml, line 7: unknown key `jekyl` Did you mean `jekyll`?"),
        (LEAST + "sync:\n  remove: keep\n", "n.yaml, line 8: unknown key `sync.remove` Did you mean `removed`?"),
        (LEAST + "sync:\n  zzz: 1\n", "line 8: unknown key `sync.zzz` Known here: full_every_days, max_minutes, max_removed,"),
        (LEAST.replace("property:", "propertie:"), "line 3: unknown key `notion.publish.propertie` Did you mean `property`?"),
        (LEAST.replace("repository:", "repo:"), "line 5: unknown key `github.repo`"),
        ("github: {repository: a/b}\n", "n.yaml: `notion` is missing See config.example.yaml"),
        ("notion: {}\n", "n.yaml, line 1: `notion`: has neither `source` nor `sources`"),
        (LEAST.replace("www.notion.so", "www.notion.example"), "line 2: `notion.source"),
        (LEAST.replace("https://www.notion.so/me/Journal-" + ID, "https://example.com"), "is no Notion address"),
        (LEAST.replace("me/me.github.io", "me.github.io"), "line 5: `github.repository`"),
        (LEAST.replace("me/me.github.io", "https://github.com/me/me"), "line 5: `github.repository`"),
        (LEAST + "jekyll:\n  timezone: Mars/Olympus\n", "line 8: `jekyll.timezone`: 'Mars/Olympus' is no time zone; use a name"),
        (LEAST + "jekyll:\n  timezone: Asia\n", "line 8: `jekyll.timezone`"),
        (LEAST + "jekyll:\n  slug: korean\n", "`jekyll.slug`: input should be 'unicode', 'ascii' or 'id' (it is 'korean')"),
        (LEAST + "jekyll: {assets: {folder: ../up}}\n", "`jekyll.assets.folder`: must be a folder inside the site"),
        (LEAST + "jekyll: {assets: {folder: _media}}\n", "`jekyll.assets.folder`: must be a folder inside the site"),
        (LEAST + "jekyll: {assets: {folder: ''}}\n", "`jekyll.assets.folder`: must be a folder inside the site"),
        (LEAST + "jekyll: {assets: {max_megabytes: 101}}\n", "less than or equal to 100 (it is 101)"),
        (LEAST + "jekyll: {front_matter: {title: x, slug: y}}\n", "slug, title cannot have one value for every post"),
        (LEAST + "jekyll: {front_matter: [x]}\n", "`jekyll.front_matter`: must be a section of its own"),
        (LEAST + "jekyll: text\n", "`jekyll`: must be a section of its own, with keys"),
        (LEAST + "jekyll:\n", "`jekyll`: must be a section of its own, with keys"),
        (LEAST + "jekyll: {language: klingon!}\n", "`jekyll.language`"),
        (LEAST + "sync: {strict: 'yes'}\n", "`sync.strict`: must be true or false (it is 'yes')"),
        (LEAST + "sync: {max_removed: -1}\n", "`sync.max_removed`: input should be greater than or equal to 0 (it is -1)"),
        (LEAST + "sync: {max_removed: '5'}\n", "`sync.max_removed`: must be a whole number (it is '5')"),
        (LEAST.replace("[Published]", "[]"), "`notion.publish.is`: must not be empty"),
        (LEAST.replace("[Published]", "5"), "`notion.publish.is`"),
        (LEAST.replace("{property: Status, is: [Published]}", "some"), "line 3: `notion.publish`"),
        (LEAST.replace(", is: [Published]", ""), "line 3: `notion.publish.is` is missing"),
        (mapped("tag: Tags"), "line 4: `notion.properties.tag`: cannot be a key of your own: `tags` is the key for that"),
        (mapped("mood: Mood\n    url: URL"), "line 5: `notion.properties.url`: cannot be a key of your own: Jekyll has a value of its own there"),
        (mapped("permalink: Link"), "line 4: `notion.properties.permalink`: cannot be a key of your own: notion2jekyll writes it itself"),
        (mapped("count: {value: 3}"), "line 4: `notion.properties.count`: cannot be a key of your own: Jekyll has"),
        (mapped("published: Public"), "line 4: `notion.properties.published`: cannot be a key of your own: `publish:` says what is published"),
        (mapped("mood: 5"), "line 4: `notion.properties.mood`: must be the name of a property, `null`, or one of"),
        (mapped("mood: {propety: Mood}"), "line 4: unknown key `notion.properties.mood.propety` Did you mean `property`?"),
        (mapped("mood: {property: Mood, as: link}"), "line 4: `notion.properties.mood.as`: input should be 'titles' or 'links' (it is 'link')"),
        (mapped("mood: {}"), "line 4: `notion.properties.mood`: needs exactly one of `property`, `value` and `template`"),
        (mapped("mood: {value: 1, template: x}"), "line 4: `notion.properties.mood`: needs exactly one of `property`, `value` and `template`"),
        (mapped("mood: {template: x, as: links}"), "line 4: `notion.properties.mood`: `as` goes with `property` only"),
        (mapped("mood: {value: {a: {'<<': 1}}}"), "line 4: `notion.properties.mood.value.a.<<`: YAML cannot have `<<` as a key"),
        (mapped("mood: {property: null}"), "line 4: `notion.properties.mood.property`: must be a text"),
        (mapped("mood: ''"), "line 4: `notion.properties.mood.property`: must not be empty"),
        (mapped("mood: {template: null}"), "line 4: `notion.properties.mood.template`: must be a text"),
        (mapped("mood: {template: 'x {'}"), "line 4: `notion.properties.mood.template`: has '{' where no name"),
        (mapped("title: {value: x}"), "line 4: `notion.properties.title`: cannot have one value for every post"),
        (mapped("date: {template: '{Day}'}"), "line 4: `notion.properties.date`: takes the name of a property, or `null`"),
        (mapped("tags: {property: Topics, as: links}"), "line 4: `notion.properties.tags`: takes titles; `as: links` is for other keys"),
        (mapped("on: Mood"), "line 4: the key `on` is not read as a text Put it in quotes."),
        (mapped("mood: {property: 2026-01-01}"), "line 4: `notion.properties.mood.property` is read as a date Put it in quotes."),
        (mapped("mood: Mood", "sources:\n  - source: " + repr(ID)), "line 7: `notion.sources.0.properties.id`: cannot be a key"),
        (LEAST.replace("  publish", "  keep: [Mood, URL]\n  publish"), "line 3: `notion.keep.1`: 'URL' would become the key `url`: Jekyll has"),
        (LEAST.replace("  publish", "  keep: 5\n  publish"), "line 3: `notion.keep`"),
        (LEAST + "notion: {source: x}\n", "line 7: `notion` is given twice Keep one of the two."),
        (LEAST.replace("  branch: main", "  branch: main\n  branch: gh-pages"), "line 7: `branch` is given twice"),
        (LEAST.replace("main", "2026-11-20"), "line 6: `github.branch` is read as a date Put it in quotes."),
        (LEAST.replace("main", "1.0"), "line 6: `github.branch`: must be a text (it is 1.0)"),
        (LEAST + "token: ntn_123456\n", "line 7: `token` looks like a secret token Remove it"),
        (LEAST.replace("branch: main", "branch: ghp_abc"), "line 6: `github.branch` looks like a secret token"),
        (LEAST.replace("branch: main", "author: {name: Me, email: me}"), "`github.author.email`"),
        (LEAST + "on: push\n", "line 7: the key `on` is not read as a text Put it in quotes."),
        (LEAST + "sync: {no: x}\n", "line 7: the key `no` is not read as a text"),
        (LEAST + "5: x\n", "line 7: the key `5` is not read as a text"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_place(text: str, expected: str) -> None:
    lines = said(text)
    assert any(expected in line for line in lines), lines
    assert all(line.startswith("n.yaml") for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        LEAST + "sync: {max_removed: '5'}\n",
        LEAST.replace("[Published]", "[]"),
        LEAST.replace("[Published]", "5"),
        LEAST.replace("{property: Status, is: [Published]}", "some"),
        LEAST.replace(", is: [Published]", ""),
        LEAST + "jekyll: {slug: korean}\n",
        LEAST.replace("source: https", "source: [htps")
        .replace(ID, ID + "]")
        .replace("www.notion.so", "example.com"),
    ],
)
def test_one_mistake_is_said_once(text: str) -> None:
    assert len(said(text)) == 1


def test_all_mistakes_are_said_in_one_go() -> None:
    text = (
        LEAST.replace("me/me.github.io", "x") + "jekyl: {}\nsync: {strict: 1, removed: never}\ntoken: ntn_1\n"
    )
    lines = said(text)
    assert len(lines) == 5
    with pytest.raises(ConfigError, match="There are 5 mistakes in the configuration"):
        parse(text, "x")
    with pytest.raises(ConfigError, match="There is a mistake in the configuration"):
        parse(LEAST + "jekyl: {}\n", "x")


def test_no_message_repeats_a_secret() -> None:
    token = "ntn_" + "s3cr3t" * 5
    for text in (
        LEAST + f"token: {token}\n",
        LEAST.replace("branch: main", f"repository: {token}"),
        f"notion: {{source: {token}}}\n",
    ):
        assert "s3cr3t" not in " ".join(said(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("notion:\n  source: a: b\n", "n.yaml, line 2, column 12: this is not valid YAML"),
        ("notion:\n\tsource: x\n", "n.yaml, line 2, column 1: this is not valid YAML"),
        ("notion: [\n", "not valid YAML"),
        ("notion: @home\n", "n.yaml, line 1"),
        ("a: *b\n", "not valid YAML"),
        ("a: 2026-13-45\n", "not valid YAML"),
        ("a: &a {b: *a}\n", "refers to itself"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("", "is empty or holds no"),
        ("- a\n", "is empty or holds no"),
        ("just text", "is empty or holds no"),
    ],
)
def test_what_is_no_yaml_is_said(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse(text, "n.yaml")
    assert says in refusal.value.message
    assert refusal.value.hint


# Files ---------------------------------------------------------------------------------------------------------------


def test_files_are_found_and_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no configuration here") as refusal:
        find(tmp_path)
    assert "notion2jekyll init" in refusal.value.hint
    (tmp_path / "config.yaml").write_text(LEAST, encoding="utf-8-sig")
    assert find(tmp_path).name == "config.yaml"
    assert load(find(tmp_path)).notion.ids()
    (tmp_path / "notion2jekyll.yaml").write_text(LEAST, encoding="utf-8")
    assert find(tmp_path).name == "notion2jekyll.yaml"


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "korean.yaml").write_bytes("notion: {source: 일기}".encode("euc-kr"))
    with pytest.raises(ConfigError, match="cannot be read") as refusal:
        load(tmp_path / "korean.yaml")
    assert "UTF-8" in refusal.value.hint


# Nothing surprises ---------------------------------------------------------------------------------------------------

WHOLE: Mapping[str, Any] = yaml.safe_load((ROOT / "config.example.yaml").read_text(encoding="utf-8"))


def assert_helpful(refusal: ConfigError) -> None:
    assert refusal.problems or refusal.hint


@given(mangled(WHOLE))
def test_any_values_are_read_or_refused(raw: Any) -> None:
    try:
        parse(yaml.safe_dump(raw, allow_unicode=True), "x")
    except ConfigError as refusal:
        assert_helpful(refusal)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text, "x")


@pytest.mark.parametrize("colors", ["inline", "class", "off", "'off'"])
def test_colors_as_people_write_them(colors: str) -> None:
    text = (
        f"notion: {{source: 0123456789abcdef0123456789abcdef, publish: all}}\njekyll: {{colors: {colors}}}\n"
    )
    assert parse(text, "x").jekyll.colors == colors.strip("'")
