"""The two files that set-up makes: the configuration and the workflow. Pure, but for the template's reading."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from notion2jekyll.config import Config, parse
from notion2jekyll.errors import ConfigError
from notion2jekyll.init.proposals import Wish
from notion2jekyll.init.yaml_edit import NotEditable, Path, Value, edited, flow
from notion2jekyll.report import harmless

CONFIG: Final = "notion2jekyll.yaml"
"""The configuration, at the root of the repository."""
WORKFLOW: Final = ".github/workflows/notion-sync.yml"
"""The scheduled sync."""
HOME: Final = "OWNER/notion2jekyll"
"""Where notion2jekyll lives on GitHub, as the template has it."""
_OFFERS: Final = "# pull-requests: write #"
_BUILDS: Final = "# actions: write #"


@dataclass(frozen=True, slots=True)
class Answers:
    """What was chosen in Notion; nothing at all where the configuration reads several sources, which stay."""

    source: str = ""
    """A link or an id."""
    title: str = ""
    """What the source is called in Notion."""
    ids: frozenset[str] = frozenset()
    """Every id that means that source, dashed: that of the database, that of its data source."""
    rule: Wish = "all"
    """Which rows are published."""
    properties: str = ""
    """Which property becomes what, in one line."""


def new_configuration(answers: Answers, repository: str, branch: str | None, home: str = HOME) -> str:
    """Return a configuration with comments that say what else there is; without a `branch` it is the default branch."""
    rule = answers.rule
    publish = (
        "  publish: all"
        if rule == "all"
        else f"  publish:\n    property: {flow(rule.property)}\n    is: {flow(_values(rule.values))}"
    )
    line = f"\n\n  # The branch that the blog is built from.\n  branch: {flow(branch)}" if branch else ""
    return f"""\
# What notion2jekyll publishes, and where. It knows more options than these:
# https://github.com/{home}/blob/main/docs/configuration.md
# Tokens never go in here: they are read from the environment, NOTION_TOKEN and GITHUB_TOKEN.

notion:
  # {_line(answers.title) or "The source"} in Notion.
  source: {flow(answers.source)}

  # Which rows are published. What is not marked for it never is.
{publish}

  # Properties were found by type and name: {_line(answers.properties)}.
  # To take another one for a role, or to give it a key of your own:
  # properties: {{date: My date, mood: Mood}}

github:
  repository: {flow(repository)}{line}
"""


def changed_configuration(text: str, answers: Answers, repository: str, branch: str | None) -> str:
    """Return the configuration in `text` with the answers in place of what differs, and everything else as it is.

    Raises ConfigError for a text that is no configuration, or whose form does not allow it.
    """
    config = parse(text, CONFIG)
    changes = _changes(config, answers, repository, branch)
    try:
        made = edited(text, changes) if changes else text
    except NotEditable as error:
        wanted = "\n    ".join(f"{'.'.join(path)}: {flow(value)}" for path, value in changes.items())
        raise ConfigError(
            f"{CONFIG} could not be changed without touching other lines: {error}.",
            hint=f"Change it by hand, then run this again:\n    {wanted}",
        ) from None
    parse(made, CONFIG)
    return made


def _changes(config: Config, answers: Answers, repository: str, branch: str | None) -> dict[Path, Value]:
    changes: dict[Path, Value] = {}
    github = config.github
    if github is None or github.repository != repository:
        changes["github", "repository"] = repository
    if branch and (github is None or github.branch != branch):
        changes["github", "branch"] = branch
    if not answers.source:
        return changes
    if config.notion.sources:
        raise ConfigError(
            f"The {CONFIG} of {repository} reads several sources.",
            hint="Run this in a clone of that repository, or change the file there by hand.",
        )
    if not (config.notion.ids() and answers.ids.issuperset(config.notion.ids())):
        changes["notion", "source"] = answers.source
    publish, rule = config.notion.publish, answers.rule
    if rule == "all":
        if publish != "all":
            changes["notion", "publish"] = "all"
    elif publish is None or publish == "all":
        changes["notion", "publish"] = {"property": rule.property, "is": _values(rule.values)}
    else:
        if publish.property != rule.property:
            changes["notion", "publish", "property"] = rule.property
        if tuple(publish.is_) != rule.values:
            changes["notion", "publish", "is"] = _values(rule.values)
    return changes


def _values(values: tuple[str | bool, ...]) -> Value:
    return values[0] if len(values) == 1 and isinstance(values[0], bool) else values


def workflow(*, pull_requests: bool, builds: bool = False, home: str = HOME) -> str:
    """Return the workflow, with the action of `home`.

    It may offer posts with `pull_requests`, and with `builds` start the workflow that builds the site.
    """
    text = files("notion2jekyll").joinpath("templates/notion-sync.yml").read_text(encoding="utf-8")
    for line, wanted in ((_OFFERS, pull_requests), (_BUILDS, builds)):
        if wanted:
            text = text.replace(line, line.removeprefix("# "))
    return text.replace(HOME, home)


def _line(text: str) -> str:
    """Return `text` as it can stand in a comment."""
    return " ".join(harmless(text).split())
