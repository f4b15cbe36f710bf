"""HTML in Markdown: elements, attributes, addresses, and inlines where an engine reads no Markdown.

kramdown leaves the content of most elements raw (`summary`, `figcaption`, `td`, `code`), and so does CommonMark in a
block of HTML: text there is written with character references only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from notion2jekyll.markdown.dialect import reference
from notion2jekyll.markdown.nodes import Anchor, Break, Code, Here, Image, Link, Math, SitePath, Span, Text
from notion2jekyll.markdown.plain import clean, is_blank

if TYPE_CHECKING:
    from notion2jekyll.markdown.dialect import Dialect
    from notion2jekyll.markdown.nodes import Attributes, Inline, Inlines, Url

_OPENING_OF_LIQUID = re.compile(r"\{(?=[{%]|\Z)")
_REFERENCE = re.compile(r"&(?=[#\w])")
_PUNCTUATION = re.compile(r"-(?=-)|[!-,./:-@\[-`{-~]")
_PLAIN_PUNCTUATION = frozenset(",;()/?%+=")
_UNSAFE_IN_URL = re.compile(
    r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%:/?#@!$&*+,;=._~-]|[*]|~(?=~)|(?<=~)~|\$(?=\$)|(?<=\$)\$"
)
_LINK_OF_TEX = re.compile(r"(?<=\\)([hm])(?=(?:(?<=h)ref|(?<=m)mlToken)(?![A-Za-z]))")
_UNSAFE_IN_VALUE = re.compile(r"[&<>\"|`~*\[\]\\]|\{(?=[{%:])|\$(?=\$)|(?<=\$)\$")


def literal(text: str) -> str:
    """Return `text` so that it stays itself in HTML as well as in Markdown: all punctuation that counts as references."""
    return _PUNCTUATION.sub(lambda m: m[0] if m[0] in _PLAIN_PUNCTUATION else reference(m[0]), text)


def code(text: str) -> str:
    """Return `text` as a `<code>` element that is right in HTML, kramdown and CommonMark, whatever it holds."""
    lines = [_edges(literal(line)) for line in clean(text).split("\n")]
    return f"<code>{'<br>'.join(lines)}</code>"


def _edges(text: str) -> str:
    """Protect spaces at the edges, which would be stripped."""
    inner = text.strip(" \t")
    if not inner:
        return "".join(map(reference, text))
    start = text.index(inner)
    return "".join(map(reference, text[:start])) + inner + "".join(map(reference, text[start + len(inner) :]))


def url(target: Url, dialect: Dialect, quotes: str = '"') -> str:
    """Return the address `target` with every unsafe character percent-encoded once, `&` left as it is.

    A path of the site becomes a Liquid expression with its string in `quotes`, or the bare path where the dialect has
    no Liquid.
    """
    if isinstance(target, Here):
        target = f"#{target.name}"
    if not isinstance(target, SitePath):
        return _encode(clean(target).strip(), fragment=target.startswith("#"))
    fragment = f"#{_encode(clean(target.fragment), fragment=True)}" if target.fragment else ""
    path = _encode(
        clean(target.path).replace("%", "%25").replace("?", "%3F").replace("#", "%23"), fragment=True
    )
    return f"{{{{ {quotes}{path}{quotes} | relative_url }}}}{fragment}" if dialect.liquid else path + fragment


def _encode(text: str, *, fragment: bool) -> str:
    """Percent-encode what is unsafe; in a fragment or path of the site letters of every script stay readable."""

    def escape(match: re.Match[str]) -> str:
        char = match[0]
        return char if fragment and char.isalnum() and not char.isascii() else quote(char, safe="")

    return _UNSAFE_IN_URL.sub(escape, text)


def attributes(pairs: Attributes, dialect: Dialect) -> str:
    """Return ` name="value"` for each attribute, safe in every construct."""
    del dialect  # braces are always protected: kramdown sees `{:` where there is no Liquid
    return "".join(f' {name}="{_value(value)}"' for name, value in pairs)


def _value(value: str) -> str:
    text = clean(value).replace("\n", " ").replace("\t", " ")
    return _UNSAFE_IN_VALUE.sub(lambda m: "&quot;" if m[0] == '"' else reference(m[0]), text)


def url_attribute(name: str, target: Url, dialect: Dialect) -> str:
    """Return ` name="address"`."""
    return f' {name}="{url(target, dialect, chr(39)).replace("&", "&amp;")}"'


def anchor(node: Anchor, dialect: Dialect) -> str:
    """Return the place in a line that links lead to."""
    return f"<a{attributes((('id', node.name),), dialect)}></a>"


def image(node: Image, dialect: Dialect) -> str:
    """Return the picture as an `<img>`."""
    src = url_attribute("src", node.url, dialect)
    return f"<img{src}{attributes((('alt', node.alt), *node.attributes), dialect)} />"


def formula(tex: str) -> str:
    """Return an inline formula as text that MathJax and KaTeX typeset: exactly what kramdown makes of `$$…$$`."""
    return literal(rf"\({clean(tex).strip()}\)").replace("\n", " ")


def inlines(children: Inlines, dialect: Dialect, *, linked: bool = False) -> str:
    """Return inlines as HTML on one line, for places where no Markdown is read; `linked` says they are in a link."""
    return "".join(_inline(child, dialect, linked=linked) for child in children)


def _inline(node: Inline, dialect: Dialect, *, linked: bool) -> str:
    match node:
        case Text(value):
            return "<br>".join(_text(line, dialect) for line in clean(value).split("\n"))
        case Code(value):
            return code(value) if value else ""
        case Math(tex):
            return (formula(tex) if dialect.math else code(tex)) if tex.strip() else ""
        case Break():
            return "<br>"
        case Span(mark, children, pairs):
            inner = inlines(children, dialect, linked=linked)
            return f"<{mark}{attributes(pairs, dialect)}>{inner}</{mark}>" if inner else ""
        case Link(_, children) if linked or is_blank(children):
            return inlines(children, dialect, linked=linked)
        case Link(target, children):
            return f"<a{url_attribute('href', target, dialect)}>{inlines(children, dialect, linked=True)}</a>"
        case Image():
            return image(node, dialect)
        case Anchor():
            return anchor(node, dialect)


def _text(text: str, dialect: Dialect) -> str:
    text = _REFERENCE.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    if dialect.liquid:
        text = _OPENING_OF_LIQUID.sub("&#123;", text)
    text = _LINK_OF_TEX.sub(r"\1<span></span>", text)
    if dialect.emoji:
        text = re.sub(r":(?=[\w+-]+:)", ":<span></span>", text)
    if dialect.mentions:
        text = re.sub(r"@(?=\w)", "@<span></span>", text)
    if dialect.dollars:
        text = text.replace("$", "$<span></span>")
    return text
