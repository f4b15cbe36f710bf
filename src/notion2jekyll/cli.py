"""The command line: verbs, the one border where errors become exit codes, and the only reader of the environment."""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text
from typer.exceptions import TyperException

from notion2jekyll import __version__, report
from notion2jekyll.config import Config, find, load
from notion2jekyll.demo.run import run_demo
from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Stop
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.ids import parse_id
from notion2jekyll.progress import Progress
from notion2jekyll.report import Report
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target import Target
from notion2jekyll.target.folder import Folder
from notion2jekyll.target.github import GitHub
from notion2jekyll.terminal import Terminal

NEEDS_PERSON: Final = 1
USAGE: Final = 2
BUG: Final = 70
INTERRUPTED: Final = 130

SECRETS: Final = ("NOTION_TOKEN", "GITHUB_TOKEN")

CLOCK: Final = Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)

app = typer.Typer(
    help="Keep a Jekyll blog on GitHub Pages in step with journal pages in Notion.\n\n"
    "Tokens are read from the environment: NOTION_TOKEN and GITHUB_TOKEN.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The configuration; by default notion2jekyll.yaml, then config.yaml."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", metavar="DIR", help="Publish into a local Jekyll site folder instead of GitHub."
    ),
]
Pages = Annotated[
    list[str] | None,
    typer.Option(
        "--page", metavar="URL_OR_ID", help="Only this page of the source; may be given several times."
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Read every page again, whatever its edit time.")]
Force = Annotated[bool, typer.Option("--force", help="Let a guard pass: remove however many posts it takes.")]
JsonFile = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="FILE", help="Write the machine-readable report there; - is standard output."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say only what needs a person.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show every request (never a token).")]


@app.command("sync")
def sync_command(
    config: ConfigFile = None,
    output: Output = None,
    page: Pages = None,
    full: Full = False,
    force: Force = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Plan and write nothing, as the verb plan does.")
    ] = False,
    json: JsonFile = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Bring the blog in step with Notion.

    Example: notion2jekyll sync --output ~/blog
    """
    return _run(
        config, output, page, json, quiet=quiet, verbose=verbose, full=full, force=force, dry_run=dry_run
    )


@app.command("plan")
def plan_command(
    config: ConfigFile = None,
    output: Output = None,
    page: Pages = None,
    full: Full = False,
    force: Force = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes in each post.")] = False,
    json: JsonFile = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Show what sync would change, and write nothing.

    Example: notion2jekyll plan --diff
    """
    return _run(
        config,
        output,
        page,
        json,
        quiet=quiet,
        verbose=verbose,
        full=full,
        force=force,
        dry_run=True,
        diff=diff,
    )


@app.command("demo")
def demo_command(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the demo's blog goes: a new or empty folder.")
    ] = Path("notion2jekyll-demo"),
) -> int:
    """Run the whole pipeline on a sample journal, without any account.

    Example: notion2jekyll demo my-demo
    """
    run_demo(directory, _console(), environment=os.environ)
    return 0


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"notion2jekyll {__version__}")
        raise typer.Exit


def _run(  # one parameter an option
    config_file: Path | None,
    output: Path | None,
    pages: Sequence[str] | None,
    json: str | None,
    *,
    quiet: bool,
    verbose: bool,
    **how: bool,
) -> int:
    """Sync or plan as the options say, show the report, and return the exit code."""
    console = _console(stderr=json == "-")
    started = CLOCK.now()
    strict = False
    try:
        config = load(config_file) if config_file else load(find(Path.cwd()))
        strict = config.sync.strict
        with Terminal(Console(stderr=True), quiet=quiet, verbose=verbose) as progress:
            target = _target(config, output, progress)
            job = Job(config, _notion(), pages=_page_ids(pages or ()), **how)
            done = sync(job, target, CLOCK, progress)
    except Stop as stop:
        _write_json(report.stopped(stop, seconds=(CLOCK.now() - started).total_seconds()), json)
        raise
    report.show(done, console, quiet=quiet)
    _write_json(done, json)
    return NEEDS_PERSON if done.needs_person(strict=strict) else 0


def _write_json(done: Report, file: str | None) -> None:
    if file == "-":
        typer.echo(done.as_json())
    elif file is not None:
        try:
            Path(file).write_text(done.as_json() + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"The report cannot be written to {file}: {error.strerror}.",
                hint="Name a file in a folder that exists.",
            ) from None


def _page_ids(texts: Sequence[str]) -> frozenset[str]:
    try:
        return frozenset(parse_id(text, peek=True) for text in texts)
    except ValueError as error:
        raise ConfigError(f"--page: {error}") from None


def _notion() -> NotionSettings:
    token = _secret(
        "NOTION_TOKEN",
        "In Notion open Settings → Connections → Develop or manage integrations, make an internal connection with “Read "
        "content”, and share your database with it (••• → Connections). Then: export NOTION_TOKEN=ntn_…",
    )
    return NotionSettings(token, _address("NOTION_API_URL", "https://api.notion.com"))


def _target(config: Config, output: Path | None, progress: Progress) -> Target:
    if output is not None:
        return Folder(output)
    if config.github is None:
        raise ConfigError(
            "The configuration has no `github:` section, so there is nowhere to publish to.",
            hint="Add `github: {repository: owner/name}`, or publish into a local folder with --output DIR.",
        )
    token = _secret(
        "GITHUB_TOKEN",
        "In GitHub Actions pass it to the step: env: GITHUB_TOKEN: ${{ github.token }}. On your own machine make a "
        "fine-grained token with “Contents: Read and write” for the repository, or publish into a folder with --output DIR.",
    )
    author = config.github.author
    return GitHub(
        config.github.repository,
        config.github.branch,
        token,
        _address("GITHUB_API_URL", "https://api.github.com"),
        author=(author.name, author.email) if author else None,
        progress=progress,
    )


def _address(variable: str, usual: str) -> str:
    address = os.environ.get(variable, "").strip() or usual
    if not address.startswith(("http://", "https://")):
        raise ConfigError(
            f"{variable} is {address!r}, which is no address.", hint="It starts with http:// or https://."
        )
    return address


def _secret(variable: str, hint: str) -> str:
    token = os.environ.get(variable, "").strip()
    if not token:
        raise AccessDenied(f"{variable} is not set, or empty.", hint=hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise AccessDenied(
            f"{variable} holds characters that no token has (a space, a line break, a letter outside ASCII).",
            hint="Copy the token again, and nothing but the token.",
        )
    return token


# The border ----------------------------------------------------------------------------------------------------------


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr)


def main() -> None:
    """Run the program with the arguments of the process; ends the process with the exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the program with `arguments` and return its exit code; every error becomes a message and a code here."""
    console = _console(stderr=True)
    try:
        code = app(args=list(arguments), prog_name="notion2jekyll", standalone_mode=False)
    except Stop as stop:
        for problem in stop.problems:
            report.show_problem(problem, console)
        report.show_problem(Problem("error", stop.message, hint=stop.hint), console)
        return stop.exit_code
    except TyperException as error:
        # Without arguments the help was printed already, and there is no message.
        if message := error.format_message().strip():
            hint = "notion2jekyll --help lists the commands, and notion2jekyll COMMAND --help its options."
            report.show_problem(Problem("error", message, hint=hint), console)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        console.print("Interrupted.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001  # the last border: whatever it is, the user learns what to do
        _bug(console)
        return BUG
    return code if isinstance(code, int) else 0


def _bug(console: Console) -> None:
    text = traceback.format_exc()
    for variable in SECRETS:
        if secret := os.environ.get(variable, "").strip():
            text = text.replace(secret, f"({variable})")
    console.print(Text(text.rstrip(), "dim"), soft_wrap=True, highlight=False)
    bug = (
        f"This is a mistake in notion2jekyll {__version__} (Python {platform.python_version()}, {platform.system()}), "
        "not yours. The blog was not touched, or is as the last commit says."
    )
    hint = "Please report it with the lines above at https://github.com/OWNER/notion2jekyll/issues."
    report.show_problem(Problem("error", bug, hint=hint), console)
