"""Write docs/messages.md, every message of notion2jekyll with what to do: `python scripts/messages.py`.

The messages are read from the source, so that none can be missing; `…` stands for what only a run knows. The tests compare
the page with the source.
"""

# ruff: noqa: INP001  (a script, no package)

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src/notion2jekyll"
PAGE: Final = ROOT / "docs/messages.md"
BEGIN: Final = "<!-- messages: written by scripts/messages.py -->"
END: Final = "<!-- end of messages -->"
GAP: Final = "…"

STOPS: Final = ("AccessDenied", "ConfigError", "GuardStop", "Unreachable", "Stop")
SECTIONS: Final = {
    "ConfigError": "The command line or the configuration (exit code 2)",
    "GuardStop": "A guard (exit code 3)",
    "AccessDenied": "A token or a permission (exit code 4)",
    "Unreachable": "A service, or another run (exit code 5)",
    "Stop": "Anything else that ends a run",
    "error": "In the report: errors",
    "warning": "In the report: warnings",
    "note": "In the report: notes",
    "fault": "Of check: what has to be put right (✗)",
    "doubt": "Of check: what is worth a look (!)",
}
"""The sections of the page, by the exception that is raised, the severity of the problem, or the mark of the finding."""
IN_THE_REPORT: Final = {"Problem": None, "Finding": 2, "problem": 2}
"""What is called with a severity and a message, and which argument the hint is where it has no name."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in the source."""

    kind: str
    """A key of SECTIONS."""
    text: str
    """What it says."""
    hint: str
    """What it says is to be done; empty where that is nothing, or only known by the run."""
    where: str
    """Module and line, for whoever looks for a message that is not found."""


Found = tuple[str, int]
"""A text that an expression can be, and the place in the source that decides it: texts of one place belong together."""
ANYWHERE: Final = 0


class _Module:
    """A module of the source, and where each of its expressions is."""

    def __init__(self, path: Path, constants: dict[str, ast.expr]) -> None:
        self.name = path.relative_to(SOURCE).as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.constants = constants
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        for statement in self.tree.body:
            for name, value, _ in _assigned(statement):
                constants.setdefault(name, value)

    def calls(self, name: str) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _called(node) == name]

    def texts(self, value: ast.expr | None, place: int = ANYWHERE, depth: int = 4) -> list[Found]:
        """Return all texts that `value` can be, as far as the source tells; gaps for the rest."""
        if isinstance(value, ast.Constant):
            return [(value.value if isinstance(value.value, str) else "", place)]
        if isinstance(value, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else GAP for part in value.values]
            return [("".join(map(str, parts)), place)]
        if isinstance(value, ast.IfExp):
            return [*self.texts(value.body, place, depth), *self.texts(value.orelse, place, depth)]
        if isinstance(value, ast.BinOp):
            lefts, rights = self.texts(value.left, place, depth), self.texts(value.right, place, depth)
            return [(left + right, at or other) for left, at in lefts for right, other in rights]
        if isinstance(value, ast.Name) and depth:
            found = [
                one for inner, at in self._values(value) for one in self.texts(inner, place or at, depth - 1)
            ]
            return list(dict.fromkeys(found)) or [(GAP, place)]
        return [(GAP, place)]

    def _values(self, name: ast.Name) -> list[tuple[ast.expr, int]]:
        """Return what `name` can be where it is used, each with its place: assigned before, passed in, or a constant."""
        node: ast.AST = name
        found: list[tuple[ast.expr, int]] = []
        while not isinstance(node, ast.Module):
            parent = self.parents[node]
            for block in (getattr(parent, field, None) for field in ("body", "orelse", "finalbody")):
                if isinstance(block, list) and node in block:
                    for earlier in reversed(block[: block.index(node)]):
                        own = [
                            (value, at) for target, value, at in self._within(earlier) if target == name.id
                        ]
                        found += own
                        if own and (isinstance(earlier, ast.Assign) or getattr(earlier, "orelse", None)):
                            return found
            if isinstance(parent, ast.If | ast.While) and node is not parent.test:
                found += [(value, at) for target, value, at in self._within(parent.test) if target == name.id]
            if isinstance(parent, ast.FunctionDef):
                found += self._passed(parent, name.id)
                if found:
                    return found
            node = parent
        return [(self.constants[name.id], ANYWHERE)] if name.id in self.constants else []

    def _passed(self, function: ast.FunctionDef, name: str) -> list[tuple[ast.expr, int]]:
        """Return what the callers of a function in this module pass as `name`."""
        positional = [
            one.arg for one in (*function.args.posonlyargs, *function.args.args) if one.arg != "self"
        ]
        if name not in positional and name not in [one.arg for one in function.args.kwonlyargs]:
            return []
        at = positional.index(name) if name in positional else None
        return [(one, call.lineno) for call in self.calls(function.name) for one in _argument(call, at, name)]

    def _within(self, node: ast.AST) -> list[tuple[str, ast.expr, int]]:
        return [one for inner in ast.walk(node) for one in _assigned(inner, id(self.parents[inner]))]


def _assigned(node: ast.AST, place: int = ANYWHERE) -> Iterator[tuple[str, ast.expr, int]]:
    """Give the names that a statement assigns, with their values and the place that decides them."""
    if (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value) or isinstance(
        node, ast.NamedExpr
    ):
        yield node.target.id, node.value, place
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value, place
            elif isinstance(target, ast.Tuple):
                for value in _branches(node.value):
                    if isinstance(value, ast.Tuple):
                        pairs = zip(target.elts, value.elts, strict=False)
                        yield from (
                            (one.id, part, id(value)) for one, part in pairs if isinstance(one, ast.Name)
                        )


def _branches(value: ast.expr) -> list[ast.expr]:
    return [*_branches(value.body), *_branches(value.orelse)] if isinstance(value, ast.IfExp) else [value]


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _argument(call: ast.Call, at: int | None, name: str) -> list[ast.expr]:
    """Return the argument at a place or under a name, in a list; empty where the call has none."""
    named = [one.value for one in call.keywords if one.arg == name]
    if (
        named
        or at is None
        or len(call.args) <= at
        or any(isinstance(one, ast.Starred) for one in call.args[: at + 1])
    ):
        return named
    return [call.args[at]]


def collected() -> list[Message]:
    """Return all messages of the source, in its order; those that only pass another one on are left out."""
    constants: dict[str, ast.expr] = {}
    modules = [_Module(path, constants) for path in sorted(SOURCE.rglob("*.py"))]
    kinds = {name: name for name in STOPS}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                bases = [
                    kinds[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in kinds
                ]
                kinds.setdefault(node.name, *bases[:1]) if bases else None
    return [message for module in modules for message in _of(module, kinds)]


def _of(module: _Module, kinds: dict[str, str]) -> Iterator[Message]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: one.lineno):
        name = _called(call)
        problem = name in IN_THE_REPORT
        if not problem and name not in kinds:
            continue
        where = f"{module.name}:{call.lineno}"
        said = _argument(call, 1 if problem else 0, "message")
        hint = _argument(call, IN_THE_REPORT.get(name), "hint")
        hints = [one for value in hint for one in module.texts(value)]
        severity = next(iter(_argument(call, 0, "severity")), None)
        severities = {text for text, _ in module.texts(severity)} if problem else {kinds[name]}
        for text, place in (one for value in said for one in module.texts(value)):
            for kind in SECTIONS:
                if kind in severities and has_words(text):
                    yield Message(kind, text, _hint(hints, place), where)


def _hint(hints: list[Found], place: int) -> str:
    """Return the hints that belong to a message whose text is decided at `place`."""
    together = [text for text, at in hints if at == place or ANYWHERE in (at, place)]
    return " Or: ".join(text for text in dict.fromkeys(together) if has_words(text))


def has_words(text: str) -> bool:
    """Tell whether a text says something by itself: two words outside of its gaps."""
    return len(re.findall(r"[^\W\d_]{2,}", text.replace(GAP, " "))) >= 2


def page() -> str:
    """Return the generated part of the page: a table for each section."""
    lines: list[str] = []
    messages = collected()
    for kind, title in SECTIONS.items():
        own: dict[str, list[str]] = {}
        for one in messages:
            if one.kind == kind:
                own.setdefault(plain(one.text), []).append(plain(one.hint))
        lines += [f"## {title}", "", "| it says | do |", "|---|---|"]
        lines += [f"| {said} | {_together(own[said])} |" for said in sorted(own, key=_order)]
        lines.append("")
    return "\n".join(lines).strip()


def _together(hints: list[str]) -> str:
    """Return the hints of one message, which is said in several places, as one; without those that another one begins with."""
    different = [one for one in dict.fromkeys(hints) if one]
    longest = [
        one for one in different if not any(other != one and other.startswith(one) for other in different)
    ]
    return " Or: ".join(longest) or "–"


def _order(said: str) -> str:
    return re.sub(r"[^\w ]", "", said).strip().casefold()


def plain(text: str) -> str:
    """Return a text as Markdown in a cell of a table that shows it as it is."""
    line = re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, " ".join(text.split()))
    # What is code in the message stays code; everything else is text.
    parts = re.split(r"(`[^`]*`)", line)
    shown = [
        part if part.startswith("`") else re.sub(r"([*_<>\[\]{}|\\$~])", r"\\\1", part) for part in parts
    ]
    return "".join(shown).replace("`|`", "`\\|`")


def with_messages(text: str) -> str:
    """Return the text of the page with its generated part made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{page()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_messages(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
