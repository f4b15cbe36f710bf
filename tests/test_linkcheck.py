"""The link checker finds what is broken, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck import check


def site(folder: Path, **pages: str) -> Path:
    for name, text in {
        "index.html": "",
        "글/index.html": '<h2 id="둘">x</h2>',
        "a.html": "",
        **pages,
    }.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (folder / "그림 1.png").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "#",
            "#top",
            "#here",
            "/",
            "./",
            "/a",
            "/a.html",
            "a",
            "/글/",
            "/%EA%B8%80/",
            "/글/#둘",
            "/글/#%EB%91%98",
        ),
        *(
            "/글?x=1#둘",
            "/그림%201.png",
            "https://example.com/nowhere",
            "//example.com/x",
            "mailto:me@example.com",
        ),
        *("https://me.github.io", "https://me.github.io/a", "data:image/png;base64,AAAA", "javascript:;"),
    ],
)
def test_what_is_there(tmp_path: Path, address: str) -> None:
    site(tmp_path, **{"b.html": f'<a id="here" href="{address}">'})
    assert check(tmp_path, url="https://me.github.io").broken == ()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/b/", "is not there"),
        ("/nowhere", "is not there"),
        ("/글/#셋", "has no such element"),
        ("#nothing", "has no such element"),
        ("/그림 1.png", "is no valid address"),
        ("/100%", "is no valid address"),
        ('/{{ "/a" | relative_url }}', "is no valid address"),
        ("/A.html", "is not there"),
        ("https://me.github.io/nowhere", "is not there"),
    ],
)
def test_what_is_broken(tmp_path: Path, address: str, why: str) -> None:
    site(tmp_path, **{"b.html": f"<a href='{address}'>"})
    assert check(tmp_path, url="https://me.github.io").broken == (f"b.html: {address} {why}",)


@pytest.mark.parametrize(
    "tag", ["<img src='/x'>", "<img data-src='/x' />", "<video poster='/x'>", "<link href='/x'>"]
)
def test_whatever_holds_an_address_is_looked_at(tmp_path: Path, tag: str) -> None:
    assert check(site(tmp_path, **{"b.html": tag})).broken == ("b.html: /x is not there",)


def test_a_site_in_a_folder_of_its_host(tmp_path: Path) -> None:
    site(
        tmp_path,
        **{"글 쓰기/b.html": "<a href='#'><a href='/blog/a'><a href='../a'><a href='/a'><a href='/blogs/a'>"},
    )
    checked = check(tmp_path, baseurl="/blog")
    assert checked.links == 5
    assert checked.broken == ("글 쓰기/b.html: /a leaves /blog", "글 쓰기/b.html: /blogs/a leaves /blog")


def test_feeds_and_sitemaps_are_looked_at(tmp_path: Path) -> None:
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://me.github.io/x"/></feed>'
    urls = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://me.github.io/y</loc></url></urlset>'
    site(tmp_path, **{"feed.xml": feed, "sitemap.xml": urls})
    assert check(tmp_path, url="https://me.github.io").broken == (
        "feed.xml: https://me.github.io/x is not there",
        "sitemap.xml: https://me.github.io/y is not there",
    )
