"""Small pictures in every format that matters, 8 pixels wide and 4 high, made for these tests."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

SIZE: Final = (8, 4)


def png(width: int, height: int, color: tuple[int, int, int] = (200, 90, 30)) -> bytes:
    """Return a PNG of one colour."""
    rows = (b"\0" + bytes(color) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def bmp(width: int, height: int) -> bytes:
    """Return a BMP of one colour, whose rows are a multiple of four bytes long."""
    rows = b"\x1e\x5a\xc8" * width * height
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + head + rows


def _read(text: str) -> bytes:
    return base64.b64decode(text)


JPEG: Final = _read(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////"
    "////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////"
    "////////////wAARCAAEAAgDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAU"
    "AQEAAAAAAAAAAAAAAAAAAAAC/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AACT/2Q=="
)
TURNED: Final = _read(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAP//////////////////"
    "////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////"
    "////////////////////////////////////////////////////////////wAARCAAEAAgDASIAAhEBAxEB/8QAFAABAAAAAAAA"
    "AAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAC/8QAFBEBAAAAAAAAAAAAAAAAAAAA"
    "AP/aAAwDAQACEQMRAD8AACT/2Q=="
)
"""The same, with the note of a camera that was held upright: browsers show it 4 pixels wide and 8 high."""
GIF: Final = _read("R0lGODdhCAAEAIEAAMhaHgAAAAAAAAAAACwAAAAACAAEAAAIDAABCBxIsKDBgwQDAgA7")
WEBP: Final = _read("UklGRi4AAABXRUJQVlA4ICIAAABwAQCdASoIAAQADMDOJaACdAGgAAD+ExGLDw2vgSVqzCAA")
AVIF: Final = _read(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAA"
    "AAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAIQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEA"
    "AGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAACAAAAAQAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwA"
    "AAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAKW1kYXQSAAoIGAh+0QENBoQyEx/3h4UV3///4sAA"
    "AJA1jhblKHo="
)
SVG: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4"/></svg>'
)

SHOWN: Final = {
    "png": png(*SIZE),
    "jpg": JPEG,
    "gif": GIF,
    "webp": WEBP,
    "avif": AVIF,
    "svg": SVG,
    "bmp": bmp(*SIZE),
}
"""Ending → what browsers show."""

HEIC: Final = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40
TIFF: Final = b"II*\0\x08\0\0\0" + b"\0" * 40
MP4: Final = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 40
"""The starts of files, as far as anybody here looks at them."""
