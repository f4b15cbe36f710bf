"""Random pages of Notion against the posts that they become; `make fuzz` does it by the thousand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import properties
from fuzz.__main__ import case, run
from fuzz.judge import Case, Judge
from fuzz.pages import Pages
from fuzz.shrink import shrink
from fuzz.site import build
from notion2jekyll.notion.model import parse_page
from oracle.front_matter import Jekyll
from oracle.kramdown import Kramdown
from seed import SEED


@pytest.fixture(scope="module")
def judge(kramdown: Kramdown) -> Iterator[Judge]:
    with Jekyll() as jekyll:
        yield Judge(kramdown, jekyll)


@pytest.mark.parametrize(("kind", "number"), [("trees", 400), ("texts", 500)])
def test_readers_of_the_blog_see_what_readers_of_notion_see(judge: Judge, kind: str, number: int) -> None:
    wrong = run(judge, SEED, kind, number)
    say = f"make fuzz SEED={SEED} N={number}"
    assert not wrong, f"{say}: {len(wrong)} wrong; {kind} {wrong[0][0]}: {wrong[0][1]}"


@given(st.randoms(use_true_random=False))
def test_ruby_reads_of_every_property_what_notion_says(judge: Judge, random: Random) -> None:
    assert list(properties.verdicts(properties.Case(random), judge.jekyll)) == []


def test_every_type_of_property_is_among_them() -> None:
    examples = json.loads((Path(__file__).parent / "data/notion/properties.json").read_text("utf-8"))
    assert {example["type"] for example in examples.values()} == set(properties.TYPES) - {"hologram"}
    made = [properties.Properties(Random(number)).any() for number in range(400)]
    assert {prop["type"] for prop in made} == set(properties.TYPES)
    for kind in ("formula", "rollup"):
        kinds = {prop[kind]["type"] for prop in made if prop["type"] == kind}
        assert kinds >= {example[kind]["type"] for example in examples.values() if example["type"] == kind}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("keyP0: 5\n", "keyP0: 5.0\n"),
        ("keyP0: 5\n", 'keyP0: "5"\n'),
        ("keyP0: 5\n", ""),
        ("keyP0: 5\n", "keyP0: 5\nmore: 1\n"),
        ("keyP0: 5\n", "keyP0: five\n"),
        ("keyP0: 5\n", "keyP0: [5]\n"),
    ],
)
def test_the_judge_of_properties_sees_every_change(
    judge: Judge, written: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = properties.Case(Random(1))
    case.properties, case.kept = {"P0": {"id": "x", "type": "number", "number": 5}}, {}
    assert list(properties.verdicts(case, judge.jekyll)) == []
    post, known = properties._post(parse_page(case.page()), case)
    assert written in post
    monkeypatch.setattr(properties, "_post", lambda *_: (post.replace(written, read), known))
    assert list(properties.verdicts(case, judge.jekyll))


def test_a_site_of_random_pages_builds(tmp_path: Any) -> None:
    found = build((case(Random(f"site {SEED} {number}"), "trees") for number in range(60)), tmp_path)
    assert not found, f"seed {SEED}: {found}"


def test_every_type_of_block_and_every_kind_of_text_is_among_them() -> None:
    data = Path(__file__).parent / "data/notion"
    types = {block["type"] for block in json.loads((data / "blocks.json").read_text("utf-8"))}
    random = Random(0)
    told = "".join(json.dumps(case(random, "trees").blocks) for _ in range(300))
    assert {kind for kind in types if f'"type": "{kind}"' not in told} == set()
    for item in json.loads((data / "richtext.json").read_text("utf-8")):
        kind = item["mention"]["type"] if item["type"] == "mention" else item["type"]
        assert f'"type": "{kind}"' in told
        assert (
            f'"color": "{item["annotations"]["color"]}"' in told or "default" in item["annotations"]["color"]
        )


# The judge is judged: whatever is changed in a page of Notion, it has to see that the post does not say so. --------------


def _case(*blocks: dict[str, Any]) -> Case:
    return Case(Pages(Random(1)).page(), list(blocks))


def _text(words: str, href: str | None = None, **looks: Any) -> dict[str, Any]:
    return {
        "type": "text",
        "text": {"content": words},
        "plain_text": words,
        "href": href,
        "annotations": looks,
    }


def _block(kind: str, *runs: dict[str, Any], children: Any = (), **body: Any) -> dict[str, Any]:
    return {"id": kind, "type": kind, kind: {"rich_text": list(runs), **body}, "children": list(children)}


SAMPLE = (
    _block("paragraph", _text("one "), _text("bold", bold=True), _text(" 한글"), _text("link", "https://x.y/a")),
    _block("numbered_list_item", _text("first"), list_start_index=3, children=[_block("to_do", _text("do"), checked=True)]),
    _block("code", _text("x = {{ 1 }}\n"), language="python", caption=[]),
    {"id": "i", "type": "image", "image": {"type": "external", "external": {"url": "https://x.y/p.png"}, "caption": []}},
    _block("callout", _text("note", color="red"), color="blue_background", icon={"type": "emoji", "emoji": "💡"}),
)  # fmt: skip

CHANGES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "a letter": ((0, "paragraph", "rich_text", 0, "plain_text"), "One "),
    "a space": ((0, "paragraph", "rich_text", 0, "plain_text"), "one"),
    "a mark": ((0, "paragraph", "rich_text", 1, "annotations"), {"italic": True}),
    "the reach of a mark": ((0, "paragraph", "rich_text", 2, "annotations"), {"bold": True}),
    "an address": ((0, "paragraph", "rich_text", 3, "href"), "https://x.y/b"),
    "no link": ((0, "paragraph", "rich_text", 3, "href"), None),
    "a colour": ((4, "callout", "rich_text", 0, "annotations", "color"), "green"),
    "the colour of a block": ((4, "callout", "color"), "red_background"),
    "an icon": ((4, "callout", "icon", "emoji"), "🔥"),
    "a number": ((1, "numbered_list_item", "list_start_index"), 4),
    "letters": ((1, "numbered_list_item", "list_format"), "letters"),
    "a box": ((1, "children", 0, "to_do", "checked"), False),
    "no child": ((1, "children"), []),
    "code": ((2, "code", "rich_text", 0, "plain_text"), "x = { { 1 }}\n"),
    "a language": ((2, "code", "language"), "ruby"),
    "a picture": ((3, "image", "external", "url"), "https://x.y/q.png"),
    "a caption": ((3, "image", "caption"), [_text("view")]),
}


def test_the_judge_finds_nothing_wrong_with_the_sample(judge: Judge) -> None:
    assert judge.verdict(_case(*SAMPLE)) == ""


@pytest.mark.parametrize("change", CHANGES)
def test_the_judge_sees_every_change(judge: Judge, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from fuzz import judge as module

    published = module.publish(_case(*SAMPLE))
    monkeypatch.setattr(module, "publish", lambda _: published)
    path, value = CHANGES[change]
    blocks: Any = deepcopy(list(SAMPLE))
    at = blocks
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert judge.verdict(_case(*blocks)).startswith("difference")


def _linking(href: str) -> Case:
    blocks = (
        _block("paragraph", _text("there", href)),
        _block("heading_1", _text("One")),
        _block("paragraph", _text("two")),
        _block("toggle", _text("three")),
    )
    return _case(
        *({**block, "id": f"00000000-0000-4000-8000-00000000000{n}"} for n, block in enumerate(blocks))
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_judge_sees_where_a_link_within_the_page_leads(
    judge: Judge, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fuzz import judge as module

    def href(number: int) -> str:
        return f"#0000000000004000800000000000000{number}"

    assert judge.verdict(_linking(href(number))) == ""
    article, post = module.publish(_linking(href(number)))
    monkeypatch.setattr(module, "publish", lambda _: (article, post))
    assert judge.verdict(_linking(href(number % 3 + 1))).startswith("difference")
    nowhere = re.sub(r"\(#[\w-]+\)", "(#nowhere)", post)
    monkeypatch.setattr(module, "publish", lambda _: (article, nowhere))
    assert judge.verdict(_linking(href(number))).startswith("difference")


def test_the_judge_sees_an_exception_and_a_broken_build(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fuzz import judge as module

    article, post = module.publish(_case(*SAMPLE))
    monkeypatch.setattr(module, "publish", lambda _: (article, post + "{% nonsense %}"))
    assert judge.verdict(_case(*SAMPLE)).startswith("broken build")
    monkeypatch.setattr(module, "publish", lambda _: 1 / 0)
    assert judge.verdict(_case(*SAMPLE)).startswith("exception: ZeroDivisionError")


def test_what_is_lost_has_to_be_told(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    from fuzz import judge as module

    lost = _case({"id": "x", "type": "hologram", "hologram": {}})
    assert judge.verdict(lost) == ""
    article, post = module.publish(lost)
    monkeypatch.setattr(module, "publish", lambda _: (replace(article, problems=()), post))
    assert judge.verdict(lost).startswith("silent loss")


def test_a_failure_is_made_small() -> None:
    random = Random(5)
    big = next(each for each in (case(random, "trees") for _ in range(500)) if "한글" in str(each.blocks))
    small = shrink(big, lambda trial: "한글" in str(trial.blocks))
    assert "한글" in str(small.blocks)
    assert len(str(small.blocks)) < len(str(big.blocks))
