"""Random documents: ordinary words of several languages, and everything that an engine could take for syntax."""

from __future__ import annotations

import operator
import re

from hypothesis import strategies as st

from notion2jekyll.markdown.nodes import (
    Anchor,
    BlockNode,
    Break,
    Code,
    CodeBlock,
    Container,
    Details,
    Doc,
    Figure,
    Heading,
    Here,
    Image,
    Inline,
    Item,
    Link,
    List,
    Math,
    MathBlock,
    Media,
    Paragraph,
    Quote,
    Rule,
    SitePath,
    Span,
    Table,
    Text,
    Toc,
)

WORDS = (
    "word", "Ab", "x", "1", "2024", "10", "s", "한글", "이것", "은", "가", "漢字", "かな", "、", "。", "「", "」", "Größe", "naïve", "é",
    "👨‍👩‍👧", "😀", "→", "€", "²", "½", "\u200b", "\u00a0", "\u3000", "\u2003", "שלום", "مرحبا", "—", "…", "“", "”", "«", "·", "~", "©", "ａ", "①", "ㅎㅎ", "-_-", "^_^",
)  # fmt: skip
HOSTILE = (
    "{{", "{%", "%}", "}}", "{%- x -%}", "{:", "{:.c}", "{::comment}", "{:toc}", "{#id}", "{", "}", "$$", "$", "---", "--", "-",
    "...", "..", ".", "<T>", "<", ">", "<<", ">>", "</div>", "<div>", "<br>", "<!--", "-->", "[^1]", "[^1]:", "*[a]:", "[a]: b",
    "|", "||", "a | b", "~~", "~", "```", "``", "`", "^", ":", ": x", "::", "\"", "'", "*", "**", "***", "_", "__", "___", "\\",
    "\\\\", "#", "##", "# ", "+ ", "- ", "* ", "1. ", "1) ", "> ", "=", "===", "&", "&amp;", "&#35;", "&copy", "[", "]", "](", "[x](y)",
    "![", "!", "[ ] ", "[x] ", "(", ")", "http://a.b/c_d*e*", "www.a.b", "me@a.b", ":smile:", "@name", "https://e.x", "%", "\t", "  ",
    "endraw", "{% raw %}", "{% endraw %}", "<code>", "</code>", "<a@b>", "&x;", "\x00", "\r", "\n", "\ud800", "\u2028", "\x85", ",", ";", "?",
    "'90s", "\\(", "\\[", "%7B", "0", "<-", "->", "<3", "=>", "- - -", "* * *", "TOC", "~~~", "~~ ", "<>", "&D;", "markdown=\"1\"", "style",
)  # fmt: skip

_word = st.sampled_from(WORDS)
_hostile = st.sampled_from(HOSTILE)
_prose_piece = st.one_of(
    _word, st.just(" "), st.sampled_from((".", ",", "(", ")", "'", '"', "-", ":", "!", "/", "~", "_"))
)
_hostile_piece = st.one_of(_hostile, _hostile, _word, st.just(" "))


def texts(hostile: bool = True, max_size: int = 6) -> st.SearchStrategy[str]:
    """Texts of a few pieces."""
    piece = _hostile_piece if hostile else _prose_piece
    return st.lists(piece, min_size=1, max_size=max_size).map("".join)


_ADDRESSES = (
    "https://e.x/a_b", "https://e.x/?a=1&copy=2", "http://x/(b)", "http://x/b(c", "https://ko.wikipedia.org/wiki/한글", "#안녕-세계",
    "http://x/%EA%B0%80", "http://x/a|b", "http://x/{{b}}", "http://x/{%b%}", "mailto:a@b.c", "http://x/[b]*_~~\\", "http://x/a b", 'http://x/"q"',
    "http://x/100%", "https://e.x/$$a$$", "http://x/'q'", "https://e.x/a--b", "http://x/<b>", "http://x/`a`", "#", "https://e.x/a&amp;b",
)  # fmt: skip
addresses = st.one_of(
    st.sampled_from(_ADDRESSES),
    st.sampled_from(
        [
            SitePath("/a/b.png"),
            SitePath("/2024/한글/", "안녕-x"),
            SitePath('/a (b)\'s "q"/'),
            Here("notion-1"),
            SitePath("/a{{b}}|c", "x y"),
        ]
    ),
)
_styles = st.sampled_from([(), (("style", "color: red"),), (("class", 'a|b"c'), ("style", "x: {{y}}"))])
_tex = st.lists(
    st.sampled_from(
        [
            "x",
            "a_1",
            "|",
            "\\frac{a}{b}",
            "{{",
            "{%",
            "<",
            "\\",
            " ",
            "'",
            "--",
            "*b*",
            "&",
            "$",
            "\\|",
            "~~",
            "`",
            "]",
            "=",
            "\\\\",
        ]
    ),
    min_size=1,
    max_size=5,
).map(lambda parts: re.sub(r"\\+\]", "]", "".join(parts)))


def inlines(hostile: bool = True, depth: int = 3, max_size: int = 5) -> st.SearchStrategy[tuple[Inline, ...]]:
    """Runs of inlines, nested in every way."""
    text = texts(hostile)
    leaves: list[st.SearchStrategy[Inline]] = [
        st.builds(Text, text),
        st.builds(Text, text),
        st.builds(Code, texts(hostile, 3)),
        st.builds(Break),
    ]
    if hostile:
        leaves += [st.builds(Math, _tex), st.builds(Image, addresses, text, _styles)]
    if depth:
        below = inlines(hostile, depth - 1, 3)
        leaves += [
            st.builds(Span, st.sampled_from(["strong", "em", "del", "ins", "strong"]), below),
            st.builds(
                Span, st.sampled_from(["strong", "em", "del"]), st.builds(lambda value: (Text(value),), text)
            ),
            st.builds(Span, st.just("span"), below, _styles.filter(bool)),
            st.builds(Link, addresses, below),
        ]
    return st.lists(st.one_of(leaves), max_size=max_size).map(tuple)


_code = st.lists(
    st.one_of(
        _hostile,
        _word,
        st.just("\n"),
        st.just("    "),
        st.just("\n- x\n"),
        st.just("\n---\n"),
        st.just("\n\n```\n"),
    ),
    max_size=8,
).map("".join)
_languages = st.sampled_from(["", "python", "text", "c++", "mermaid"])


def _blocks(hostile: bool, depth: int, max_size: int) -> st.SearchStrategy[tuple[BlockNode, ...]]:
    line = st.builds(
        operator.add, st.sampled_from([(), (), (), (Anchor("notion-1"),)]), inlines(hostile, 2, 4)
    )
    figure = st.one_of(st.builds(Image, addresses, texts(hostile), _styles), _media(line))
    leaves: list[st.SearchStrategy[BlockNode]] = [
        st.builds(Paragraph, line),
        st.builds(Paragraph, line),
        st.builds(Heading, st.integers(1, 6), line),
        st.builds(CodeBlock, _code, _languages),
        st.builds(Rule),
        st.just(Anchor("notion-1")),
        st.builds(
            Table,
            st.lists(st.lists(line, max_size=3).map(tuple), max_size=3).map(tuple),
            st.booleans(),
            st.booleans(),
        ),
        st.builds(MathBlock, _tex),
        st.builds(Figure, figure, line),
        _media(line),
    ]
    if depth:
        below = _blocks(hostile, depth - 1, 3)
        leaves += [
            _lists(line, below),
            _lists(line, below),
            st.builds(Quote, below),
            st.builds(Details, line, below, st.sampled_from([(), (("open", ""),)])),
            st.builds(
                Container, st.sampled_from(["div", "aside", "section"]), st.just((("class", "c"),)), below
            ),
        ]
    return st.lists(st.one_of(leaves), max_size=max_size).map(tuple)


def _media(line: st.SearchStrategy[tuple[Inline, ...]]) -> st.SearchStrategy[Media]:
    return st.builds(
        Media, st.sampled_from(["video", "audio", "iframe"]), addresses, st.just((("controls", ""),)), line
    )


def _lists(
    line: st.SearchStrategy[tuple[Inline, ...]], below: st.SearchStrategy[tuple[BlockNode, ...]]
) -> st.SearchStrategy[List]:
    def first(text: tuple[Inline, ...], rest: tuple[BlockNode, ...]) -> tuple[BlockNode, ...]:
        return (Paragraph(text), *rest)

    children = st.one_of(st.builds(first, line, below), st.builds(first, line, st.just(())), below)
    plain = st.builds(Item, children)
    mixed = st.builds(Item, children, st.sampled_from([None, True, False]))
    todo = st.builds(Item, children, st.booleans())
    items = st.one_of(
        *(st.lists(kind, min_size=1, max_size=3).map(tuple) for kind in (plain, plain, todo, mixed))
    )
    return st.one_of(
        st.builds(List, st.just(False), items),
        st.builds(List, st.just(True), st.lists(plain, min_size=1, max_size=12).map(tuple)),
        st.builds(
            List,
            st.just(True),
            st.lists(plain, min_size=1, max_size=3).map(tuple),
            st.sampled_from([1, 3, 0]),
            st.sampled_from(["decimal", "alpha", "roman"]),
        ),
    )


def documents(hostile: bool = True, depth: int = 3, max_size: int = 4) -> st.SearchStrategy[Doc]:
    """Documents with every block in every other."""
    return st.builds(Doc, _blocks(hostile, depth, max_size))


TOC = st.builds(Toc)
