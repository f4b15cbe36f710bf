"""Pages as people write them, published, built by the real Jekyll as one site, and read: every one says what Notion says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fuzz.judge import WORLD, Case, Judge, first_difference
from fuzz.pages import Pages
from fuzz.site import build
from oracle.front_matter import Jekyll
from oracle.kramdown import Kramdown
from oracle.notion import expected
from oracle.reader import read

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.json"))


def case(name: str) -> Case:
    """Return a page of the corpus; those without formulas are read as CommonMark as well."""
    content = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    page = Pages(Random(0)).page()
    page["properties"]["이름"]["title"] = [
        {"type": "text", "text": {"content": content["title"]}, "plain_text": content["title"]}
    ]
    return Case(page, content["blocks"], formulas='"equation"' in json.dumps(content))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("jekyll") is None:
        if os.environ.get("CI"):
            pytest.fail("Jekyll is not installed: run `make system`")
        pytest.skip("Jekyll is not installed: run `make system`")
    folder = tmp_path_factory.mktemp("site")
    assert build(map(case, NAMES), folder) == ""
    return folder / "_site"


@pytest.fixture(scope="module")
def judge(kramdown: Kramdown) -> Iterator[Judge]:
    with Jekyll() as jekyll:
        yield Judge(kramdown, jekyll)


def test_the_corpus_is_there() -> None:
    assert len([name for name in NAMES if name.startswith("journal-")]) >= 6
    assert len(NAMES) >= 52


@pytest.mark.parametrize("name", NAMES)
def test_the_built_page_says_what_notion_says(name: str, site: Path) -> None:
    html = (site / f"p{NAMES.index(name)}.html").read_text(encoding="utf-8")
    wanted, _ = expected(case(name).blocks, WORLD)
    seen = read(html)
    assert seen == wanted, first_difference(wanted, seen)


@pytest.mark.parametrize("name", NAMES)
def test_its_properties_its_report_and_its_other_reading_are_right(name: str, judge: Judge) -> None:
    assert judge.verdict(case(name)) == ""
