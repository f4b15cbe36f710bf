"""What a site's _config.yml says, in all the ways that people write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mangle import JUNK, mangled
from notion2jekyll.jekyll.site import PERMALINKS, Site, parse_site
from oracle.kramdown import Kramdown
from oracle.site import build

POST = "_posts/2026-11-20-x.md"
PLAIN = """
kramdown:
  smart_quotes: apos,apos,quot,quot
  typographic_symbols: {hellip: "...", mdash: "---", ndash: "--", laquo: "<<", raquo: ">>", laquo_space: "<< ", raquo_space: " >>"}
"""


def site(text: str) -> Site:
    found, problems = parse_site(text)
    assert problems == ()
    return found


@pytest.mark.parametrize(
    "text", [None, "", "\n# nothing\n", "---\n", "title: Blog\n", "- a list\n", "just text"]
)
def test_a_site_that_says_nothing_has_jekylls_defaults(text: str | None) -> None:
    assert parse_site(text) == (Site(), ())


def test_the_defaults_are_those_of_github_pages() -> None:
    bare = Site()
    assert (bare.zone.key, bare.permalink, bare.layout("posts", POST)) == (
        "UTC",
        "/:categories/:year/:month/:day/:title:output_ext",
        "post",
    )
    assert (bare.engine, bare.gfm, bare.smart_quotes, bare.typographic_symbols, bare.math) == (
        "kramdown",
        True,
        True,
        True,
        True,
    )
    assert (bare.hard_wrap, bare.future) == (False, False)


def test_a_real_config_is_read() -> None:
    found = site(
        "---\ntitle: 나의 블로그\nurl: https://me.github.io\nbaseurl: /blog/\ntimezone: Asia/Seoul\npermalink: pretty\nfuture: true\n"
        "plugins:\n  - jemoji\n  - jekyll-mentions\nkramdown:\n  input: GFM\n  hard_wrap: true\n  math_engine: null\n---\n"
    )
    assert found.zone.key == "Asia/Seoul"
    assert found.permalink == PERMALINKS["pretty"]
    assert found.future
    assert found.plugins == ("jekyll-mentions", "jemoji")
    assert (found.hard_wrap, found.math) == (True, False)
    dialect = found.dialect("verbatim")
    assert (dialect.emoji, dialect.mentions, dialect.hard_wrap, dialect.typography) == (
        True,
        True,
        True,
        "verbatim",
    )


def test_where_kramdown_reads_markdown_in_html() -> None:
    assert (site("").parse_block_html, site("").parse_span_html) == (False, True)
    dialect = site("kramdown: {parse_block_html: true, parse_span_html: false}").dialect("site")
    assert (dialect.parse_block_html, dialect.parse_span_html) == (True, False)


@pytest.mark.parametrize(
    ("markdown", "engine"),
    [
        ("kramdown", "kramdown"),
        ("KRAMDOWN", "kramdown"),
        ("GFM", "commonmark"),
        ("CommonMark", "commonmark"),
        ("CommonMarkGhPages", "commonmark"),
        ("redcarpet", "kramdown"),
    ],
)
def test_the_engine_is_known_by_its_names(markdown: str, engine: str) -> None:
    assert site(f"markdown: {markdown}\n").engine == engine


def test_typography_that_is_off_is_seen() -> None:
    found = site(PLAIN)
    assert (found.smart_quotes, found.typographic_symbols) == (False, False)
    assert not site("kramdown: {smart_quotes: 'apos, apos, quot, quot'}").smart_quotes
    assert not site("kramdown: {smart_quotes: [apos, apos, quot, quot]}").smart_quotes
    assert site("kramdown: {smart_quotes: 'lsquo,rsquo,ldquo,rdquo'}").smart_quotes
    assert site("kramdown: {typographic_symbols: {mdash: '---'}}").typographic_symbols


@pytest.mark.parametrize(
    ("text", "gfm"),
    [("kramdown: {input: kramdown}", False), ("kramdown: {input: gfm}", True), ("kramdown: {}", True)],
)
def test_kramdowns_own_syntax_is_seen(text: str, gfm: bool) -> None:
    assert site(text).gfm is gfm


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("theme: minima", "post"),
        ("theme: minimal-mistakes-jekyll", "single"),
        ("remote_theme: mmistakes/minimal-mistakes@4.24.0", "single"),
        ("defaults: [{scope: {path: '', type: posts}, values: {layout: journal}}]", None),
        ("defaults: [{scope: {path: ''}, values: {layout: journal}}]", None),
        ("defaults: [{scope: {path: _posts/}, values: {layout: journal}}]", None),
        ("defaults: [{scope: {path: '', type: pages}, values: {layout: page}}]", "post"),
        ("defaults: [{scope: {path: notes}, values: {layout: page}}]", "post"),
        ("defaults: [{scope: {path: '', type: posts}, values: {comments: true}}]", "post"),
    ],
)
def test_the_layout_is_left_to_the_site_where_it_names_one(text: str, layout: str | None) -> None:
    assert site(text).layout("posts", POST) == layout


@pytest.mark.parametrize("plugins", ["plugins: [jemoji]", "gems: [jemoji]", "plugins: jemoji"])
def test_plugins_are_found(plugins: str) -> None:
    assert site(plugins).plugins == ("jemoji",)


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "KST-9", "Asia", "../../etc/passwd", "9", "2026-11-20", "한국"]
)
def test_a_zone_that_is_none_is_said(zone: str) -> None:
    found, problems = parse_site(f"timezone: {zone}\npermalink: pretty\n")
    assert (found.zone.key, found.permalink) == ("UTC", PERMALINKS["pretty"])
    (problem,) = problems
    assert problem.severity == "warning"
    assert zone in problem.message
    assert "Asia/Seoul" in problem.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: a: b\n", "(line 1)"),
        ("ok: 1\n\ttabs: 2\n", "(line 2)"),
        ("a: [1\n", "line"),
        ("a: 'x\n", "line"),
        ("day: 2026-13-45\n", "not valid"),
        ("a: !ruby/object:Thing {}\n", "line"),
        ("a: \x07\n", "not valid"),
        ("a: *nobody\n", "(line 1)"),
    ],
)
def test_a_broken_config_is_said_and_survived(text: str, line: str) -> None:
    found, problems = parse_site(text)
    assert found == Site()
    (problem,) = problems
    assert problem.severity == "warning"
    assert "_config.yml is not valid YAML" in problem.message
    assert line in problem.message


WHOLE: dict[str, Any] = {
    "timezone": "Asia/Seoul",
    "permalink": "pretty",
    "url": "https://e.x",
    "baseurl": "/b",
    "future": True,
    "markdown": "kramdown",
    "kramdown": {
        "input": "GFM",
        "smart_quotes": "a,b",
        "typographic_symbols": {"mdash": "---"},
        "math_engine": "katex",
    },
    "plugins": ["a"],
    "theme": "minima",
    "collections": {"posts": {"permalink": "/x/"}},
    "defaults": [
        {
            "scope": {"path": "", "type": "posts"},
            "values": {"layout": "x", "categories": ["a"], "permalink": "/y/"},
        }
    ],
}


@given(st.one_of(mangled(WHOLE), st.dictionaries(st.sampled_from(sorted(WHOLE)), JUNK)))
def test_no_config_stops_a_run(config: Any) -> None:
    parse_site(yaml.safe_dump(config, allow_unicode=True))


@given(st.text(max_size=80))
def test_no_text_stops_a_run(text: str) -> None:
    parse_site(text)


def test_ids_of_headings_are_known_unless_the_site_makes_others(kramdown: Kramdown) -> None:
    for options, known in (({}, True), ({"auto_ids": False}, False), ({"auto_id_prefix": "x-"}, False)):
        site, problems = parse_site(json.dumps({"kramdown": options}))
        assert (site.auto_ids, site.dialect("site").auto_ids, problems) == (known, known, ())
        assert ('id="월요일"' in kramdown.render("## 월요일\n", **options)) == known


def test_what_is_excluded_is_told_as_jekyll_does(tmp_path: Path) -> None:
    items: list[list[Any]] = [
        *([item] for item in ("_posts", "_posts/", "/_posts", "_po", "*.md", "_posts/*", "*/2026*", "_posts/2026-11-2?-x.md")),
        *([item] for item in ("posts", "assets", "*.txt", "_posts/2025*", "2026-11-20-x.md")),
        ["README.md", "_posts/2026"],
        ["_posts", 7],
        [],
    ]  # fmt: skip
    configs = [json.dumps({"exclude": each, "future": True}) for each in items]
    configs += [json.dumps({"exclude": ["_posts"], "include": ["_posts"], "future": True})]
    built = build(tmp_path, [{"_config.yml": text.encode(), POST: b"---\n---\nx"} for text in configs])
    told = [site(text).excluder(POST) is None for text in configs]
    assert told == [POST in each.posts for each in built]
    assert told.count(False) == 10
