"""The command line: verbs, and the one border where errors become exit codes."""

from __future__ import annotations

import os
import platform
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final, TextIO, cast

import typer
from rich.console import Console
from rich.text import Text
from typer.exceptions import TyperException

from notion2jekyll import __version__, environment, streams
from notion2jekyll.clock import Clock
from notion2jekyll.errors import ConfigError, Problem, Stop

# The rest is imported where it is used: Tab, --help and --version need none of it, and answer at once.
if TYPE_CHECKING:
    from notion2jekyll.config import Config
    from notion2jekyll.findings import Sign
    from notion2jekyll.progress import Progress
    from notion2jekyll.report import Report
    from notion2jekyll.target import Target

NEEDS_PERSON: Final = 1
USAGE: Final = 2
BUG: Final = 70
INTERRUPTED: Final = 130

ISSUES: Final = "https://github.com/OWNER/notion2jekyll/issues"

SIGNS: Final[Mapping[Sign, tuple[str, str]]] = {
    "well": ("✓", "green"),
    "doubt": ("!", "yellow"),
    "fault": ("✗", "bold red"),
}
"""What `check` found → its sign and look."""


CLOCK: Final = Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)

app = typer.Typer(
    help="Keep a Jekyll blog on GitHub Pages in step with journal pages in Notion.\n\n"
    "Tokens are read from the environment: NOTION_TOKEN and GITHUB_TOKEN.",
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
        "--output", metavar="DIR", help="A local Jekyll site folder, in place of the blog on GitHub."
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
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Show every request (never a token), and long lists in full.")
]


@app.command("init")
def init_command(
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="URL_OR_ID", help="The database or page in Notion that is published."
        ),
    ] = None,
    publish: Annotated[
        str | None,
        typer.Option(
            "--publish",
            metavar="RULE",
            help="Which rows are published: Status=Published, the name of a checkbox, or all.",
        ),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option("--repository", metavar="OWNER/NAME", help="The blog's repository on GitHub."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="BRANCH", help="Where posts go; else what the site is built from."),
    ] = None,
    commit: Annotated[
        bool | None,
        typer.Option("--commit/--no-commit", help="Whether the two files are committed to the repository."),
    ] = None,
    secret: Annotated[
        bool | None,
        typer.Option(
            "--secret/--no-secret", help="Whether NOTION_TOKEN is stored as a secret of the repository."
        ),
    ] = None,
    overwrite: Annotated[
        bool | None,
        typer.Option(
            "--overwrite/--no-overwrite",
            help="Whether files of the repository that differ are replaced by yours.",
        ),
    ] = None,
    verbose: Verbose = False,
) -> int:
    """Set up: what to publish, and where to.

    Picks the source, the rows and the repository, writes the configuration and the workflow, and shows the plan. What no
    option says is asked for.

    Example: notion2jekyll init
    """
    from notion2jekyll.dialog import Dialog
    from notion2jekyll.init import Setup, Wishes, init
    from notion2jekyll.jekyll.site import CONFIG
    from notion2jekyll.terminal import Terminal

    asked = Wishes(source, publish, repository, branch, commit, secret, overwrite)
    has_token = bool(environment.variable("GITHUB_TOKEN"))
    premises = partial(environment.premises, clock=CLOCK) if has_token else None
    setup = Setup(Path.cwd(), environment.notion, premises, environment.github_address())
    console = streams.console(stderr=True)
    dialog = Dialog(
        console,
        lambda: Terminal(streams.console(stderr=True), verbose=verbose),
        attended=streams.is_attended(),
    )
    done = init(setup, asked, dialog)
    output = None if has_token else done.file.parent
    if output and not (output / CONFIG).is_file():
        dialog.say("The plan is shown once GITHUB_TOKEN is set: notion2jekyll plan", sign="!")
        return NEEDS_PERSON if done.failed else 0
    dialog.say("\nWhat a sync would do now:")
    code = _run(done.file, output, None, None, quiet=False, verbose=verbose, dry_run=True)
    place = "" if done.file.parent == Path.cwd() else f"cd {shlex.quote(str(done.file.parent))} && "
    where = " --output ." if output else ""
    dialog.say(f"\nTo publish that now: {place}notion2jekyll sync{where}")
    if done.is_complete:
        dialog.say(
            "From then on it runs every hour by itself, and by a press in the Actions tab of the repository."
        )
    return code or (NEEDS_PERSON if done.failed else 0)


@app.command("check")
def check_command(config: ConfigFile = None, output: Output = None, verbose: Verbose = False) -> int:
    """See whether all that a sync needs is there.

    Says what to do where something is amiss; writes nothing.

    Example: notion2jekyll check
    """
    from notion2jekyll import check, report
    from notion2jekyll.config import find
    from notion2jekyll.terminal import Terminal

    setup = check.Setup(
        file=lambda: config or find(Path.cwd()),
        notion=environment.notion,
        target=lambda loaded: environment.target(loaded, output, progress, CLOCK, dry_run=True),
        host=lambda loaded: None if output else environment.host(loaded, progress, CLOCK),
        now=CLOCK.now,
    )
    with Terminal(streams.console(stderr=True), verbose=verbose) as progress:
        findings = list(check.check(setup, progress))
    console = streams.console()
    for finding in findings:
        sign, look = SIGNS[finding.sign]
        report.show_sign(sign, look, finding.message, console, finding.hint)
    console.print(Text(check.summary(findings), "bold"), soft_wrap=True, highlight=False)
    return check.exit_code(findings)


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


@app.command("status")
def status_command(
    config: ConfigFile = None, output: Output = None, page: Pages = None, verbose: Verbose = False
) -> int:
    """Show how each page stands, and why; writes nothing.

    Example: notion2jekyll status
    """
    from notion2jekyll import report
    from notion2jekyll.config import find, load
    from notion2jekyll.sync import Job, sync
    from notion2jekyll.terminal import Terminal

    loaded = load(config or find(Path.cwd()))
    with Terminal(streams.console(stderr=True), verbose=verbose) as progress:
        secrets = frozenset(environment.tokens().values())
        job = Job(loaded, environment.notion(), pages=_page_ids(page or ()), dry_run=True, secrets=secrets)
        done = sync(job, environment.target(loaded, output, progress, CLOCK, dry_run=True), CLOCK, progress)
    report.show_status(done, streams.console())
    return NEEDS_PERSON if done.needs_person(strict=loaded.sync.strict) else 0


@app.command("preview")
def preview_command(
    config: ConfigFile = None,
    output: Output = None,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="Show drafts and posts that are dated ahead, too.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="Serve it there; by default at 4000, or where it is free."
        ),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    verbose: Verbose = False,
) -> int:
    """Show the blog here as sync would make it.

    Writes nothing but a copy that is removed in the end.

    Example: notion2jekyll preview --output ~/blog
    """
    from notion2jekyll.config import find, load
    from notion2jekyll.preview.copies import Repository
    from notion2jekyll.preview.run import Wish, World, preview
    from notion2jekyll.steps.job import Job
    from notion2jekyll.terminal import Terminal

    loaded = load(config or find(Path.cwd()))
    world = World(
        streams.console(),
        CLOCK,
        environment.for_programs(),
        Path.cwd(),
        progress=lambda: Terminal(streams.console(stderr=True), verbose=verbose),
        ask=sys.stdin.readline,
        open=(lambda address: cast("None", typer.launch(address))) if open_it else None,
    )
    job = Job(loaded, environment.notion(), secrets=frozenset(environment.tokens().values()))
    site: Path | Repository
    original: Callable[[Progress], Target] | None = None
    if output is not None:
        site = output
    else:
        address = environment.github_address()
        token = environment.tokens().get("GITHUB_TOKEN")
        options = environment.hub(loaded)
        site = Repository(options.repository, options.branch, address, token)
        if token:
            original = partial(environment.target, loaded, None, clock=CLOCK, dry_run=True)
    preview(job, Wish(site, drafts, port, verbose), original, world)
    return 0


@app.command("render")
def render_command(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="The page: its address in Notion, or its id.")],
    config: ConfigFile = None,
    output: Output = None,
    verbose: Verbose = False,
) -> int:
    """Print the Markdown that a page becomes.

    The page may be published or not. Writes nothing, and needs no configuration.

    Example: notion2jekyll render 0123456789abcdef0123456789abcdef
    """
    from notion2jekyll import render, report
    from notion2jekyll.config import load
    from notion2jekyll.terminal import Terminal

    (wanted,) = _page_ids([page], "PAGE")
    loaded = load(config) if config else load(found) if (found := _found()) else None
    console = streams.console(stderr=True)
    with Terminal(console, verbose=verbose) as progress:

        def blog(loaded: Config) -> Target:
            return environment.target(loaded, output, progress, CLOCK, dry_run=True)

        has_blog = output is not None or (loaded is not None and loaded.github is not None)
        secrets = environment.tokens().values()
        done = render.render(
            wanted, loaded, environment.notion(), blog if has_blog else None, CLOCK, progress, secrets=secrets
        )
    for problem in done.problems:
        report.show_problem(problem, console)
    if done.content is not None:
        streams.write_bytes(done.content)
    return NEEDS_PERSON if any(problem.severity == "error" for problem in done.problems) else 0


@app.command("demo")
def demo_command(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the demo's blog goes: a new or empty folder.")
    ] = Path("notion2jekyll-demo"),
) -> int:
    """Run the whole pipeline on a sample journal, without any account.

    Example: notion2jekyll demo my-demo
    """
    from notion2jekyll.demo.run import run_demo

    run_demo(directory, streams.console(), environment=environment.for_programs())
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
    **how: Any,
) -> int:
    """Sync or plan as the options say, show the report, and return the exit code."""
    from notion2jekyll import report
    from notion2jekyll.config import find, load
    from notion2jekyll.sync import Job, sync
    from notion2jekyll.terminal import Terminal

    console = streams.console(stderr=json == "-")
    started = CLOCK.now()
    strict = False
    config = None
    terminal = Terminal(streams.console(stderr=True), quiet=quiet, verbose=verbose)
    with streams.opened(json) as file:
        try:
            config = load(config_file) if config_file else load(find(Path.cwd()))
            strict = config.sync.strict
            with terminal as progress:
                secrets = frozenset(environment.tokens().values())
                job = Job(config, environment.notion(), pages=_page_ids(pages or ()), secrets=secrets, **how)
                target = environment.target(config, output, progress, CLOCK, dry_run=job.dry_run)
                done = sync(job, target, CLOCK, progress)
        except BaseException as error:
            seconds = (CLOCK.now() - started).total_seconds()
            end = report.ended(_as_stop(error), seconds=seconds, requests=terminal.requests)
            _write_json(end, file)
            _tell_actions(end, config, output)
            raise
        # First what machines read: showing the report may fail where nobody looks.
        _write_json(done, file)
    done = _awaited(_tell_actions(done, config, output), config, output)
    report.show(done, console, quiet=quiet, verbose=verbose)
    return NEEDS_PERSON if done.needs_person(strict=strict) else 0


def _awaited(done: Report, config: Config, output: Path | None) -> Report:
    """Return `done` with a word on what is still to come, where somebody committed by hand and nobody watched the build."""
    hub = config.github
    if output or hub is None or hub.mode != "commit" or hub.pages.watch == "always":
        return done
    if done.result != "committed" or not done.changes or environment.is_actions():
        return done
    return replace(
        done,
        published="GitHub Pages builds the site from that now: give it a minute or two. If a post does not show then: notion2jekyll check",
    )


def _as_stop(error: BaseException) -> Stop:
    """Return what a person is told of `error`."""
    if isinstance(error, Stop):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Stop(
            "Interrupted.",
            hint="The blog is as it was, or as the last commit says. Run it again: it goes on from there.",
        )
    return Stop(
        f"This is a mistake in notion2jekyll {__version__} (Python {platform.python_version()}, {platform.system()}), "
        "not yours. The blog was not touched, or is as the last commit says.",
        hint=f"Please report it with the lines above at {ISSUES}.",
    )


def _write_json(done: Report, file: TextIO | None) -> None:
    """Write the report. Where that fails there is a warning: what the run did is more than its report."""
    from notion2jekyll import report

    if file is None:
        return
    text = done.as_json()
    try:
        text.encode(file.encoding)
    except UnicodeEncodeError:
        text = done.as_json(ascii_only=True)
    text = environment.without_tokens(text)
    try:
        file.write(text + "\n")
        file.flush()
    except OSError as error:
        streams.mute(file)
        trouble = f"The report could not be written to {streams.name(file)}: {error.strerror}."
        report.show_problem(Problem("warning", trouble), streams.console(stderr=True))


def _tell_actions(done: Report, config: Config | None, output: Path | None) -> Report:
    """In GitHub Actions, tell it what the run did; return the report as everybody may read it, for the log."""
    from notion2jekyll import actions

    if not environment.is_actions():
        return done
    done = actions.discreet(done, environment.without_tokens)
    hub = config.github if config and output is None else None
    server = environment.variable("GITHUB_SERVER_URL") or actions.GITHUB
    place = actions.Place(hub.repository if hub else "", server)
    _append("GITHUB_OUTPUT", actions.outputs(done))
    _append("GITHUB_STEP_SUMMARY", actions.job_summary(done, place))
    # Not into the standard output, which may be the report for machines; GitHub Actions reads both.
    streams.write_error(actions.annotate(done))
    return done


def _append(variable: str, text: str) -> None:
    """Write `text` at the end of the file that `variable` names. Where that fails there is a warning, as for the report."""
    from notion2jekyll import report

    name = environment.variable(variable)
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(environment.without_tokens(text))
    except OSError as error:
        trouble = f"{variable} could not be written: {error.strerror}."
        report.show_problem(Problem("warning", trouble), streams.console(stderr=True))


def _page_ids(texts: Sequence[str], option: str = "--page") -> frozenset[str]:
    from notion2jekyll.notion.ids import parse_id

    try:
        return frozenset(parse_id(text, peek=True) for text in texts)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from None


def _found() -> Path | None:
    """Return the configuration of the working directory, None where there is none."""
    from notion2jekyll.config import FILES, find

    here = Path.cwd()
    return find(here) if any((here / name).is_file() for name in FILES) else None


# The border ----------------------------------------------------------------------------------------------------------


def main() -> None:
    """Run the program with the arguments of the process; ends the process with the exit code."""
    streams.make_lenient()
    environment.bypass_proxies()
    signal.signal(signal.SIGTERM, _terminate)
    code = run(sys.argv[1:])
    if code == INTERRUPTED:
        # Downloads under way may take minutes, and Python waits for their threads.
        streams.flush()
        os._exit(code)
    sys.exit(code)


def _terminate(_: int, frame: FrameType | None) -> None:
    """Do on SIGTERM (a cancelled workflow, a service manager) what Ctrl-C does."""
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:  # a shell lets what runs in the background ignore Ctrl-C
        raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run the program with `arguments` and return its exit code; every error becomes a message and a code here."""
    console = streams.console(stderr=True)
    try:
        code = app(args=list(arguments) or ["--help"], prog_name="notion2jekyll", standalone_mode=False)
        if not arguments:
            code = USAGE
    except Stop as stop:
        _show(stop, console)
        return stop.exit_code
    except TyperException as error:
        from notion2jekyll import report

        hint = "notion2jekyll --help lists the commands, and notion2jekyll COMMAND --help its options."
        report.show_problem(Problem("error", error.format_message().strip(), hint=hint), console)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last border: whatever it is, the user learns what to do
        from notion2jekyll import report

        trace = report.harmless(traceback.format_exc().rstrip())
        console.print(Text(trace, "dim"), soft_wrap=True, highlight=False)
        _show(_as_stop(error), console)
        return BUG
    if code == INTERRUPTED:  # Typer turns Ctrl-C into this number
        _show(_as_stop(KeyboardInterrupt()), console)
    return code if isinstance(code, int) else 0


def _show(stop: Stop, console: Console) -> None:
    from notion2jekyll import report

    for problem in stop.problems:
        report.show_problem(problem, console)
    report.show_problem(Problem("error", stop.message, hint=stop.hint), console)
