"""What a file is, told from its content; real pictures are looked at by a real browser, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser import Browser, serve
from notion2jekyll.formats import AUDIO, IMAGES, VIDEO
from notion2jekyll.media.kinds import ending_for, size_of
from pictures import AVIF, HEIC, JPEG, MP4, SHOWN, SIZE, SVG, TIFF, TURNED, png

PNG = SHOWN["png"]
ZIP = b"PK\x03\x04" + b"\0" * 40
MP3 = b"ID3\x03\0" + b"\0" * 40


@pytest.mark.parametrize("kind", SHOWN)
@pytest.mark.parametrize("named", ["", "jpg", "png", "webp", "heic", "mp4", "pdf"])
def test_a_picture_gets_its_own_ending(kind: str, named: str) -> None:
    assert ending_for(SHOWN[kind], named) == (named if kind == "svg" and named not in ("", *IMAGES) else kind)


@pytest.mark.parametrize(
    ("content", "named", "ending"),
    [
        # Names that say the same in another way stay.
        (JPEG, "jpeg", "jpeg"),
        (JPEG, "jfif", "jfif"),
        (MP4, "mov", "mov"),
        (MP4, "m4a", "m4a"),
        (TIFF, "tiff", "tiff"),
        (TIFF, "nef", "nef"),
        (b"%PDF-1.7\n", "ai", "ai"),
        # Names that promise something else are mended.
        (HEIC, "jpg", "heic"),
        (TIFF, "png", "tif"),
        (ZIP, "png", "zip"),
        (PNG, "dat", "png"),
        (b"%PDF-1.7\n", "jpg", "pdf"),
        (MP3, "", "mp3"),
        (b"\0\0\0\x14ftypavis\0\0\0\0avis" + b"\0" * 9, "", "avif"),
        # Names of kinds that nobody here can tell from their content stay.
        (ZIP, "docx", "docx"),
        (ZIP, "hwpx", "hwpx"),
        (b"BMW is a car.", "txt", "txt"),
        (SVG, "txt", "txt"),
        (SVG, "xml", "xml"),
        (b"anything", "bin", "bin"),
        (b"anything", "", ""),
        (b"anything", "mp3", "mp3"),
        # A picture that is none.
        (b"anything", "png", None),
        (b"anything", "svg", None),
    ],
)
def test_a_name_is_believed_as_far_as_it_is_true(content: bytes, named: str, ending: str | None) -> None:
    assert ending_for(content, named) == ending


@pytest.mark.parametrize("kind", sorted(SHOWN.keys() - {"svg"}))
def test_a_picture_tells_its_size(kind: str) -> None:
    assert size_of(SHOWN[kind]) == SIZE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"anything",
        PNG[:20],
        JPEG[:60],
        AVIF[:80],
        png(1, 1)[:16] + b"\0\0\0\0" * 2,
        png(1, 1)[:16] + b"\xff" * 8,
    ],
)
def test_a_picture_without_a_size_has_none(content: bytes) -> None:
    assert size_of(content) is None


@given(st.sampled_from([*SHOWN.values(), TURNED, HEIC, TIFF, MP4, ZIP]), st.binary(max_size=60), st.data())
def test_no_content_is_too_odd(good: bytes, noise: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good)))
    content = good[:at] + noise + good[at + data.draw(st.integers(0, 60)) :]
    named = data.draw(st.sampled_from(["", *sorted(IMAGES | VIDEO | AUDIO), "pdf", "txt"]))
    ending = ending_for(content, named)
    assert ending is None or ending.isalnum() or not ending
    assert size_of(content) is None or min(size_of(content) or ()) > 0


def test_a_browser_shows_each_kind_in_the_size_that_is_told(tmp_path: Path) -> None:
    files = {**{f"a.{kind}": content for kind, content in SHOWN.items()}, "turned.jpg": TURNED}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page = "".join(f'<img src="{name}">' for name in files)
    (tmp_path / "index.html").write_text(f"<!doctype html>{page}", encoding="utf-8")
    with serve(tmp_path) as url, Browser() as browser:
        browser.open(f"{url}/index.html")
        seen = browser.ask("[...document.images].map(one => [one.naturalWidth, one.naturalHeight])")
    assert dict(zip(files, map(tuple, seen), strict=True)) == {
        name: SIZE if name == "a.svg" else size_of(content) for name, content in files.items()
    }
    assert size_of(TURNED) == SIZE[::-1]
    assert {f"a.{kind}" for kind in IMAGES} >= files.keys() - {"turned.jpg"}
