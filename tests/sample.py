"""A week of a boot camp's student as a page of Notion, shaped as such journals most often are. The words are our own.

docs/sample.md shows both sides of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from notion2jekyll.demo.journal import SEOUL
from notion2jekyll.demo.workspace import Workspace, block, text

Json = dict[str, Any]
Words = str | Json

TITLE: Final = "[부트캠프] 1주차 학습 일지"
SCHEMA: Final[dict[str, Json]] = {
    "이름": {"title": {}},
    "날짜": {"date": {}},
    "설명": {"rich_text": {}},
    "상태": {"status": {"options": [{"name": "작성 중"}, {"name": "공개"}]}},
}
RULE: Final = "{property: 상태, is: [공개]}"
PROPERTIES: Final[dict[str, Any]] = {
    "이름": TITLE,
    "날짜": "2026-03-13",
    "설명": "환경 설정에서 회고까지, 막힌 것과 풀린 것",
    "상태": "공개",
}


def _bold(words: str) -> Json:
    return text(words, bold=True)


def _code(words: str) -> Json:
    return text(words, code=True)


def _item(*words: Words, inside: tuple[Json, ...] = ()) -> Json:
    return block("bulleted_list_item", *words, children=inside)


def _day(title: str) -> Json:
    return block("heading_2", title)


def _part(title: str) -> Json:
    return block("heading_3", title)


BLOCKS: Final[tuple[Json, ...]] = (
    block("heading_1", "1주차: 파이썬 첫걸음"),
    block(
        "paragraph",
        "하루에 한 칸씩, ",
        _bold("배운 것"),
        "과 ",
        _bold("막힌 것"),
        "을 적었다. 완벽하지 않아도 남겨 둔다.",
    ),
    _day("1일차: 환경 설정"),
    _part("배운 것"),
    _item(
        _bold("가상 환경"),
        "은 프로젝트마다 하나씩 만든다",
        inside=(
            _item(
                _code("python3 -m venv .venv"), "로 만들고 ", _code("source .venv/bin/activate"), "로 켠다"
            ),
            _item(
                "자세한 것은 ",
                text("venv 공식 문서", link="https://docs.python.org/ko/3/library/venv.html"),
                "에 있다",
            ),
        ),
    ),
    _item(
        "에디터는 ",
        text("VS Code", link="https://code.visualstudio.com/"),
        "로 정했다\n(단축키는 아직 세 개밖에 모른다)",
    ),
    _part("막힌 것"),
    _item(
        "터미널에 ",
        _code("python"),
        "을 쳤더니 그런 명령이 없다고 했다\n",
        _bold("해결"),
        "은 ",
        _code("python3"),
        " 한 글자 차이였다",
    ),
    _day("2일차: 문자열"),
    _part("배운 것"),
    _item(
        _bold("f-문자열"),
        "이 제일 읽기 쉽다",
        inside=(
            _item("중괄호 안에는 ", _bold("식(expression)"), "이면 무엇이든 들어간다"),
            _item(
                "예전 방식은 ",
                text("PEP 498", link="https://peps.python.org/pep-0498/"),
                "의 예제로 훑어봤다",
            ),
        ),
    ),
    block("code", 'name = "하늘"\nprint(f"{name}님, 안녕하세요!")', language="python"),
    _day("3일차: 템플릿"),
    _part("배운 것"),
    block(
        "paragraph",
        _code("{{ user.name }}"),
        "은 값을 넣고, ",
        _code("{% for %}"),
        "는 되풀이한다. ",
        _bold("Jinja"),
        "와 ",
        _bold("Liquid"),
        "가 거의 같은 문법을 쓴다.",
    ),
    block(
        "code",
        "<ul>\n{% for todo in todos %}\n  <li>{{ todo.title }}</li>\n{% endfor %}\n</ul>",
        language="html",
    ),
    _part("막힌 것"),
    _item(
        "이 글을 블로그에 올렸더니 {{ 중괄호 }}가 통째로 사라졌다\n블로그도 템플릿으로 만들어지기 때문이었다"
    ),
    _day("4일차: 회고"),
    _part("한 주를 돌아보면"),
    _item(
        _bold("요약"),
        "은 이렇다: 설치에 이틀, 재미에 이틀",
        inside=(
            _item(_bold("좋았던 것"), "은 모르는 것을 바로 물어본 것"),
            _item(_bold("아쉬운 것"), "은 커밋 메시지를 전부 ", _code("update"), "라고 쓴 것"),
        ),
    ),
    _item(
        _bold("다음 주"), "에는 ", text("Git 책", link="https://git-scm.com/book/ko/v2"), "을 3장까지 읽는다"
    ),
)
"""The page, in the form in which Notion's API takes blocks."""


def build(workspace: Workspace) -> tuple[str, str]:
    """Put the page into a database of `workspace`; returns the ids of the database and of the page."""
    moment = datetime(2026, 3, 13, 21, 0, tzinfo=SEOUL)
    database = workspace.add_database("학습 일지", SCHEMA, created=moment)
    return database, workspace.add_page(database, PROPERTIES, BLOCKS, created=moment, edited=moment)
