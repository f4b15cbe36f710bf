"""The guided set-up: from a token to a configuration, a workflow and a secret. Every question has an option.

All is asked first. Then the two files are written, committed, and the secret is stored; until then nothing is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from notion2jekyll.config import FILES, Config, parse
from notion2jekyll.errors import ConfigError, Stop
from notion2jekyll.init import blog, origin
from notion2jekyll.init.blog import Blog, Repository
from notion2jekyll.init.files import (
    CONFIG,
    HOME,
    WORKFLOW,
    Answers,
    changed_configuration,
    new_configuration,
    workflow,
)
from notion2jekyll.init.remote import clone_at
from notion2jekyll.init.talk import Question, Sign, Talk
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.progress import Progress

__all__ = ["Done", "Question", "Repository", "Setup", "Sign", "Talk", "Wishes", "init"]

_DISTRIBUTION: Final = "notion2jekyll-sync"


@dataclass(frozen=True, slots=True)
class Setup:
    """Where to look; what is called raises what a sync would."""

    folder: Path
    """The working directory."""
    notion: Callable[[], NotionSettings]
    github: Callable[[str, Progress], Repository] | None
    """`owner/name` → the repository; None where there is no token for it."""
    github_url: str
    """The address of GitHub's API."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options say; None is asked for."""

    source: str | None = None
    publish: str | None = None
    repository: str | None = None
    branch: str | None = None
    commit: bool | None = None
    secret: bool | None = None
    overwrite: bool | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    file: Path
    """The configuration."""
    failed: bool
    """Whether something that was wanted could not be done."""
    is_complete: bool
    """Whether the repository has all that the scheduled sync needs."""


@dataclass(frozen=True, slots=True)
class _Old:
    """A configuration that is there already."""

    text: str
    config: Config


def init(setup: Setup, wishes: Wishes, talk: Talk) -> Done:
    """Ask what `wishes` leave open, write the two files, and take them to the repository where that is wanted.

    Raises AccessDenied, ConfigError and Unreachable as a sync does, and ConfigError where nobody can be asked.
    """
    clone = clone_at(setup.folder)
    root = clone.root if clone else setup.folder
    old = _configuration(root, talk)
    config = old.config if old else None
    settings = origin.connect(setup.notion, talk)
    answers = _about_notion(settings, wishes, config, talk)
    asked = (wishes.repository, wishes.branch)
    place = blog.choose(setup.github, setup.github_url, clone, asked, config, talk)
    bases = _bases(root, old, place)
    files = _files(bases, answers, place, overwrite=wishes.overwrite is True)
    chosen = blog.to_commit(files, bases, (wishes.commit, wishes.overwrite), place, talk)
    put = blog.to_store(wishes.secret, place, talk)
    # All is asked. Until here nothing was changed.
    _write(root, files, talk)
    committed = not chosen or blog.commit(chosen, place, clone, talk)
    stored = not put or blog.store(settings.token.strip(), place, talk)
    nameless = HOME.encode() in files[WORKFLOW] and HOME.startswith("OWNER/")
    if nameless:
        talk.say(
            f"{WORKFLOW} cannot run yet: it uses {HOME}, and OWNER is a placeholder.",
            sign="!",
            hint="In its place write the GitHub account that has notion2jekyll, then commit the file.",
        )
    rest = blog.missing(files, place).keys() - (chosen.keys() if committed else ())
    secret = not (place.has_secret or (put and stored))
    blog.tell_rest(sorted(rest, reverse=True), place, clone, talk, secret=secret)
    return Done(root / CONFIG, not (committed and stored), not (rest or secret or nameless))


# What is there already -----------------------------------------------------------------------------------------------


def _configuration(root: Path, talk: Talk) -> _Old | None:
    """Return the configuration in `root`, from which everything goes on. Raises ConfigError where it has mistakes."""
    text = _text(root / CONFIG)
    if text is not None:
        found = _Old(text, parse(text, CONFIG))
        talk.say(
            f"{CONFIG} is there already: what you answer is changed in it, and all else stays.", sign="✓"
        )
        return found
    other = FILES[1]
    if (text := _text(root / other)) is not None:
        # The name is a common one: what is none of ours is no business of ours.
        with suppress(Stop):
            found = _Old(text, parse(text, other))
            talk.say(
                f"{other} is there: it becomes {CONFIG}, which is read in its place.",
                sign="!",
                hint=f"Delete {other} afterwards.",
            )
            return found
    return None


def _bases(root: Path, old: _Old | None, place: Blog) -> dict[str, bytes]:
    """Return what the two files are made of, by path: what is here, else what is in the repository."""
    found: dict[str, bytes] = {}
    if old:
        found[CONFIG] = old.text.encode()
    elif CONFIG in place.there:
        # One that has mistakes is replaced, if that is agreed to.
        with suppress(Stop, UnicodeDecodeError):
            parse(place.there[CONFIG].decode("utf-8-sig"), CONFIG)
            found[CONFIG] = place.there[CONFIG]
    schedule = _text(root / WORKFLOW)
    if schedule is not None:
        found[WORKFLOW] = schedule.encode()
    elif WORKFLOW in place.there:
        found[WORKFLOW] = place.there[WORKFLOW]
    return found


def _text(path: Path) -> str | None:
    """Return the text of the file at `path`, None where there is none. Raises ConfigError where it cannot be read."""
    try:
        # Line ends stay what they are.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", hint="It must be a text file in UTF-8."
        ) from None


# Questions -----------------------------------------------------------------------------------------------------------


def _about_notion(settings: NotionSettings, wishes: Wishes, old: Config | None, talk: Talk) -> Answers:
    if old and (old.notion.sources or len(old.notion.source) > 1):
        if wishes.source or wishes.publish:
            raise ConfigError(
                f"{CONFIG} reads several sources, and --source and --publish are for one.",
                hint="Change that file by hand; docs/configuration.md says how.",
            )
        talk.say(
            "The configuration reads several sources: they, and what is published of them, stay as they are.",
            sign="✓",
        )
        return Answers()
    chosen = origin.choose(settings, wishes.source, old, talk)
    options = old.options() if old else Options()
    origin.tell_properties(chosen, options, talk)
    rule = origin.choose_rule(chosen, wishes.publish, old, talk)
    return Answers(chosen.given, chosen.what.title, chosen.ids, rule, origin.used_properties(chosen, options))


def _files(bases: Mapping[str, bytes], answers: Answers, place: Blog, *, overwrite: bool) -> dict[str, bytes]:
    """Return the two files, by path. Raises ConfigError where the configuration cannot be changed."""
    base = bases.get(CONFIG)
    if base is None:
        text = new_configuration(answers, place.repository, place.branch or place.built_from, _home())
    else:
        before = base.decode("utf-8-sig")
        known = parse(before, CONFIG).github
        # What is said of this very repository stays.
        branch = None if known and known.repository == place.repository else place.built_from
        text = changed_configuration(before, answers, place.repository, place.branch or branch)
    github = parse(text, CONFIG).github
    schedule = bases.get(WORKFLOW)
    if schedule is None or overwrite:
        offers = github is not None and github.mode == "pull_request"
        schedule = workflow(pull_requests=offers, builds=place.by_workflow, home=_home()).encode()
    return {CONFIG: text.encode(), WORKFLOW: schedule}


def _home() -> str:
    """Return where this very program was installed from, where that is a GitHub; else the usual place (PEP 610)."""
    with suppress(PackageNotFoundError, ValueError, AttributeError):
        known = json.loads(distribution(_DISTRIBUTION).read_text("direct_url.json") or "{}")
        found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", str(known.get("url")))
        if found:
            return found[1]
    return HOME


# Writing -------------------------------------------------------------------------------------------------------------


def _write(root: Path, files: Mapping[str, bytes], talk: Talk) -> None:
    """Write what is not like that yet: first all of it beside its place, then each to its place."""
    ready: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            place = (root / path).resolve()
            if place.is_file() and place.read_bytes() == content:
                talk.say(f"{path} stays as it is.", sign="✓")
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            ready[place] = place.with_name(f".{place.name}.new")
            ready[place].write_bytes(content)
        for place, new in ready.items():
            new.replace(place)
            talk.say(f"Written: {place}", sign="✓")
    except OSError as error:
        raise ConfigError(
            f"{error.filename or root} cannot be written: {error.strerror}.",
            hint="Run this in a folder that you may write to.",
        ) from None
    finally:
        for new in ready.values():
            with suppress(OSError):
                new.unlink()
