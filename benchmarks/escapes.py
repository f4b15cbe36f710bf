"""How many escapes ordinary prose gains that it does not need, in each of four languages. The aim is 0."""

from __future__ import annotations

from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.nodes import Doc, Paragraph, Text
from notion2jekyll.markdown.serialize import serialize

PROSE: dict[str, tuple[str, ...]] = {
    "English": (
        'Today I read 40 pages (chapters 3-5) of the book that Anna lent me; it\'s better than "The Old House".',
        "The script failed again: snake_case_name was None, so I changed x < 10 to x <= 10 and it passed at 10:45.",
        "Costs: $5 for coffee, $12 for lunch & 20% off the ticket - not bad, is it? See https://example.org/a_b?c=1&d=2.",
        "Mail me at me@example.org, or look at C# [the language], item #3, the 2 * 3 grid and the ~5 minute video!",
        "We talked about R&D, AT&T, rock'n'roll, e.g. f(x) = x^2 + 1; C:\\Users\\me holds the notes.",
    ),
    "Korean": (
        "오늘은 책을 40쪽(3장-5장)까지 읽었다. 지난번에 읽은 '오래된 집'보다 재미있었다!",
        "회의는 3~4시에 했고, 참석률은 80%였다. 다음 주에는 snake_case로 이름을 고치기로 했다.",
        "커피 5,000원, 점심 12,000원... 은 아니고 9,000원: 나쁘지 않다.",
        "안녕하세요~ 반가워요! 질문은 #공부 채널에 남겨 주세요 ^^ (답은 내일)",
        "정말 좋았다~~ ㅎㅎ 와 ~~~ 드디어 주말이다~~~~ 다들 잘 자~~",
        "ㅠㅠ ^^ -_- ~~ :) ㅋㅋ 오늘은 여기까지~",
        "오늘도 화이팅 ^_^ 빈 태그 <> 는 쓰지 말자!",
        "아 망했다 >_< 내일 다시 해야지...",
        "_private 변수를 R&D; 팀에서 고쳤다 ;;",
        "「데미안」을 다시 읽었다 - 열 번째다. a/b 테스트 결과는 x < y 였다.",
    ),
    "Japanese": (
        "今日は本を40ページ(3章-5章)まで読んだ。「古い家」よりおもしろかった!",
        "会議は15:30から。参加率は80%で、来週は file_name を直すことにした。",
        "コーヒーは500円、昼食は1,200円でした。質問は#勉強まで~",
        "C#のコード[例]を読んで、x < y の条件を直した; とても速い。",
    ),
    "German": (
        'Heute habe ich 40 Seiten (Kapitel 3-5) gelesen; das Buch heißt "Das alte Haus" und gefällt mir sehr.',
        "Das Treffen um 10:45 Uhr war kurz: 80 % waren da, größtenteils pünktlich - wie schön!",
        "Der Kaffee kostete 5,50 €, das Essen 12 €; für Müller & Söhne ist das nicht viel, oder?",
        "Die Variable file_name war leer, also prüfe ich jetzt, ob x < 10 ist (siehe Punkt #3).",
    ),
}
"""Paragraphs as people write them in a journal, without anything that Markdown could take for syntax but for one `...`."""

_NEEDED = {"\\...": "..."}
"""Escapes that are needed: kramdown would turn three dots into another character."""


def needless_escapes(paragraphs: tuple[str, ...]) -> list[str]:
    """Return the paragraphs that are not written as they were typed, as they are written."""
    found = []
    for text in paragraphs:
        written = serialize(Doc((Paragraph((Text(text),)),)), Dialect()).rstrip("\n")
        for escape, plain in _NEEDED.items():
            written = written.replace(escape, plain)
        if written != text:
            found.append(written)
    return found


def report() -> str:
    """Return a table: needless escapes in 1,000 characters, by language."""
    lines = ["Needless escapes in 1,000 characters of prose"]
    for language, paragraphs in PROSE.items():
        length = sum(map(len, paragraphs))
        grown = sum(map(len, needless_escapes(paragraphs))) - sum(
            len(text) for text in paragraphs if needless_escapes((text,))
        )
        lines.append(f"  {language:10} {1000 * grown / length:6.2f}")
    return "\n".join(lines) + "\n"
