"""Themes: what is written for each, and whole sites that are built with the recipes of docs/themes.md."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import yaml

import rendered
from blogs import NOW, Blog, Built, build, need_jekyll, publish
from linkcheck import check
from notion2jekyll.config import Jekyll
from notion2jekyll.demo import journal
from notion2jekyll.demo.workspace import Workspace, block, equation, rich, text
from notion2jekyll.jekyll import front_matter, themes
from notion2jekyll.jekyll.themes import THEMES, Name, Theme, detected
from notion2jekyll.markdown.nodes import Doc, Figure, Image, Link, Paragraph, SitePath, Span, Text

ROOT: Final = Path(__file__).parent.parent
DOCUMENT: Final = (ROOT / "docs/themes.md").read_text(encoding="utf-8")
URL: Final = "https://me.github.io"
GEMS: Final = next((ROOT / ".cache").glob("chirpy-*"), None)

# What is known of themes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({}, "minima"),
        ({"theme": None}, "minima"),
        ({"theme": "minima"}, "minima"),
        ({"theme": "jekyll-theme-cayman"}, "minima"),
        ({"theme": ["a", "b"]}, "minima"),
        ({"theme": "jekyll-theme-chirpy"}, "chirpy"),
        ({"remote_theme": "cotes2020/jekyll-theme-chirpy@v7.4.1"}, "chirpy"),
        ({"theme": "minimal-mistakes-jekyll"}, "minimal-mistakes"),
        ({"remote_theme": "mmistakes/minimal-mistakes"}, "minimal-mistakes"),
        ({"theme": "minima", "remote_theme": "mmistakes/minimal-mistakes@4.27.3"}, "minimal-mistakes"),
        ({"theme": "al_folio_core"}, "al-folio"),
        ({"remote_theme": "alshedivat/al-folio"}, "al-folio"),
    ],
)
def test_a_theme_is_known_by_its_gem_or_repository(config: dict[str, Any], name: Name) -> None:
    assert detected(config) == THEMES[name]


def test_every_theme_can_be_named_in_the_configuration() -> None:
    assert set(get_args(Name)) == THEMES.keys()
    for name in THEMES:
        assert Jekyll(theme=name).theme == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("minima", {"image": "/c.png"}),
        ("chirpy", {"image": {"path": "/c.png"}, "math": True, "mermaid": True}),
        ("minimal-mistakes", {"image": "/c.png", "header": {"image": "/c.png", "teaser": "/c.png"}}),
        ("al-folio", {"image": "/c.png", "thumbnail": "/c.png", "mermaid": {"enabled": True}}),
    ],
)
def test_keys_are_written_where_they_mean_something(name: Name, expected: dict[str, Any]) -> None:
    assert themes.front_matter(THEMES[name], cover="/c.png", math=True, mermaid=True) == expected
    assert themes.front_matter(THEMES[name], cover="", math=False, mermaid=False) == {}


def test_pictures_are_handed_over_to_a_theme_that_handles_them() -> None:
    site = SitePath("/assets/사진 1.png")
    icon = Image(site, ":x:", (("class", "notion-icon"), ("style", "height: 1.2em")))
    caption = (Text("a "), Link(SitePath("/b/"), (Text("b"),)))
    body = Doc(
        (
            Paragraph((icon, Text("x"))),
            Figure(Image(site, "alt"), caption),
            Figure(Image("https://x/y", ""), ()),
        )
    )
    bare = "/assets/%EC%82%AC%EC%A7%84%201.png"
    assert themes.fitted(body, THEMES["chirpy"]) == Doc(
        (
            Paragraph(
                (Image(bare, ":x:", (("class", "notion-icon normal"), ("style", "height: 1.2em"))), Text("x"))
            ),
            Paragraph((Image(bare, "alt"), Text(" "), Span("em", caption))),
            Figure(Image("https://x/y", ""), ()),
        )
    )
    assert themes.fitted(body, Theme()) is body


def test_the_table_in_the_documentation_is_that_of_the_code() -> None:
    table = DOCUMENT.partition("<!-- themes:")[2].partition("\n\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    columns = dict(zip(THEMES, list(zip(*rows, strict=True))[1:], strict=True))

    def keys(names: tuple[str, ...], value: str = "") -> str:
        return ", ".join(f"`{name}{value}`" for name in names)

    for name, theme in THEMES.items():
        head, _, *cells = columns[name]
        assert f"`{name}`" in head
        assert cells == [
            f"`{theme.post}`",
            f"`{theme.page}`",
            keys(theme.cover),
            keys(theme.math, ": true"),
            keys(theme.mermaid, ": true"),
        ]


# Whole sites ---------------------------------------------------------------------------------------------------------


def recipe(title: str, file: str) -> str:
    """Return the content of `file` in the recipe called `title`; empty where nothing is needed."""
    section = DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.search(rf"[Ii]n `{re.escape(file)}`[^\n]*:\n\n```yaml\n(.*?)```", section, re.DOTALL)
    return found[1] if found else ""


def _workspace() -> tuple[Workspace, journal.Ids, str]:
    """Return the sample journal with one page more, which has all that themes want to know of."""
    workspace = Workspace(clock=lambda: NOW)
    ids = journal.build(workspace)
    emoji = {
        "type": "custom_emoji",
        "custom_emoji": {"id": "1", "name": "x", "url": "https://example.com/x.png"},
    }
    picture = workspace.add_file("picture.png", rendered.png())
    page = workspace.add_page(
        ids.database,
        {"이름": "수식과 그림", "날짜": "2026-03-21", "상태": "공개", "태그": ["수학"]},
        [
            block(
                "paragraph",
                "커피는 $5, 케이크는 $6, ",
                text("합쳐서 $11", bold=True),
                ". 식은 ",
                equation("x^2"),
            ),
            block("code", "graph TD\n  A[Notion] --> B[Jekyll]", language="mermaid"),
            block("image", **picture, caption=rich("설명 ", text("굵게", bold=True))),
            block("callout", "그림 하나", icon=emoji),
        ],
        created=NOW,
        cover=workspace.add_file("cover.png", rendered.png(400, 210)),
    )
    return workspace, ids, page


def _site(folder: Path, title: str, files: Mapping[str, str]) -> tuple[Blog, str]:
    """Write a site as the recipe called `title` has it, with `files`, and sync into it; return the one page's id as well."""
    need_jekyll()
    for name, content in {"_config.yml": recipe(title, "_config.yml"), **files}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
    workspace, ids, page = _workspace()
    config = yaml.safe_load(recipe(title, "notion2jekyll.yaml")) or {}
    source = {"source": ids.database, "publish": {"property": "상태", "is": ["공개"]}}
    config["notion"] = {**source, **config.get("notion", {})}
    blog = publish(workspace, folder, yaml.safe_dump(config, allow_unicode=True))
    assert blog.report.problems == ()
    return blog, page


def _metadata(blog: Blog, page: str) -> Mapping[str, Any]:
    found = front_matter.load(blog.text(page))
    assert found
    return found


HOME = "---\nlayout: home\n---\n"


@pytest.mark.parametrize("baseurl", ["", "/blog"])
def test_the_recipe_for_minima(tmp_path: Path, baseurl: str) -> None:
    blog, page = _site(tmp_path / "site", "minima", {"index.md": HOME})
    built = build(blog.folder, tmp_path / "built", baseurl=baseurl)
    assert _quiet(built)
    assert check(built.folder, baseurl=baseurl, url=URL).broken == ()
    metadata = _metadata(blog, page)
    assert metadata["layout"] == "post"
    assert metadata.keys().isdisjoint({"math", "mermaid", "header"})
    html = built.page(blog.entries[page].url).read_text(encoding="utf-8")
    assert f'property="og:image" content="{URL}{baseurl}{metadata["image"]}"' in html


CHIRPY = """\
paginate: 10
social: {name: 나, email: me@example.com, links: [https://github.com/me]}
github: {username: me}
twitter: {username: me}
kramdown:
  syntax_highlighter: rouge
  syntax_highlighter_opts: {css_class: highlight, span: {line_numbers: false}, block: {line_numbers: true, start_line: 1}}
collections: {tabs: {output: true, sort_by: order}}
compress_html: {clippings: all, comments: all, endings: all}
jekyll-archives:
  enabled: [categories, tags]
  layouts: {category: category, tag: tag}
  permalinks: {tag: /tags/:name/, category: /categories/:name/}
"""
"""What the theme's starter has in its `_config.yml` besides."""
TABS = {
    "about": "icon: fas fa-info-circle\norder: 4",
    "archives": "layout: archives\nicon: fas fa-archive\norder: 3",
    "categories": "layout: categories\nicon: fas fa-stream\norder: 1",
    "tags": "layout: tags\nicon: fas fa-tag\norder: 2",
}


@pytest.mark.parametrize("baseurl", ["", "/blog"])
def test_the_recipe_for_chirpy(tmp_path: Path, baseurl: str) -> None:
    if GEMS is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chirpy is not there: run 'make system'")
    tabs = {f"_tabs/{name}.md": f"---\n{head}\n---\n" for name, head in TABS.items()}
    config = recipe("Chirpy", "_config.yml") + CHIRPY
    blog, page = _site(tmp_path / "site", "Chirpy", {"_config.yml": config, "index.html": HOME, **tabs})
    built = build(blog.folder, tmp_path / "built", baseurl=baseurl, gems=GEMS)
    assert _quiet(built)
    # The theme's own feed does not escape the quotes in the title of the sample's first week.
    (feed,) = check(built.folder, baseurl=baseurl, url=URL).broken
    assert feed.startswith("feed.xml: is no XML")

    metadata = _metadata(blog, page)
    assert (metadata["math"], metadata["mermaid"]) == (True, True)
    assert metadata.keys().isdisjoint({"layout", "author"})
    html = built.page(blog.entries[page].url).read_text(encoding="utf-8")
    assert f'data-src="{baseurl}{metadata["image"]["path"]}"' in html
    assert re.search(
        rf'data-src="{baseurl}/assets/notion/[\w-]+\.png"[^>]*> <em>설명 <strong>굵게</strong></em>', html
    )
    assert 'class="notion-icon normal"' in html
    assert '<code class="language-mermaid">' in html
    assert "MathJax-script" in html
    assert "mermaid.min.js" in html
    words = html.partition('<div class="post-content">')[2].partition("post-tail")[0]
    assert not [part for part in re.split("<[^>]*>", words) if part.count("$") > 1]

    plain = built.page(blog.entries[_english(blog)].url).read_text(encoding="utf-8")
    assert "MathJax-script" not in plain
    assert "mermaid.min.js" not in plain
    assert "$5 in bets" in plain


def _english(blog: Blog) -> str:
    return next(entry.page for entry in blog.entries.values() if entry.title == journal.ENGLISH_TITLE)


STAND_IN = """\
<!DOCTYPE html><html><body><h1>{{ page.title }}</h1>
PICTURES
{{ content }}</body></html>
"""
"""A layout that stands for one of a theme that cannot be installed; the pictures are shown as that theme shows them."""


@pytest.mark.parametrize("baseurl", ["", "/blog"])
@pytest.mark.parametrize(
    ("title", "layout", "keys"),
    [
        ("Minimal Mistakes", "single", ["header.image", "header.teaser"]),
        ("al-folio", "post", ["thumbnail"]),
    ],
)
def test_the_recipes_for_themes_that_cannot_be_had(
    tmp_path: Path, title: str, layout: str, keys: list[str], baseurl: str
) -> None:
    pictures = "".join(
        f'{{% if page.{key} %}}<img src="{{{{ page.{key} | relative_url }}}}" alt="">{{% endif %}}'
        for key in keys
    )
    files = {f"_layouts/{layout}.html": STAND_IN.replace("PICTURES", pictures)}
    blog, page = _site(tmp_path / "site", title, files)
    config = blog.folder / "_config.yml"
    config.write_text(
        re.sub(r"(?m)^(theme|remote_theme|plugins):.*\n", "", config.read_text(encoding="utf-8"))
    )
    built = build(blog.folder, tmp_path / "built", baseurl=baseurl)
    assert _quiet(built)
    checked = check(built.folder, baseurl=baseurl, url=URL)
    assert checked.broken == ()
    assert "toc" in _metadata(blog, page)
    html = built.page(blog.entries[page].url).read_text(encoding="utf-8")
    cover = _metadata(blog, page)["image"]
    assert html.count(f'<img src="{baseurl}{cover}" alt="">') == len(keys)


def _quiet(built: Built) -> bool:
    assert built.complaints == []
    return "done in" in built.log


def test_a_theme_named_in_the_configuration_wins(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("theme: minima\n", encoding="utf-8")
    workspace, ids, page = _workspace()
    config = f"notion: {{source: {ids.database}, publish: all}}\njekyll: {{theme: minimal-mistakes}}\n"
    blog = publish(workspace, tmp_path, config)
    assert _metadata(blog, page)["layout"] == "single"
    # Another theme is another post, though nothing changed in Notion.
    again = publish(workspace, tmp_path, config.replace("minimal-mistakes", "chirpy"))
    assert {change.action for change in again.report.changes} == {"update"}
    assert _metadata(again, page)["math"] is True
