"""Questions on a terminal; where there is none, the options say what would be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final

from rich.console import Console
from rich.text import Text

from notion2jekyll import layout, report
from notion2jekyll.errors import ConfigError
from notion2jekyll.init.talk import Question, Sign
from notion2jekyll.progress import Progress

_LOOKS: Final[Mapping[Sign, str]] = {"✓": "green", "!": "yellow", "✗": "bold red", "": ""}


class Dialog:
    """Talks on `console`; where nobody is `attended`, takes the answers that go without saying.

    `progress` makes what shows that something is being waited for.
    """

    def __init__(
        self, console: Console, progress: Callable[[], AbstractContextManager[Progress]], *, attended: bool
    ) -> None:
        self.attended = attended
        self._console = console
        self._progress = progress

    def say(self, text: str, *, sign: Sign = "", hint: str = "") -> None:
        """Print `text`, and what to do about it."""
        if sign:
            report.show_sign(sign, _LOOKS[sign], text, self._console, hint)
        else:
            layout.say(self._console, Text(report.harmless(text)), indent=6)

    def ask(self, question: Question) -> str:
        """Return what is typed; the default for Enter alone. Raises ConfigError where nobody can be asked."""
        if not self.attended:
            if question.unattended is not None:
                return question.unattended
            raise ConfigError(
                f"There is no terminal to ask on, and {question.flag.split()[0]} is not given.",
                hint=f"Give {question.flag}, or run this in a terminal.",
            )
        prompt = Text.assemble(("? ", "bold cyan"), (report.harmless(question.text), "bold"))
        if question.default:
            prompt.append(f" [{report.harmless(question.default)}]", "cyan")
        prompt.append(": ")
        try:
            answer = self._console.input(prompt).strip()
        except (EOFError, KeyboardInterrupt):  # Ctrl-D, Ctrl-C
            self._console.print()  # what follows begins a line
            raise KeyboardInterrupt from None
        return answer or question.default

    def working(self) -> AbstractContextManager[Progress]:
        """Show that something is being waited for."""
        return self._progress()
