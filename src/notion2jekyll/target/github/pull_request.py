"""A pull request as a target: commits go to a branch of its own, and one pull request shows people what is new.

What is read is the blog as it will be once the pull request is merged. So what waits there is not read from Notion
again, and what people push to the branch is an edit like any other. Where the blog's own branch went on meanwhile, the
two are joined; a commit that has both heads as parents moves the branch without force.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Stop
from notion2jekyll.jekyll.posts import AUTOMATIC, IDENTITY
from notion2jekyll.merge import merge
from notion2jekyll.progress import Progress
from notion2jekyll.snapshot import Snapshot
from notion2jekyll.state import PATH as STATE
from notion2jekyll.target import Applied, Commit, Moved, Settled
from notion2jekyll.target.github.branch import GitHub, changes_of
from notion2jekyll.target.github.repository import (
    Change,
    Entry,
    Head,
    Kept,
    Pending,
    Relation,
    Version,
    id_of,
)
from notion2jekyll.target.github.wire import API, Json, Refused

RECORDS: Final = STATE.partition("/")[0] + "/"
"""Where what is remembered lies. A pull request that changes nothing else shows nothing."""
MARK: Final = "<!-- notion2jekyll: to write a text of your own, remove this line -->"
"""The first line of a text that may be written anew."""
_BARE: Final = "<!-- still without its labels -->"
"""The last line of a text until the labels are there: opening and labelling are two requests."""
_LISTED: Final = 100
"""How many files the text names."""
_TITLE: Final = 250
"""Characters of a title; GitHub takes 256."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the pull request should be like."""

    branch: str
    """The branch of its own."""
    title: str
    """Its title; `{summary}` becomes such as `2 new, 1 updated`."""
    labels: tuple[str, ...] = ()
    draft: bool = False


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where the branch and the blog stand, and what that makes together."""

    id: str
    """What the version is called in `Snapshot.base`."""
    version: Version
    """What there will be once the pull request is merged."""
    start: Version
    """The commit that the next one builds on."""
    parents: tuple[str, ...] = ()
    """Of the next commit; empty where `start` has no commit yet."""
    loose: Mapping[str, Change] = field(default_factory=dict)
    """What `version` has and `start` has not."""
    ours: str | None = None
    """The branch's head; None where it is not there."""
    base: Head | None = None
    """The blog's head; None where only its tree is known."""
    blog: Version | None = None
    """What is in it; None where it was not listed."""
    pending: Mapping[str, Pending] | None = None
    """What the branch changes, as GitHub tells, where `blog` was not listed; None where it does not tell all of it."""
    waiting: bool = False
    """Whether the branch has commits that the blog has not."""
    moved: bool = False
    """Whether this run moved the branch."""
    unwritten: bool = False
    problems: tuple[Problem, ...] = ()

    def snapshot(self) -> Snapshot:
        """Return what the core needs of it."""
        whole = replace(self.version.snapshot(), base=self.id)
        return replace(whole, unwritten=self.unwritten, problems=self.problems)


class PullRequest(GitHub):
    """The branch `wish.branch` of a repository, with its pull request against `base` (None: the default branch).

    Raises what `GitHub` does. A branch that is not there is made by the first commit.
    """

    def __init__(
        self,
        repository: str,
        base: str | None,
        token: str,
        api_url: str = API,
        *,
        wish: Wish,
        author: tuple[str, str] | None = None,
        progress: Progress | None = None,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if base == wish.branch:
            raise ConfigError(
                f"The pull request has the branch {base}, which is the blog's own.",
                hint="Give github: pull_request: branch another name.",
            )
        self._wish = wish
        super().__init__(
            repository,
            base,
            token,
            api_url,
            author=author,
            progress=progress,
            max_wait=max_wait,
            sleep=sleep,
            clock=clock,
        )
        self._stand: _Stand | None = None
        self._collided = False
        """Whether the branch turned out to be there although it could not be compared."""

    def _where(self, branch: str | None) -> str:
        return f"pull request from {self._wish.branch} into {branch or 'the default branch'}"

    # Reading

    def read(self) -> Snapshot:
        """Return the files that there will be once the pull request is merged.

        Two requests while there is none, and while the blog did not go on since; else four, and two for each post that
        changed on both sides. Raises ConfigError when there is no such repository or branch, or the repository is empty,
        AccessDenied, Unreachable.
        """
        base = self._branch = self._branch or self._repository.default_branch()
        relation = self._repository.relation(self._wish.branch, base)
        if relation is None:
            self._stand = self._alone(base)
        elif relation.is_contained:
            blog = self._repository.version(relation.base)
            self._stand = _at(blog, relation, blog=blog)
        elif relation.is_ahead:
            self._stand = _at(self._repository.version(relation.ours), relation)
        else:
            self._stand = self._joined(relation)
        self._version = self._stand.version
        return self._stand.snapshot()

    def _alone(self, base: str) -> _Stand:
        """Return what there is without a branch of ours."""
        blog = self._repository.version_of(base)
        if blog is None:
            head = self._repository.head(base)  # raises what is wrong
            if head is None:
                raise ConfigError(
                    f"{self.name}: the repository is empty, so there is nothing that a pull request could be made to.",
                    hint="Make a first commit (a README will do), or use github: mode: commit.",
                )
            blog = self._repository.version(head)
        elif self._collided and self._repository.ref(self._wish.branch):
            raise ConfigError(
                f"{self.name}: the two branches have no commit in common.",
                hint=f"Delete the branch {self._wish.branch}, or give github: pull_request: branch another name.",
            )
        head = blog.head or Head("", "", None)
        return _Stand(head.commit or head.tree, blog, blog, blog=blog)

    def _joined(self, relation: Relation) -> _Stand:
        """Join what the branch changed with what the blog changed since they parted."""
        old, blog, ours = (
            self._repository.version(head) for head in (relation.joint, relation.base, relation.ours)
        )
        entries, both = join(old.entries, blog.entries, ours.entries)
        problems: list[Problem] = []
        texts: dict[str, bytes] = {}
        edited = {
            path for path in both if path in old.entries and path in blog.entries and path not in ours.entries
        }
        record, kept = self._reopened(edited, old, blog, entries)
        if record is not None:
            texts[STATE] = record
            entries[STATE] = Entry(blog.mode(STATE), self._repository.keep(record))
        for path in both:
            if path in kept or path in texts:
                continue
            sides = [each.entries.get(path) for each in (old, blog, ours)]
            text, problem = self._merged(path, *sides)
            if text is not None:
                texts[path] = text
                entries[path] = Entry(blog.mode(path), self._repository.keep(text))
            problems += [problem] if problem else []
        loose: dict[str, Change] = {
            path: entry for path, entry in entries.items() if blog.entries.get(path) != entry
        }
        loose |= dict.fromkeys(blog.entries.keys() - entries.keys())
        loose |= texts
        complete = old.complete and blog.complete and ours.complete
        return _Stand(
            f"{relation.ours.commit}+{relation.base.commit}",
            Version(blog.head, entries, complete),
            blog,
            (relation.ours.commit, relation.base.commit),
            loose,
            ours=relation.ours.commit,
            base=relation.base,
            blog=blog,
            waiting=True,
            # Where one side alone changed a file, merging the pull request does the same. Where both did, it would fail.
            unwritten=bool(both),
            problems=tuple(problems),
        )

    def _reopened(
        self, edited: Collection[str], old: Version, blog: Version, entries: dict[str, Entry]
    ) -> tuple[bytes | None, frozenset[str]]:
        """Take back in `entries` that the branch moved or removed posts which the blog has `edited` since.

        Return the record of what was written as that makes it, and the paths that this was done for: what becomes of
        those posts is planned once more, as if they had been edited first. One is missing whose new file a person
        edited on the branch.
        """
        before, now = self._record(old.entries), self._record(entries)
        posts = [entry for entry in before.entries.values() if entry.path in edited] if before and now else []
        if before is None or now is None or not posts:
            return None, frozenset()
        again: dict[str, state.Entry] = {}
        files, sizes = dict(now.files), dict(now.sizes)
        for entry in posts:
            moved = now.entries.get(entry.page)
            if moved is not None and moved.path not in blog.entries and moved.path in entries:
                if entries[moved.path].id != moved.blob:
                    continue
                del entries[moved.path]
            again[entry.page] = entry
            for path in entry.files:
                if path in blog.entries and path in before.files:
                    entries.setdefault(path, blog.entries[path])
                    files.setdefault(path, before.files[path])
                    sizes |= {path: before.sizes[path]} if path in before.sizes else {}
        if not again:
            return None, frozenset()
        record = replace(now, entries={**now.entries, **again}, files=files, sizes=sizes)
        return state.dump(record), frozenset(entry.path for entry in again.values())

    def _record(self, entries: Mapping[str, Entry]) -> state.State | None:
        """Return the record of what was written; None where there is none that can be read."""
        try:
            return state.parse(self._repository.blob(entries[STATE].id)) if STATE in entries else None
        except ValueError:
            return None

    def _merged(
        self, path: str, old: Entry | None, blog: Entry | None, ours: Entry | None
    ) -> tuple[bytes | None, Problem | None]:
        """Return the text that has both changes of `path`, None where the blog's stands; and what is to be said."""
        if path.startswith(RECORDS):
            return None, None
        hint = "To have the other text, write it into the file; the branch's history has it."
        where = f"{path} was changed in {self._branch} and in the pull request"
        if not path.endswith(".md") or not (old and blog and ours and blog.is_file and ours.is_file):
            what = f"{where}; what {self._branch} has stands."
            return None, Problem("warning", what, hint=hint)
        base, theirs, new = (self._repository.blob(each.id) for each in (old, blog, ours))
        found = merge(base, theirs, new, automatic=AUTOMATIC, identity=IDENTITY)
        if not found.collisions:
            return found.content, None
        places = ", ".join(collision.where for collision in found.collisions)
        what = f"{where}, and in one place differently ({places}): there, what {self._branch} has stands."
        return found.content, Problem("warning", what, hint=hint)

    def history(self, path: str) -> Iterator[bytes]:
        """Yield what `path` held in its latest versions, newest first: one request, and two for each that is taken."""
        if self._stand and self._branch:
            yield from self._repository.history(self._stand.ours or self._branch, path)

    # Writing

    def send_ahead(self, content: bytes) -> None:
        """Store `content` as a blob, which no version holds yet. Raises what `apply` raises."""
        if self._version is not None:
            self._repository.send_ahead(content, self._version)

    def apply(self, commit: Commit) -> Applied:
        """Make `commit` on the branch, which is made where it is not there; raises Moved when somebody pushed to it.

        Raises AccessDenied for a token that may not write and for a protected branch, ConfigError for a file that
        GitHub does not take, Unreachable.
        """
        stand = self._stand
        if stand is None or stand.id != commit.base:
            raise Moved(f"{self.name} was not read at {commit.base}")
        changes = changes_of(commit, stand.snapshot())
        if not changes and not stand.unwritten:
            return Applied(commit.base, None)
        start, parents = self._start(stand)
        there = start.entries
        changes = {
            path: change
            for path, change in {**stand.loose, **changes}.items()
            if (change is not None or path in there)
            and not (isinstance(change, bytes | Kept) and path in there and there[path].id == id_of(change))
        }
        made = self._repository.commit(
            start,
            changes,
            commit.message,
            parents,
            lambda new: self._swap_ours(stand.ours, new),
        )
        if made is start or made.head is None:
            return Applied(commit.base, None)
        new = made.head
        self._version = made
        self._stand = _Stand(
            new.commit,
            made,
            made,
            (new.commit,),
            ours=new.commit,
            base=stand.base or start.head,
            blog=stand.blog,
            waiting=True,
            moved=True,
        )
        return Applied(new.commit, new.url)

    def _start(self, stand: _Stand) -> tuple[Version, tuple[str, ...]]:
        """Return the version that the next commit builds on, now also with its commit, and the parents."""
        if stand.parents:
            return stand.start, stand.parents
        head = self._repository.head(self._branch)
        if head is None or stand.id not in {head.tree, head.commit}:
            raise Moved(f"{self.name}: the blog has new commits")
        return replace(stand.start, head=head), (head.commit,)

    def _swap_ours(self, old: str | None, new: str) -> None:
        try:
            self._repository.swap(self._wish.branch, old, new)
        except Moved:
            self._collided = True
            raise

    # The pull request itself

    def settle(self, addresses: Sequence[str] | None = None) -> Settled:  # noqa: ARG002  # nothing is built before it is merged
        """Open the pull request, bring its title and text up to date, or close it when it would change nothing.

        One that a person closed is left alone until there is something new. Raises AccessDenied where the token may not
        make pull requests, ConfigError, Unreachable.
        """
        stand = self._stand
        if stand is None or not stand.waiting or stand.ours is None:
            return Settled()
        pulls = self._pulls()
        opened = next((each for each in pulls if each["state"] == "open"), None)
        pending = self._pending(stand)
        if all(path.startswith(RECORDS) for path in pending):
            if opened is not None:
                self._edit(opened, {"state": "closed"})
            return Settled()
        if opened is None:
            last = pulls[0] if pulls else None
            old = last is not None and not last.get("merged_at") and last["head"]["sha"] == stand.ours
            if last is not None and old and not stand.moved:
                return Settled(problems=(_closed(last, self._wish.branch),))
            opened = self._open(pending)
        if opened is not None:  # also where nothing is new: the run that wrote it may have come no further
            self._refresh(opened, pending)
        return Settled(opened["html_url"] if opened else None)

    def _pending(self, stand: _Stand) -> Mapping[str, Pending]:
        """Return what merging would change: no request, or one where neither side was listed and GitHub did not tell all."""
        if stand.pending is not None:
            return stand.pending
        blog = stand.blog
        if blog is None:
            if stand.base is None:
                return {}
            blog = self._repository.version(stand.base)
            self._stand = replace(stand, blog=blog)
        before, after = blog.entries, stand.version.entries
        pending: dict[str, Pending] = {
            path: "updated" for path in after if path in before and before[path] != after[path]
        }
        pending |= dict.fromkeys(after.keys() - before.keys(), "new")
        return pending | dict.fromkeys(before.keys() - after.keys(), "removed")

    def _pulls(self) -> list[Json]:
        """Return the pull requests of the branch, the newest first."""
        about = {
            "state": "all",
            "head": f"{self._wire.owner}:{self._wish.branch}",
            "base": self._branch or "",
            "sort": "created",
            "direction": "desc",
        }
        found: list[Json] = self._wire.ask("GET", "/pulls", parameters=about)
        return found

    def _open(self, pending: Mapping[str, Pending]) -> Json | None:
        """Open the pull request; None where GitHub sees nothing that it would change."""
        body = {
            "title": _title(self._wish.title, pending),
            "body": _text(pending) + f"\n{_BARE}" * bool(self._wish.labels),
            "head": self._wish.branch,
            "base": self._branch,
            "draft": self._wish.draft,
        }
        try:
            opened: Json = self._wire.call("POST", "/pulls", body)
        except Refused as refused:
            if "already exists" in refused.message:
                # Another run was first, or our own request whose answer was lost.
                there = [each for each in self._pulls() if each["state"] == "open"]
                if there:
                    return there[0]
            if "no commits between" in refused.message.lower():
                return None
            raise self._explained(refused) from refused
        return opened

    def _refresh(self, opened: Json, pending: Mapping[str, Pending]) -> None:
        """Bring title and text up to date, as far as they are ours; label what was only just opened."""
        # GitHub's site sends line breaks back as carriage return and line feed.
        body, text = (opened.get("body") or "").replace("\r\n", "\n"), _text(pending)
        if body.endswith(_BARE) and self._wish.labels:
            self._send("POST", f"/issues/{opened['number']}/labels", {"labels": list(self._wish.labels)})
        edits = {}
        pattern = ".*".join(re.escape(part) for part in self._wish.title.split("{summary}"))
        title = _title(self._wish.title, pending)
        if opened["title"] != title and re.fullmatch(pattern, opened["title"], re.DOTALL):
            edits["title"] = title
        if body != text and body.startswith(MARK):
            edits["body"] = text
        if edits:
            self._edit(opened, edits)

    def _edit(self, opened: Json, edits: Json) -> None:
        self._send("PATCH", f"/pulls/{opened['number']}", edits)

    def _send(self, method: str, path: str, body: Json) -> None:
        try:
            self._wire.call(method, path, body)
        except Refused as refused:
            raise self._explained(refused) from refused

    def _explained(self, refused: Refused) -> Stop:
        message = refused.message.lower()
        if "draft" in message:
            return ConfigError(
                f"GitHub refused in {self.name}: {refused.message}",
                hint="Private repositories on a free plan have no drafts. Set github: pull_request: draft: false.",
            )
        if refused.status in {403, 404}:
            return AccessDenied(
                f"The commit is on the branch {self._wish.branch}, but GitHub refused the pull request: {refused.message}",
                hint=_MAY_OPEN,
            )
        return self._wire.stop(refused)


_MAY_OPEN = (
    "In a workflow add “pull-requests: write” under permissions, and tick “Allow GitHub Actions to create and approve pull "
    "requests” in the repository's Settings → Actions → General. A fine-grained token needs “Pull requests: Read and write”."
)


def join(
    old: Mapping[str, Entry], blog: Mapping[str, Entry], ours: Mapping[str, Entry]
) -> tuple[dict[str, Entry], list[str]]:
    """Return the files that have what `blog` and what `ours` changed since `old`, and the paths that both changed.

    Of those the blog's stands, but for the record of what was written: the one that belongs to our posts is ours.
    """
    entries: dict[str, Entry] = {}
    both: list[str] = []
    for path in sorted(old.keys() | blog.keys() | ours.keys()):
        was, theirs, mine = old.get(path), blog.get(path), ours.get(path)
        taken = mine if theirs == was else theirs
        if was != theirs != mine != was:
            both.append(path)
            taken = mine if path == STATE and mine else theirs
        if taken:
            entries[path] = taken
    folders = {path[:place] for path in blog for place, sign in enumerate(path) if sign == "/"}
    for path in entries.keys() - blog.keys():
        parts = [path[:place] for place, sign in enumerate(path) if sign == "/"]
        if path in folders or any(part in blog and part in entries for part in parts):
            del entries[path]  # a file here, a folder there
            both.append(path)
    return entries, both


def _at(version: Version, relation: Relation, *, blog: Version | None = None) -> _Stand:
    """Return where things stand when the next commit builds on `version` alone."""
    head = version.head.commit if version.head else ""
    return _Stand(
        head,
        version,
        version,
        (head,),
        ours=relation.ours.commit,
        base=relation.base,
        blog=blog,
        pending=relation.pending if relation.is_whole else None,
        waiting=not relation.is_contained,
    )


def _shown(pending: Mapping[str, Pending]) -> dict[str, str]:
    """Return what people want to read of: neither records nor pictures."""
    texts = (".md", ".yml", ".yaml", ".json")
    return {
        path: what
        for path, what in sorted(pending.items())
        if path.endswith(texts) and not path.startswith(RECORDS)
    }


def _title(template: str, pending: Mapping[str, Pending]) -> str:
    counts = Counter(_shown(pending).values())
    summary = ", ".join(f"{counts[what]} {what}" for what in ("new", "updated", "removed") if counts[what])
    title = " ".join(template.replace("{summary}", summary or "files only").split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"


def _text(pending: Mapping[str, Pending]) -> str:
    shown = _shown(pending)
    about = (
        "Merge this to bring the blog in step with Notion. Each sync brings it up to date. What you push to its branch stays. "
        "If you close it, it is opened anew once there is something new in Notion."
    )
    lines = [f"- `{path}` ({what})" for path, what in list(shown.items())[:_LISTED]]
    if len(shown) > _LISTED:
        lines.append(f"- and {len(shown) - _LISTED} more")
    return "\n".join([MARK, about, "", *lines])


def _closed(pull: Json, branch: str) -> Problem:
    return Problem(
        "note",
        f"The pull request #{pull['number']} was closed without being merged, so what it holds waits.",
        hint=f"Reopen it to have it after all. To have a new one now, delete the branch {branch}.",
    )
