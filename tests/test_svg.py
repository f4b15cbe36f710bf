"""Drawings are made harmless; a real browser opens them, as a reader may."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser import Browser, serve
from notion2jekyll.media.svg import tame

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">'
HTML = "http://www.w3.org/1999/xhtml"
HIT = "window.hits = (window.hits || 0) + 1"
ELSEWHERE = "http://elsewhere.example/x"


def drawing(inner: str, before: str = "") -> bytes:
    return f"{before}{OPEN}{inner}</svg>".encode()


RUNS = {
    "script": f"<script>{HIT}</script>",
    "handler": f'<rect width="4" height="4"><set attributeName="x" to="1" begin="0s" onbegin="{HIT}"/></rect>',
    "page": f'<foreignObject width="9" height="9"><body xmlns="{HTML}"><script>{HIT}</script></body></foreignObject>',
    "script of a page": f'<h:script xmlns:h="{HTML}">{HIT}</h:script>',
    "script in an entity": "&evil;",
}
"""What acts as soon as the drawing is opened."""
DOCTYPE = f'<!DOCTYPE svg [<!ENTITY evil "&#60;script>{HIT}&#60;/script>">]>'
ASKS = {
    "picture": f'<image href="{ELSEWHERE}" width="9" height="9"/>',
    "old picture": f'<image xlink:href="{ELSEWHERE}" width="9" height="9"/>',
    "style": f"<style>@import url({ELSEWHERE});</style>",
    "style of a thing": f"<rect width='9' height='9' style='fill:red;mask:url({ELSEWHERE}#a)'/>",
    "filter": f'<filter id="f"><feImage href="{ELSEWHERE}"/></filter><rect width="9" height="9" filter="url(#f)"/>',
    "font": f"<style>@font-face{{font-family:q;src:url('{ELSEWHERE}')}} text{{font-family:q}}</style><text y='9'>x</text>",
    "style sheet": "",
}
"""What asks another server when the drawing is opened."""
SHEET = f'<?xml-stylesheet href="{ELSEWHERE}" type="text/css"?>'


def test_what_acts_in_a_drawing_acts_no_more(tmp_path: Path) -> None:
    cases = [
        *((drawing(inner, DOCTYPE if "&evil;" in inner else ""), name) for name, inner in RUNS.items()),
        *((drawing(inner, SHEET if name == "style sheet" else ""), name) for name, inner in ASKS.items()),
    ]
    seen: dict[str, tuple[bool, bool]] = {}
    with serve(tmp_path) as url, Browser() as browser:

        def is_alive(content: bytes) -> bool:
            name = f"{len(list(tmp_path.iterdir()))}.svg"
            (tmp_path / name).write_bytes(content)
            browser.open(f"{url}/{name}")
            asked = "performance.getEntriesByType('resource').map(one => one.name)"
            return bool(browser.ask("window.hits")) or ELSEWHERE in str(browser.ask(asked))

        for content, name in cases:
            tamed = tame(content)
            assert tamed is not None
            assert tamed.changed
            seen[name] = is_alive(content), is_alive(tamed.content)
    assert seen == dict.fromkeys((*RUNS, *ASKS), (True, False))


@pytest.mark.parametrize(
    "inner",
    [
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<a xlink:href=" java&#10;script:alert(1)"><text>x</text></a>',
        '<a href="data:text/html,x"><text>x</text></a>',
        '<a><animate attributeName="href" values="javascript:alert(1)"/><text>x</text></a>',
        '<a><set attributeName=" xlink:href" to="javascript:alert(1)"/><text>x</text></a>',
        '<use href="data:image/svg+xml,x#y"/>',
        '<use href="other.svg#a"/>',
        '<rect fill="url(//elsewhere.example/x#a)"/>',
        '<rect style="fill: u\\72l(http://elsewhere.example/)"/>',
        "<style>rect { background: image-set('http://elsewhere.example/x' 1x) }</style>",
        '<g xml:base="http://elsewhere.example/"><use href="#a"/></g>',
        '<rect onclick="alert(1)"/>',
        '<SCRIPT xmlns="http://www.w3.org/2000/svg">alert(1)</SCRIPT>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML" href="javascript:alert(1)"/>',
    ],
)
def test_what_waits_for_a_reader_goes_too(inner: str) -> None:
    tamed = tame(drawing(f"<text>before</text>{inner}<text>after</text>"))
    assert tamed is not None
    assert tamed.changed
    text = tamed.content.decode()
    assert not re.search(r"(?i)javascript|alert|data:|elsewhere|other\.svg|<script|\\", text)
    assert "before" in text
    assert "after" in text


@pytest.mark.parametrize(
    "content",
    [
        drawing('<defs><linearGradient id="g"/></defs><rect fill="url(#g)" style="fill: url(\'#g\')"/>'),
        drawing('<use href="#a"/><a href="https://example.com/?a=1"><text>x</text></a><a href="mailto:a@b.c"/>'),
        drawing('<image href="data:image/png;base64,AA=="/><style>rect { fill: red } /* url(#a) */</style>'),
        drawing('<animate attributeName="opacity" values="0;1" dur="1s"/><title>on load (url)</title>'),
        drawing('<metadata><x:y xmlns:x="urn:x" x:onto="C:\\Users"/></metadata>', '<?xml version="1.0"?>\n<!-- made by hand -->\n'),
        drawing("<text>한글 &lt;script&gt;</text>", '\ufeff<?xml version="1.0" encoding="UTF-8" standalone="no"?>'),
        drawing("<g/>", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'),
        drawing("<g/>").decode().join(['<?xml version="1.0" encoding="utf-16"?>', ""]).encode("utf-16"),
    ],
)  # fmt: skip
def test_a_harmless_drawing_stays_as_it_is(content: bytes) -> None:
    tamed = tame(content)
    assert tamed is not None
    assert (tamed.content, tamed.changed) == (content, False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg",
        b"<svg/>",
        b"<html xmlns='http://www.w3.org/2000/svg'/>",
        drawing("&nbsp;"),
        drawing("</g>"),
        drawing("&x;", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        drawing("&j;", "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
            f"<!ENTITY {chr(ord('a') + n + 1)} '{('&' + chr(ord('a') + n) + ';') * 10}'>" for n in range(9)
        ) + "]>"),
        drawing("<g>" * 30_000 + "<script/>" + "</g>" * 30_000),
        b'<?xml version="1.0" encoding="klingon"?>' + drawing(""),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_no_browser_reads_is_refused(content: bytes) -> None:
    assert tame(content) is None


@pytest.mark.parametrize(
    ("size", "found"),
    [
        ('width="40" height="20"', (40, 20)),
        ('width="40.6px" height=" 20 "', (41, 20)),
        ('viewBox="0 0 40 20"', None),
        ('width="100%" height="20"', None),
        ('width="4em" height="2em"', None),
        ('width="0" height="20"', None),
    ],
)
def test_a_drawing_that_says_its_size_has_one(size: str, found: tuple[int, int] | None) -> None:
    tamed = tame(f'<svg xmlns="http://www.w3.org/2000/svg" {size}/>'.encode())
    assert tamed is not None
    assert tamed.size == found


names = st.sampled_from(["g", "a", "script", "style", "use", "image", "set", "foreignObject", "text"])
values = st.sampled_from(
    ["#a", "javascript:x", "url(http://x)", "url(#a)", "data:image/png;base64,", "href", "red"]
)
attributes = st.dictionaries(
    st.sampled_from(["href", "onclick", "fill", "style", "attributeName", "to"]), values, max_size=3
)
trees = st.recursive(
    st.tuples(names, attributes, st.just(())),
    lambda inner: st.tuples(names, attributes, st.lists(inner, max_size=3)),
    max_leaves=8,
)


def written(tree: tuple[str, dict[str, str], list[object]]) -> str:
    name, pairs, inner = tree
    told = "".join(f' {key}="{value}"' for key, value in pairs.items())
    return f"<{name}{told}>t{''.join(map(written, inner))}</{name}>t"  # type: ignore[arg-type]


@given(trees)
def test_a_tamed_drawing_is_tame(tree: tuple[str, dict[str, str], list[object]]) -> None:
    tamed = tame(drawing(written(tree)))
    assert tamed is not None
    again = tame(tamed.content)
    assert again is not None
    assert not again.changed
    text = tamed.content.decode()
    assert not re.search(r'<script|<foreignObject|href="javascript|(fill|style|to)="url\(http|onclick', text)
    # What is not in something harmful is still there.
    assert len("".join(ET.fromstring(text).itertext()).strip()) >= (
        1 if tree[0] not in ("script", "foreignObject") else 0
    )
