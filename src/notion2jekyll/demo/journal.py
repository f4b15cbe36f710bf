"""The sample journal: a boot camp's weekly notes, as a newcomer to this program might keep them in Notion.

The pages hold what such journals hold and what breaks naive converters: particles right behind bold words, lists three
deep, templates with `{{ }}`, text that looks like Markdown. The words are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any, Final

from notion2jekyll.demo.workspace import Workspace, block, mention, rich, text
from notion2jekyll.demo.workspace import equation as _math

Json = dict[str, Any]
Words = str | Json
"""Plain text, or a rich text item."""

SEOUL: Final = timezone(timedelta(hours=9), "KST")
PICTURE: Final = "study-time.png"
"""The name of the screenshot, here and in the workspace."""

HOSTILE: Final = '{% raw %}**이것(this)**은 $5 | `a|b` -- "ok"'
"""Plain text that means something to Liquid, kramdown and SmartyPants; readers must see exactly this."""
HOSTILE_TOO: Final = (
    "<b>굵지 않음</b> &amp; [링크](아님) _밑줄_ {: .class} {{ page.title }} C:\\new\\_temp ^ ~~ # 1) *끝"
)

DRAFT_TITLE: Final = "아직 아무도 보면 안 되는 글"
ENGLISH_TITLE: Final = "Reading other people's code"
NEW_ENGLISH_TITLE: Final = "How I read other people's code"
"""What `edit` calls the English page."""

SCHEMA: Final[Mapping[str, Json]] = {
    "이름": {"title": {}},
    "날짜": {"date": {}},
    "태그": {"multi_select": {}},
    "상태": {"status": {"options": [{"name": "작성 중"}, {"name": "공개"}]}},
    "요약": {"rich_text": {}},
}


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids, dashed, of what `build` put into the workspace."""

    database: str
    first_week: str
    second_week: str
    english: str
    japanese: str
    draft: str
    """The page that is still being written and must never be published."""


# Short names for what the pages below are made of ----------------------------------------------------------------------


def _bold(content: str) -> Json:
    return text(content, bold=True)


def _italic(content: str) -> Json:
    return text(content, italic=True)


def _code(content: str) -> Json:
    return text(content, code=True)


def _page(page: str) -> Json:
    return mention("page", page)


def _paragraph(*words: Words) -> Json:
    return block("paragraph", *words)


def _day(title: str) -> Json:
    return block("heading_1", title)


def _bullet(*words: Words, inside: tuple[Json, ...] = ()) -> Json:
    return block("bulleted_list_item", *words, children=inside)


def _number(*words: Words, inside: tuple[Json, ...] = ()) -> Json:
    return block("numbered_list_item", *words, children=inside)


def _quote(*words: Words) -> Json:
    return block("quote", *words)


def _callout(emoji: str, *words: Words, color: str = "gray_background") -> Json:
    return block("callout", *words, icon={"type": "emoji", "emoji": emoji}, color=color)


def _program(language: str, source: str) -> Json:
    return block("code", source, language=language)


def _table(*rows: tuple[tuple[Words, ...], ...]) -> Json:
    lines = [block("table_row", cells=[rich(*cell) for cell in row]) for row in rows]
    return block("table", table_width=len(rows[0]), has_column_header=True, children=lines)


# The pages -----------------------------------------------------------------------------------------------------------


def _monday() -> list[Json]:
    return [
        _day("월요일 — 환경이 반이다"),
        _paragraph(
            "첫날은 ",
            _bold("파이썬(Python)"),
            "을 설치하는 데 하루를 다 썼다. 강사님이 ",
            _bold('"환경이 반"'),
            "이라고 하실 때는 웃었는데, 저녁이 되니 웃음이 나오지 않았다.",
        ),
        _bullet(
            _bold("가상 환경"),
            "은 프로젝트마다 따로 만든다",
            inside=(
                _bullet(
                    _code("python -m venv .venv"),
                    "로 만들고, 켜는 방법은 운영 체제마다 다르다",
                    inside=(
                        _bullet("맥과 리눅스에서는 ", _code("source .venv/bin/activate")),
                        _bullet(_bold("윈도우(Windows)"), "에서는 ", _code(".venv\\Scripts\\activate")),
                        _bullet(
                            "나머지는 ",
                            text("venv 공식 문서", link="https://docs.python.org/ko/3/library/venv.html"),
                            "에 다 있다",
                        ),
                    ),
                ),
                _bullet("패키지는 ", text("pip", link="https://pip.pypa.io/"), "으로 설치한다"),
            ),
        ),
        _bullet(
            "에디터는 ",
            text("VS Code", bold=True, link="https://code.visualstudio.com/"),
            "로 정했다",
            inside=(_bullet("확장은 ", _code("ms-python.python"), " 하나만 깔았다"),),
        ),
    ]


def _tuesday() -> list[Json]:
    return [
        _day("화요일 — Git은 되돌리기다"),
        _quote("되돌릴 수 있으면, 틀려도 괜찮다.\n", _italic("— 옆자리 짝꿍")),
        _paragraph("이 말, ", _bold("굵게"), "는 못 새겨도 작게나마 적어 둔다. 오늘 손에 익힌 순서:"),
        _number(_code("git switch -c week-1"), "로 가지를 하나 만든다"),
        _number(
            "작게 고치고, 자주 남긴다",
            inside=(_program("bash", 'git add -p\ngit commit -m "Fix off-by-one *again*"'),),
        ),
        _number("망했으면 ", _code("git restore ."), ", 더 망했으면 ", _code("git reflog")),
        block("to_do", "첫 저장소 만들기", checked=True),
        block(
            "to_do",
            text("비밀번호를 커밋하기", strikethrough=True),
            " → 지우고, 바꾸고, 반성하기",
            checked=True,
        ),
        block("to_do", "다른 사람 저장소에 풀 리퀘스트 열어 보기", checked=False),
    ]


def _wednesday() -> list[Json]:
    return [
        _day("수요일 — 템플릿이 내 글을 먹었다"),
        _paragraph(
            _bold("Jinja"),
            "로 환영 메일을 만들었다. 그런데 같은 코드를 블로그에 붙였더니 ",
            _bold("중괄호({{ }})"),
            "가 통째로 사라졌다. 블로그도 템플릿으로 만들어지기 때문이었다.",
        ),
        _program(
            "html",
            "<h1>{{ user.name }}님, 안녕하세요!</h1>\n"
            "{% for todo in todos if not todo.done %}\n"
            "  <li>{{ loop.index }}. {{ todo.title | escape }}</li>\n"
            "{% endfor %}",
        ),
        block("heading_2", "내기: 가장 심술궂은 한 줄"),
        _paragraph("그래서 짝꿍과 ", _bold("블로그를 망가뜨릴 글"), " 짓기 내기를 했다. 짝꿍의 한 줄:"),
        _paragraph(HOSTILE),
        _paragraph("나의 한 줄:"),
        _paragraph(HOSTILE_TOO),
        _paragraph("코드 안에 코드가 들어 있는 글도 있다. 마크다운을 설명하는 마크다운이다."),
        _program(
            "markdown",
            "# 오늘 배운 것\n"
            "\n"
            "```python\n"
            'print("{{ 여기 있으면 안전하다 }}")\n'
            "```\n"
            "\n"
            "- 울타리 안의 울타리 {% raw %}",
        ),
    ]


def _thursday() -> list[Json]:
    return [
        _day("목요일 — 느린 코드, 빠른 코드"),
        _paragraph(
            "리스트에서 하나를 찾는 데는 ",
            _math("O(n)"),
            ", 정렬해 두고 반씩 나누어 찾으면 ",
            _math("O(\\log n)"),
            "이 걸린다. 백만 개라도 ",
            _math("\\log_2 10^6 \\approx 20"),
            "번이면 된다니!",
        ),
        _table(
            (("자료형",), ("찾는 데",), ("쓰는 곳",)),
            ((_code("list"),), (_math("O(n)"),), ("순서가 중요할 때",)),
            ((_code("dict"),), (_math("O(1)"),), (_bold("이름(key)"), "으로 찾을 때")),
            ((_code("set"),), (_math("O(1)"),), ("합집합 ", _code("a | b"), ", 중복 없애기")),
        ),
        _program(
            "python",
            "from bisect import bisect_left\n"
            "\n"
            "\n"
            "def find(items: list[int], wanted: int) -> int | None:\n"
            '    """Return where `wanted` is in the sorted `items`."""\n'
            "    at = bisect_left(items, wanted)\n"
            "    return at if at < len(items) and items[at] == wanted else None",
        ),
        _paragraph("가우스가 어릴 때 풀었다는 식도 칠판에 다시 나왔다."),
        block("equation", expression="\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}"),
    ]


def _friday(screenshot: Json) -> list[Json]:
    return [
        _day("금요일 — 한 주를 그려 보기"),
        _paragraph("배운 것을 모아 공부한 시간을 그래프로 그렸다. 화면을 그대로 붙인다."),
        block(
            "image",
            **screenshot,
            caption=rich("하루에 공부한 시간. 템플릿과 싸운 ", _bold("수요일(6.9시간)"), "이 가장 길다."),
        ),
        block(
            "toggle",
            "숫자는 어디서 왔나 — ",
            _code("study_time.csv"),
            children=(
                _paragraph("타이머 앱에서 내보낸 파일을 ", _bold("표준 라이브러리"), "만으로 읽었다."),
                _program(
                    "python",
                    "import csv\n"
                    "\n"
                    'with open("study_time.csv", encoding="utf-8", newline="") as lines:\n'
                    '    hours = {row["day"]: float(row["hours"]) for row in csv.DictReader(lines)}',
                ),
            ),
        ),
    ]


def _retrospect(second_week: str, english: str) -> list[Json]:
    return [
        _day("회고"),
        _bullet(_bold("좋았던 것"), "은 모르는 것을 모른다고 말한 것"),
        _bullet(_bold("아쉬운 것"), "은 수요일 밤에 ", text("새벽 두 시", color="red"), "까지 깨어 있던 것"),
        _bullet(
            _bold("다음 주"), "에는 테스트를 ", text("먼저", underline=True), " 쓴다 (약속은 3 - 2 = 1개만)"
        ),
        block("divider"),
        _paragraph(
            "이어지는 글: ", _page(second_week), ". 남의 코드 읽는 이야기는 영어로 썼다: ", _page(english)
        ),
    ]


def _first_week(screenshot: Json, second_week: str, english: str) -> list[Json]:
    return [
        _callout(
            "🌱",
            "매일 저녁 30분, 그날 배운 것을 한 칸씩 적는다. ",
            _bold("완벽한 글"),
            "보다 ",
            _bold("남아 있는 글"),
            "이 낫다.",
            color="green_background",
        ),
        *_monday(),
        *_tuesday(),
        *_wednesday(),
        *_thursday(),
        *_friday(screenshot),
        *_retrospect(second_week, english),
    ]


BEFORE: Final = "금요일 발표는 다음 주로 미루었다. 아직 보여 줄 것이 없다."
"""The paragraph of the second week that `edit` changes."""
AFTER: Final[tuple[Words, ...]] = (
    "미루려던 금요일 발표를 결국 했다. ",
    _bold("질문(세 개)"),
    "이 나왔고, 셋 다 대답했다!",
)
"""What `edit` makes of it."""


def _second_week(presentation: tuple[Words, ...]) -> list[Json]:
    return [
        _day("월요일 — 실패부터 쓰기"),
        _paragraph(
            _bold("테스트(test)"),
            "를 먼저 쓰라는 말은 ",
            _bold("실패"),
            "를 먼저 보라는 말이었다. 빨간 줄이 초록 줄이 되면 ",
            _italic("정말로"),
            " 기분이 좋다.",
        ),
        _program(
            "python",
            "def test_greeting_keeps_the_name():\n    assert greet(\"{{ name }}\") == '안녕하세요, {{ name }}님!'",
        ),
        _day("화요일 — 이름 짓기"),
        _bullet(_code("data2"), "라는 이름은 ", _bold("아무것도"), " 말해 주지 않는다"),
        _bullet(_code("hours_by_day"), "는 읽기만 해도 안다"),
        _day("수요일 — 쉬는 날"),
        _paragraph("아무것도 안 했다. 그것도 계획이었다. :)"),
        _day("목요일 — 남의 코드 읽기"),
        _callout(
            "📖",
            "한 줄도 고치지 않고 한 시간을 읽었다. 읽기는 ",
            _bold('"느린 쓰기"'),
            "라는 말을 알 것 같다.",
        ),
        _day("금요일 — 발표"),
        _paragraph(*presentation),
        _day("회고"),
        _paragraph("다음 주에는 <b>데이터베이스</b> 차례다. SELECT * FROM 나 WHERE 잠 > 7;"),
    ]


def _english() -> list[Json]:
    return [
        _paragraph(
            "For a month I've opened other people's repositories with one rule: ",
            _bold("read before you search"),
            ". It's slower for ten minutes and faster ever after.",
        ),
        _number("Start at the ", _bold("entry point"), ", not at the cleverest file."),
        _number(
            "Follow one request all the way down.",
            inside=(_paragraph("Write the path down. Four names on paper beat forty tabs."),),
        ),
        _number("Ask ", _italic("why"), " before ", _italic("how"), "; the commit message often knows."),
        _quote("\"Simple\" is what's left when you know what you can't remove -- and not a line less..."),
        _program("diff", "- if not (not ready == False):\n+ if ready:\n      launch()"),
        _paragraph(
            "That change cost me $5 in bets & one coffee. The test I ran was ",
            _code("pytest -k 'a or b'"),
            ".",
        ),
        block("bookmark", url="https://docs.python.org/3/library/bisect.html"),
    ]


def _japanese() -> list[Json]:
    return [
        _paragraph(
            "交換留学の相棒に、はじめて",
            _bold("コードレビュー(code review)"),
            "をしてもらった。最初のコメントが",
            _bold("「ありがとう」"),
            "だったので、少し泣きそうになった。",
        ),
        _bullet(
            "良かった点",
            inside=(
                _bullet("関数が短く、", _bold("名前"), "で意味が分かる"),
                _bullet("テストが", _code("assert"), "ひとつで読める"),
            ),
        ),
        _bullet(
            "直す点",
            inside=(_bullet("エラーの文は", _bold("次にすること"), "まで書く"),),
        ),
        _program("python", 'raise ValueError(f"{path} が見つかりません。名前を確かめてください。")'),
        _quote("コードは一度書かれ、十回読まれる。"),
        _paragraph("来週は、わたしがレビューする番だ。"),
    ]


def _draft() -> list[Json]:
    return [
        _paragraph("아직 아무에게도 보여 주지 않을 글. 팀을 바꾸고 싶다고 말할지 고민 중이다."),
        block("to_do", "강사님과 이야기하기", checked=False),
    ]


# The workspace -------------------------------------------------------------------------------------------------------


def _row(title: str, date: str, tags: list[str], summary: str, *, status: str = "공개") -> Json:
    return {"이름": title, "날짜": date, "태그": tags, "상태": status, "요약": summary}


def build(workspace: Workspace) -> Ids:
    """Put the sample journal into `workspace` and return the ids of what was put there."""
    picture = files("notion2jekyll.demo").joinpath(PICTURE).read_bytes()
    screenshot = workspace.add_file(PICTURE, picture)
    database = workspace.add_database("학습 일지", SCHEMA, created=datetime(2026, 3, 9, 8, 50, tzinfo=SEOUL))

    def page(day: int, hour: int, row: Json, children: list[Json], emoji: str = "") -> str:
        icon = {"type": "emoji", "emoji": emoji} if emoji else None
        moment = datetime(2026, 3, day, hour, 20, tzinfo=SEOUL)
        return workspace.add_page(database, row, children, created=moment, edited=moment, icon=icon)

    english = page(
        15,
        16,
        _row(ENGLISH_TITLE, "2026-03-15", ["reading", "git"], "One rule: read before you search."),
        _english(),
    )
    japanese = page(
        18,
        20,
        _row(
            "はじめてのコードレビュー", "2026-03-18", ["レビュー"], "最初のコメントは「ありがとう」だった。"
        ),
        _japanese(),
    )
    second_week = page(
        20,
        22,
        _row(
            "2주차: 테스트가 지켜 준 것",
            "2026-03-20T22:00:00.000+09:00",
            ["부트캠프", "테스트"],
            "빨간 줄에서 초록 줄까지.",
        ),
        _second_week((BEFORE,)),
        "🧪",
    )
    first_week = page(
        13,
        22,
        _row(
            '1주차: "왜?"라고 묻는 한 주',
            "2026-03-13T21:30:00.000+09:00",
            ["부트캠프", "파이썬", "Q&A"],
            '가상 환경에서 {{ 템플릿 }}까지. 제일 많이 한 말은: "왜?"',
        ),
        _first_week(screenshot, second_week, english),
        "🌱",
    )
    draft = page(22, 23, _row(DRAFT_TITLE, "2026-03-22", ["부트캠프"], "", status="작성 중"), _draft())
    return Ids(database, first_week, second_week, english, japanese, draft)


def edit(workspace: Workspace, ids: Ids) -> None:
    """Make the edits of a later day: one paragraph of the second week changes, and the English page gets a new title."""
    for child in workspace.child_ids(ids.second_week):
        body = workspace.block(child).get("paragraph") or {}
        if "".join(run["plain_text"] for run in body.get("rich_text", ())) == BEFORE:
            workspace.update_block(child, {"rich_text": rich(*AFTER)})
            break
    else:
        raise KeyError(BEFORE)
    workspace.update_page(ids.english, {"이름": NEW_ENGLISH_TITLE})
