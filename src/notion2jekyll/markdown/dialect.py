"""What is unsafe where, and what can be escaped how, for each engine and site: tables, with the reason in each row.

The facts behind the rows were measured with kramdown 2.4 and its GFM parser as GitHub Pages runs them, with Liquid
4.0 and 5.4, and with CommonMark; `tests/test_serialize_hazards.py` runs them again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Construct = Literal["paragraph", "item", "heading", "cell"]
"""Where a line of inlines stands: a paragraph, the first line of a list item, a heading, or a cell of a table."""

Kind = Literal["syntax", "text", "link", "alt"]
"""Who wrote a character: the writer, or the author, in plain text, in the text of a link, or in a picture's description."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The Markdown that a site reads, and what the site does to it. The defaults are those of GitHub Pages."""

    engine: Literal["kramdown", "commonmark"] = "kramdown"
    """`commonmark` is `markdown: CommonMarkGhPages` or `GFM` in `_config.yml`."""
    gfm: bool = True
    """kramdown's input is GFM (Jekyll's default). False: no ``` fences, no `~~`, no task lists."""
    smart_quotes: bool = True
    """The site's kramdown curls quotes."""
    typographic_symbols: bool = True
    """The site's kramdown turns `--`, `---`, `...`, `<<` and `>>` into symbols."""
    typography: Literal["site", "verbatim"] = "site"
    """`site` leaves quotes to the site's smart quotes, `verbatim` protects them. All else stays as typed in both."""
    hard_wrap: bool = False
    """The site turns line ends into breaks; nothing is written in which that could show."""
    parse_block_html: bool = False
    """The site's kramdown reads Markdown in every block of HTML, unless the block says `markdown="0"`."""
    parse_span_html: bool = True
    """The site's kramdown reads Markdown in HTML within a line. False: only where the element says so."""
    auto_ids: bool = True
    """The site's kramdown gives headings ids of its own. False: none, or such as cannot be foretold."""
    math: bool = True
    """Formulas are typeset. False: they are written as code."""
    emoji: bool = False
    """jemoji is on: `:smile:` in text must stay text."""
    mentions: bool = False
    """jekyll-mentions is on: `@name` in text must stay text."""
    dollars: bool = False
    """The theme typesets what stands between single dollar signs: `$` in text must stay text."""
    liquid: bool = True
    """The output goes through Liquid: `{{` and `{%` are made inert, a `SitePath` becomes a Liquid expression."""

    @property
    def kramdown(self) -> bool:
        """Whether the engine is kramdown."""
        return self.engine == "kramdown"

    @property
    def has_ids(self) -> bool:
        """Whether headings have ids that tell their text and stay as long as it does: those that github.com gives as well."""
        return self.kramdown and self.gfm and self.auto_ids

    @property
    def backslashable(self) -> frozenset[str]:
        """The characters before which a backslash disappears, in kramdown as well as in CommonMark."""
        return _BACKSLASHABLE_GFM if self.gfm or not self.kramdown else _BACKSLASHABLE


_BACKSLASHABLE = frozenset(
    "\\.*_+`<>()[]{}#!:|\"'$=-"
)  # kramdown shows the backslash before any other character
_BACKSLASHABLE_GFM = _BACKSLASHABLE | {"~"}  # its GFM parser knows one more

NAMED_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def reference(char: str) -> str:
    """Return the HTML character reference of `char`, by name where everyone knows the name."""
    return NAMED_REFERENCES.get(char) or f"&#{ord(char)};"


_EVERYWHERE: frozenset[Construct] = frozenset({"paragraph", "item", "heading", "cell"})
_AT_BLOCK_START: frozenset[Construct] = frozenset({"paragraph", "item"})
_ITEM: frozenset[Construct] = frozenset({"item"})
_HEADING: frozenset[Construct] = frozenset({"heading"})
_CELL: frozenset[Construct] = frozenset({"cell"})
_AUTHOR: frozenset[Kind] = frozenset({"text", "link", "alt"})
_SHOWN: frozenset[Kind] = frozenset({"text", "link"})
_IN_BRACKETS: frozenset[Kind] = frozenset({"link", "alt"})


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Characters that would not be read as text, by their neighbours in the unescaped line."""

    signs: str
    """Characters of which every line holds one in which anything is to be protected: no other line is searched."""
    pattern: re.Pattern[str]
    """What to look for. The characters to protect are those of its groups, or all of the match where it has none."""
    why: str
    """What an engine would make of them."""
    form: Literal["backslash", "reference", "split"] = "backslash"
    """How to protect them: a backslash where that works, else a reference; or an empty element after the character."""
    where: frozenset[Construct] = field(default=_EVERYWHERE)
    """The constructs in which the row counts."""
    kinds: frozenset[Kind] = field(default=_AUTHOR)
    """The author's characters to which it applies."""
    before: re.Pattern[str] | None = None
    """Only what is before the last place of this in the line is unsafe. (To look for it from every sign would take a long line
    for ever.)"""
    paired: bool = False
    """Whether a lone sign in a line is safe, since it has no partner."""
    only: Literal[
        "", "kramdown", "not gfm", "symbols", "verbatim", "liquid", "emoji", "mentions", "dollars"
    ] = ""
    """The property of the dialect on which the row depends; empty for none."""

    @property
    def begins(self) -> bool:
        """Whether what is to be protected is the first character of the line."""
        return self.pattern.pattern.startswith(r"\A(") and not self.pattern.pattern.startswith(r"\A(?")

    def applies(self, construct: Construct, dialect: Dialect) -> bool:
        """Tell whether the row counts in this construct of this dialect."""
        return construct in self.where and _CONDITIONS[self.only](dialect)


_CONDITIONS: dict[str, Callable[[Dialect], bool]] = {
    "": lambda _: True,
    "kramdown": lambda dialect: dialect.kramdown,
    "not gfm": lambda dialect: dialect.kramdown and not dialect.gfm,
    "symbols": lambda dialect: dialect.kramdown and dialect.typographic_symbols,
    "verbatim": lambda dialect: (
        dialect.kramdown and dialect.smart_quotes and dialect.typography == "verbatim"
    ),
    "liquid": lambda dialect: dialect.liquid,
    "emoji": lambda dialect: dialect.emoji,
    "mentions": lambda dialect: dialect.mentions,
    "dollars": lambda dialect: dialect.dollars,
}

_LINE = re.compile

_NUMBER_SIGNS = (
    "\xb2\xb3\xb9\xbc-\xbe\u09f4-\u09f9\u0b72-\u0b77\u0bf0-\u0bf2\u0c78-\u0c7e\u0d58-\u0d5e\u0d70-\u0d78\u0f2a-\u0f33"
    "\u1369-\u137c\u17f0-\u17f9\u19da\u2000-\u2fff\u3192-\u3195\u3200-\u33ff\ua830-\ua835\U00010000-\U0010ffff"
)
"""Signs such as `²` and `①`, which `re` counts among the letters and kramdown does not, and what stands among them."""

_SPACES = " \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""White space to CommonMark, as the inside of a character class; `\\s` of `re` holds more."""

# After a letter `_` cannot open, before a space neither; where none can open, none can close.
# (What can be searched for by its first character is found several times as fast.)
_OPENS_EMPHASIS = rf"_(?:(?<![^\W\d_{_NUMBER_SIGNS}]_)(?<!__)_?(?!_|[ \t]|\Z)|__+)"


UNSAFE: tuple[Unsafe, ...] = (
    # Anywhere in a line ----------------------------------------------------------------------------------------------
    Unsafe("\\", _LINE(r"\\(?![^\W_]|[ \t])"), "escapes the punctuation after it, or breaks the line at its end"),
    Unsafe("`", _LINE(r"`"), "opens a code span"),
    Unsafe(
        "*",
        # A star between spaces is no delimiter; every other one may pair.
        _LINE(r"\*(?!(?<=[ \t]\*)(?:[ \t]|\Z))"),
        "opens or closes emphasis",
        paired=True,
    ),
    Unsafe(
        "*",
        _LINE(r"\*"),
        "Liquid writes the address after it with a star, the partner of this one",
        kinds=_IN_BRACKETS,
        before=_LINE("%2A"),
    ),
    Unsafe(
        "_",
        # A lone one may be part of a face.
        _LINE(_OPENS_EMPHASIS),
        "opens emphasis",
        kinds=frozenset({"text"}),
        paired=True,
    ),
    Unsafe("_", _LINE(_OPENS_EMPHASIS), "opens emphasis, maybe up to the address, which Liquid writes", kinds=_IN_BRACKETS),
    Unsafe(
        "~",
        # Before a space none opens, and a lone run has no partner.
        _LINE(r"\A(?!.*~~(?![ \t~]|\Z)).*\Z|\A(?:(?!~~).)*~{2,}(?:(?!~~).)*\Z|(~{2,})"),
        "strikes text through",
    ),
    Unsafe(
        "~",
        _LINE(rf"~(?<!~~)(?![~{_SPACES}]|\Z)"),
        "github.com strikes text through between single tildes too",
        before=_LINE(rf"(?<![{_SPACES}])~"),
    ),
    Unsafe(
        "[]",
        # `[x]` alone is text, for no document defines references; anything less tidy is protected: kramdown tries
        # every open bracket as a link, again at every level, which takes it minutes in a long paragraph.
        _LINE(r"\[[^\[\]]*\](?!\()|([\[\]])"),
        "makes a link",
        kinds=frozenset({"text"}),
    ),
    Unsafe("[]", _LINE(r"[\[\]]"), "ends the link or description it is in", kinds=_IN_BRACKETS),
    Unsafe("^", _LINE(r"\^(?<=\[\^)"), "kramdown takes `[^` for a footnote", "reference", kinds=_IN_BRACKETS),
    Unsafe("!", _LINE(r"!(?=\[)"), "turns the link after it into a picture"),
    Unsafe("<", _LINE(r"<(?![ \t=>]|\Z|[0-9-](?![^>]*@))"), "opens a tag, a comment or an address"),
    Unsafe("<", _LINE(r"<(?:(?=<)|(?<=<<))"), "guillemets, which `\\<<` does not prevent", "reference"),
    Unsafe(">", _LINE(r">(?<=>>)"), "guillemets", only="symbols"),
    Unsafe(
        "&",
        # No name is a single letter.
        _LINE(r"&(?=#\w[\w:.-]*;|\w[\w:.-]+;)"),
        "a character reference",
        "reference",
    ),
    Unsafe("$", _LINE(r"\$(?:(?=\$)|(?<=\$\$))"), "a formula in kramdown, wherever it stands", only="kramdown"),
    Unsafe(
        "$",
        _LINE(r"\$"),
        "the theme typesets what is between two in the finished page",
        "split",
        kinds=_SHOWN,
        only="dollars",
        paired=True,
    ),
    Unsafe("{", _LINE(r"\{(?=:)"), "a kramdown attribute list or extension", only="kramdown"),
    Unsafe("{", _LINE(r"\{(?<=\{\{)"), "a Liquid expression", only="liquid"),
    Unsafe("{", _LINE(r"\{(?=%)"), "a Liquid tag, which fails the build where it is unknown", "reference", only="liquid"),
    Unsafe("-", _LINE(r"-(?=-)"), "a dash", kinds=_SHOWN, only="symbols"),
    Unsafe("-", _LINE(r"-(?=-)"), "a dash, which the heading's id lacks", kinds=_SHOWN, where=_HEADING, only="kramdown"),
    Unsafe(".", _LINE(r"\.(?=\.\.)"), "an ellipsis", kinds=_SHOWN, only="symbols"),
    Unsafe("\"'", _LINE(r"[\"']"), "curled by smart quotes", kinds=_SHOWN, only="verbatim"),
    Unsafe(":", _LINE(r":(?=[\w+-]+:)"), "jemoji replaces it in the finished page", "split", kinds=_SHOWN, only="emoji"),
    Unsafe("@", _LINE(r"@(?=\w)"), "jekyll-mentions links it in the finished page", "split", kinds=_SHOWN, only="mentions"),
    Unsafe(
        "\\",
        _LINE(r"(?<=\\)[hm](?=(?:(?<=h)ref|(?<=m)mlToken)(?![A-Za-z]))"),
        "MathJax makes a link of `\\href`, to a script as well, and of formulas that are only text",
        "split",
        kinds=_SHOWN,
    ),
    # Pipes -----------------------------------------------------------------------------------------------------------
    Unsafe(
        "|",
        _LINE(r"\|"),
        "kramdown makes a table of any line with a bare pipe; in a cell it ends the cell",
        where=_AT_BLOCK_START | _CELL,
    ),
    Unsafe("`", _LINE(r"`"), "kramdown splits cells with no regard to backslashes before backticks", "reference", where=_CELL),
    Unsafe("<", _LINE(r"<(?=[^\s=>])"), "kramdown looks for `<code` in a row even after a backslash", "reference", where=_CELL),
    Unsafe("-+:=", _LINE(r"\A([-+:=])[-+:= \t|]*\Z"), "a row of these alone is a separator", where=_CELL),
    # At the start of a block -----------------------------------------------------------------------------------------
    Unsafe("-+*", _LINE(r"\A([-+*])(?=[ \t]|\Z)"), "a list item", where=_AT_BLOCK_START),
    Unsafe(".)", _LINE(r"\A[0-9]+([.)])(?=[ \t]|\Z)"), "a numbered item", where=_AT_BLOCK_START),
    Unsafe("~", _LINE(r"\A(~)(?=[~`]{2})"), "a fence, which kramdown mixes of both", where=_AT_BLOCK_START),
    Unsafe("#", _LINE(r"\A(#)#{0,5}(?=[ \t]|\Z)"), "a heading", where=_AT_BLOCK_START),
    Unsafe("#", _LINE(r"\A(#)"), "a heading even without a space", where=_AT_BLOCK_START, only="not gfm"),
    Unsafe(">", _LINE(r"\A(>)"), "a quotation", where=_AT_BLOCK_START),
    Unsafe("-_*", _LINE(r"\A([-_*])[ \t]*(?:\1[ \t]*){2,}\Z"), "a rule", where=_AT_BLOCK_START),
    Unsafe(":", _LINE(r"\A(:)(?=[ \t])"), "a definition of the paragraph before", where=_AT_BLOCK_START, only="kramdown"),
    Unsafe(
        "^",
        _LINE(r"\A\$\$.*\$\$(\^)\Z"), "kramdown's end-of-block mark: the formula would be a block", "reference", only="kramdown"
    ),
    Unsafe(
        "^",
        _LINE(r"\A(\^)[ \t]*\Z"), "kramdown's end-of-block mark", "reference", where=_AT_BLOCK_START, only="kramdown"
    ),
    Unsafe("*", _LINE(r"\A(\*)(?=\[)"), "kramdown's definition of an abbreviation", where=_AT_BLOCK_START, only="kramdown"),
    Unsafe("[", _LINE(r"\A(\[)(?=[^\]]*\]:)"), "defines a reference or footnote, and vanishes", where=_AT_BLOCK_START),
    Unsafe(
        "]",
        _LINE(r"\](?=:)"),
        "so does the text of a link, to kramdown, which overlooks the backslash",
        "reference",
        where=_AT_BLOCK_START,
        kinds=_IN_BRACKETS,
    ),
    Unsafe("[", _LINE(r"\A(\[)(?=[ xX]\](?:[ \t]|\Z))"), "a box to tick", where=_ITEM),
    Unsafe("-", _LINE(r"\A(-)[ \t]*-[ \t]*\Z"), "a rule, together with the mark of the item", where=_ITEM),
    Unsafe(
        "\\",
        _LINE(r"\\\Z"), "two at the end of a line break it, to kramdown, where a list follows", "reference", where=_ITEM
    ),
    # In a heading ----------------------------------------------------------------------------------------------------
    Unsafe("#", _LINE(r"(?:\A|(?<=[ \t]))(#)#*\Z"), "closes the heading, unseen", where=_HEADING),
    Unsafe("#", _LINE(r"#(?=#*\Z)"), "closes the heading, unseen, even without a space", where=_HEADING, only="not gfm"),
    Unsafe("{", _LINE(r"(?:\A|(?<=[ \t]))(\{)(?=#[^ }]*\}\Z)"), "kramdown's id of a heading", where=_HEADING, only="kramdown"),
)  # fmt: skip
"""Every character of text that must not be written as it is, each with the reason."""


SIGNS = frozenset("".join(row.signs for row in UNSAFE))
"""All their signs."""


@lru_cache(4096)
def rows(
    signs: frozenset[str], first: frozenset[str], construct: Construct, dialect: Dialect
) -> tuple[Unsafe, ...]:
    """Return the rows of `UNSAFE` that matter for a line in this construct of this dialect.

    It holds these `signs`, of the `SIGNS`, and begins with the one in `first`, or with none.
    """
    return tuple(
        row
        for row in UNSAFE
        if row.applies(construct, dialect) and not (first if row.begins else signs).isdisjoint(row.signs)
    )


BARE_ADDRESS = re.compile(r"(?:(?:https?|ftp)(?P<colon>:)(?=//)|www(?P<dot>\.))(?=[^\s<])", re.IGNORECASE)
"""A bare address, which github.com links, swallowing the escapes in it; it can be broken at its colon or first dot."""

ADDRESS_END = re.compile(r"[\s<]")
"""Where a bare address ends."""
