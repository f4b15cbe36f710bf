"""A repository's git objects and branches, through the API.

What makes a repeated write harmless: blobs and trees are named by their content, a commit that nothing points to is
invisible, and a branch moves by compare-and-swap. Only the last step is seen by anyone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import quote

from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Unreachable
from notion2jekyll.state import PATH as STATE
from notion2jekyll.target import Moved, Snapshot, blob_id
from notion2jekyll.target.github.wire import API, ATTEMPTS, MAY_WRITE, READ_ONLY, Json, Lost, Refused, Wire

SEED = ".notion2jekyll/.keep"
"""The file that makes a repository without any commit take the real one; that commit removes it again."""
SEED_TEXT = b"This repository was empty. The next commit removes this file.\n"

_CHUNK_ENTRIES = 100
_CHUNK_BYTES = 2_000_000
"""What one request for a tree holds at most. GitHub times out on large ones: 200-250 files or 2.5 MB were reported."""
_INLINE_BYTES = 1_000_000
"""Text that takes more than this as JSON goes as a blob of its own."""
_COMPARED = 300
"""Of so many files GitHub tells how two branches differ in them, and of no more."""
_VERSIONS = 5
"""How far back a lost file is looked for."""


class Entry(NamedTuple):
    """One path of a tree."""

    mode: str
    """`100644`, `100755` (executable), `120000` (symbolic link) or `160000` (submodule)."""
    id: str
    """Git id of its content."""

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.mode.startswith("100")


class Head(NamedTuple):
    """The commit that a branch points to."""

    commit: str
    tree: str
    url: str | None
    """Where a person can look at it."""


Pending = Literal["new", "updated", "removed"]
"""What a branch makes of a path, for the one that it is to be merged into."""


class Relation(NamedTuple):
    """How a branch stands to another one."""

    base: Head
    """The other one's head."""
    joint: Head
    """The last commit that both have."""
    ours: Head
    """The branch's own head."""
    pending: Mapping[str, Pending]
    """Path → what the branch has made of it since `joint`."""
    is_whole: bool
    """Whether `pending` has all of them."""

    @property
    def is_contained(self) -> bool:
        """Whether the other branch has everything of this one."""
        return self.ours.commit == self.joint.commit

    @property
    def is_ahead(self) -> bool:
        """Whether this branch has everything of the other one."""
        return self.base.commit == self.joint.commit


class NoBranch(ConfigError):
    """The repository has commits, and no branch of that name."""


class Kept(NamedTuple):
    """A new content that is not in memory."""

    id: str
    """Its git id."""
    read: Callable[[], bytes]


Change = bytes | Kept | Entry | None
"""What becomes of a path: new content, a content that the repository has already, or nothing (it goes)."""


def id_of(change: bytes | Kept | Entry) -> str:
    """Return the git id of what a path will hold."""
    return blob_id(change) if isinstance(change, bytes) else change.id


def _content(change: Change) -> bytes | None:
    """Return the new content of a path, None where it has none."""
    if isinstance(change, Kept):
        return change.read()
    return change if isinstance(change, bytes) else None


@dataclass(frozen=True, slots=True)
class Version:
    """A commit, and everything in it; without one, a repository that has none."""

    head: Head | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    complete: bool = True
    """False where a folder was too large to be listed whole."""

    def snapshot(self) -> Snapshot:
        """Return what the core needs of it."""
        files = {path: entry.id for path, entry in self.entries.items() if entry.is_file}
        others = frozenset(path for path, entry in self.entries.items() if not entry.is_file)
        return Snapshot(self.head.commit if self.head else None, files, others, self.complete)

    def after(self, changes: Mapping[str, Change], head: Head) -> Version:
        """Return the version that `changes` made of this one."""
        entries = {path: entry for path, entry in self.entries.items() if path not in changes}
        for path, change in changes.items():
            if isinstance(change, Entry):
                entries[path] = change
            elif change is not None:
                entries[path] = Entry(self.mode(path), id_of(change))
        return Version(head, entries, self.complete)

    def mode(self, path: str) -> str:
        """Return the mode to write the file `path` with: an executable one stays so."""
        there = self.entries.get(path)
        return there.mode if there and there.is_file else "100644"


class Repository:
    """The repository at the end of `wire`.

    `author` is a name and a mail address, for commits; by default GitHub names whoever the token belongs to, and only
    then signs a bot's commits.
    """

    def __init__(self, wire: Wire, author: tuple[str, str] | None = None) -> None:
        self.wire = wire
        self._author = author
        self._fetched: dict[str, bytes] = {}
        self._stored: set[str] = set()
        """Ids of contents that this run has sent."""

    # Reading

    def head(self, branch: str | None) -> Head | None:
        """Return what `branch` (None: the default branch) points to; None for a repository without any commit.

        Raises ConfigError when there is no such repository, NoBranch when there is no such branch, AccessDenied, Unreachable.
        """
        try:
            if branch is None:
                # The list of commits begins at the default branch, whatever its name is.
                commit = self.wire.call("GET", "/commits", parameters={"per_page": "1"})[0]
            else:
                commit = self.wire.call("GET", f"/branches/{quote(branch)}")["commit"]
        except Refused as refused:
            if refused.status not in {404, 409}:
                raise self.wire.stop(refused) from refused
            found = self.ref(branch) if branch is not None else None
            if found is None:
                self._explain_no_head(branch)
                return None
            commit = {"sha": found}
        return self._head_of(commit)

    def _head_of(self, commit: Json) -> Head:
        self.wire.follow(commit.get("url") or "")
        sha = str(commit["sha"])
        # A server that speaks GitHub's language may say less than GitHub does.
        tree = commit.get("commit", {}).get("tree") or self.wire.ask("GET", f"/git/commits/{sha}")["tree"]
        return Head(sha, str(tree["sha"]), self._page_of(commit))

    def relation(self, branch: str, base: str) -> Relation | None:
        """Return how `branch` stands to the branch `base`: one request. None where one of them is not there.

        Raises AccessDenied, Unreachable.
        """
        try:
            found = self.wire.call("GET", f"/compare/{quote(base)}...{quote(branch)}")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise self.wire.stop(refused) from refused
        commits, joint = found["commits"], self._head_of(found["merge_base_commit"])
        if not found["ahead_by"]:
            ours = joint
        elif len(commits) == found["ahead_by"]:
            ours = self._head_of(commits[-1])
        else:  # it lists 250 commits at most, the oldest first
            ours = self._head_of(self.wire.ask("GET", f"/branches/{quote(branch)}")["commit"])
        files = found.get("files")
        is_whole = files is not None and len(files) < _COMPARED
        return Relation(self._head_of(found["base_commit"]), joint, ours, _pending(files or ()), is_whole)

    def ref(self, branch: str) -> str | None:
        """Return the commit of `branch` as git's own references have it; None where they do not know it either."""
        try:
            reference = self.wire.call("GET", f"/git/ref/heads/{quote(branch)}")
        except Refused:
            return None
        return str(reference["object"]["sha"]) if isinstance(reference, dict) else None

    def _page_of(self, commit: Json) -> str | None:
        """Return where a person can look at `commit`; None where that is not known."""
        if page := commit.get("html_url"):
            return str(page)
        if self.wire.api_url == API:
            return f"https://github.com/{self.wire.repository}/commit/{commit['sha']}"
        return None

    def _explain_no_head(self, branch: str | None) -> None:
        """Return for a repository without any commit; raise what is wrong otherwise."""
        repository, facts = self.wire.repository, self._facts()
        branches = [
            branch["name"] for branch in self.wire.ask("GET", "/branches", parameters={"per_page": "100"})
        ]
        if not branches:
            return
        default = facts.get("default_branch") or branches[0]
        names = ", ".join([default, *(name for name in branches if name != default)][:10])
        raise NoBranch(
            f"{repository} has no branch {branch}.",
            hint=f"Its default branch is {default}; there are: {names}. Correct github: branch, or let the first commit "
            "make the branch with github: create_branch: true.",
        )

    def has_pages(self) -> bool:
        """Return whether there is a site on GitHub Pages, which GitHub tells whoever may see the repository."""
        return bool(self._facts().get("has_pages"))

    def facts(self) -> Json:
        """Return what GitHub says of the repository. Raises ConfigError where there is no such one, and as `head`."""
        return self._facts()

    def _facts(self) -> Json:
        try:
            facts: Json = self.wire.call("GET", "")
        except Refused as refused:
            if refused.status == 404:
                raise ConfigError(
                    f"There is no repository {self.wire.repository}, or this token may not see it (GitHub says the same of "
                    "both).",
                    hint="Check the name under github: repository, and that the token was made for this repository: "
                    "the GITHUB_TOKEN of a workflow reaches only the repository it runs in.",
                ) from refused
            raise self.wire.stop(refused) from refused
        return facts

    def default_branch(self) -> str:
        """Return the name of the default branch. Raises ConfigError where there is no such repository, and as `head`."""
        return str(self._facts().get("default_branch") or "main")

    def obstacle(self) -> Problem | None:
        """Return what may keep commits from being made, None for nothing that GitHub tells. Raises AccessDenied.

        What GitHub tells is what the owner of the token may do. Of the token of an app, as workflows have it, it tells
        nothing: `push` is missing or false, whatever the token may (semantic-release/github, lib/verify.js).
        """
        facts = self.wire.ask("GET", "")
        if facts.get("archived"):
            raise AccessDenied(
                f"Nothing can be written to {self.wire.repository}: it is archived.",
                hint="Unarchive the repository in its settings.",
            )
        may = (facts.get("permissions") or {}).get("push")
        if may:
            return None
        if may is None or self.wire.is_of_an_app:
            return Problem(
                "warning",
                f"GitHub does not tell whether GITHUB_TOKEN may write to {self.wire.repository}.",
                hint=f"The first sync shows it. {MAY_WRITE}",
            )
        raise AccessDenied(f"GITHUB_TOKEN may not write to {self.wire.repository}.", hint=READ_ONLY)

    def version(self, head: Head) -> Version:
        """Return everything in the commit `head`: one request, as long as the tree comes in one piece."""
        return self._version(head, self._listing(head.tree))

    def version_of(self, branch: str) -> Version | None:
        """Return everything in `branch`, with a head that has no commit yet: one request less than `head` and `version`.

        None where there is no such branch.
        """
        try:
            listing = self.wire.call("GET", f"/git/trees/{quote(branch)}", parameters={"recursive": "1"})
        except Refused as refused:
            if refused.status in {404, 409}:
                return None
            raise self.wire.stop(refused) from refused
        return self._version(Head("", str(listing["sha"]), None), listing)

    def _version(self, head: Head, listing: Json) -> Version:
        entries: dict[str, Entry] = {}
        complete = True
        for path, entry in self._walk(head.tree, "", listing):
            if entry is None:
                complete = False
            elif entry["type"] != "tree":
                entries[path] = Entry(entry["mode"], entry["sha"])
        return Version(head, entries, complete)

    def _listing(self, tree: str) -> Json:
        listing: Json = self.wire.ask("GET", f"/git/trees/{tree}", parameters={"recursive": "1"})
        return listing

    def _walk(self, tree: str, folder: str, listing: Json) -> Iterator[tuple[str, Json | None]]:
        """Yield path and entry of everything in `tree`, and a None entry where even a single folder is cut off."""
        if not listing.get("truncated"):
            for entry in listing["tree"]:
                yield folder + entry["path"], entry
            return
        listing = self.wire.ask("GET", f"/git/trees/{tree}")
        if listing.get("truncated"):
            yield folder, None
        for entry in listing["tree"]:
            path = folder + entry["path"]
            yield path, entry
            if entry["type"] == "tree":
                yield from self._walk(entry["sha"], path + "/", self._listing(entry["sha"]))

    def keep(self, content: bytes) -> str:
        """Let `content` be found like one that the repository has; return its id."""
        self._fetched[blob_id(content)] = content
        return blob_id(content)

    def blob(self, blob: str) -> bytes:
        """Return the content with that id: one request for each, and no other for a text that is asked for again."""
        try:
            return self._blob(blob)
        except Refused as refused:
            raise self.wire.stop(refused) from refused

    def find_blob(self, blob: str) -> bytes | None:
        """Return the content with that id, None where the repository does not have it (its history was rewritten)."""
        try:
            return self._blob(blob)
        except Refused as refused:
            if refused.status in {404, 409, 422}:
                return None
            raise self.wire.stop(refused) from refused

    def _blob(self, blob: str) -> bytes:
        if blob not in self._fetched:
            answer = self.wire.call("GET", f"/git/blobs/{blob}")
            content = base64.b64decode(answer["content"])
            if b"\0" in content:
                return content  # a picture: each is looked at once, and all of them may not fit in memory
            self._fetched[blob] = content
        return self._fetched[blob]

    def history(self, start: str, path: str) -> Iterator[bytes]:
        """Yield what `path` held in the latest versions up to `start` (a commit or a branch), newest first.

        One request, and two for each that is taken.
        """
        try:
            wish = {"path": path, "sha": start, "per_page": str(_VERSIONS)}
            commits = self.wire.call("GET", "/commits", parameters=wish)
        except Refused:
            return
        for commit in commits:
            try:
                wish = {"ref": commit["sha"]}
                blob = self.wire.call("GET", f"/contents/{quote(path)}", parameters=wish)["sha"]
                answer = self.wire.call("GET", f"/git/blobs/{blob}")
            except Refused:
                continue  # it was deleted in this one
            yield base64.b64decode(answer["content"])

    # Writing

    def commit(
        self,
        start: Version,
        changes: Mapping[str, Change],
        message: str,
        parents: Sequence[str],
        publish: Callable[[str], None],
    ) -> Version:
        """Make a commit of `start` with `changes`, let `publish` point a branch to it, and return the new version.

        It is `start` itself where the changes change nothing. Raises what `publish` does, AccessDenied for a token that may
        not write, ConfigError for a file that GitHub does not take, Unreachable.
        """
        blobs, inline = self._split(changes, start)
        # Made twice, since what travels in them need not be in memory all at once.
        chunks = sum(1 for _ in _chunks(self._entries(changes, inline, start)))
        self.wire.progress.begin("committing", len(blobs) + chunks + 2)
        try:
            for path in blobs:
                self._upload(path, _content(changes[path]) or b"")
                self.wire.progress.advance("committing")
            before = tree = start.head.tree if start.head else None
            for chunk in _chunks(self._entries(changes, inline, start)):
                body = {"tree": chunk} | ({"base_tree": tree} if tree else {})
                tree = str(self.wire.ask("POST", "/git/trees", body)["sha"])
                self.wire.progress.advance("committing")
            if tree is None or tree == before:
                return start
            about: Json = {"message": message, "tree": tree, "parents": list(parents)}
            made = self.wire.ask("POST", "/git/commits", about | self._signature())
            self.wire.progress.advance("committing")
            publish(made["sha"])
            self.wire.progress.advance("committing")
        finally:
            self.wire.progress.end("committing")
        if isinstance(written := changes.get(STATE), bytes):
            # A run that goes on after this commit reads what is remembered, and that is no longer what was before.
            self._fetched.pop(start.entries[STATE].id if STATE in start.entries else "", None)
            self.keep(written)
        return start.after(changes, Head(made["sha"], tree, self._page_of(made)))

    def send_ahead(self, content: bytes, start: Version) -> None:
        """Store a content that a commit of `start` will probably hold, where it needs a blob of its own. Raises as `commit`."""
        if start.head and self._split({"": content}, start)[0]:
            self._upload("a file", content)

    def _split(self, changes: Mapping[str, Change], start: Version) -> tuple[list[str], set[str]]:
        """Return the paths of contents that need a blob first, and of the texts that travel in the tree.

        A content that the repository has already, at whatever path, is neither: its id is enough.
        """
        known = self._stored | {entry.id for entry in start.entries.values()}
        blobs: dict[str, str] = {}
        inline: set[str] = set()
        for path, change in changes.items():
            if change is None or isinstance(change, Entry) or (blob := id_of(change)) in known:
                continue
            if _is_inline(_content(change) or b""):
                inline.add(path)
            else:
                blobs[blob] = path
        return sorted(blobs.values()), inline

    def _entries(
        self, changes: Mapping[str, Change], inline: Collection[str], start: Version
    ) -> Iterator[Json]:
        """Yield what to ask a tree for: first what goes, since what comes may need its place.

        Texts are large and what is there by its id is not: evenly among each other they fill the fewest requests.
        """
        gone = sorted(path for path, change in changes.items() if change is None)
        there = sorted(path for path in changes.keys() - inline if changes[path] is not None)
        for path in (*gone, *_evenly(sorted(inline), there)):
            change = changes[path]
            mode = change.mode if isinstance(change, Entry) else start.mode(path)
            entry: Json = {"path": path, "mode": mode, "type": "commit" if mode == "160000" else "blob"}
            if path in inline:
                yield entry | {"content": (_content(change) or b"").decode()}
            else:
                yield entry | {"sha": None if change is None else id_of(change)}

    def _upload(self, path: str, content: bytes) -> None:
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        try:
            self.wire.call("POST", "/git/blobs", body)
        except Refused as refused:
            if refused.status in {413, 422} and not refused.is_rule:
                raise ConfigError(
                    f"GitHub does not take {path} ({len(content) / 1e6:.1f} MB): {refused.message}",
                    hint="Files over 100 MB are refused, and by this way some smaller ones. Shrink it, or link to it elsewhere.",
                ) from refused
            raise self.wire.stop(refused, about=path) from refused
        self._stored.add(blob_id(content))

    def _signature(self) -> Json:
        """Return the author, where one is set: a bot's commit that names none is signed by GitHub as verified."""
        return {"author": dict(zip(("name", "email"), self._author, strict=True))} if self._author else {}

    def seed(self, branch: str | None) -> Head:
        """Give a repository without any commit its first one; raise Moved when someone else did.

        The tree of what is returned is empty, for the commit that comes next to build on nothing.
        """
        body: Json = {
            "message": "Prepare the empty repository",
            "content": base64.b64encode(SEED_TEXT).decode(),
        }
        if branch is not None and branch != self.default_branch():
            body["branch"] = branch
        try:
            made = self.wire.call("PUT", f"/contents/{quote(SEED)}", body | self._signature())["commit"]
        except Refused as refused:
            # A rival, or our own request whose answer was lost: the file is there now, and the next reading shows it.
            if refused.status in {409, 422} and not refused.is_rule:
                raise Moved(f"{self.wire.name} is no longer empty") from refused
            raise self.wire.stop(refused) from refused
        if made.get("parents"):
            raise Moved(f"{self.wire.name} is no longer empty")
        return Head(made["sha"], "", self._page_of(made))

    # Branches

    def swap(self, branch: str, old: str | None, new: str) -> None:
        """Let `branch` point to `new` if it still points to `old` (None: is not there), or raise Moved."""
        lost = False
        for attempt in range(ATTEMPTS):
            try:
                if old is None:
                    self.wire.call(
                        "POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": new}, once=True
                    )
                else:
                    forward = {"sha": new, "force": False}
                    self.wire.call("PATCH", f"/git/refs/heads/{quote(branch)}", forward, once=True)
            except Lost:
                lost = True
            except Refused as refused:
                if refused.status not in {409, 422} or refused.is_rule:
                    raise self.wire.stop(refused) from refused
                if lost and self.holds(branch, new):
                    return
                if not refused.is_race and self.ref(branch) == old:
                    # Nobody was first, so another try would end in the same way.
                    raise self.wire.held(refused) from refused
                raise Moved(f"{self.wire.name} has new commits") from refused
            else:
                return
            # The answer was lost: the branch tells whether the request was. Its own state may lag for some seconds.
            self.wire.pause(2.0**attempt, "no whole answer came to the commit")
            try:
                now = self.ref(branch)
                if now == new or (now not in {None, old} and self.holds(branch, new)):
                    return
            except Unreachable as broken:
                raise Unreachable(
                    f"The connection broke while commit {new[:7]} was being published: it may be on GitHub, or not.",
                    hint="Run it again later: it finds out, and goes on from there.",
                ) from broken
            if now != old:
                raise Moved(f"{self.wire.name} has new commits")
        raise Unreachable(
            f"GitHub did not confirm the new commit on {self.wire.name}, and it is not there.",
            hint="Run it again later.",
        )

    def holds(self, place: str, commit: str) -> bool:
        """Whether the history of `place`, a branch or a commit, has `commit`: someone may have built on ours at once."""
        try:
            status = self.wire.call("GET", f"/compare/{commit}...{quote(place)}")["status"]
        except Refused as refused:
            if refused.status == 404:
                return False  # it is gone
            raise self.wire.stop(refused) from refused
        return status in {"identical", "ahead"}


def _pending(files: Iterable[Json]) -> Mapping[str, Pending]:
    """Return what `files` of a comparison tell, path by path; a renamed one is new here and removed there."""
    words: dict[str, Pending] = {"added": "new", "copied": "new", "renamed": "new", "removed": "removed"}
    former = (file["previous_filename"] for file in files if file.get("status") == "renamed")
    removed: dict[str, Pending] = {str(path): "removed" for path in former}
    return removed | {str(file["filename"]): words.get(file.get("status", ""), "updated") for file in files}


def _is_inline(content: bytes) -> bool:
    """Return whether `content` is a text that GitHub would store byte for byte; else it has to go as a blob."""
    if b"\0" in content:
        return False
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return len(json.dumps(text)) <= _INLINE_BYTES


def _evenly(*rows: Sequence[str]) -> list[str]:
    """Return the items of all `rows`, each row in its order and spread over the whole."""
    places = ((index / len(row), path) for row in rows for index, path in enumerate(row))
    return [path for _, path in sorted(places)]


def _chunks(entries: Iterable[Json]) -> Iterator[Sequence[Json]]:
    """Split `entries` so that each request stays small; every chunk builds on the tree that the one before made."""
    chunk: list[Json] = []
    size = 0
    for entry in entries:
        weight = len(json.dumps(entry))
        if chunk and (len(chunk) == _CHUNK_ENTRIES or size + weight > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += weight
    if chunk:
        yield chunk
