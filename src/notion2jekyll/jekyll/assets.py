"""Where the blog keeps media, and what is known of those that it has. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from anyascii import anyascii

from notion2jekyll.convert import Copy
from notion2jekyll.formats import IMAGES, ending
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.notion.model import File


def asset_path(file: File, folder: str) -> str:
    """Return where the copy of `file` is kept, as far as its name tells: its content may ask for another ending.

    Up to the ending it is told by the file's stable key (its address, where Notion does not host it), so that equal files
    are stored once. The name is ASCII (names in other scripts depend on the file system's Unicode form) and starts with a
    digit or letter of the key (Jekyll copies no name that starts with `_`, `.` or `#`).
    """
    key = hashlib.sha256((file.key or file.url).encode()).hexdigest()[:12]
    stem, dot, extension = file.name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", extension):
        stem, extension = file.name, ""
    if extension.lower() in ("md", "markdown", "mkd", "mkdn"):
        # GitHub Pages makes a page of every Markdown file it finds.
        extension += ".txt"
    words = re.findall(r"[a-z0-9]+", anyascii(stem).lower())
    name = "-".join([key, *words])[:60].rstrip("-")
    return f"{folder}/{name}" + (f".{extension.lower()}" if extension else "")


def stem(path: str) -> str:
    """Return `path` without the ending of the file's name: what it has in common with the file's place in the end."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}"


_SAID: Final = re.compile(
    r'''<img src="(?:\{\{ ['"]/([^'"]+)['"] \| relative_url \}\}|/([^"{}]+))"[^<>]*? width="(\d{1,5})" height="(\d{1,5})"'''
)


def said(post: str) -> dict[str, tuple[int, int]]:
    """Return path → size of the pictures of the blog whose size `post` says."""
    return {path or plain: (int(width), int(height)) for path, plain, width, height in _SAID.findall(post)}


def copies(
    there: Mapping[str, str],
    files: Mapping[str, str],
    sizes: Mapping[str, tuple[int, int] | None],
    folder: str,
) -> Mapping[str, Copy]:
    """Return the copies that the blog has or had, by the stem of their path.

    `there` are all files of the blog, `files` those that this program wrote (path → git blob id each), `sizes` what is
    remembered of pictures. A picture that is not remembered, or is no longer what was written, is not known; where it is not
    known what was written, what posts said of it counts.
    """
    named = re.compile(rf"{re.escape(folder)}/[0-9a-f]{{12}}[a-z0-9-]*(\.[a-z0-9]+)*")
    found: dict[str, Copy] = {}
    for path in (*filter(named.fullmatch, there), *files):
        as_written = path not in files or there.get(path, files[path]) == files[path]
        known = ending(path) not in IMAGES or (as_written and path in sizes)
        found[stem(path)] = Copy(SitePath(f"/{path}"), sizes.get(path) if known else None, known=known)
    return found


def sizes(known: Iterable[Copy], files: Collection[str]) -> Mapping[str, tuple[int, int] | None]:
    """Return what is to be remembered of the pictures in `files`, by path: the sizes of those that are `known`."""
    found = {copy.place.path.lstrip("/"): copy.size for copy in known if copy.known and not copy.trouble}
    return {path: size for path, size in found.items() if path in files and ending(path) in IMAGES}
