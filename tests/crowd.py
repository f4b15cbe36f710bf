"""A workspace with many pages in four languages, such as a journal of years could be: whatever a title, a tag or a body
may hold, and links from everywhere to everywhere.

What comes of it is the same every time. To let the pages hold more, add a function to `PIECES`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import rendered
from notion2jekyll.demo.journal import SEOUL
from notion2jekyll.demo.workspace import Workspace, block, equation, mention, rich, text
from pictures import MP4

Json = dict[str, Any]

SCHEMA: Final[dict[str, Json]] = {
    "Name": {"title": {}},
    "Date": {"date": {}},
    "Tags": {"multi_select": {}},
    "Category": {"select": {}},
    "Summary": {"rich_text": {}},
    "Status": {"status": {"options": [{"name": "Draft"}, {"name": "Published"}]}},
}


@dataclass(frozen=True)
class Tongue:
    """What people write in one language."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    tags: tuple[str, ...]
    categories: tuple[str, ...]


TONGUES: Final = (
    Tongue(
        (
            "{}일차: 오늘 배운 것",
            "왜 안 될까? ({}번째)",
            "“{}번째 커밋”이라는 제목",
            "느린 쿼리 {}개와 빠른 커피 한 잔",
            "[회고] {}주차 — 잘한 것·아쉬운 것",
        ),
        (
            "오늘은 테스트부터 썼다.",
            "한 줄을 고치려고 세 시간을 읽었다.",
            "모르는 것을 모른다고 말하니 금방 풀렸다.",
            "내일은 조금 더 작게 나누어 볼 것.",
            "비용은 $5에서 $3으로 줄었다!",
        ),
        ("부트캠프", "파이썬", "회고", "Q&A"),
        ("학습 일지", "개발"),
    ),
    Tongue(
        (
            "{}日目のまとめ",
            "「動かない」{}つの理由",
            "テスト・駆動・開発（第{}回）",
            "週報：{}週目、よく眠れた週",
            "はじめてのレビュー #{}",
        ),
        (
            "今日はテストから書き始めた。",
            "直すのは一行、読むのは三時間。",
            "分からないと言えたら、すぐに解けた。",
            "明日はもっと小さく分ける。",
            "「速い」より「正しい」が先だ。",
        ),
        ("テスト", "レビュー", "日記"),
        ("学習", "開発日誌"),
    ),
    Tongue(
        (
            "第{}天：今天学到的东西",
            "为什么不行？（{}）",
            "《代码大全》读书笔记{}",
            "周报——第{}周",
            "慢查询、快咖啡 {}",
        ),
        (
            "今天先写了测试。",
            "改一行，读了三个小时。",
            "说出“我不懂”，问题马上就解决了。",
            "明天要拆得更小一些。",
            "先正确，再谈快。",
        ),
        ("测试", "读书", "周报"),
        ("学习笔记", "开发"),
    ),
    Tongue(
        (
            "Day {}: what I learned",
            "Why doesn't it work? (no. {})",
            'The "{} lines" rule',
            "Week {} -- slow queries & fast coffee",
            "How I read other people's code, part {}",
        ),
        (
            "I wrote the test first today.",
            "One line to change, three hours to read.",
            "It's easy once you say that you don't know.",
            "Tomorrow I'll cut it into smaller pieces...",
            "The bill went from $5 to $3 -- not bad.",
        ),
        ("python", "Code Review", "100%"),
        ("Journal", "Notes on C++"),
    ),
)

SAME: Final = "같은 제목 — same title"
TITLES: Final = (
    *[SAME] * 6,
    *(
        "index",
        "404",
        "README",
        "about",
        "feed.xml",
        "assets",
        "_config",
        ".htaccess",
        "CON",
        "tags",
        "page2",
    ),
    *("🎉", "🌱🌱", "👩‍👩‍👧‍👦", "❤️", "...", "--", "?!", "~", "/", "#"),
    *(
        "yes",
        "null",
        "2026-01-01",
        "1e3",
        "0x10",
        "- list",
        "> quote",
        "key: value",
        "@user",
        "%w",
        "&anchor",
        "*alias",
    ),
    *(
        "<b>굵게?</b>",
        "{{ page.title }} {% raw %}",
        "a/b\\c:d",
        "100% 성공",
        "C# vs. C++",
        "'quoted' \"twice\"",
        "`code`",
    ),
    *(
        "「カギ」と『二重』・中黒",
        "中文：全角，标点！",
        "हिन्दी में पहला लेख",
        "ภาษาไทยวันนี้",
        "مرحبا بالعالم",
        "Straße İstanbul",
    ),
    unicodedata.normalize("NFD", "한글 자모가 풀린 제목"),
    "ＦＵＬＬ　ＷＩＤＴＨ　１２３",
    "긴 제목 " * 80,
    "A very long title that never seems to end, " * 12,
    "가" * 300,
)
"""Titles of all kinds; the first ones are all the same."""


@dataclass
class Crowd:
    """The pages, and what making them needs."""

    workspace: Workspace
    database: str
    random: Random = field(default_factory=lambda: Random(20261120))
    pages: list[str] = field(default_factory=list)
    """The published ones, as they were added."""
    drafts: list[str] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    """Pictures that the workspace hosts and several pages show."""

    def sentence(self, tongue: Tongue) -> str:
        return self.random.choice(tongue.sentences)

    def other(self) -> str:
        """Return some published page."""
        return self.random.choice(self.pages)

    def address(self, page: str) -> str:
        """Return what "Copy link" gives for a page."""
        url: str = self.workspace.page(page)["url"]
        return url

    def picture(self) -> Json:
        """Return a picture that the workspace hosts."""
        return dict(self.random.choice(self.files))

    def body(self, tongue: Tongue) -> list[Json]:
        """Return a body of a few pieces, some of them inside others."""
        pieces = self.random.sample(PIECES, self.random.randint(3, 6))
        return [each for piece in pieces for each in piece(self, tongue)]


Piece = Callable[[Crowd, Tongue], Sequence[Json]]


def _words(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    bold = text(crowd.sentence(tongue), bold=True)
    return [
        block("paragraph", crowd.sentence(tongue), " ", bold, "은 ", crowd.sentence(tongue)),
        block("paragraph", crowd.sentence(tongue) + "\n" + crowd.sentence(tongue)),
    ]


def _sections(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    heading = crowd.sentence(tongue)
    return [
        block("table_of_contents"),
        block("heading_1", heading),
        block("heading_2", text(heading, link=crowd.address(crowd.other()))),
        block("heading_2", heading),
        block("heading_3", "🌱"),
    ]


def _mentions(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    day = mention("date", {"start": "2026-11-20", "end": None, "time_zone": None})
    return [
        block(
            "paragraph", "→ ", mention("page", crowd.other()), ", ", day, ", ", mention("page", crowd.other())
        ),
        block("link_to_page", type="page_id", page_id=crowd.other()),
        block("paragraph", "✍ ", mention("page", crowd.drafts[0])),
    ]


def _pasted(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    url = crowd.address(crowd.other())
    return [
        block(
            "paragraph",
            text(url, link=url),
            " · ",
            text(crowd.sentence(tongue), link=crowd.address(crowd.other())),
        ),
        block(
            "bulleted_list_item",
            text("Notion", link="https://www.notion.so/" + crowd.other().replace("-", "")),
        ),
        block("paragraph", text("outside", link="https://example.com/?a=1&b=%20#c"), "."),
    ]


def _pictures(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    return [
        block(
            "image",
            **crowd.picture(),
            caption=rich(crowd.sentence(tongue), " ", mention("page", crowd.other())),
        ),
        block("image", **crowd.picture()),
        block("image", type="external", external={"url": "https://example.com/a b.png?x=1&y=2"}),
    ]


def _files(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    return [
        block("file", **crowd.picture(), caption=rich(crowd.sentence(tongue))),
        block("video", **crowd.workspace.add_file("film.mp4", MP4)),
        block("bookmark", url="https://example.com/"),
    ]


def _toggles(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    inside = [*_words(crowd, tongue), *_mentions(crowd, tongue), block("image", **crowd.picture())]
    folded = block("heading_2", crowd.sentence(tongue), is_toggleable=True, children=_words(crowd, tongue))
    return [block("toggle", crowd.sentence(tongue), children=inside), folded]


def _tables(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    def row(*cells: str | Json) -> Json:
        return block("table_row", cells=[rich(cell) for cell in cells])

    rows = [
        row(*tongue.tags[:2], "a | b"),
        row(mention("page", crowd.other()), text("코드|code", code=True), equation("O(n)")),
        row(crowd.sentence(tongue), "", text(crowd.sentence(tongue), link=crowd.address(crowd.other()))),
    ]
    header = crowd.random.random() < 0.7
    return [block("table", table_width=3, has_column_header=header, children=rows)]


def _code(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    return [
        block(
            "code",
            "{% for post in site.posts %}\n  {{ post.title | escape }}\n{% endfor %}",
            language="liquid",
        ),
        block("code", "```\n{% raw %}\n```", language="markdown"),
        block("code", "graph TD\n  A[Notion] --> B[Jekyll]", language="mermaid"),
        block(
            "paragraph", text("{{ site.baseurl }}", code=True), " ", text("{% include x.html %}", code=True)
        ),
    ]


def _callouts(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    icon = {"type": "emoji", "emoji": "💡"}
    words = (crowd.sentence(tongue), mention("page", crowd.other()))
    inside = [block("bulleted_list_item", crowd.sentence(tongue)), block("image", **crowd.picture())]
    return [
        block("callout", *words, icon=icon, color="blue_background", children=inside),
        block("callout", crowd.sentence(tongue), icon=crowd.picture(), color="default"),
        block("quote", crowd.sentence(tongue)),
    ]


def _lists(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    deep = block("bulleted_list_item", crowd.sentence(tongue), children=_mentions(crowd, tongue))
    return [
        block("bulleted_list_item", crowd.sentence(tongue), children=[deep]),
        block("numbered_list_item", crowd.sentence(tongue), children=_code(crowd, tongue)),
        block("to_do", crowd.sentence(tongue), checked=True),
    ]


def _formulas(crowd: Crowd, tongue: Tongue) -> Sequence[Json]:
    return [
        block("paragraph", crowd.sentence(tongue), " ", equation("a_1 < b^{2}"), " ", crowd.sentence(tongue)),
        block("equation", expression="\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}"),
    ]


PIECES: Final[list[Piece]] = [
    *(
        _words,
        _sections,
        _mentions,
        _pasted,
        _pictures,
        _files,
        _toggles,
        _tables,
        _code,
        _callouts,
        _lists,
        _formulas,
    ),
]
"""What bodies are made of."""


def gather(workspace: Workspace, count: int = 200) -> Crowd:
    """Put a database with `count` published pages, and some drafts, into `workspace`."""
    crowd = Crowd(workspace, workspace.add_database("Years", SCHEMA))
    crowd.files += [
        workspace.add_file(name, rendered.png(width, 40))
        for width, name in enumerate(
            ["photo.png", "스크린샷 2026-03-13 오후 9.30.png", "図 1.PNG", "a&b=c?.png"], 60
        )
    ]
    for number in range(3):
        crowd.drafts.append(_page(crowd, number, f"Draft {number}", "Draft"))
    for number in range(count):
        crowd.pages.append(_page(crowd, number, _title(number), "Published"))
    for number, page in enumerate(crowd.pages):
        workspace.replace_children(page, crowd.body(_tongue(number)))
    return crowd


def _tongue(number: int) -> Tongue:
    return TONGUES[number % len(TONGUES)]


def _title(number: int) -> str:
    titles = _tongue(number).titles
    return (
        TITLES[number]
        if number < len(TITLES)
        else titles[number // len(TONGUES) % len(titles)].format(number)
    )


def _page(crowd: Crowd, number: int, title: str, status: str) -> str:
    random, tongue = crowd.random, _tongue(number)
    # Of the pages with equal titles some have one day, too.
    moment = datetime(2023, 1, 1, 0, 30, tzinfo=SEOUL) + timedelta(days=number // 2 * 7, hours=number % 24)
    start = random.choice([moment.date().isoformat(), moment.isoformat(timespec="milliseconds"), None])
    zone = {"start": moment.replace(tzinfo=None).isoformat(), "end": None, "time_zone": "America/New_York"}
    properties: Json = {
        "Name": title,
        "Status": status,
        "Tags": random.sample(tongue.tags, random.randint(0, 2)),
        "Category": random.choice([*tongue.categories, None]),
        "Summary": random.choice([crowd.sentence(tongue), "", '<b>{{ x }}</b> & "y": z']),
    }
    if start or random.random() < 0.2:
        properties["Date"] = start or zone
    outside = {"type": "external", "external": {"url": "https://example.com/cover.jpg"}}
    cover = random.choice([None, None, outside, crowd.picture()])
    return crowd.workspace.add_page(crowd.database, properties, created=moment, edited=moment, cover=cover)
