"""What a run tells: one value, and the ways to show it (a terminal, JSON)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from rich.console import Console
from rich.text import Text

from notion2jekyll import layout
from notion2jekyll.errors import Problem, Stop
from notion2jekyll.plan import Action, Change, Conflict, Output
from notion2jekyll.standing import ORDER, Stand, Standing

Result = Literal["committed", "up-to-date", "planned", "written", "stopped", "failed"]

SIGNS: Final[Mapping[Action, tuple[str, str]]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "move": ("→", "cyan"),
    "merge": ("~", "yellow"),
    "delete": ("-", "red"),
}
"""Action → its sign and colour."""

WORDS: Final[Mapping[Action, str]] = {
    "create": "new",
    "update": "updated",
    "move": "moved",
    "merge": "merged",
    "delete": "removed",
}

DIFF: Final[Mapping[str, str]] = {"+": "green", "-": "red", "@": "cyan"}
"""How a line of a diff begins → its colour."""

LONG: Final = 30
"""More posts than this of one kind are a long list, of which a terminal shows the beginning."""
SHORT: Final = 20
"""How many of them it shows."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a run did and found."""

    result: Result
    target: str = ""
    """What was written to, or would be."""
    commit: str | None = None
    url: str | None = None
    """Where the commit can be looked at."""
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
    unchanged: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    """Service (notion, github, files) → requests sent, all attempts counted."""
    waited: float = 0.0
    """Seconds spent waiting because a service asked for it or did not answer."""
    seconds: float = 0.0
    """How long the run took."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Page id → title, to name pages in problems."""
    diffs: Mapping[str, str] = field(default_factory=dict)
    """Path → unified diff of the change, where it was asked for."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Page id → where readers find the post of a published page, within the site; empty where they do not, or not yet."""
    home: str = ""
    """Where the site is, as its `_config.yml` says; empty where it does not."""
    properties: tuple[str, ...] = ()
    """Which property becomes what, a line for each kind of row; not part of the machine-readable report."""
    reads: Mapping[str, str] = field(default_factory=dict)
    """Page id → why its body was read; not part of the machine-readable report."""
    unread: int = 0
    """How many pages with a post were not read, since nothing that it depends on has changed."""
    pages: tuple[Standing, ...] = ()
    """How each page stands, in a dry run; not part of the machine-readable report."""
    previews: Mapping[str, Output] = field(default_factory=dict)
    """Page id → the post that was made of it, where it was asked for (`Job.previews`)."""
    published: str = ""
    """What became of the site, in a sentence; not part of the machine-readable report."""

    def needs_person(self, *, strict: bool) -> bool:
        """Return whether something is left that only a person can do (exit code 1); `strict` counts warnings too."""
        bad = ("error", "warning") if strict else ("error",)
        return bool(self.conflicts) or any(problem.severity in bad for problem in self.problems)

    def as_json(self, *, ascii_only: bool = False) -> str:
        """Return the machine-readable report; its form is part of the contract.

        With `ascii_only` other letters are escaped, for streams that cannot hold them; it reads the same.
        """
        text = json.dumps(
            {
                "version": 1,
                "result": self.result,
                "commit": self.commit,
                "url": self.url,
                "changes": [change.as_json() for change in self.changes],
                "conflicts": [conflict.as_json() for conflict in self.conflicts],
                "problems": [_problem(problem) for problem in self.problems],
                "unchanged": self.unchanged,
                "requests": {
                    service: self.requests.get(service, 0) for service in ("notion", "github", "files")
                },
                "waited_seconds": round(self.waited, 3),
                "seconds": round(self.seconds, 3),
            },
            ensure_ascii=ascii_only,
            indent=2,
        )
        # It reads the same, and is no command to a terminal or to a build service whose log it is printed into.
        text = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        return _MARK.sub(r"#\\u0023", text)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "page": problem.page,
        "block": problem.block,
        "message": problem.message,
        "hint": problem.hint,
    }


def joined(before: Report, after: Report) -> Report:
    """Return the report of a run that was written in two steps: what `before` did, and how `after` left everything."""
    earlier = before.reads.keys() - after.reads.keys()
    return replace(
        after,
        result=before.result if after.result == "up-to-date" else after.result,
        commit=after.commit or before.commit,
        url=after.url or before.url,
        changes=_joined(before.changes, after.changes),
        reads={**before.reads, **after.reads},
        unread=max(after.unread - len(earlier), 0),
        # What is said of pages is said anew in each step.
        problems=tuple(
            dict.fromkeys((*(each for each in before.problems if each.page is None), *after.problems))
        ),
    )


def _joined(before: tuple[Change, ...], after: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return one change for each page: a post that was new, or moved, and was then updated is still just that."""
    changes = {change.page: change for change in before}
    for change in after:
        first = changes.get(change.page)
        if first is not None and change.action in ("update", "move") and first.action != "delete":
            change = replace(
                first, path=change.path, title=change.title, content=change.content or first.content
            )
        changes[change.page] = change
    return tuple(sorted(changes.values(), key=lambda change: change.path))


def ended(stop: Stop, *, seconds: float, requests: Mapping[str, int]) -> Report:
    """Return the report of a run that ended with `stop` after `seconds` and `requests` (service → how many)."""
    whole = Problem("error", stop.message, hint=stop.hint)
    return Report(
        "stopped" if stop.exit_code == 3 else "failed",
        problems=(whole, *stop.problems),
        requests=requests,
        seconds=seconds,
    )


def summary(changes: tuple[Change, ...]) -> str:
    """Return the changes in a few words: `2 new, 1 updated`."""
    counts = Counter(change.action for change in changes)
    return ", ".join(f"{counts[action]} {word}" for action, word in WORDS.items() if counts[action])


def message(template: str, changes: tuple[Change, ...]) -> str:
    """Return the commit message: `template` with its `{summary}`, then a line a post."""
    subject = " ".join(template.replace("{summary}", summary(changes) or "nothing visible changed").split())
    # Without the reasons: `Status is Rejected` is for the owner's report, not for a public history.
    lines = [f"{SIGNS[change.action][0]} {change.path}" for change in changes]
    return "\n".join([subject, "", *lines]).rstrip() + "\n"


def show(report: Report, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print `report` for a person; with `quiet` only what needs one, with `verbose` also why which page was read.

    What properties became is told with `verbose`, and of a plan that somebody looks at. A terminal shows columns where
    they fit, and the beginning of a long list unless `verbose`; a file or log gets one line for each post.
    """
    is_terminal = layout.is_terminal(console)
    if not quiet:
        looking = verbose or (report.result == "planned" and is_terminal)
        for text in report.properties if looking else ():
            layout.say(console, Text(f"Properties: {_safe(text)}", "dim"))
        for text in _reads(report) if verbose else ():
            layout.say(console, Text(_safe(text), "dim"))
        _show_changes(report, console, whole=verbose or not is_terminal)
    rows = [
        _row("!", "magenta", each.path, report.titles.get(each.page), each.why) for each in report.conflicts
    ]
    for line in _lines(rows, console):
        layout.say(console, line)
    for problem in report.problems:
        if not (quiet and problem.severity == "note"):
            show_problem(problem, console, report.titles)
    if not quiet:
        layout.say(console, _outcome(report), indent=2)


def _reads(report: Report) -> Iterator[str]:
    for page, why in report.reads.items():
        yield f"Read “{report.titles.get(page, page)}”: {why}."
    if report.unread:
        pages = "page was" if report.unread == 1 else "pages were"
        yield f"{report.unread} {pages} not read: nothing that a post depends on has changed there."


def _show_changes(report: Report, console: Console, *, whole: bool) -> None:
    """Print the changes by kind: of a long list the beginning, unless `whole`, but all that is removed."""
    kinds = {action: [each for each in report.changes if each.action == action] for action in SIGNS}
    shown = {
        action: changes if whole or action == "delete" or len(changes) <= LONG else changes[:SHORT]
        for action, changes in kinds.items()
    }
    rows = [_change_row(change) for changes in shown.values() for change in changes]
    lines = iter(_lines(rows, console))
    for action, changes in shown.items():
        for change in changes:
            layout.say(console, next(lines))
            # Without the two names at the head of a diff: the line above has them.
            for text in report.diffs.get(change.path, "").split("\n")[2:]:
                layout.say(console, Text(_safe(text), DIFF.get(text[:1], "")), lead="  │ ", indent=1)
        if more := len(kinds[action]) - len(changes):
            line = f"  … and {more} more {WORDS[action]}; --verbose lists them all."
            layout.say(console, Text(line, SIGNS[action][1]))


def _change_row(change: Change) -> tuple[Text, Text, Text]:
    was = f" (from {change.source})" if change.source else ""
    return _row(*SIGNS[change.action], change.path, change.title, change.why + was)


def _row(sign: str, color: str, path: str, title: str | None, why: str) -> tuple[Text, Text, Text]:
    return (
        Text.assemble((f"{sign} ", color), _safe(path)),
        Text(f"“{_safe(title)}”" if title else ""),
        Text(_safe(why), "dim"),
    )


def _lines(rows: Sequence[tuple[Text, Text, Text]], console: Console) -> Iterator[Text]:
    """Yield `rows` as the console shows them: in columns, with the path on a line of its own, or one after the other."""
    if not layout.is_terminal(console):
        yield from (Text("  ").join(filter(None, row)) for row in rows)
    elif layout.fits(rows, console):
        yield from layout.columns(rows)
    else:
        for path, title, why in rows:
            yield Text.assemble(path, "\n  ", title, ": " if title else "", why)


STANDS: Final[Mapping[Stand, tuple[str, str]]] = {
    "published": ("✓", "green"),
    "unpublished": ("-", "dim"),
    "changed": ("~", "yellow"),
    "conflicting": ("!", "magenta"),
    "failing": ("✗", "bold red"),
}
"""How a page stands → its sign and look."""


def show_status(report: Report, console: Console) -> None:
    """Print a line a page, then what a person should know beside that; what needs one comes last."""
    rows = [_standing(one) for one in report.pages]
    aligned = layout.is_terminal(console) and layout.fits(rows, console)
    lines = layout.columns(rows) if aligned else [Text("  ").join(filter(None, row)) for row in rows]
    for one, line in zip(report.pages, lines, strict=True):
        layout.say(console, line)
        if one.hint:
            layout.say(console, Text(f"  → {_safe(one.hint)}", "dim"))
    told = {(one.page, one.why) for one in report.pages}
    for problem in report.problems:
        if problem.severity != "note" and (problem.page, problem.message) not in told:
            show_problem(problem, console, report.titles)
    counts = Counter(one.stand for one in report.pages)
    words = ", ".join(f"{counts[stand]} {stand}" for stand in ORDER if counts[stand])
    line = Text(_safe(report.target), "bold")
    line.append(f": {words or 'no pages'}.", "not bold")
    layout.say(console, line, indent=2)


def _standing(one: Standing) -> tuple[Text, ...]:
    sign, look = STANDS[one.stand]
    width = max(map(len, ORDER))
    return (
        Text(f"{sign} {one.stand:<{width}}", look),
        Text(_safe(one.title) or "(no title)"),
        Text(_safe(one.place), "dim"),
        Text(_safe(one.why)),
    )


# Control characters but tabs and line feeds; what ends lines elsewhere; what turns the direction of a line around.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MARK: Final = re.compile(r"##(?=\w*\[)")
"""How commands of build services begin: `##[…]` anywhere in a line of GitHub Actions, `##vso[…]`, `##teamcity[…]`."""


def harmless(text: str) -> str:
    """Return `text` so that it commands nobody: no terminal by control characters, and no service that reads the log.

    GitHub Actions takes lines for commands that begin with `::`, blanks before it aside, and `##[…]` wherever it stands
    (actions/runner, ActionCommand.cs).
    """
    text = _MARK.sub("## ", _CONTROL.sub("\ufffd", text))
    return re.sub(r"\n\s*(?=::)", " ", text)


def _safe(text: str) -> str:
    """Return `text` harmless, and with further lines that are indented: none of them is taken for one of ours."""
    return re.sub(r"\n\s*", "\n    ", harmless(text))


LOOKS: Final = {"error": ("error", "bold red"), "warning": ("warning", "yellow"), "note": ("note", "dim")}


def show_problem(problem: Problem, console: Console, titles: Mapping[str, str] | None = None) -> None:
    """Print one problem: its page by title, what happened, and what to do."""
    word, look = LOOKS[problem.severity]
    line = Text.assemble((f"{word}: ", look))
    title = (titles or {}).get(problem.page or "")
    if title and title not in problem.message:
        line.append(f"“{_safe(title)}”: ")
    line.append(_safe(problem.message))
    layout.say(console, line)
    if problem.hint:
        layout.say(console, Text(f"  → {_safe(problem.hint)}", "dim"))


def show_sign(sign: str, look: str, message: str, console: Console, hint: str = "") -> None:
    """Print one line with a `sign` in the style `look` before it, and what to do."""
    line = Text.assemble((f"{sign} ", look), _safe(message))
    layout.say(console, line)
    if hint:
        layout.say(console, Text(f"  → {_safe(hint)}", "dim"))


def _outcome(report: Report) -> Text:
    same = f"{report.unchanged} unchanged" if report.unchanged else ""
    counts = ", ".join(part for part in (summary(report.changes), same) if part)
    target = _safe(report.target)
    words: dict[Result, str] = {
        "committed": f"Committed to {target}",
        "written": f"Written to {target}",
        "planned": f"Would change {target}" if report.changes else f"Nothing to do for {target}",
        "up-to-date": f"Nothing to do for {target}",
        "stopped": "Stopped, nothing was written",
        "failed": "Failed, nothing was written",
    }
    line = Text(words[report.result], "bold")
    if counts:
        line.append(f": {counts}", "not bold")
    line.append(".", "not bold")
    if report.url:
        line.append(f" {_safe(report.url)}", "not bold")
    if report.published:
        line.append(f"\n{_safe(report.published)}", "not bold")
    sent = [f"{count} to {name}" for name, count in services(report)]
    if sent:
        line.append(f"\nRequests: {', '.join(sent)}", "dim not bold")
        line.append(f"; {report.seconds:.1f} s", "dim not bold")
        line.append(
            f", of which {report.waited:.0f} s waiting." if report.waited >= 1 else ".",
            "dim not bold",
        )
    return line


def services(report: Report) -> Iterator[tuple[str, int]]:
    """Yield the name of each service that was asked, and how many requests it was sent."""
    names = {"notion": "Notion", "github": "GitHub", "files": "the file storage"}
    return ((names[key], count) for key, count in report.requests.items() if count)
