"""What a run remembers: the blog as it is, and what was written last, from the state file or from what else tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from notion2jekyll import state
from notion2jekyll.decide import Memory
from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.jekyll import assets, front_matter, places, tables
from notion2jekyll.jekyll.shelves import DRAFTS, POSTS, Shelf
from notion2jekyll.jekyll.site import CONFIG, Site, parse_site
from notion2jekyll.jekyll.themes import THEMES, Name
from notion2jekyll.notion.model import normal_id
from notion2jekyll.plan import Output
from notion2jekyll.state import Entry, State
from notion2jekyll.target import Target


def recall(target: Target, shelves: Collection[Shelf], theme: Name | None = None) -> Memory:
    """Read the target, its `_config.yml` and the state of the last run; pages of ours are on `shelves`.

    `theme` stands for the one that `_config.yml` names.

    Raises ConfigError where a newer version wrote the state, and what the target raises.
    """
    return _sound(target, _read(target, shelves, theme), shelves)


def _read(target: Target, shelves: Collection[Shelf], theme: Name | None) -> Memory:
    snapshot = target.read()
    config = target.fetch(CONFIG) if CONFIG in snapshot.files else None
    site, problems = parse_site(config.decode("utf-8", "replace") if config is not None else None)
    if theme is not None:
        site = replace(site, theme=THEMES[theme])
    problems = (*snapshot.problems, *problems)
    content = target.fetch(state.PATH) if state.PATH in snapshot.files else None
    try:
        if content is not None:
            return Memory(snapshot, site, state.parse(content), problems)
    except state.NewerState:
        raise ConfigError(
            f"{state.PATH} was written by a newer version of notion2jekyll.",
            hint="Update: pip install --upgrade notion2jekyll-sync.",
        ) from None
    except ValueError:
        pass
    memory = Memory(snapshot, site, State(), problems)
    return _recover(target, memory, shelves, damaged=content is not None)


def _sound(target: Target, memory: Memory, shelves: Collection[Shelf]) -> Memory:
    """Return `memory` without what this program cannot have written into the state, with a warning where there was any."""

    def is_ours(entry: Entry) -> bool:
        data = {shelf.folder for shelf in shelves if shelf.kind == "data"}
        known = entry.path in data or _shelf(entry.path, shelves, memory.site) is not None
        if known or entry.path not in memory.snapshot.files:
            return True
        # On a shelf that was taken out of the configuration, or on none: the file itself tells.
        content = target.fetch(entry.path) or b""
        if not entry.path.endswith(".md"):
            return tables.is_ours(content)
        metadata = front_matter.load(content.decode("utf-8", "replace")) or {}
        return normal_id(str(metadata.get("notion_id"))) == entry.page

    kept, odd = state.sound(memory.state, is_ours)
    if not odd:
        return memory
    doubt = Problem(
        "warning",
        f"{state.PATH} names {', '.join(odd[:3])}{' and more' if len(odd) > 3 else ''}, which notion2jekyll cannot have "
        "written; that is ignored, and nothing there is touched.",
        hint=f"Somebody or something edited that file: see who changed it with git log -p {state.PATH}.",
    )
    return replace(memory, state=kept, problems=(*memory.problems, doubt), searched=True)


def _recover(target: Target, memory: Memory, shelves: Collection[Shelf], *, damaged: bool) -> Memory:
    """Return `memory` with the state as the repository's history has it, else as far as the posts themselves tell."""
    for content in target.history(state.PATH):
        try:
            found = state.parse(content)
        except ValueError:
            continue
        what = "damaged" if damaged else "missing"
        note = Problem("note", f"{state.PATH} was {what} and is taken from the repository's history.")
        return replace(memory, state=found, problems=(*memory.problems, note))
    there = {path: shelf for path in memory.snapshot.files if (shelf := _shelf(path, shelves, memory.site))}
    if not there:
        return memory
    rebuilt, doubts = _rebuild(target, memory, there)
    if damaged:
        doubts.append(
            Problem(
                "warning",
                f"{state.PATH} was damaged and is rebuilt from the posts. A post that a person may have edited stays as it is.",
                hint="Nothing is to be done. If it happens again, see whether something edits that file.",
            )
        )
    return replace(memory, state=rebuilt, problems=(*memory.problems, *doubts), searched=True)


def _shelf(path: str, shelves: Iterable[Shelf], site: Site) -> Shelf | None:
    """Return the shelf that the post or page at `path` would be on, None for any other file."""
    known = (*shelves, POSTS, DRAFTS)
    return next((one for one in known if path.endswith(".md") and _is_on(path, one, site)), None)


def _is_on(path: str, shelf: Shelf, site: Site) -> bool:
    # What is written lies right in the folder of its shelf.
    name = path.rpartition("/")[2]
    return shelf.kind != "data" and path == shelf.path(name, site.collections_dir)


def _rebuild(target: Target, memory: Memory, there: Mapping[str, Shelf]) -> tuple[State, list[Problem]]:
    """Return the state as far as the front matter of the files `there` tells it; rivals for one page tell nothing."""
    claims: dict[str, list[str]] = {}
    rebuilt = State()
    for path, shelf in sorted(there.items(), key=lambda one: one[0]):
        rebuilt, page = _adopted(target, memory, rebuilt, path, shelf)
        if page is not None:
            claims.setdefault(page, []).append(path)
    rivals = {page: paths for page, paths in claims.items() if len(paths) > 1}
    doubts = [
        Problem(
            "warning",
            f"{' and '.join(paths)} both name the same page; neither is touched.",
            page=page,
            hint="Delete the one that is not wanted, or remove `notion_id` from it.",
        )
        for page, paths in sorted(rivals.items())
    ]
    entries = {page: entry for page, entry in rebuilt.entries.items() if page not in rivals}
    return replace(rebuilt, entries=entries), doubts


def _adopted(
    target: Target, memory: Memory, remembered: State, path: str, shelf: Shelf
) -> tuple[State, str | None]:
    """Return the state with the post at `path`, where it is one of ours, and the id of the page that it names."""
    post = (target.fetch(path) or b"").decode("utf-8", "replace")
    metadata = front_matter.load(post) if post else None
    if metadata and isinstance(metadata.get("notion_id"), str):
        draft = shelf == DRAFTS
        url = "" if draft else places.told(path, metadata, memory.site, shelf)
        blob = memory.snapshot.files[path]
        found = state.adopt(remembered, path, blob, metadata, url=url, removed=draft)
        found = replace(found, sizes={**found.sizes, **assets.said(post)})
        return found, normal_id(metadata["notion_id"])
    return remembered, None


def reclaim(
    target: Target,
    memory: Memory,
    outputs: Iterable[Output],
    strangers: Collection[str],
    shelves: Collection[Shelf],
) -> State:
    """Return the state without `strangers`, and with posts that an earlier run wrote and did not live to remember."""
    entries = {page: entry for page, entry in memory.state.entries.items() if page not in strangers}
    remembered = replace(memory.state, entries=entries)
    for output in outputs:
        path = output.entry.path
        there, shelf = memory.snapshot.files.get(path), _shelf(path, shelves, memory.site)
        if output.entry.page not in remembered.entries and shelf and there not in (None, output.entry.blob):
            claimed, page = _adopted(target, memory, remembered, path, shelf)
            if page == output.entry.page:
                remembered = claimed
    return remembered
