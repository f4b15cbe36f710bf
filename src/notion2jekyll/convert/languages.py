"""Notion's names of programming languages → the names that Rouge (Jekyll's highlighter) knows.

Only those that differ; checked against Rouge 3.30, the version of GitHub Pages. A name with a space would not be a
fence to kramdown at all.
"""

from __future__ import annotations

from typing import Final

ROUGE: Final = {
    "plain text": "",
    "abc": "text",
    "agda": "text",
    "arduino": "cpp",
    "ascii art": "text",
    "assembly": "nasm",
    "basic": "vb",
    "bnf": "text",
    "c#": "csharp",
    "c++": "cpp",
    "dhall": "text",
    "ebnf": "text",
    "f#": "fsharp",
    "flow": "javascript",
    "java/c/c++/c#": "java",
    "less": "css",
    "llvm ir": "llvm",
    "markup": "html",
    "notion formula": "text",
    "objective-c": "objective_c",
    "purescript": "haskell",
    "reason": "ocaml",
    "vb.net": "vb",
    "visual basic": "vb",
    "webassembly": "text",
}


def rouge(language: str) -> str:
    """Return the one-word name to write after a code fence for Notion's `language`; empty for plain text."""
    name = language.strip().lower()
    return ROUGE.get(name, name if name and not any(c.isspace() for c in name) else "")
