"""What a run tells in GitHub Actions: the job's summary, annotations, and outputs of the step. Pure: report → text.

The formats are GitHub's (docs.github.com, “Workflow commands for GitHub Actions”). Titles and messages come from pages that
anybody may have written: none of them is Markdown, HTML or a command when it arrives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from notion2jekyll.errors import Problem, Severity
from notion2jekyll.plan import Action, Change, Conflict
from notion2jekyll.report import WORDS, Report, Result, harmless, services, summary

LIMIT: Final = 1024 * 1024
"""Bytes of a step's summary; GitHub shows nothing of a longer one."""
MOST_ROWS: Final = 250
"""Rows of a table; who wants to see more looks at the commit or the log."""
MOST_ANNOTATIONS: Final = 10
"""Annotations of a kind and step that GitHub shows."""
LONGEST: Final = 600
"""Characters of one text that are shown in the summary."""
GITHUB: Final = "https://github.com"

_MARKS: Final[dict[Action, str]] = {
    "create": "🟢",
    "update": "🟡",
    "move": "🔵",
    "merge": "🟣",
    "delete": "🔴",
}
_HEADS: Final[dict[Result, str]] = {
    "committed": "✅ Synced from Notion",
    "written": "✅ Synced from Notion",
    "planned": "🔍 What a sync would change",
    "up-to-date": "✅ Nothing to do",
    "stopped": "🛑 Stopped",
    "failed": "❌ Failed",
}
_KINDS: Final[dict[Severity, tuple[str, str, str]]] = {
    "error": ("error", "❌", "error"),
    "warning": ("warning", "⚠️", "warning"),
    "note": ("notice", "💬", "note"),
}
"""Severity → the name of the annotation, a sign, a word."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the links lead."""

    repository: str = ""
    """`owner/name` of the blog; empty where it is a folder."""
    server: str = GITHUB
    """Where a browser finds repositories."""

    @property
    def files(self) -> str:
        """The address of the repository, empty where there is none."""
        return f"{self.server.rstrip('/')}/{quote(self.repository)}" if self.repository else ""

    def home(self, report: Report) -> str:
        """Return where readers find the site: what `_config.yml` says, else where GitHub Pages has it; empty if unknown.

        Under GitHub's address a site with a domain of its own is found, too: GitHub sends readers there.
        """
        if report.home or not self.repository or self.server.rstrip("/") != GITHUB:
            return report.home
        owner, _, name = self.repository.partition("/")
        host = f"{owner.lower()}.github.io"
        return f"https://{host}" if name.lower() == host else f"https://{host}/{quote(name)}"


def discreet(report: Report, hide: Callable[[str], str] = str) -> Report:
    """Return `report` for a log and a summary that everybody may read.

    It is without the titles of pages that are not published, and without secrets, which `hide` takes out of a text: once
    the text is escaped, neither that nor GitHub would find them.
    """
    return replace(
        report,
        target=hide(report.target),
        url=hide(report.url) if report.url else None,
        changes=tuple(
            replace(
                change,
                path=hide(change.path),
                title=hide(change.title),
                why=hide(change.why),
                source=hide(change.source) if change.source else None,
            )
            for change in report.changes
        ),
        conflicts=tuple(
            replace(conflict, path=hide(conflict.path), why=hide(conflict.why))
            for conflict in report.conflicts
        ),
        problems=tuple(
            replace(problem, message=hide(problem.message), hint=hide(problem.hint))
            for problem in report.problems
        ),
        titles={page: hide(title) for page, title in report.titles.items() if page in report.addresses},
        addresses={page: hide(address) for page, address in report.addresses.items()},
        published=hide(report.published),
    )


# Outputs -------------------------------------------------------------------------------------------------------------


def outputs(report: Report) -> str:
    """Return the lines for `GITHUB_OUTPUT`: numbers, a word, and the id of a commit, so that no line can be another's."""
    counts = Counter(change.action for change in report.changes)
    commit = report.commit or ""
    values = {
        "changed": "true" if report.changes else "false",
        "commit": commit if re.fullmatch(r"[0-9a-f]{7,64}", commit) else "",
        "created": counts["create"],
        "updated": counts["update"] + counts["move"] + counts["merge"],
        "deleted": counts["delete"],
        "problems": len(report.conflicts) + sum(each.severity != "note" for each in report.problems),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


# Annotations ---------------------------------------------------------------------------------------------------------


def annotate(report: Report) -> str:
    """Return a command for each problem and conflict; what is more than GitHub shows of a kind is counted in the last one."""
    texts: dict[Severity, list[tuple[str, str]]] = {"error": [], "warning": [], "note": []}
    for conflict in report.conflicts:
        texts["warning"].append(("Conflict", f"{conflict.path}: {conflict.why}"))
    for problem in report.problems:
        title = report.titles.get(problem.page or "") or "Sync from Notion"
        texts[problem.severity].append((title, "\n→ ".join(filter(None, (problem.message, problem.hint)))))
    lines = []
    for severity, found in texts.items():
        kind, _, word = _KINDS[severity]
        shown = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
        lines += [_command(kind, title, message) for title, message in shown]
        if left := len(found) - len(shown):
            lines.append(
                _command(kind, "Sync from Notion", f"{left} more {word}s are in the summary and the log.")
            )
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, title: str, message: str) -> str:
    # The escapes of actions/toolkit (core, command.ts): the runner takes each line for one command, and undoes them.
    data = harmless(message).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = _line(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{data}"


# The summary ---------------------------------------------------------------------------------------------------------


def job_summary(report: Report, place: Place) -> str:
    """Return the Markdown for `GITHUB_STEP_SUMMARY`, never more than GitHub takes."""
    counts = summary(report.changes)
    head = f"## {_HEADS[report.result]}{f': {counts}' if counts else ''}"
    severe = [problem for problem in report.problems if problem.severity != "note"]
    notes = [problem for problem in report.problems if problem.severity == "note"]
    parts = [head, _outcome(report)]
    budget = (LIMIT - 20_000) // 10
    if report.conflicts or severe:
        rows = [*_conflicts(report.conflicts, report, place), *_problems(severe, report)]
        parts += ["### What needs a look", _table(("", "What", "What to do"), rows, 3 * budget)]
    if report.changes:
        rows = list(_changes(report.changes, report, place))
        parts += ["### Posts", _table(("", "Post", "Why", "See"), rows, 5 * budget)]
    if notes:
        rows = list(_problems(notes, report))
        table = _table(("", "What", "What to do"), rows, 2 * budget)
        words = f"{len(notes)} note{'' if len(notes) == 1 else 's'}"
        parts += [f"<details><summary>{words}</summary>", table, "</details>"]
    parts.append(_costs(report))
    return "\n\n".join(filter(None, parts)) + "\n"


def _outcome(report: Report) -> str:
    target = _text(report.target)
    commit = ""
    if report.commit and report.url and report.url.endswith(f"/commit/{report.commit}"):
        commit = f" [`{report.commit[:7]}`]({_url(report.url)})"
    words: dict[Result, str] = {
        "committed": f"Committed{commit} to {target}.",
        "written": f"Written to {target}.",
        "planned": f"Nothing was written to {target}.",
        "up-to-date": f"{target} is as Notion has it.",
        "stopped": "Nothing was written.",
        "failed": "The blog is as it was, or as the last commit says.",
    }
    line = words[report.result]
    if report.url and not commit and report.result != "planned":
        line += f" See [{_text(report.url)}]({_url(report.url)})."
    if report.unchanged:
        line += f" {report.unchanged} unchanged."
    if report.published:
        line += f" {_linked(report.published)}"
    return line


def _changes(changes: Iterable[Change], report: Report, place: Place) -> Iterator[str]:
    # What is planned, or waits in a pull request, is not there yet.
    waits = report.result == "planned" or "/pull/" in (report.url or "")
    home = "" if waits else place.home(report)
    for change in changes:
        title = _text(change.title or change.path)
        address = report.addresses.get(change.page)
        if home and address and change.action != "delete":
            title = f"[{title}]({_url(home.rstrip('/') + quote(address))})"
        path = f"<code>{_text(change.path)}</code>"
        if change.source:
            path += f", before <code>{_text(change.source)}</code>"
        yield _row(
            f"{_MARKS[change.action]} {WORDS[change.action]}",
            f"{title}<br>{path}",
            _text(change.why),
            " · ".join((*_notion(change.page), *_files(change, report, place))),
        )


def _files(change: Change, report: Report, place: Place) -> Iterator[str]:
    if not place.files or not report.commit or report.result == "planned":
        return
    if change.action != "delete":
        yield f"[file]({_url(f'{place.files}/blob/{report.commit}/{quote(change.path)}')})"
    # GitHub marks each file of a commit's page by the hash of its path.
    mark = sha256(change.path.encode()).hexdigest()
    yield f"[diff]({_url(f'{place.files}/commit/{report.commit}#diff-{mark}')})"


def _conflicts(conflicts: Iterable[Conflict], report: Report, place: Place) -> Iterator[str]:
    for conflict in conflicts:
        what = f"<code>{_text(conflict.path)}</code>: {_text(conflict.why)}"
        branch = f"{place.files}/blob/{report.commit or 'HEAD'}/{quote(conflict.path)}"
        links = [*_notion(conflict.page), *([f"[file]({_url(branch)})"] if place.files else [])]
        yield _row("⚠️ conflict", what, " · ".join(links))


def _problems(problems: Iterable[Problem], report: Report) -> Iterator[str]:
    for problem in problems:
        _, sign, word = _KINDS[problem.severity]
        title = report.titles.get(problem.page or "", "")
        what = _text(problem.message)
        if title and title not in problem.message:
            what = f"“{_text(title)}”: {what}"
        links = _notion(problem.page or "", problem.block or "")
        yield _row(f"{sign} {word}", what, " · ".join(filter(None, (_text(problem.hint), *links))))


def _notion(page: str, block: str = "") -> tuple[str, ...]:
    """Return a link to a page of Notion, and in it to a block; nothing where the id is none, as of a data file."""
    plain, inside = page.replace("-", ""), block.replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{32}", plain):
        return ()
    mark = f"#{inside}" if re.fullmatch(r"[0-9a-f]{32}", inside) else ""
    return (f"[Notion](https://www.notion.so/{plain}{mark})",)


def _costs(report: Report) -> str:
    sent = ", ".join(f"{count} to {name}" for name, count in services(report))
    waited = f", of which {report.waited:.0f} s waiting" if report.waited >= 1 else ""
    return f"<sub>{f'Requests: {sent}; ' if sent else ''}{report.seconds:.1f} s{waited}</sub>"


def _table(heads: Sequence[str], rows: Sequence[str], budget: int) -> str:
    """Return a table of as many `rows` as `budget` bytes hold, and how many are left out."""
    kept: list[str] = []
    for row in rows[:MOST_ROWS]:
        budget -= len(row.encode()) + 1
        if budget < 0:
            break
        kept.append(row)
    table = "\n".join((_row(*heads), _row(*["---"] * len(heads)), *kept))
    left = len(rows) - len(kept)
    return f"{table}\n\n{left:,} more are in the log." if left else table


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


_SIGN: Final = re.compile(r"[!\"#$&'*.:<>@\[\\\]^_`{|}~]")
"""What Markdown, HTML or GitHub's own additions to them may take for a command."""


def _text(text: str) -> str:
    """Return `text` so that it is read as it is written: in one line, each sign that could command as a character reference.

    In CommonMark a reference is never a sign of Markdown. An address of mail is linked after references are resolved, and a
    name after `@` too; they are parted by an empty comment.
    """
    line = _line(text)
    if len(line) > LONGEST:
        line = f"{line[:LONGEST]}…"
    return _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", line).replace("&#64;", "&#64;<!-- -->")


def _linked(text: str) -> str:
    """Return a sentence of our own, with the addresses in it as links."""
    words = text.split()
    return " ".join(
        f"[{_text(word)}]({_url(word)})" if word.startswith(("https://", "http://")) else _text(word)
        for word in words
    )


def _line(text: str) -> str:
    # What is no text at all (half of a pair) cannot be written into a file.
    return " ".join(harmless(text).split()).encode("utf-8", "replace").decode()


def _url(url: str | None) -> str:
    """Return `url` so that it ends where it ends, and leads to a page; what is no address of one leads nowhere."""
    if not url or not url.startswith(("https://", "http://")):
        return "#"
    return quote(url, safe="/:?&=#%~+,;@$-._")
