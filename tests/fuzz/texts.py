"""Random text: ordinary prose of several languages, all that an engine could take for syntax, and odd Unicode."""
# ruff: noqa: SIM905  (readable as text, not as lists)

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from random import Random

WORDS = (
    "오늘은 파이썬을 배웠다 그리고 함수는 일급 객체이다 왜? 그래서 나는 정말 재미있었다 3주차 회고 자료구조(Stack)를 구현 가나다 을 를 이 가 은 는 에서 "
    "今日は 関数 を 学んだ 「かぎ」 、 。 とても 楽しかった カタカナ ﾊﾝｶｸ １２３ 々 〜 今天 学习 了 递归 《书名》 ， ！ 資料結構 与 "
    "اليوم تعلمت البرمجة ، مرحبا בדקתי שלום नमस्ते दुनिया สวัสดี Привет мир Ελλάδα σοφός Größe naïve Straße İstanbul e\u0301te\u0301 "
    "Today I learned about closures and it's fine don't Don't '90s 5'10\" \"quoted\" (see below) R&D AT&T C++ C# a/b x=y a<b b>a 50% #1 "
    "snake_case __init__ *args **kwargs f(x) a[0] O(n²) e.g. etc... wait-- well--known ~5 10~20 v1.2.3 3.14 -1 +1 1. 2) a) TODO: note: @user :smile: "
    "😀 👨‍👩‍👧‍👦 👍🏽 🇰🇷 ❤️ 1️⃣ 🏳️‍🌈 → ← ⇒ ≤ € ₩ ² ½ ™ © … — – · • “q” ‘q’ „q“ «q» ¿ ¡ § № ¶ ° ′ ″ \\ \\n C:\\temp $5 $10 US$ ^ ` | ~ "
).split()  # fmt: skip
ODD = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\u00a0\u3000\u2003\u2009\u202f\u2028\u2029\x85"
    "\u0301\u0308\u0327\u20e3\ufe0f\ufe0e\u3099\u1100\u1161\u11a8ㄱㅏ\ufffd\ufffc\u0000\u0001\u0007\u0008\u000b\u000c\u001b\u007f\u0080\u009f\ud83d\ude00\udc00\t\r"
    "\u180e\u061c\U000e0067\U000e007f\U0001f3fb\U00020000\U0001d400ﬁﷺａ＊｜＿［］（）＃｛％｝～＜＞：－"
)
ATOMS = (
    "{{ {% %} }} {%- -%} {{- {{{ }}} {{{{ {{% {%{ {{{% {{x}} {{_x}} {{\"{{\"}} {%raw%} {%endraw%} {%comment%} {%if%} {%endif%} {% {%%} {{}} {{|}} {{'"
    " {: {:.c} {:#i} {:toc} {:/} {:/comment} {::comment} {::nomarkdown} {::options {:: :} {#id} {# { }"
    " $$ $ $$$ $$$$ \\( \\) \\[ \\] \\begin{x} -- --- ---- - ... .... .. . << >> <<< <T> < > </ /> <> <!-- --> <? ?> <![CDATA[ <!DOCTYPE <div> </div> <br> <b> </b> <script>"
    " </script> <pre> </pre> <code> </code> <summary> </details> <a@b.c> <http://x> <x <1 [ ] [] [[ ]] [x] [X] [^ [^1] [^1]: [a]: [x](y) [x][y] ![ ![](x) ]( )[ ]: ![a](b)"
    " *[a]: * ** *** **** _ __ ___ ____ *a* **a** _a_ __a__ ~ ~~ ~~~ ~~~~ ~~a~~ ~a~ ` `` ``` ```` ```ruby `a` # ## ####### #a a# ^ ^^ : :: :a: :+1: : ; = == === ==== | || ||| |- |a|b| a|b"
    " :-- --: + ++ 1. 1) 10. 0. a. i. > >> & && &amp; &lt; &#123; &#x7b; &copy; &copy &nbsp; &x; \\ \\\\ \\\\\\ \\* \\` \\| \\{ \" ' '' \"\" \"' '\" ! !! ? @ @a a@b.c"
    " http://a.b http://a.b/c_d*e*f https://x.y/?a=1&b=2#c_d_ www.a.b www.a.b/_c_ ftp://x.y mailto:a@b.c //x %7B %5B %% %} % / // /* */ TOC style=\"x\" markdown=\"1\" - [ ]"
    " [x] -[ ]"
).split()  # fmt: skip
LINES = (
    "- - -", "* * *", "_ _ _", "- [ ] task", "- [x] done", "1. one", "1) one", "# title", "#", "## ", "> quote", "    code", "\tcode", "| a | b |", "|---|---|", "a | b",
    "- | -", ":---:", "term\n: definition", ": definition", "[id]: http://x 'title'", "[^1]: note", "*[HTML]: Hyper Text", "```python", "~~~", "$$ x $$", "$$\nx\n$$",
    "{% raw %}{{ x }}{% endraw %}", "{% include x.html %}", "{% highlight ruby %}", "{{ site.title | escape }}", "{{ 'a' | upcase }}", "{% post_url 2020-01-01-x %}",
    "===", "---", "+++", "<div markdown=\"1\">", "<!-- comment -->", "<!-- more -->", "^", " ^ ", "* TOC\n{:toc}", "{:.no_toc}", "---\ntitle: x\n---", "<details>", "\\newpage",
    "a  \nb", "a\\\nb", "\\", "a\n\n\nb", "\na", "a\n", "\n", "  a", "a  ", " ", "\u00a0", "\u3000", "\u200b", "", "&nbsp;", "+", "-", "*", "1.", ">", "|", "=",
    "*a **b* c**", "**a", "a**", "*[x](y)*: z", "![x]", "<x", "x>", "a<b>c", "_a_b_", "``a`b``", "`|`", "|`|", "`` ` ``", "[a](b \"c\")", "[`]`]",
)  # fmt: skip

_HAZARDS = Path(__file__).parent.parent / "data/hazards.jsonl"
TYPED = tuple(
    re.sub(r" \([a-z /<>-]+\)$", "", row["typed"]).replace("⏎", "\n")
    for row in map(json.loads, _HAZARDS.read_text("utf-8").splitlines())
    if row["area"].startswith("inline/")
)
"""What was measured to go wrong."""


def text(random: Random) -> str:
    """Return a text of one of several kinds, seldom empty, with line breaks now and then."""
    kind = random.random()
    if kind < 0.3:
        return prose(random)
    if kind < 0.62:
        return hostile(random)
    if kind < 0.74:
        return "".join(random.choices(string.punctuation + " a1가\n", k=random.randint(1, 14)))
    if kind < 0.82:
        return "".join(
            random.choice((random.choice(ODD), random.choice(WORDS))) for _ in range(random.randint(1, 6))
        )
    if kind < 0.9:
        return random.choice(LINES)
    if kind < 0.97:
        return random.choice(TYPED)
    return "".join(map(_any_character, [random] * random.randint(1, 8)))


def prose(random: Random) -> str:
    """Return words of several languages."""
    gap = random.choice((" ", " ", " ", "", "  "))
    return gap.join(random.choices(WORDS, k=random.randint(1, 9)))


def hostile(random: Random) -> str:
    """Return syntax between words, with and without spaces."""
    parts = []
    for _ in range(random.randint(1, 6)):
        parts.append(random.choice(ATOMS if random.random() < 0.6 else WORDS))
        parts.append(random.choice(("", "", " ", "\n" if random.random() < 0.2 else "")))
    return "".join(parts)


def word(random: Random) -> str:
    """Return a word or a piece of syntax."""
    return random.choice(random.choice((WORDS, ATOMS)))


def code(random: Random) -> str:
    """Return a program, or what breaks one out of its fence."""
    lines = [
        random.choice(
            (
                text(random),
                "def f(x):",
                "    return {{ x }} {% if %}",
                "```",
                "````",
                "~~~",
                "\t",
                "    ",
                "",
                "---",
                "- x",
                "  {% endraw %}",
                "</code></pre>",
                "# 주석",
                "$$ x $$",
            )
        )
        for _ in range(random.randint(0, 6))
    ]
    return "\n".join(lines)


def tex(random: Random) -> str:
    """Return a formula, as good as anybody types them."""
    parts = (
        "x", "a_1", "x^{2}", r"\frac{a}{b}", r"\sqrt{{x}}", "{{a}}", "{%", "|x|", r"\|", "<", ">", "&", r"\\", "*", "_", "~", "'", '"', "--", "...", "=", "[", "]", "(",
        " ", "  ", r"\text{가 나}", r"\{", r"\}", "`", r"\alpha", "#", "$", "!", "-", r"\begin{matrix} a & b \\ c \end{matrix}", "\n", "가", ":", r"\,", "^", "{", "}",
    )  # fmt: skip
    return re.sub(r"\\+\]", "]", "".join(random.choices(parts, k=random.randint(1, 6))))


def _any_character(random: Random) -> str:
    while True:
        char = chr(
            random.choice((random.randrange(0x3000), random.randrange(0x10000), random.randrange(0x110000)))
        )
        if not "\ud800" <= char <= "\udfff":
            return char
