"""Write the reference in docs/configuration.md from the schema of the configuration: `python scripts/docs.py`.

The tests compare the two, so an option without a place in the documents, or with an old default there, fails them.
"""
# ruff: noqa: INP001  (a script, no package)

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from notion2jekyll import config

BEGIN = "<!-- options: written by scripts/docs.py -->"
END = "<!-- end of options -->"
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / "config.example.yaml"

Json = Mapping[str, Any]


def reference() -> str:
    """Return the reference as Markdown: a heading, a sentence, an example and a table for each section."""
    schema = json.loads(config.schema())
    return "\n".join(line for name in schema["properties"] for line in _section(name, schema))


def with_reference(page: str) -> str:
    """Return the text of `page` with the present reference between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _section(path: str, schema: Json) -> Iterator[str]:
    at = schema
    for part in path.split("."):
        at = _model(at["properties"][part], schema) or {}
    yield f"### `{path}`"
    yield ""
    yield _line(at.get("description", ""))
    yield ""
    if "." not in path:
        yield from ("```yaml", *_example(path), "```", "")
    yield "| option | value | default | what it does |"
    yield "|---|---|---|---|"
    inner = []
    for key, option in at["properties"].items():
        model = _model(option, schema)
        if model:
            inner.append(key)
        what = _line(option.get("description") or (model or {}).get("description", ""))
        default = _default(option, required=key in at.get("required", ()), section=bool(model))
        yield f"| `{key}` | {_value(option)} | {default} | {what} |"
    yield ""
    for key in inner:
        yield from _section(f"{path}.{key}", schema)


def _example(section: str) -> list[str]:
    """Return a top-level section of config.example.yaml without its comments."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"{section}:")
    end = next((at for at, line in enumerate(lines) if at > start and line[:1].isalpha()), len(lines))
    return [line for line in lines[start:end] if line.strip() and not line.lstrip().startswith("#")]


def _choices(option: Json) -> list[Json]:
    return [choice for choice in option.get("anyOf", [option]) if choice.get("type") != "null"]


def _model(option: Json, schema: Json) -> Json | None:
    """Return the section that `option` holds, None where it is a value."""
    for choice in _choices(option):
        if "$ref" in choice:
            model: Json = schema["$defs"][choice["$ref"].rsplit("/", 1)[-1]]
            return model
    return None


def _value(option: Json) -> str:
    """Return what may be written for `option`, in words."""
    kinds: list[str] = []
    several = False
    for choice in _choices(option):
        item = choice.get("items", {})
        if item.get("type") in ("string", "boolean"):
            several = True
            kinds.append(_kind(item))
        else:
            kinds.append(_kind(choice))
    return " or ".join(dict.fromkeys(kinds)) + (", or a list" if several else "")


def _kind(choice: Json) -> str:
    if "$ref" in choice:
        return "a section"
    if "const" in choice:
        return f"`{choice['const']}`"
    if "enum" in choice:
        return ", ".join(f"`{value}`" for value in choice["enum"])
    names = {
        "array": "list of mappings",
        "boolean": "`true` or `false`",
        "integer": "whole number",
        "object": "mapping",
        "string": "text",
    }
    limits = [
        f"{word} {choice[key]:g}"
        for key, word in (("exclusiveMinimum", "over"), ("minimum", "from"), ("maximum", "to"))
        if key in choice
    ]
    kind = str(choice["type"])
    return " ".join([names.get(kind, kind), *limits])


def _default(option: Json, *, required: bool, section: bool) -> str:
    default = option.get("default")
    if required:
        return "required"
    if default is None:
        return "–"
    if section:
        return "see below"
    return f"`{default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)}`"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
