"""What a file is: told from its content, since names lie or say nothing. Pure."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import filetype  # type: ignore[import-untyped]
import imagesize  # type: ignore[import-untyped]

from notion2jekyll.formats import AUDIO, IMAGES, VIDEO

_FAMILIES: Final = (
    frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    frozenset({"png", "apng"}),
    frozenset({"bmp", "dib"}),
    frozenset({"ico", "cur"}),
    frozenset({"tif", "tiff", "cr2", "dng", "nef", "arw"}),
    frozenset({"heic", "heif", "hif"}),
    frozenset({"jpx", "jp2", "j2k", "jpf"}),
    frozenset({"mp4", "m4v", "mov", "qt", "3gp", "3g2", "m4a", "m4b", "m4r", "aac"}),
    frozenset({"webm", "mkv", "mka", "weba"}),
    frozenset({"ogg", "oga", "ogv", "opus"}),
    frozenset({"mpg", "mpeg", "mpe", "vob", "mp3", "mp2"}),
    frozenset({"wmv", "wma", "asf"}),
    frozenset({"mid", "midi"}),
    frozenset({"aiff", "aif", "aifc"}),
    frozenset({"pdf", "ai"}),
)
"""Endings that one content may have, or that `filetype` takes for each other."""
_CANONICAL: Final = {"apng": "png", "jpx": "jp2"}
_SURE: Final = frozenset({"avif", "gif", "jpg", "png", "svg", "webp"})
"""What begins with so many bytes of its own that nothing else is taken for it."""
_NAMED: Final = IMAGES | VIDEO | AUDIO | {"pdf", "heic", "tif", "tiff"}
"""Endings that promise a kind that is told from its content."""
_LARGEST: Final = 65_535
"""Pixels in a row or column; more is no picture, but a file that is damaged or means harm."""


def ending_for(content: bytes, named: str) -> str | None:
    """Return the ending that a file with `content` needs, whose name has the ending `named` (empty for none).

    None where the name promises a picture and the content is none that anybody knows.
    """
    kind = _sniffed(content)
    if kind is None:
        return None if named in IMAGES else named
    if named == kind or any(named in family and kind in family for family in _FAMILIES):
        return named
    if kind in _SURE or not named or named in _NAMED:
        return kind if kind != "svg" or named in ("", *IMAGES) else named
    return named


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return the width and height, in pixels, in which browsers show the picture in `content`; None where it does not tell."""
    try:
        width, height = imagesize.get(BytesIO(content))
    except Exception:  # noqa: BLE001  # whatever it stumbles over: a picture without a size is still a picture
        return None
    return (width, height) if 0 < width <= _LARGEST and 0 < height <= _LARGEST else None


def is_drawing(content: bytes) -> bool:
    """Return whether `content` may be SVG."""
    head = content[:4096].replace(b"\0", b"")  # as good as read for UTF-16
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and b"<svg" in head


def _sniffed(content: bytes) -> str | None:
    """Return the usual ending of what `content` is, None where nobody knows it."""
    if content[4:12] == b"ftypavis":  # a moving AVIF, which filetype does not know
        return "avif"
    if is_drawing(content):
        return "svg"
    found = filetype.guess(content)
    return _CANONICAL.get(found.extension, found.extension) if found else None
