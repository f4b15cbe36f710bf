"""What each node looks like in Markdown, that people's prose stays as they typed it, and the ids of headings."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from benchmarks.escapes import PROSE, needless_escapes

from notion2jekyll.markdown.dialect import UNSAFE, Dialect
from notion2jekyll.markdown.nodes import (
    BlockNode,
    Break,
    Code,
    CodeBlock,
    Container,
    Details,
    Doc,
    Figure,
    Heading,
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
from notion2jekyll.markdown.serialize import heading_id, heading_ids, serialize, visible
from oracle.kramdown import Kramdown
from oracle.page import expected, parse, read

FIGURE = """\
<figure>
<img src="{{ '/assets/사진%201.png' | relative_url }}" alt="alt" />
<figcaption>it's <em>so</em></figcaption>
</figure>"""
DETAILS = '<details markdown="1">\n<summary>{}</summary>\n\n{}\n\n</details>\n'


def p(*children: Inline | str) -> Paragraph:
    return Paragraph(tuple(Text(child) if isinstance(child, str) else child for child in children))


def bold(*children: Inline | str) -> Span:
    return Span("strong", p(*children).children)


def em(*children: Inline | str) -> Span:
    return Span("em", p(*children).children)


def item(*children: BlockNode | str, checked: bool | None = None) -> Item:
    return Item(tuple(p(child) if isinstance(child, str) else child for child in children), checked)


def bullets(*items: Item | str) -> List:
    return List(False, tuple(item(each) if isinstance(each, str) else each for each in items))


def numbers(*items: Item | str) -> List:
    return List(True, bullets(*items).items)


def row(*cells: Inline | str) -> tuple[tuple[Inline, ...], ...]:
    return tuple(p(cell).children for cell in cells)


SITE = SitePath("/assets/사진 1.png")

INLINES: dict[str, tuple[BlockNode, str]] = {
    "bold": (p("a ", bold("b"), " c"), "a **b** c"),
    "a particle after bold": (p(bold("굵게"), "는"), "**굵게**는"),
    "a particle after a bracket": (p(bold("이것(this)"), "은"), "<strong>이것(this)</strong>은"),
    "bold that ends with a mark": (p(bold("Note:"), " this"), "**Note:** this"),
    "bold in brackets": (p("(", bold("b"), ")"), "(**b**)"),
    "italic within a word": (p("in", em("tra"), "word"), "in*tra*word"),
    "bold and italic": (p(bold(em("both"))), "***both***"),
    "italic in bold": (p(bold("a ", em("b"), " c")), "**a *b* c**"),
    "italic at the edge of bold": (p(bold("a ", em("b"))), "**a <em>b</em>**"),
    "struck": (p(Span("del", (Text("old"),)), " new"), "~~old~~ new"),
    "underline": (p(Span("ins", (Text("u"),))), "<ins>u</ins>"),
    "colour": (
        p(Span("span", (Text("r"),), (("style", "color: red"),))),
        '<span style="color: red">r</span>',
    ),
    "spaces go out of bold": (p("a", bold(" b "), "c"), "a **b** c"),
    "neighbours of one mark are one": (p(bold("a"), bold("b")), "**ab**"),
    "neighbours of two marks": (p(bold("a"), em("b")), "<strong>a</strong><em>b</em>"),
    "code": (p("use ", Code("a_b *c* <T>")), "use `a_b *c* <T>`"),
    "code with a backtick": (p(Code("a`b")), "``a`b``"),
    "code with Liquid": (p(Code("{{ x }}")), "<code>&#123;&#123; x &#125;&#125;</code>"),
    "code beside code": (p(Code("a"), Code("b")), "<code>a</code><code>b</code>"),
    "formula": (p("mass ", Math("E=mc^2"), "!"), "mass $$E=mc^2$$!"),
    "only a formula": (p(Math("x")), "\\$$x$$"),
    "formula with a pipe": (p("a ", Math("|x|")), "a &#92;(&#124;x&#124;&#92;)"),
    "formula with braces": (p("a ", Math("{{a}}")), "a $${ {a}}$$"),
    "break": (p("a", Break(), "- b"), "a<br>- b"),
    "link": (p(Link("https://e.x/a?b=1&c=2", (Text("text"),))), "[text](https://e.x/a?b=1&c=2)"),
    "address": (p(Link("https://e.x/a_b", (Text("https://e.x/a_b"),))), "<https://e.x/a_b>"),
    "link with brackets": (p(Link("https://e.x/(b)", (Text("[a]"),))), "[\\[a\\]](https://e.x/%28b%29)"),
    "link to a heading": (p(Link("#안녕-세계", (Text("x"),))), "[x](#안녕-세계)"),
    "link in Korean": (p(Link("https://e.x/가", (Text("x"),))), "[x](https://e.x/%EA%B0%80)"),
    "link within the site": (
        p(Link(SitePath("/2024/글/", "절"), (Text("x"),))),
        '[x](<{{ "/2024/글/" | relative_url }}#절>)',
    ),
    "picture": (p(Image(SITE, "A [b]")), '![A \\[b\\]](<{{ "/assets/사진%201.png" | relative_url }}>)'),
    "picture with a size": (
        p(Image("https://e.x/i.png", 'a"b', (("height", "20"),))),
        '<p><img src="https://e.x/i.png" alt="a&quot;b" height="20" /></p>',
    ),
    "wide space at the start": (p("\u3000글"), "\u3000글"),
    "spaces at the edges": (p("    a  "), "a"),
    "controls": (p("a\x00\x07b\ud800"), "ab\ufffd"),
}

BLOCKS: dict[str, tuple[BlockNode, str]] = {
    "heading": (Heading(2, (Text("1. C# {x} #"),)), "## 1. C# {x} \\#"),
    "tight list": (bullets("a", item("b", numbers("c", "d"))), "-   a\n-   b\n    1.  c\n    2.  d"),
    "loose list": (
        bullets(item("a", CodeBlock("x\n\n---", "yaml")), "b"),
        "-   a\n\n    ```yaml\n    x\n\n    ---\n    ```\n\n-   b",
    ),
    "ten items": (
        numbers(*(["x"] * 9), item("j", bullets("k"))),
        "".join(f"{n}.  x\n" for n in range(1, 10)) + "10. j\n    -   k",
    ),
    "item without text": (bullets("", "b"), "-   <!-- -->\n-   b"),
    "item that starts with code": (
        bullets(item(CodeBlock("x"))),
        "-   <!-- -->\n\n    ```\n    x\n    ```",
    ),
    "to-dos": (
        List(False, (item("a", checked=False), item("b", checked=True))),
        "-   [ ] a\n-   [x] b",
    ),
    "to-dos among items": (
        List(False, (item("a", checked=False), item("b"))),
        "-   [ ] a\n\n<!-- -->\n\n-   b",
    ),
    "list that starts at 3": (
        List(True, (item("c"),), 3),
        '<ol start="3">\n<li markdown="1">\n\nc\n\n</li>\n</ol>',
    ),
    "list of letters": (
        List(True, (item("c"),), 1, "alpha"),
        '<ol type="a">\n<li markdown="1">\n\nc\n\n</li>\n</ol>',
    ),
    "quote": (Quote((p("a"), bullets("b"), Quote((p("c"),)))), "> a\n>\n> -   b\n>\n> > c"),
    "code": (CodeBlock("a\n\n\tb", "python"), "```python\na\n\n\tb\n```"),
    "code with a fence": (CodeBlock("```\nx\n```"), "````\n```\nx\n```\n````"),
    "code with Liquid": (CodeBlock("{{ x }}{% y %}"), '```\n{{ "{{" }} x }}{{ "{%" }} y %}\n```'),
    "formula": (MathBlock("a\n\n= b"), "$$\na\n= b\n$$"),
    "formula that starts with a line": (MathBlock("=\nb"), "$$ = b $$"),
    "rule": (Rule(), "---"),
    "table": (
        Table((row("a", "b|c"), row(Code("x|y"), "-"), row("1")), True, False),
        "| a | b\\|c |\n| --- | --- |\n| <code>x&#124;y</code> | \\- |\n| 1 |  |",
    ),
    "table without header": (
        Table((row("a", bold("<b>")),), False, False),
        "<table>\n<tbody>\n<tr><td>a</td><td><strong>&lt;b&gt;</strong></td></tr>\n</tbody>\n</table>",
    ),
    "table with header column": (
        Table((row("", "x"), row("a", "1")), True, True),
        '<table>\n<thead>\n<tr><th></th><th>x</th></tr>\n</thead>\n<tbody>\n<tr><th scope="row">a</th><td>1</td></tr>\n</tbody>\n</table>',
    ),
    "details": (
        Details((Text("a *b* "), Code("c<")), (p("x"),)),
        DETAILS.format("a *b* <code>c&lt;</code>", "x").rstrip(),
    ),
    "container": (
        Container("aside", (("class", "callout"),), (p("x"),)),
        '<aside class="callout" markdown="1">\n\nx\n\n</aside>',
    ),
    "figure": (
        Figure(Image(SITE, "alt"), (Text("it's "), em("so"))),
        FIGURE,
    ),
    "video": (
        Media("video", "https://e.x/v.mp4", (("controls", ""),), (Link("https://e.x/v.mp4", (Text("v"),)),)),
        '<video src="https://e.x/v.mp4" controls="">\n<a href="https://e.x/v.mp4">v</a>\n</video>',
    ),
}


@pytest.mark.parametrize(("tree", "text"), (INLINES | BLOCKS).values(), ids=INLINES | BLOCKS)
def test_node_is_written_as_a_person_would(tree: BlockNode, text: str) -> None:
    assert serialize(Doc((tree,))) == text + "\n"


def test_blocks_are_set_apart() -> None:
    doc = Doc((p("a"), Rule(), bullets("b"), bullets("c"), numbers("d"), Quote((p("e"),)), Quote((p("f"),))))
    assert serialize(doc) == ("a\n\n---\n\n-   b\n\n<!-- -->\n\n-   c\n\n1.  d\n\n> e\n\n> f\n")


@pytest.mark.parametrize(
    "doc", [Doc(()), Doc((p(" "), Heading(1, ()), p(Break()), Quote((p(),)), Table((), True, False)))]
)
def test_nothing_is_written_for_nothing(doc: Doc) -> None:
    assert serialize(doc) == ""


def test_contents_are_kramdowns_own() -> None:
    doc = Doc((Toc(), Heading(2, (Text("a"),))))
    assert serialize(doc) == "-   TOC\n{:toc}\n\n## a\n"


@pytest.mark.parametrize("dialect", [Dialect("commonmark"), Dialect(auto_ids=False)])
def test_contents_are_links_where_the_engine_makes_none(dialect: Dialect) -> None:
    doc = Doc(
        (Toc(), Heading(2, (Text("A b"),)), Heading(3, (Text("c"),), "named"), Heading(2, (Text("d"),)))
    )
    assert serialize(doc, dialect) == (
        "-   [A b](#section-1)\n    -   [c](#named)\n-   [d](#section-2)\n\n"
        '<div id="section-1"></div>\n\n## A b\n\n<div id="named"></div>\n\n### c\n\n<div id="section-2"></div>\n\n## d\n'
    )


# What people write ---------------------------------------------------------------------------------------------------

PLAIN = (
    "a_b snake_case_name", "1,000 and 1.5", "C# and F#", "(x)", "3 - 2 = 1", "it's \"quoted\"", "hello!", "50%", "a & b, AT&T, R&D",
    "x < y and y > z", "x -> y => z <- w", "I <3 you", "[brackets] and (parens)", "2 * 3", "5 + 5", "a/b", "$5 and $6", "e-mail: me@e.x",
    "https://e.x/a?b=1&c=2#d", "C:\\new\\dir", "{\"json\": {\"a\": 1}}", "#hashtag", "~5 min", "3~4일", "안녕하세요~ 반가워요~", "x^2", "a = b == c",
    "1986 was fine. 2. no", "100% sure; really: yes", "what?!", "key: value", "10:30", "a; b", "f(x)[0]", "100 km/h", "@name", "ㅋㅋㅋ ^^", "「引用」、（括弧）",
    "정말 좋았다~~ ㅎㅎ", "와 ~~~ 드디어", "~~ a ~~ b ~~", "a ~~b", "-_-", "^_^ a", "_private", "<>", "R&D;",
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_prose_gains_no_escapes(text: str) -> None:
    assert (
        serialize(Doc((p(text), Quote((p(text),)), bullets(text)))) == f"{text}\n\n> {text}\n\n-   {text}\n"
    )


@pytest.mark.parametrize("language", PROSE)
def test_ordinary_texts_gain_no_escapes(language: str) -> None:
    assert needless_escapes(PROSE[language]) == []


def test_what_could_pair_is_still_protected() -> None:
    texts = {
        "-_- ㅎ -_-": "-\\_- ㅎ -\\_-",
        "~~a~~": "\\~\\~a\\~\\~",
        "~~~ 드디어": "\\~~~ 드디어",
        "&lt; &#5;": "&amp;lt; &amp;#5;",
    }
    for text, written in texts.items():
        assert serialize(Doc((p(text),))) == f"{written}\n"


def test_number_signs_are_no_letters_to_kramdown(kramdown: Kramdown) -> None:
    signs = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) == "No"]
    doc = Doc(tuple(p(f"{sign}_x_") for sign in signs))
    assert read(kramdown.render(serialize(doc))) == expected(doc.children)


def test_every_unsafe_row_says_why() -> None:
    assert all(row.why for row in UNSAFE)
    assert all(row.pattern.groups or row.pattern.pattern for row in UNSAFE)


# Dialects ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "tree", "text"),
    [
        (Dialect(typography="verbatim"), p("it's \"x\""), "it\\'s \\\"x\\\""),
        (Dialect(typography="verbatim", smart_quotes=False), p("it's"), "it's"),
        (Dialect(typographic_symbols=False), p("a -- b... >>"), "a -- b... >>"),
        (Dialect(typographic_symbols=False), Heading(2, (Text("a -- b..."),)), "## a \\-- b..."),
        (Dialect(), p("a -- b..."), "a \\-- b\\..."),
        (Dialect("commonmark"), p("a -- b... $$x$$ {: .c}"), "a -- b... $$x$$ {: .c}"),
        (Dialect("commonmark"), List(False, (item("a", checked=True),)), "-   ☑ a"),
        (Dialect("commonmark"), List(False, (item("--"),)), "-   \\--"),
        (Dialect(typographic_symbols=False), List(False, (item("--"),)), "-   \\--"),
        (Dialect("commonmark"), p(Math("a_b")), "&#92;(a&#95;b&#92;)"),
        (Dialect(gfm=False), CodeBlock("x", "c"), "~~~c\nx\n~~~"),
        (Dialect(gfm=False), p(Span("del", (Text("x"),)), " #"), "<del>x</del> #"),
        (Dialect(gfm=False), p("#tag"), "\\#tag"),
        (Dialect(gfm=False), Heading(2, (Text("C#"),)), "## C\\#"),
        (Dialect(math=False), p(Math("x")), "`x`"),
        (Dialect(math=False), MathBlock("x"), "```latex\nx\n```"),
        (Dialect(emoji=True), p(":smile: 10:30:00"), ":<span></span>smile: 10:<span></span>30:00"),
        (Dialect(mentions=True), p("@me a @ b"), "@<span></span>me a @ b"),
        (Dialect(liquid=False), p("{{ x }}", Image(SITE, "")), "{{ x }}![](/assets/사진%201.png)"),
        (Dialect(liquid=False), CodeBlock("{{ x }}"), "```\n{{ x }}\n```"),
        (Dialect(parse_block_html=True), Details((Text("s"),), (p("x"),)), DETAILS.replace("<summary>", '<summary markdown="0">').format("s", "x")[:-1]),
        (Dialect(parse_block_html=True), Figure(Image(SITE, "alt"), p("it's ", em("so")).children), FIGURE.replace("<figure>", '<figure markdown="0">')),
        (Dialect("commonmark", parse_block_html=True), Figure(Image(SITE, "alt"), p("it's ", em("so")).children), FIGURE),
        (Dialect(parse_span_html=False), p(bold("a"), em("*b*")), '<strong markdown="span">a</strong><em markdown="span">\\*b\\*</em>'),
    ],
)  # fmt: skip
def test_dialect(dialect: Dialect, tree: BlockNode, text: str) -> None:
    assert serialize(Doc((tree,)), dialect) == text + "\n"


# Headings ------------------------------------------------------------------------------------------------------------

PLAIN_SYMBOLS = {"hellip": "...", "mdash": "---", "ndash": "--", "laquo": "<<", "raquo": ">>"}
HEADINGS = (
    "안녕 하세요! 2장", "a", "a", "A -- b... “c”", "t--", "----", "a << b", "🚀", "🎉", "C# `x_y`", " Größe & ² ½ Ⅳ Ⓐ", "ΑΣ", "İ", "1. x", "a\u00a0b", "한글", "한글",
)  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "options"),
    [
        (Dialect(), {"input": "GFM"}),
        (Dialect(gfm=False), {"input": "kramdown"}),
        (Dialect(typographic_symbols=False), {"input": "GFM", "typographic_symbols": PLAIN_SYMBOLS}),
    ],
)
def test_heading_ids_are_those_of_kramdown(
    dialect: Dialect, options: dict[str, Any], kramdown: Kramdown
) -> None:
    inside = (Heading(2, (Text("한글"),)), Heading(2, (Text("In 1 b"),)), Heading(2, (Text("글"),)))
    doc = Doc(
        (
            *(Heading(2, (Text(text),)) for text in HEADINGS),
            Heading(
                3, (bold("b"), Code("c|d"), Math("x_1"), Image("https://e.x/i", "alt"), Break(), Text("e"))
            ),
            Details((Text("s"),), (*inside, Quote(inside))),
            bullets(item("x", Heading(2, (Text("a"),)))),
            List(True, (item("x", Heading(2, (Text("ol"),))),), 3),
        )
    )
    page = parse(kramdown.render(serialize(doc, dialect), **options))
    found = [
        element.attributes.get("id", "") for element in page.descendants() if element.tag in {"h2", "h3"}
    ]
    assert [ids.id for ids in heading_ids(doc, dialect)] == found
    if dialect.gfm:
        assert found[:3] == ["안녕-하세요-2장", "a", "a-1"]


def test_heading_id_of_a_text() -> None:
    assert heading_id("안녕 하세요! 2장") == "안녕-하세요-2장"


def test_contents_point_at_the_headings(kramdown: Kramdown) -> None:
    doc = Doc((Toc(), Heading(2, (Text("가 나"),)), Heading(3, (Text("b"),)), Toc()))
    page = parse(kramdown.render(serialize(doc)))
    links = [element.attributes["href"] for element in page.descendants() if element.tag == "a"]
    assert links == ["#가-나", "#b", "#가-나", "#b"]


def test_visible_text() -> None:
    assert (
        visible(p("a ", bold("b"), Break(), Code("c"), Math("x"), Image("u", "alt")).children) == "a b cxalt"
    )


# Builds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["{% if x %}", "{% raw %}", "{% endraw %}", "{{ a", "{{{ x }}}", "{{%", "{%- x -%} {# c #}"]
)
def test_no_text_fails_a_build_or_its_excerpt(text: str, kramdown: Kramdown) -> None:
    blocks = (
        CodeBlock(f"{text}\n\n{text}"), p(text, Code(text), Image("https://e.x", text)), Heading(1, (Text(text),)), MathBlock(text),
        Details((Text(text),), (p(text),)), Table((row(text), row(text)), True, False), Table((row(text),), False, False),
        Figure(Image("https://e.x/" + text, text), (Text(text), Code(text))), Container("div", (("class", text),), (p(text),)),
    )  # fmt: skip
    for block in blocks:
        source = serialize(Doc((block, p("x"))))
        assert read(kramdown.render(source))
        kramdown.render(source.partition("\n\n")[0])
