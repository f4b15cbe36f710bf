"""The documentation as a site: built by the real Jekyll, checked link by link, and seen in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import yaml

from blogs import Built, need_jekyll
from browser import DESKTOP, PHONE, Browser, chromium, serve
from linkcheck import check

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CONFIG = yaml.safe_load((DOCS / "_config.yml").read_text(encoding="utf-8"))
NAVIGATION = yaml.safe_load((DOCS / "_data/navigation.yml").read_text(encoding="utf-8"))
LISTED = [place for group in NAVIGATION for place in group["pages"]]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/docs.yml").read_text(encoding="utf-8"))
OURS = "me/notion2jekyll"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site as the step of the workflow builds it, under the path that it has on GitHub Pages."""
    need_jekyll()
    root = tmp_path_factory.mktemp("site")
    clone = root / "clone"
    shutil.copytree(DOCS, clone / "docs")
    for document in ROOT.glob("*.md"):
        shutil.copyfile(document, clone / document.name)
    (step,) = (one for one in WORKFLOW["jobs"]["build"]["steps"] if one["name"] == "Build the site")
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        env=os.environ | step["env"] | {"GITHUB_REPOSITORY": OURS, "LC_ALL": "C.UTF-8"},
        cwd=clone,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    served = root / "served" / CONFIG["baseurl"].strip("/")
    shutil.copytree(clone / "_site", served)
    return Built(served, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("Chromium is not installed: run 'make system'")
    with Browser() as opened:
        yield opened


def pages(site: Built) -> list[Path]:
    return sorted(site.folder.glob("*.html"))


def test_no_link_picture_or_anchor_is_broken(site: Built) -> None:
    checked = check(site.folder, baseurl=CONFIG["baseurl"])
    assert not checked.broken, "\n".join(checked.broken)
    assert checked.links > 300
    assert not site.complaints


def test_every_document_is_a_page_and_in_the_navigation() -> None:
    documents = {f"docs/{path.name}" for path in DOCS.glob("*.md")} | {
        path.name for path in ROOT.glob("*.md")
    }
    assert set(LISTED) == documents
    assert len(LISTED) == len(documents)


def test_every_page_has_a_title_the_navigation_and_its_own_place_in_it(site: Built) -> None:
    assert len(pages(site)) == len(LISTED)
    for page in pages(site):
        text = page.read_text("utf-8")
        assert text.count("<h1") == 1, page.name
        assert text.count('aria-current="page"') == 1, page.name
        assert f'<a href="{CONFIG["baseurl"]}/configuration.html"' in text


def test_braces_of_liquid_are_text(site: Built) -> None:
    sample = '"/linear-algebra/" | relative_url'
    assert "{{ " + sample + " }}" in (DOCS / "blocks.md").read_text("utf-8")
    shown = re.sub(r"<[^>]*>", "", (site.folder / "blocks.html").read_text("utf-8"))
    assert "{{ " + sample + " }}" in unescape(shown)
    shown = re.sub(r"<[^>]*>", "", (site.folder / "configuration.html").read_text("utf-8"))
    assert "{% for book in site.data.books %}" in shown


def test_no_markdown_is_left_over(site: Built) -> None:
    """What github.com reads as Markdown, kramdown does as well: no fence, table, link or emphasis is shown as typed."""
    for page in pages(site):
        prose = re.sub(r"<(pre|code)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
        shown = unescape(re.sub(r"<[^>]*>", "", prose))
        found = re.search(r"```|\]\(|^\s*\|.*\|$|\*\*\w|</?[a-z]+>", shown, re.MULTILINE)
        assert found is None, f"{page.name}: {found}"


def test_files_that_are_no_pages_are_linked_on_github(site: Built) -> None:
    text = (site.folder / "configuration.html").read_text("utf-8")
    assert f'https://github.com/{OURS}/blob/main/config.example.yaml"' in text


def test_what_readers_copy_names_the_real_account(site: Built) -> None:
    texts = {page.stem: page.read_text("utf-8") for page in pages(site)}
    assert [name for name, page in texts.items() if "OWNER/notion2jekyll" in page] == []
    for front in (texts["index"], texts["ko"]):
        assert f"git+https://github.com/{OURS}" in front
        assert "OWNER" not in front


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_page_fits_and_can_be_left(site: Built, browser: Browser, width: int) -> None:
    with serve(site.folder.parent) as url:
        for page in pages(site):
            browser.open(f"{url}{CONFIG['baseurl']}/{page.name}", width)
            assert browser.ask("document.documentElement.scrollWidth") == width, page.name
            missing = browser.ask("[...document.images].filter(one => !one.naturalWidth).map(one => one.src)")
            assert missing == [], page.name
        shown = "document.querySelector('nav a').getBoundingClientRect().height > 0"
        if width == PHONE:
            assert browser.ask(shown) is False
            browser.ask("document.querySelector('label').click()")
        assert browser.ask(shown) is True
