"""What readers see: one real site with all cases and the demo's journal, in a real browser, at two widths."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import blogs
import rendered
from browser import DESKTOP, PHONE, Browser, chromium, serve
from notion2jekyll.convert import Style, style
from notion2jekyll.demo.workspace import Workspace, block, text

STYLESHEET = rendered.STYLESHEET
STYLES = Path(__file__).parent.parent / "docs/styles.md"
WIDER = "[innerWidth, document.documentElement.scrollWidth]"
DARK = "<style>[data-mode=dark] body { background: #1b1b1e; color: #afb0b1 }</style>"


@dataclass(frozen=True)
class Look:
    """A site on a loopback port, and a browser to look at it."""

    url: str
    pages: tuple[str, ...]
    said: str
    browser: Browser

    def ask(self, page: str, width: int, script: str) -> Any:
        self.browser.open(f"{self.url}{page}", width)
        return self.browser.ask(script)


def _need(*programs: str | None) -> None:
    if not all(programs):
        if os.environ.get("CI"):
            pytest.fail("Jekyll or Chromium is not installed: run 'make system'")
        pytest.skip("Jekyll or Chromium is not installed: run 'make system'")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    _need(shutil.which("jekyll"), chromium())
    with Browser() as one:
        yield one


def _look(folder: Path, browser: Browser, looks: Style, *, stylesheet: bool = False) -> Iterator[Look]:
    pages = rendered.write_site(folder, looks, stylesheet=stylesheet)
    out, said = rendered.build(folder)
    with serve(out) as url:
        yield Look(url, tuple(pages), said, browser)


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Look]:
    """The site as it is by default: nothing but the theme's own stylesheet."""
    yield from _look(tmp_path_factory.mktemp("site"), browser, Style())


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Look]:
    """The site with classes and the shipped stylesheet."""
    yield from _look(tmp_path_factory.mktemp("site"), browser, Style(colors="class"), stylesheet=True)


def test_jekyll_has_nothing_to_say(inline: Look) -> None:
    for word in ("warning", "error", "deprecat", "conflict", "invalid"):
        assert word not in inline.said.lower(), inline.said
    assert "done in" in inline.said


def test_nothing_of_the_syntax_is_left_over(inline: Look) -> None:
    text = inline.ask("/everything/", DESKTOP, "document.querySelector('.post-content').innerText")
    for mark in ("**", "~~", '{{ "', "markdown=", "{:", "<ins>", "&#", "](", "- [ ]", "TOC"):
        assert mark not in text, mark
    assert "굵게는 기울임 and both, struck, underlined, `code`." in text


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("kind", ["inline", "classes"])
def test_no_page_is_wider_than_the_screen(kind: str, width: int, request: pytest.FixtureRequest) -> None:
    look: Look = request.getfixturevalue(kind)
    # What is narrow enough for a phone is so for a desktop.
    for page in look.pages if width == PHONE else ("/everything/", "/wide/"):
        if page == "/wide/" and kind == "inline":
            continue  # its code without any space needs the stylesheet
        assert look.ask(page, width, WIDER) == [width, width], page


def test_what_is_wide_moves_within_its_box(inline: Look) -> None:
    boxes = inline.ask(
        "/wide/",
        PHONE,
        "[...document.querySelectorAll('.notion-wide, div.highlight pre, iframe')].map(one =>"
        " [one.getBoundingClientRect().right <= 390, getComputedStyle(one).overflowX])",
    )
    assert len(boxes) == 6
    assert all(fits for fits, _ in boxes)
    assert [overflow for _, overflow in boxes].count("auto") == 4


def test_only_wide_tables_are_in_a_box() -> None:
    assert "notion-wide" not in rendered.markdown(rendered.article(rendered.raw("table")))
    assert "notion-wide" not in rendered.markdown(rendered.article(rendered.raw("table_row")))
    assert rendered.markdown(rendered.article(rendered.wide())).count("notion-wide") == 3


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_picture_is_there(inline: Look, width: int) -> None:
    inline.browser.open(f"{inline.url}/everything/", width)
    pictures = inline.browser.ask(
        "[...document.querySelectorAll('.post-content img')].map(i => [i.getAttribute('src'), i.naturalWidth, i.width])"
    )
    assert len(pictures) >= 4
    for source, natural, shown in pictures:
        assert natural > 0, source
        assert 0 < shown <= width, source


def test_every_address_within_the_site_leads_somewhere(inline: Look) -> None:
    script = """Promise.all([...document.querySelectorAll('.post-content [href], .post-content [src]')]
      .map(one => one.href ?? one.src).filter(url => url.startsWith(location.origin))
      .map(async url => [url.slice(location.origin.length), (await fetch(url)).status]))"""
    seen = [found for page in inline.pages for found in inline.ask(page, DESKTOP, script)]
    assert len(seen) > 20
    # Pages of the site that the cases link to by an address of theirs, not of this site's.
    assert {url for url, status in seen if status != 200} == set()


def test_players_keep_their_shape(inline: Look) -> None:
    for width, wide in ((DESKTOP, 560), (PHONE, 360)):
        (box,) = inline.ask(
            "/video/",
            width,
            "[...document.querySelectorAll('iframe')].map(f => [f.clientWidth, f.clientHeight])",
        )
        assert box[0] == wide
        assert abs(box[1] - wide * 9 / 16) <= 1


@pytest.mark.parametrize("kind", ["inline", "classes"])
def test_columns_are_beside_each_other_or_stacked(kind: str, request: pytest.FixtureRequest) -> None:
    look: Look = request.getfixturevalue(kind)
    script = "[...document.querySelectorAll('.notion-column')].map(c => c.getBoundingClientRect()).map(b => [b.x, b.y, b.width])"
    for page, shares in (("/column-list/", (0.5, 0.5)), ("/column/", (0.75, 0.25))):
        left, right = look.ask(page, DESKTOP, script)
        assert left[1] == right[1]
        assert left[0] < right[0]
        whole = left[2] + right[2]
        assert [round(column[2] / whole, 1) for column in (left, right)] == [round(one, 1) for one in shares]
        above, below = look.ask(page, PHONE, script)
        assert above[1] < below[1]
        assert above[0] == below[0]
        assert above[2] == below[2] == 360


def test_five_columns_stay_in_one_row(inline: Look) -> None:
    script = """(() => {
      const row = document.querySelector('.notion-columns');
      for (let n = 0; n < 3; n++) row.append(row.lastElementChild.cloneNode(true));
      return new Set([...row.children].map(c => c.getBoundingClientRect().y)).size })()"""
    assert inline.ask("/column-list/", DESKTOP, script) == 1
    assert inline.ask("/column-list/", PHONE, script) == 5


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_toggle_opens(inline: Look, width: int) -> None:
    script = """(() => {
      const toggle = document.querySelector('details'), inside = toggle.lastElementChild;
      const shown = () => inside.checkVisibility() && inside.getBoundingClientRect().height > 0;
      const before = shown();
      toggle.querySelector('summary').click();
      return [before, shown(), inside.innerText.trim()] })()"""
    assert inline.ask("/toggle/", width, script) == [False, True, "a list"]


def test_anchors_of_the_contents_lead_somewhere(inline: Look) -> None:
    targets = inline.ask(
        "/table-of-contents/",
        DESKTOP,
        "[...document.querySelectorAll('.post-content a[href^=\"#\"]')].map(a =>"
        " document.getElementById(decodeURIComponent(a.hash.slice(1)))?.tagName ?? a.hash)",
    )
    assert targets
    assert set(targets) <= {"H2", "H3", "H4", "H5", "H6"}


def test_a_click_lands_on_the_block_that_is_meant(tmp_path: Path, browser: Browser) -> None:
    workspace = Workspace(clock=lambda: blogs.NOW)
    database = workspace.add_database("Journal", {"Name": {"title": {}}})
    long = [block("paragraph", "…") for _ in range(60)]
    heading, table = block("heading_2", "결과 & more"), block("table", table_width=1)
    table["children"] = [block("table_row", cells=[[text("cell")]])]
    target = workspace.add_page(
        database, {"Name": "다음 글"}, [*long, heading, *long, heading, *long, table, *long]
    )
    _, second = (
        child for child in workspace.child_ids(target) if workspace.block(child)["type"] == "heading_2"
    )
    (cells,) = (child for child in workspace.child_ids(target) if workspace.block(child)["type"] == "table")

    def link(name: str, place: str) -> dict[str, Any]:
        address = f"https://www.notion.so/{target}#{place}".replace("-", "")
        return block("paragraph", text(name, link=address))

    workspace.add_blocks(target, [link("back", second)])
    source = workspace.add_page(
        database, {"Name": "Source"}, [link("to heading", second), link("to table", cells)]
    )
    site = tmp_path / "site"
    site.mkdir()
    (site / "_config.yml").write_text("theme: minima\nbaseurl: /blog\nfuture: true\n", encoding="utf-8")
    blog = blogs.publish(workspace, site, f"notion: {{source: {database}, publish: all}}\n")
    blogs.build(site, tmp_path / "out/blog", baseurl="/blog")

    seen = "[...document.querySelectorAll('h1, h2, h3, td')].filter(e => Math.abs(e.getBoundingClientRect().top) < 60)"
    with serve(tmp_path / "out") as url:

        def click(name: str) -> Any:
            browser.click(f"[...document.links].find(one => one.innerText === '{name}')")
            return browser.ask(f"[location.pathname, {seen}.map(one => [one.tagName, one.innerText])]")

        place = f"/blog{quote(blog.entries[target].url)}"
        for start, name, landed in (
            (source, "to heading", ["H3", "결과 & more"]),
            (source, "to table", ["TD", "cell"]),
            (target, "back", ["H3", "결과 & more"]),
        ):
            browser.open(f"{url}/blog{quote(blog.entries[start].url)}")
            assert click(name) == [place, [landed]], name
        assert browser.ask("[...document.querySelectorAll('h3')].indexOf(" + seen + "[0])") == 1


def test_formulas_are_typeset(inline: Look) -> None:
    assert rendered.KATEX.is_dir() or not os.environ.get("CI")
    if not rendered.KATEX.is_dir():
        pytest.skip("KaTeX is not installed: run 'make system'")
    count = "[document.querySelectorAll('.katex').length, document.querySelectorAll('.katex-error').length]"
    assert inline.ask("/equation/", DESKTOP, count) == [2, 0]


def test_the_space_in_a_callout_is_even(inline: Look, classes: Look) -> None:
    script = """[...document.querySelectorAll('.notion-callout')].map(box => {
      const outer = box.getBoundingClientRect(), range = document.createRange();
      range.selectNodeContents(box);
      const rects = [...box.children].map(c => c.getBoundingClientRect());
      return [rects[0].top - outer.top, outer.bottom - rects.at(-1).bottom] })"""
    for look in (inline, classes):
        for above, below in look.ask("/callout/", DESKTOP, script):
            assert 8 <= above <= 20
            assert abs(above - below) <= 5


@pytest.mark.parametrize("kind", ["inline", "classes"])
@pytest.mark.parametrize("dark", [False, True])
def test_colors_can_be_read_on_light_and_dark_pages(
    kind: str, dark: bool, request: pytest.FixtureRequest
) -> None:
    look: Look = request.getfixturevalue(kind)
    look.browser.open(f"{look.url}/colors/")
    look.browser.ask(f"document.head.insertAdjacentHTML('beforeend', {DARK!r})")
    look.browser.ask(f"document.documentElement.dataset.mode = '{'dark' if dark else 'light'}'")
    worst = look.browser.ask(CONTRAST)
    # Inline, a text cannot know that its page is dark: coloured text on a coloured background is faint there.
    least = 4.5 if kind == "classes" or not dark else 2
    assert len(worst) == 38 * 18
    assert min(worst)[0] >= least, sorted(worst)[:5]


CONTRAST = """(() => {
  const numbers = text => (text.match(/-?[\\d.]+(e-?\\d+)?/g) ?? []).map(Number);
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parse = text => {  // 0 to 255, and an opacity
    if (!text.startsWith('oklch')) { const [r, g, b, a = 1] = numbers(text); return [r, g, b, a] }
    canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3), 1] };
  const over = (top, below) => [0, 1, 2].map(n => top[n] * top[3] + below[n] * (1 - top[3]));
  const light = c => [.2126, .7152, .0722].reduce((sum, w, n) => {
    const v = c[n] / 255; return sum + w * (v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4) }, 0);
  const page = one => {
    const own = parse(getComputedStyle(one).backgroundColor);
    return own[3] === 1 ? own : over(own, one.parentElement ? page(one.parentElement) : [255, 255, 255]) };
  return [...document.querySelectorAll('.post-content p span[style], .post-content p span[class]')]
    .filter(one => !one.firstElementChild).map(one => {
      const below = page(one), a = light(over(parse(getComputedStyle(one).color), below)), b = light(below);
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), one.innerText] }) })()"""


def _rules() -> dict[str, dict[str, list[str]]]:
    """Return the stylesheet: selector → property → its values."""
    text = re.sub(r"/\*.*?\*/", "", STYLESHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    rules: dict[str, dict[str, list[str]]] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for declaration in filter(str.strip, body.split(";")):
            name, value = (part.strip() for part in declaration.split(":", 1))
            rules.setdefault(selector.strip(), {}).setdefault(name, []).append(value)
    return rules


def test_the_stylesheet_has_the_colours_of_the_tables() -> None:
    rules = _rules()
    for name in style.HUES:
        plain, mixed = rules[f".notion-{name}"]["color"]
        assert plain == style.TEXT_COLORS[name]
        assert mixed.startswith("oklch(from currentcolor ")
        assert rules[f".notion-{name}-background"]["background-color"] == [style.BACKGROUND_COLORS[name]]


def test_the_stylesheet_has_every_class_that_is_written() -> None:
    pages = [rendered.raw(name) for name in rendered.names()] + [rendered.wide(), rendered.colors()]
    posts = " ".join(rendered.markdown(rendered.article(page, Style(colors="class"))) for page in pages)
    written = {name for names in re.findall(r'class="([^"]+)"', posts) for name in names.split()}
    known = set(re.findall(r"\.(notion-[\w-]+)", STYLESHEET.read_text(encoding="utf-8")))
    assert len(written) > 20
    assert written == known
    documented = set(re.findall(r"`(notion-[\w-]+)`", STYLES.read_text(encoding="utf-8")))
    assert documented >= {name for name in known if name.removesuffix("-background")[7:] not in style.HUES}


def _luminance(color: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[n : n + 2], 16) / 255 for n in (1, 3, 5))


def _contrast(color: tuple[float, ...], below: tuple[float, ...]) -> float:
    low, high = sorted((_luminance(color), _luminance(below)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", style.HUES)
def test_inline_colours_are_readable(name: str) -> None:
    """WCAG AA on white and on every tint of it; told from a dark page (3 to 1)."""
    opacity = int(style.TINT, 16) / 255
    text = _rgb(style.TEXT_COLORS[name])
    white, dark = (1.0, 1.0, 1.0), _rgb("#1b1b1e")
    assert _contrast(text, white) >= 4.5
    assert _contrast(text, dark) >= 3
    for hue in style.HUES.values():
        tint = tuple(
            top * opacity + (1 - opacity) * below for top, below in zip(_rgb(hue), white, strict=True)
        )
        assert _contrast(text, tint) >= 4.5


def test_without_colors_nothing_is_coloured() -> None:
    made = rendered.article(rendered.colors(), Style(colors="off"))
    assert "color" not in rendered.markdown(made).replace("_background", "")
