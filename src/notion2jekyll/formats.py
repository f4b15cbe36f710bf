"""What browsers show, by the ending of a file's name: web servers tell browsers by that alone what a file is. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

IMAGES: Final = frozenset({
    "apng", "avif", "bmp", "gif", "ico", "jfif", "jpe", "jpeg", "jpg", "png", "svg", "webp",
})  # fmt: skip
"""Pictures that every browser of today shows."""
VIDEO: Final = frozenset({"m4v", "mov", "mp4", "ogv", "webm"})
AUDIO: Final = frozenset({"aac", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"})


def ending(name: str) -> str:
    """Return what is behind the last dot of the file `name`, in lower case; empty where there is none."""
    name = name.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def ending_of_url(url: str) -> str:
    """Return the ending of the file that `url` leads to."""
    return ending(urlsplit(url).path)
