"""Deciding: what the repository holds, what was written last, what Notion says now → one `Plan`. Pure.

`make_plan` is one table, the same as in docs/architecture.md. Nothing is written here; a plan is a value that can be
shown, compared, refused by a guard, or turned into the one commit that carries it out.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from notion2jekyll.errors import GuardStop
from notion2jekyll.merge import FRONT_MATTER, WHOLE, Collision, Merged
from notion2jekyll.notion.model import File
from notion2jekyll.snapshot import Commit, Contents, Snapshot, blob_id
from notion2jekyll.state import BASES, Entry, State, base_path

Action = Literal["create", "update", "move", "delete", "merge"]


@dataclass(frozen=True, slots=True)
class Output:
    """What one page should be in the repository."""

    entry: Entry
    """What will be remembered of it; its path is where the post goes, its blob the content's."""
    packed: bytes
    """The whole post, a third as large: a long run has thousands of them at hand."""
    files: Mapping[str, File]
    """Path → file of the media that it shows."""
    why: str
    """Why it was read: for the report."""
    unwritten: bool = False
    """Whether the content is still to be written, once it is known what the files are."""

    @classmethod
    def of(
        cls, entry: Entry, content: bytes, files: Mapping[str, File], why: str, *, unwritten: bool = False
    ) -> Output:
        """Return the output with that content."""
        return cls(entry, zlib.compress(content, 1), files, why, unwritten)

    @property
    def content(self) -> bytes:
        """The whole post."""
        return zlib.decompress(self.packed)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that will happen to a post."""

    action: Action
    path: str
    page: str
    title: str
    why: str
    content: bytes | None = None
    """The new content; None for a post that is deleted, or moved as it is."""
    source: str | None = None
    """Where it was, for a move."""

    def as_json(self) -> dict[str, str | None]:
        """Return the change as the report has it."""
        return {
            "action": self.action,
            "path": self.path,
            "from": self.source,
            "page": self.page,
            "title": self.title,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that was left alone because a person's work is in the way."""

    path: str
    page: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return the conflict as the report has it."""
        return {"path": self.path, "page": self.page, "why": self.why}


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says about removing and about posts that a person edited."""

    removed: Literal["delete", "draft", "keep"] = "delete"
    """What becomes of a post whose page is no longer published."""
    on_conflict: Literal["merge", "keep", "overwrite", "stop"] = "merge"
    """What becomes of a post that a person edited and whose page changed too."""
    restore: bool = False
    """Whether a post that a person deleted in the repository is written again."""
    max_removed: int = 5
    """Up to so many posts may always be removed at once."""
    max_removed_percent: float = 30
    """More are removed only while they are at most this share of all posts."""
    force: bool = False
    """Whether posts are replaced of which it is not known whether a person edited them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one run will do."""

    base: str | None
    changes: tuple[Change, ...]
    """Sorted by path."""
    conflicts: tuple[Conflict, ...]
    unchanged: int
    """Published posts that stay as they are."""
    posts: int
    """How many posts there were before, for the guard."""
    withdrawn: int
    """How many of them readers will no longer find: deleted, drafts, hidden."""
    files: Mapping[str, File]
    """Path → file of the media that are not in the repository yet."""
    orphans: frozenset[str]
    """Media that no post shows any more, and bases that nothing is merged with any more."""
    bases: Mapping[str, bytes]
    """Path → what Notion made of a post, for later merges, where it could not be told from the post itself."""
    state: State
    """What will be remembered once this is carried out."""

    @property
    def carried(self) -> Mapping[str, str]:
        """New path → old path of posts that move as they are; their content is taken from the repository."""
        return {
            change.path: change.source for change in self.changes if change.source and change.content is None
        }

    def check(self, policy: Policy) -> None:
        """Raise GuardStop where so many posts would be removed that it looks like an accident."""
        removed = self.withdrawn
        share = 100 * removed / self.posts if self.posts else 0
        if removed > policy.max_removed and share > policy.max_removed_percent:
            raise GuardStop(
                f"{removed} of {self.posts} posts ({share:.0f} %) would be removed, more than {policy.max_removed} posts and "
                f"{policy.max_removed_percent:g} % at once. That looks like an accident in Notion, so nothing was written.",
                hint="Look at the list with 'notion2jekyll plan --force'. If it is what you want, run 'notion2jekyll sync "
                "--force' once, or raise sync.max_removed in the configuration.",
            )

    def commit(
        self,
        contents: Mapping[str, bytes],
        message: str,
        *,
        media: Mapping[str, bytes] | None = None,
        blobs: Mapping[str, str] | None = None,
    ) -> Commit:
        """Return the one commit that carries the plan out.

        `contents` has what the plan itself does not hold: posts that move as they are, and the state file. `media` reads
        those files whose paths and blob ids are `blobs`, when they are written.
        """
        held: dict[str, bytes] = {**contents, **self.bases}
        deletes: set[str] = set(self.orphans)
        for change in self.changes:
            if change.action == "delete":
                deletes.add(change.path)
                continue
            if change.content is not None:
                held[change.path] = change.content
            if change.source is not None:
                deletes.add(change.source)
        aside = {path: blob for path, blob in (blobs or {}).items() if path not in held}
        writes = Contents(held, media or {}, aside)
        return Commit(self.base, writes, frozenset(deletes - writes.keys()), message, aside)


def check_listing(rows: Mapping[str, int], state: State, vanished: int) -> None:
    """Raise GuardStop where a source suddenly has no rows: an empty answer is no reason to delete a blog.

    `rows` is how many each listed source has now, by its name, which starts with its id; `vanished` how many posts have
    lost their page.
    """
    live = [entry for entry in state.entries.values() if not entry.removed]
    made = Counter(entry.source for entry in live)
    # An older state does not tell which source a post was made from.
    unknown = bool(made[""])
    empty = [
        name.split(" ")[0]
        for name, count in rows.items()
        if not count and (made[name] or (unknown and (name.split(" ")[0] in state.sources or len(rows) == 1)))
    ]
    if live and vanished and empty:
        which = f"no rows for the source {empty[0]}" if any(rows.values()) else "no rows at all"
        raise GuardStop(
            f"Notion returned {which}, but {vanished} of {len(live)} posts were made from such rows. Nothing was written.",
            hint="Most often the database is no longer shared with the connection (••• → Connections), or a filter matches "
            "nothing. If it really is empty, run 'notion2jekyll sync --force' once to remove the posts.",
        )


def check_rows(path: str, before: int, now: int, policy: Policy) -> None:
    """Raise GuardStop where a data file that had `before` rows would have only `now`, so that it looks like an accident."""
    lost = before - now
    if before and (
        not now or (lost > policy.max_removed and 100 * lost / before > policy.max_removed_percent)
    ):
        raise GuardStop(
            f"{path} would have {now} rows instead of {before}. That looks like an accident in Notion, so nothing was written.",
            hint="Most often the database is no longer shared with the connection, or the publish rule matches less. If it is what "
            "you want, run 'notion2jekyll sync --force' once.",
        )


_SHORT: Final = 60
"""How much of a text that collides is shown, in characters."""
DRAFTS: Final = "_drafts/"
"""Jekyll's folder of posts that are not built."""


def _to_drafts(change: Change) -> bool:
    return change.action == "move" and f"/{DRAFTS}" in f"/{change.path}"


def _is_hidden(page: str, before: State, after: Mapping[str, Entry]) -> bool:
    """Return whether the post of `page` had an address and has none any more."""
    return page in before.entries and bool(before.entries[page].url) and page in after and not after[page].url


def make_plan(
    outputs: Iterable[Output],
    *,
    gone: Mapping[str, str],
    snapshot: Snapshot,
    state: State,
    policy: Policy,
    merges: Mapping[str, Merged] | None = None,
    forgetful: bool = False,
) -> Plan:
    """Return what to do.

    `outputs` are the posts that were read and rendered in this run; `gone` says, by page id, why a page is certainly no
    longer published. Every other entry of `state` stays as it is: a page that needed no reading, one that could not be
    read, one of which it is not known what became. `merges` has, by page id, what became of posts that a person edited
    together with what Notion has now; `forgetful` is a target that keeps no earlier versions of a file. Raises GuardStop
    where a person's edit is to stop the run.

    | in state?             | file in the repository     | new content                 | ⇒                                    |
    |-----------------------|----------------------------|-----------------------------|--------------------------------------|
    | no                    | absent / present, not ours | any                         | create / conflict                    |
    | yes                   | as we left it              | same / differs / elsewhere  | unchanged / update / move            |
    | yes                   | edited by hand             | same as last time / differs | unchanged / merge, conflict (policy) |
    | yes                   | deleted by hand            | any                         | stays deleted, or written (policy)   |
    | yes, gone from Notion | as we left it / edited     | –                           | delete (or draft, keep) / conflict   |
    | yes, not read         | any                        | –                           | unchanged                            |
    """
    outputs = sorted(outputs, key=lambda output: output.entry.path)
    draft = _Draft(snapshot, state, policy, merges or {})
    draft.drafts = _draft_places(gone, draft)
    draft.leaving = _leaving(outputs, gone, draft)
    for page in sorted(gone):
        if page in state.entries:
            draft.remove(state.entries[page], gone[page])
    for output in outputs:
        draft.publish(output, state.entries.get(output.entry.page))
    handled = {output.entry.page for output in outputs} | set(gone)
    for page in sorted(set(state.entries) - handled):
        draft.stay(state.entries[page])

    used = {path for entry in draft.entries.values() for path in entry.files}
    wanted = {path: file for output in outputs for path, file in sorted(output.files.items()) if path in used}
    bases, spent = _bases(draft, outputs, forgetful=forgetful)
    return Plan(
        base=snapshot.base,
        changes=tuple(sorted(draft.changes, key=lambda change: (change.path, change.action))),
        conflicts=tuple(sorted(draft.conflicts, key=lambda conflict: conflict.path)),
        unchanged=draft.unchanged,
        posts=sum(not entry.removed for entry in state.entries.values()),
        withdrawn=sum(
            change.action == "delete" or _to_drafts(change) or _is_hidden(change.page, state, draft.entries)
            for change in draft.changes
        ),
        files={path: file for path, file in wanted.items() if path not in snapshot.files},
        # Media that a person replaced is theirs.
        orphans=frozenset(
            path
            for path, blob in state.files.items()
            if path not in used | draft.given and snapshot.files.get(path) == blob
        )
        | spent,
        bases=bases,
        state=replace(
            state,
            entries=draft.entries,
            # What is there already and not known is from a run that did not live to remember it, or lost its memory.
            files={path: snapshot.files[path] for path in wanted if path in snapshot.files}
            | {path: blob for path, blob in state.files.items() if path in used},
            sizes={path: size for path, size in state.sizes.items() if path in used},
        ),
    )


@dataclass(slots=True)
class _Draft:
    """A plan while it is made."""

    snapshot: Snapshot
    state: State
    policy: Policy
    merges: Mapping[str, Merged]
    entries: dict[str, Entry] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    unchanged: int = 0
    leaving: frozenset[str] = frozenset()
    """Paths that posts leave in this very plan, by moving or going."""
    drafts: Mapping[str, str] = field(default_factory=dict)
    """Page id → path of the draft, for posts that become drafts in this very plan."""
    given: set[str] = field(default_factory=set)
    """Media that are a person's from now on, with the post that shows them."""
    twins: dict[str, str] = field(default_factory=dict)
    """Path as a file system without case or Unicode forms sees it → path."""

    def __post_init__(self) -> None:
        self.twins = {_folded(path): path for path in (*self.snapshot.files, *self.snapshot.others)}

    def as_left(self, entry: Entry) -> bool:
        """Return whether the post of `entry` is as this program wrote it."""
        return self.snapshot.files.get(entry.path) == entry.blob

    def may_write(self, entry: Entry) -> bool:
        """Return whether the post of `entry` may be written or moved: it is as we left it, or merged, or may be replaced."""
        if entry.recovered and not self.policy.force:
            return False
        if self.as_left(entry) or self.policy.on_conflict == "overwrite":
            return True
        return self.policy.on_conflict == "merge" and _is_whole(self.merges.get(entry.page))

    def obstacle(self, path: str, leaving: frozenset[str] | None = None) -> str | None:
        """Return what stands in the way at `path`: that very path, or one that some file systems take for the same."""
        leaving = self.leaving if leaving is None else leaving
        if path in self.snapshot.files or path in self.snapshot.others:
            return None if path in leaving else path
        twin = self.twins.get(_folded(path))
        return None if twin is None or twin in leaving else twin

    def ours(self, path: str) -> bool:
        """Return whether `path` is a post that this program wrote."""
        return any(path == entry.path for entry in self.state.entries.values())

    def keep(self, entry: Entry) -> None:
        """Remember `entry`, whose post stays."""
        self.entries[entry.page] = entry
        self.unchanged += not entry.removed

    def stay(self, entry: Entry) -> None:
        """Remember the `entry` of a page that nothing is to be done for; not a draft that a person threw away."""
        if not entry.removed or entry.path in self.snapshot.files or not self.snapshot.complete:
            self.keep(entry)
        else:
            self.forget(entry)

    def forget(self, entry: Entry) -> None:
        """Forget the post of `entry`, which a person deleted; one that they moved elsewhere keeps what it shows."""
        if self.snapshot.whereabouts(entry.blob):
            self.given.update(entry.files)

    def clash(self, page: str, path: str, why: str, previous: Entry | None) -> None:
        """Leave everything of `page` alone, because of what is at `path`."""
        self.conflicts.append(Conflict(path, page, why))
        if previous:
            self.entries[page] = previous

    def change(
        self, action: Action, entry: Entry, content: bytes, why: str, source: str | None = None
    ) -> None:
        """Write the post of `entry`."""
        self.entries[entry.page] = entry
        self.changes.append(Change(action, entry.path, entry.page, entry.title, why, content, source))

    def publish(self, output: Output, previous: Entry | None) -> None:
        """Decide what becomes of a page that is published."""
        entry = output.entry
        there = self.snapshot.files.get(entry.path)
        elsewhere = previous is not None and previous.path != entry.path
        if there == entry.blob and elsewhere and previous is not None and self.as_left(previous):
            # An earlier run was cut short between writing the post and removing it from its old place.
            self.change("move", entry, output.content, output.why, previous.path)
        elif (
            there == entry.blob
            and elsewhere
            and previous is not None
            and previous.path in self.snapshot.files
        ):
            why = f"the post is here already, and was edited at its old place, {previous.path}; delete one of the two"
            self.clash(entry.page, entry.path, why, previous)
        elif there == entry.blob:
            # Exactly what it should be: nothing changed, or an earlier run was cut short after it wrote.
            self.keep(entry)
        elif previous is None:
            self._create(output, None)
        elif previous.path not in self.snapshot.files:
            if previous.removed and self.snapshot.complete:
                # A draft, or a post that was kept, which a person threw away: publishing the page again is the later word.
                self._create(output, None)
            elif not self.snapshot.complete or not self.policy.restore:
                self.keep(previous)
            else:
                self._create(output, previous)
        elif previous.recovered and not self.policy.force:
            self.clash(
                entry.page,
                previous.path,
                "the record of what was written last is lost, so it is not known whether a person edited the post; it stays. "
                "Delete the file, or run once with --force, to take what Notion has",
                previous,
            )
        elif self.as_left(previous):
            self._rewrite(output, previous)
        elif previous.blob == entry.blob and previous.path == entry.path:
            # What a person put there may show media that the page shows no longer.
            self.keep(replace(entry, files=tuple(sorted({*entry.files, *previous.files}))))
        else:
            self._reconcile(output, previous)

    def _rewrite(self, output: Output, previous: Entry, merged: Merged | None = None) -> None:
        """Write the post, here or at its new place: what Notion has, or what was `merged`."""
        entry = output.entry
        source = previous.path if previous.path != entry.path else None
        obstacle = self.obstacle(entry.path) if source else None
        if obstacle is not None:
            why = "the post of another page is still here" if self.ours(obstacle) else "the file is not ours"
            self.clash(entry.page, obstacle, f"{previous.path} cannot move here: {why}", previous)
            return
        self.conflicts += [
            Conflict(entry.path, entry.page, _told(found)) for found in (merged.collisions if merged else ())
        ]
        blob = blob_id(merged.content) if merged else entry.blob
        action: Action = "move" if source else "update"
        if blob == self.snapshot.files.get(previous.path) and not source:
            self.keep(entry)
            return
        content = merged.content if merged else output.content
        if blob in (entry.blob, self.snapshot.files.get(previous.path)):
            self.change(action, entry, content, output.why, source)
        else:
            self.change("merge", entry, content, f"{output.why}, and in the repository", source)

    def _reconcile(self, output: Output, previous: Entry) -> None:
        """Decide what becomes of a post that a person edited and whose page changed too."""
        entry, policy = output.entry, self.policy
        merged = self.merges.get(entry.page) if policy.on_conflict == "merge" else None
        both = f"the post was edited in the repository, and its page changed too ({output.why})"
        if policy.on_conflict == "stop" and not policy.force:
            raise GuardStop(
                f"{previous.path}: {both}. Nothing was written.",
                hint="Take the edit over into Notion and undo it in the repository, choose another `on_conflict` under `sync:`, "
                "or run once with --force to leave that post as it is.",
            )
        if policy.on_conflict == "overwrite":
            why = f"{output.why}; what was edited in the repository is overwritten"
            self._rewrite(replace(output, why=why), previous)
        elif merged is not None and _is_whole(merged):
            names = {path: path.rsplit("/", 1)[-1].encode() for path in previous.files}
            shown = {path for path, name in names.items() if name in merged.content}
            entry = replace(entry, files=tuple(sorted({*entry.files, *shown})))
            self._rewrite(replace(output, entry=entry), previous, merged)
        elif merged is not None:
            why = "its front matter is gone, is no valid YAML or has lost its notion_id, so the file stays until that is mended"
            self.clash(entry.page, previous.path, f"{both}; {why}", previous)
        else:
            self.clash(entry.page, previous.path, f"{both}; the repository's text stays", previous)

    def _create(self, output: Output, previous: Entry | None) -> None:
        obstacle = self.obstacle(output.entry.path)
        if obstacle is None:
            self.change("create", output.entry, output.content, output.why)
        else:
            why = (
                "the post of another page is still here, so the page is not published yet"
                if self.ours(obstacle)
                else "a file that notion2jekyll did not write is here, so the page is not published; rename one of the two"
            )
            self.clash(output.entry.page, obstacle, why, previous)

    def remove(self, entry: Entry, why: str) -> None:
        """Decide what becomes of the post of a page that is no longer published."""
        if entry.path not in self.snapshot.files:
            if self.snapshot.complete:
                self.forget(entry)
            else:
                self.keep(entry)
        elif entry.removed:
            self.stay(entry)
        elif self.policy.removed == "keep":
            self.keep(replace(entry, removed=True))
        elif not self.as_left(entry):
            why = f"the page is gone ({why}), but its post was edited in the repository, so it stays"
            self.clash(entry.page, entry.path, why, entry)
        elif self.policy.removed == "delete":
            self.changes.append(Change("delete", entry.path, entry.page, entry.title, why))
        else:
            self._to_drafts(entry, why)

    def _to_drafts(self, entry: Entry, why: str) -> None:
        place = self.drafts.get(entry.page)
        if place is None:
            self.clash(
                entry.page, entry.path, "it cannot become a draft: files that are not ours are there", entry
            )
            return
        self.entries[entry.page] = replace(
            entry, path=place, url="", last=entry.url or entry.last, removed=True
        )
        if place == entry.path:
            return
        self.changes.append(Change("move", place, entry.page, entry.title, why, None, entry.path))


def _draft_places(gone: Mapping[str, str], draft: _Draft) -> Mapping[str, str]:
    """Return where the posts of pages in `gone` are kept as drafts; a name that is taken gets the id of the page."""
    places: dict[str, str] = {}
    if draft.policy.removed != "draft":
        return places
    for page in sorted(gone):
        entry = draft.state.entries.get(page)
        if entry is None or entry.removed or not draft.as_left(entry):
            continue
        above, _, name = entry.path.rpartition("_posts/")
        if f"/{DRAFTS}" in f"/{entry.path}":
            places[page] = entry.path  # it is one already
            continue
        stem = re.sub(r"^\d{4}-\d{2}-\d{2}-", "", name.rsplit("/", 1)[-1]).removesuffix(".md")
        taken = {_folded(place) for place in places.values()}
        for place in (f"{above}{DRAFTS}{stem}.md", f"{above}{DRAFTS}{stem}-{page.replace('-', '')}.md"):
            if _folded(place) not in taken and draft.obstacle(place, frozenset()) is None:
                places[page] = place
                break
    return places


def _leaving(outputs: Iterable[Output], gone: Mapping[str, str], draft: _Draft) -> frozenset[str]:
    """Return the paths that will be free: of posts that go, and of posts that move and find their new place free."""
    entries = draft.state.entries
    going = {
        entries[page].path
        for page in gone
        if page in entries
        and draft.as_left(entries[page])
        and not entries[page].removed
        and (draft.policy.removed == "delete" or page in draft.drafts)
    }
    moves = {
        previous.path: output.entry.path
        for output in outputs
        if (previous := entries.get(output.entry.page))
        and draft.may_write(previous)
        and previous.path != output.entry.path
    }
    while True:
        leaving = frozenset(going | moves.keys())
        stuck = [source for source, place in moves.items() if draft.obstacle(place, leaving)]
        if not stuck:
            return leaving
        for source in stuck:
            del moves[source]


def _is_whole(merged: Merged | None) -> bool:
    """Return whether a merge came to something: not where the front matter was no help."""
    return merged is not None and all(found.where != WHOLE for found in merged.collisions)


def _told(found: Collision) -> str:
    """Return a collision for the report, with both texts short."""
    if found.where == FRONT_MATTER:
        return (
            "both changed the front matter, which is in a form of its own here, so its keys stay as they are"
        )
    stays = f"“{_short(found.theirs)}” stays" if found.theirs else "the deletion stays"
    return f"both changed {found.where}: {stays}, Notion has {f'“{_short(found.ours)}”' if found.ours else 'nothing there'}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[:_SHORT].rstrip() + "…"


def _bases(
    draft: _Draft, outputs: Iterable[Output], *, forgetful: bool
) -> tuple[dict[str, bytes], frozenset[str]]:
    """Return the bases to write, by path, and the paths of those that have had their day.

    What a later merge starts from is what Notion made of a post. Where the post is just that, git has it; where a person's
    text is in it as well, it is kept aside; and for every post where the target forgets.
    """
    made = {output.entry.page: output for output in outputs}
    written = {change.page: change.content for change in draft.changes}
    sources = {change.page: change.source or change.path for change in draft.changes}
    bases: dict[str, bytes] = {}
    needed: set[str] = set()
    for page, entry in draft.entries.items():
        content = written.get(page)
        there = (
            draft.snapshot.files.get(sources.get(page, entry.path)) if content is None else blob_id(content)
        )
        if there is None or draft.policy.on_conflict != "merge" or (there == entry.blob and not forgetful):
            continue
        needed.add(base_path(page))
        ours = made[page].content if page in made else b""
        if draft.snapshot.files.get(base_path(page)) != entry.blob == blob_id(ours):
            bases[base_path(page)] = ours
    there_already = {path for path in draft.snapshot.files if path.startswith(BASES) and path.endswith(".md")}
    return bases, frozenset(there_already - needed)


def _folded(path: str) -> str:
    """Return `path` as the least careful file system sees it: case and Unicode forms do not count."""
    return unicodedata.normalize("NFC", path).casefold()
