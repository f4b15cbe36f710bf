"""The documents are true: what they say of commands, options, blocks and the plan is compared with the code."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from configparser import ConfigParser
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
import typer
import yaml
from pydantic import BaseModel

from notion2jekyll import cli, errors
from notion2jekyll.config import FILES, Config, load, parse
from notion2jekyll.convert import convert
from notion2jekyll.convert.blocks import BLOCKS, LISTS
from notion2jekyll.demo import journal
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.jekyll import meta, posts
from notion2jekyll.jekyll.site import parse_site
from notion2jekyll.notion.model import Block, Tree, parse_block, parse_page
from notion2jekyll.plan import make_plan
from placed import placed

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
EXAMPLE = ROOT / "config.example.yaml"
ACTION = ROOT / "action.yml"
SYNC = ROOT / ".github" / "workflows" / "sync.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

Row = tuple[str, ...]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def cells(line: str) -> Row:
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def rows(markdown: str, *head: str) -> list[Row]:
    """Return the rows of all tables in `markdown` with the head `head`; there must be one."""
    tables = re.findall(r"(?:^[ ]*\|.*\n)+", markdown + "\n", re.MULTILINE)
    wanted = [table.splitlines() for table in tables if cells(table.splitlines()[0]) == head]
    assert wanted, head
    return [cells(line) for table in wanted for line in table[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# Commands ------------------------------------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Return the verbs; Any, since click comes with typer or by itself, depending on its version."""
    group: Any = typer.main.get_command(cli.app)
    return dict(group.commands)


def options_of(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in (*parameter.opts, *parameter.secondary_opts)
    }


def test_every_verb_is_documented_and_no_other() -> None:
    verbs = [code(row[0])[0].split()[1] for row in rows(text("docs/commands.md"), "command", "does")]
    assert sorted(verbs) == sorted(commands())


def test_every_option_is_documented_and_no_other() -> None:
    documented: dict[str, set[str]] = {}
    for option, of, _ in rows(text("docs/commands.md"), "option", "of", "does"):
        for name in code(option):
            documented[name.split()[0]] = set(of.split(", "))
    for general in ("--version", "--help", "-h"):
        del documented[general]
    real: dict[str, set[str]] = {}
    for verb, command in commands().items():
        for option in options_of(command) - {"--help", "-h"}:
            real.setdefault(option, set()).add(verb)
    assert documented == real


def test_examples_use_verbs_and_options_that_exist() -> None:
    used = set()
    for document in [*DOCUMENTS, SYNC]:
        for verb, rest in invocations(document.read_text("utf-8")):
            assert verb in commands(), name_of(document)
            for option in re.findall(r"--[a-z][a-z-]*", rest):
                used.add(option)
                assert option in options_of(commands()[verb]), f"{name_of(document)}: {verb} {option}"
    passed = set(re.findall(r"(?:value|switch) (--[a-z-]+) ", ACTION.read_text("utf-8")))
    assert passed <= options_of(commands()["sync"])
    used |= passed
    assert {"--output", "--force", "--full", "--dry-run"} <= used


def invocations(page: str) -> list[tuple[str, str]]:
    """Return verb and rest of each command in code: on a line of its own, in a workflow, or within a sentence."""
    fences = "".join(re.findall(r"^ *```sh\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^notion2jekyll ([a-z]+)\b(.*)$", fences, re.MULTILINE)
    lines += re.findall(r"^ *run: notion2jekyll ([a-z]+)\b(.*)$", page, re.MULTILINE)
    return lines + re.findall(r"`(?:notion2jekyll )?(sync|plan|check|demo) (--[^`\n]*)`", page)


def test_every_command_explains_itself_with_an_example() -> None:
    for verb, command in commands().items():
        assert f"Example: notion2jekyll {verb}" in (command.help or "")


def test_every_exit_code_is_documented() -> None:
    real = {0, cli.NEEDS_PERSON, cli.USAGE, cli.BUG, cli.INTERRUPTED}
    real |= {kind.exit_code for kind in errors.Stop.__subclasses__()}
    assert {int(row[0]) for row in rows(text("docs/commands.md"), "exit code", "means")} == real


def test_every_environment_variable_is_documented() -> None:
    source = "".join(
        (ROOT / "src" / "notion2jekyll" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("cli", "environment")
    )
    read = set(re.findall(r'"((?:NOTION|GITHUB)_[A-Z_]+)"', source))
    documented = {
        name
        for row in rows(text("docs/commands.md"), "environment variable", "holds")
        for name in code(row[0])
    }
    assert len(read) == 8
    assert documented == read | {"NO_COLOR"}


def test_the_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        for target in re.findall(r"(?:`|\n)make ([a-z]+)", document.read_text("utf-8")):
            assert target in targets, f"{name_of(document)}: make {target}"


# Configuration -------------------------------------------------------------------------------------------------------


def test_the_reference_of_options_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "docs.py"))
    page = text("docs/configuration.md")
    assert script["with_reference"](page) == page, "Run 'python scripts/docs.py'."
    for key in ("`max_removed_percent`", "`timezone`", "### `github.author`", "required"):
        assert key in script["reference"]()


def test_the_example_configuration_has_every_option_with_its_default() -> None:
    assert load(EXAMPLE).notion.ids()
    raw = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    compare(Config, raw, "")


def compare(section: type[BaseModel], raw: dict[str, Any], path: str) -> None:
    """Require that `raw` has every option of `section`, at its default where it has one."""
    for name, field in section.model_fields.items():
        key = field.alias or name
        assert key in raw, f"config.example.yaml lacks {path}{key}"
        inner = next(
            (one for one in (field.annotation, *get_args(field.annotation)) if is_section(one)), None
        )
        if inner and isinstance(raw[key], dict):
            compare(inner, raw[key], f"{path}{key}.")
        elif inner and raw[key] is None:
            # A section that is left out by default: its comment has an example of all its keys.
            example = re.search(rf"#[^\n]*(\{{[^\n]*\}})[^\n]*\n *{key}: null", EXAMPLE.read_text("utf-8"))
            assert example, key
            inner.model_validate(yaml.safe_load(example[1]))
            assert set(yaml.safe_load(example[1])) == set(inner.model_fields)
        elif not field.is_required() and f"{path}{key}" != "notion.source":
            assert raw[key] == field.default, f"{path}{key}"


def is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def test_the_configurations_in_the_documents_load() -> None:
    whole = parts = 0
    for document in DOCUMENTS:
        for block in re.findall(
            r"^( *)```yaml\n(.*?)^ *```", document.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            raw = yaml.safe_load(block[1])
            if not isinstance(raw, dict):
                continue
            if {"notion", "github"} <= raw.keys() and raw["notion"].keys() & {"source", "sources"}:
                whole += 1
                config = parse(block[1], name_of(document))
                assert all(notion.publish for notion in config.feeds)
                assert config.github
            elif raw.keys() <= set(Config.model_fields):
                parts += 1
                least = {
                    "notion": {"source": "0123456789abcdef0123456789abcdef", "publish": "all"},
                    "github": {"repository": "me/blog"},
                }
                filled = least | {section: least.get(section, {}) | raw[section] for section in raw}
                parse(yaml.safe_dump(filled), name_of(document))
    assert whole >= 4
    assert parts >= 5


def test_the_file_names_of_the_configuration_are_documented() -> None:
    for name in FILES:
        assert f"`{name}`" in text("docs/configuration.md")
        assert f"`{name}`" in text("docs/commands.md")


def test_the_roles_of_properties_are_documented() -> None:
    documented = {
        code(role)[0]: (set(types.split(", ")), set(names.split(", ")) - {"any"})
        for role, types, names in rows(text("docs/configuration.md"), "role", "types", "names")
    }
    assert documented == {role: (set(kinds), set(names)) for role, (kinds, names) in meta.ROLES.items()}


# Messages ------------------------------------------------------------------------------------------------------------


def test_every_message_is_in_the_documents() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "messages.py"))
    page = text("docs/messages.md")
    assert script["with_messages"](page) == page, "Run 'make docs'."


def test_the_text_of_everything_that_ends_a_run_can_be_found() -> None:
    """Looked for in another way than by the script that writes the page: by the plain words where something is raised."""
    found = re.sub(r"\\(.)", r"\1", text("docs/messages.md"))
    kinds = {kind.__name__ for kind in errors.Stop.__subclasses__()} | {"Stop", "NoBranch"}
    count = 0
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                call = node.exc
                if getattr(call.func, "id", "") not in kinds or not call.args:
                    continue
                said = call.args[0]
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                words = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
                longest = " ".join(max(words, key=len, default="").split()).strip(" “”.:")
                count += bool(longest)
                assert longest in found, f"{path.name}:{node.lineno}: {longest}"
    assert count > 50


# Blocks and the plan -------------------------------------------------------------------------------------------------


def test_every_block_type_is_documented() -> None:
    named = [name for row in rows(text("docs/blocks.md"), "block", "in the post") for name in code(row[0])]
    assert len(named) == len(set(named))
    # `heading_1` to `heading_4` names two of the four
    assert set(named) | {"heading_2", "heading_3"} == set(BLOCKS) | LISTS


def test_the_plan_is_the_table_in_the_docstring() -> None:
    head = ("in state?", "file in the repository", "new content", "⇒")
    told = rows(make_plan.__doc__ or "", *head)
    assert len(told) == 6
    assert rows(text("docs/architecture.md"), *head) == told


def test_the_floors_are_those_that_are_enforced() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contracts["importlinter:contract:floors"]["layers"].strip().splitlines()
    floors = [{name.strip("() ") for name in layer.split("|")} for layer in layers]
    documented = [set(code(row[0])) for row in rows(text("docs/architecture.md"), "floor", "what it is")]
    assert documented == floors


def test_the_excerpt_of_a_post_is_what_is_written() -> None:
    workspace = Workspace(clock=lambda: datetime(2026, 3, 23, tzinfo=UTC))
    ids = journal.build(workspace)

    def block(name: str) -> Block:
        return parse_block(workspace.block(name), tuple(map(block, workspace.child_ids(name))))

    page = parse_page(workspace.page(ids.second_week))
    site, problems = parse_site(files("notion2jekyll.demo").joinpath("site/_config.yml").read_text("utf-8"))
    assert not problems
    options = meta.Options()
    index = placed([page], options, site)
    article = convert(Tree(page, tuple(map(block, workspace.child_ids(page.id)))), index)
    place = index.places[page.id]
    whole = posts.render(article, place, options, site, modified=posts.modified(page, options, site)).decode()
    excerpt = re.search(r"^````markdown\n(.*?)^````", text("docs/how-it-works.md"), re.MULTILINE | re.DOTALL)
    assert excerpt
    assert whole.startswith(excerpt[1])
    assert f"`{place.path}`" in text("docs/how-it-works.md")


# Links ---------------------------------------------------------------------------------------------------------------


def prose(path: Path) -> str:
    """Return the text of a document without its code."""
    without_fences = re.sub(
        r"^ *(````?).*?^ *\1$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return re.sub(r"`[^`\n]*`", "", without_fences)


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    headings = re.findall(
        r"^#+ +(.+)$",
        re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL),
        re.MULTILINE,
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_no_link_is_dead(document: Path) -> None:
    page = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)) + re.findall(
        r"\[`[^`]*`\]\(([^)\s]+)\)", page
    ):
        if target.startswith("http"):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / unquote(path)).resolve() if path else document
        assert place.exists(), target
        assert place.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(place), target


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf-8")):
            if not target.startswith("http"):
                todo.append((page.parent / target).resolve())
    assert reached == set(DOCUMENTS)


def test_paths_in_the_documents_exist() -> None:
    for document in DOCUMENTS:
        for path in re.findall(r"`((?:src|tests|scripts|docs)/[\w./-]+)`", document.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{name_of(document)}: {path}"


def test_nothing_is_promised() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"\b(coming soon|planned|roadmap|TODO|TBD)\b", prose(document)), name_of(
            document
        )


# Workflows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", [*WORKFLOWS, ACTION], ids=name_of)
def test_workflows_pass_the_linters(workflow: Path) -> None:
    tools = Path(sys.executable).parent
    schema = "vendor.github-actions" if workflow == ACTION else "vendor.github-workflows"
    for tool, *arguments in (
        ["check-jsonschema", "--builtin-schema", schema, str(workflow)],
        ["zizmor", "--offline", "--no-progress", "--quiet", str(workflow)],
    ):
        done = subprocess.run(
            [str(tools / tool), *arguments], capture_output=True, encoding="utf-8", check=False
        )
        assert not done.returncode, done.stdout + done.stderr


PERMISSIONS: dict[str, list[dict[str, str]]] = {
    # To publish the site, and to say that it is this workflow.
    "docs.yml": [{"pages": "write", "id-token": "write"}],
    # To commit, and to start and watch the site's build.
    "sync.yml": [{"contents": "write", "pages": "write"}],
    # To publish as this workflow; to make a release, and attest where it was built.
    "release.yml": [
        {"id-token": "write"},
        {"contents": "write", "id-token": "write", "attestations": "write"},
    ],
}
"""Workflow → what its jobs may do, beside reading the code."""


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=name_of)
def test_workflows_take_the_least(workflow: Path) -> None:
    raw = yaml.safe_load(workflow.read_text("utf-8"))
    assert raw["permissions"] == {}
    assert raw["concurrency"]["group"]
    for job in raw["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert job["permissions"] in ({}, {"contents": "read"}, *PERMISSIONS.get(workflow.name, []))
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_actions_are_pinned_and_the_same_everywhere() -> None:
    """One version of each action, by the id of its commit, with its number beside it."""
    pins: dict[str, set[str]] = {}
    for file in [*WORKFLOWS, ACTION]:
        for used, _, comment in re.findall(
            r"^ *(?:- )?uses: (\S+)( # (.*))?$", file.read_text("utf-8"), re.MULTILINE
        ):
            if used == "OWNER/notion2jekyll@v1":  # this very project
                continue
            action, _, commit = used.partition("@")
            assert re.fullmatch(r"[0-9a-f]{40}", commit), used
            assert re.fullmatch(r"v\d+\.\d+\.\d+", comment), used
            pins.setdefault(action, set()).add(f"{commit} {comment}")
    assert {"actions/checkout", "actions/setup-python", "actions/cache"} <= pins.keys()
    assert {action: versions for action, versions in pins.items() if len(versions) > 1} == {}


def test_the_tests_run_what_the_readme_says() -> None:
    raw = yaml.safe_load(text(".github/workflows/ci.yml"))
    runs = [step.get("run", "") for step in raw["jobs"]["test"]["steps"]]
    assert {"make demo", "make test"} <= set(runs)
    assert raw["jobs"]["test"]["strategy"]["matrix"]["python"][0] == "3.11"
    assert set(raw["jobs"]["required-checks-pass"]["needs"]) == raw["jobs"].keys() - {"required-checks-pass"}


def test_every_input_and_output_of_the_action_is_documented() -> None:
    action, page = yaml.safe_load(ACTION.read_text("utf-8")), text("docs/github-actions.md")
    inputs = {code(row[0])[0]: row[2] for row in rows(page, "input", "is", "by default")}
    assert inputs.keys() == action["inputs"].keys()
    for name, default in inputs.items():
        real = action["inputs"][name].get("default", "")
        assert default == (f"`{real}`" if real and "${{" not in real else default)
    outputs = [code(row[0])[0] for row in rows(page, "output", "is")]
    assert outputs == list(action["outputs"])


def test_the_sync_workflow_is_one_text() -> None:
    copies = [ROOT / "docs/sync-workflow.yml", ROOT / "src/notion2jekyll/templates/notion-sync.yml"]
    for copy in copies:
        assert copy.read_text("utf-8") == SYNC.read_text("utf-8"), name_of(copy)


def test_the_sync_workflow_passes_every_input_on() -> None:
    raw = yaml.safe_load(SYNC.read_text("utf-8"))
    inputs = raw[True]["workflow_dispatch"]["inputs"]  # YAML 1.1 reads `on` as true
    step = raw["jobs"]["sync"]["steps"][-1]
    for name in inputs:
        assert f"inputs.{name} ||" in step["with"][name.replace("_", "-")]
    assert step["with"].keys() <= yaml.safe_load(ACTION.read_text("utf-8"))["inputs"].keys()
    assert step["with"]["notion-token"] == "${{ secrets.NOTION_TOKEN }}"
    assert raw[True]["repository_dispatch"]
    minute = raw[True]["schedule"][0]["cron"].split()[0]
    assert 0 < int(minute) < 60
    assert raw["concurrency"]["cancel-in-progress"] is False
