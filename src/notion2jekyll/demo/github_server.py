"""A GitHub of one's own: the part of GitHub's REST API that publishing needs, over real git repositories on this machine.

The demo publishes into it and the tests extend it. Every object is made by git itself, so `git log` and `git fsck` judge
what came of a run. Paths, answers and refusals follow GitHub's OpenAPI description; the texts of refusals are the ones
that GitHub sends.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

Json = dict[str, Any]

_HEX = re.compile(r"[0-9a-f]{40}\Z")
_TREE_LIMIT = 100_000
"""GitHub lists at most this many entries of a tree in one answer, then says `truncated`."""
_DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in."""

    method: str
    """`GET`, `POST` …"""
    path: str
    """Decoded path, beginning with `/`, without the query."""
    query: Mapping[str, str]
    """Decoded parameters of the query."""
    headers: Mapping[str, str]
    """Header fields, names in lower case."""
    body: bytes
    """The body; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    """HTTP status."""
    body: Any
    """What the JSON says; None for no body; bytes go as they are (the HTML that a proxy in front of GitHub sends)."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further header fields."""


class Refusal(Exception):
    """GitHub says no: a status and a message."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(f"{status} {message}")
        self.answer = Answer(
            status, {"message": message, "documentation_url": _DOCS, "status": str(status)} | more
        )


class Git:
    """A git repository in `folder`, through the `git` command line. Makes a bare one where there is none.

    `branch` names the default branch of a new repository; of an existing one, HEAD tells. Raises FileNotFoundError
    where `git` is not installed, ValueError for a folder that holds something else.
    """

    def __init__(self, folder: Path, *, branch: str = "main") -> None:
        self.folder = folder
        git = shutil.which("git")
        if git is None:
            raise FileNotFoundError("git is not installed")
        self._program = git
        if folder.exists() and any(folder.iterdir()):
            if not (folder / ".git").exists() and not (folder / "HEAD").exists():
                raise ValueError(f"{folder} is neither empty nor a git repository")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._run("init", "--quiet", "--bare", f"--initial-branch={branch}")

    def text(self, *arguments: str, data: bytes = b"") -> str:
        """Return what `git` prints, without the last line break. Raises subprocess.CalledProcessError."""
        return self._run(*arguments, data=data).decode().removesuffix("\n")

    def _run(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> bytes:
        environment = {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CEILING_DIRECTORIES": str(self.folder.resolve().parent),
            "LC_ALL": "C",
        }
        if index is not None:
            environment["GIT_INDEX_FILE"] = str(index)
        return subprocess.run(  # noqa: S603  # no shell; arguments are ours or checked ids
            [self._program, "-C", str(self.folder), "-c", "safe.directory=*", *arguments],
            input=data,
            capture_output=True,
            check=True,
            env=environment,
        ).stdout

    @property
    def default_branch(self) -> str:
        """The branch HEAD names."""
        return self.text("symbolic-ref", "HEAD").removeprefix("refs/heads/")

    def branches(self) -> dict[str, str]:
        """Branch → commit id."""
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads").splitlines()
        return {name.removeprefix("refs/heads/"): sha for name, sha in (line.split(" ") for line in lines)}

    def resolve(self, name: str, kind: str) -> str | None:
        """Return the id of the object that `name` (an id, a branch) means as a `kind`, None where there is none."""
        places = [name] if _HEX.match(name) else [f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"]
        for place in [*places, *(["HEAD"] if name == "HEAD" else [])]:
            with contextlib.suppress(subprocess.CalledProcessError):
                return self.text(
                    "rev-parse", "--quiet", "--verify", "--end-of-options", f"{place}^{{{kind}}}"
                )
        return None

    def tree(self, sha: str, *, recursive: bool) -> list[tuple[str, str, str, int | None, str]]:
        """Return mode, type, id, size and path of the entries of a tree, folders before what is in them."""
        out = self._run(
            "ls-tree", "-z", "-l", "--full-tree", *(["-r", "-t"] if recursive else []), sha
        ).decode()
        entries = []
        for line in out.split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, kind, blob, size = facts.split()
            entries.append((mode, kind, blob, None if size == "-" else int(size), path))
        return entries

    def blob(self, sha: str) -> bytes | None:
        """Return a file's content."""
        try:
            return self._run("cat-file", "blob", sha)
        except subprocess.CalledProcessError:
            return None

    def are_blobs(self, shas: Sequence[str]) -> bool:
        """Whether every one of `shas` is the id of a file's content that is stored here. One process for all of them."""
        if not all(_HEX.match(sha) for sha in shas):
            return False
        listed = "".join(f"{sha}\n" for sha in shas).encode()
        kinds = self.text("cat-file", "--batch-check=%(objecttype)", data=listed).splitlines()
        return all(kind == "blob" for kind in kinds)

    def write_blobs(self, contents: Sequence[bytes]) -> list[str]:
        """Store `contents`; return their ids. One process for all of them."""
        if not contents:
            return []
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for number, content in enumerate(contents):
                place = Path(folder) / str(number)
                place.write_bytes(content)
                names.append(f"{place}\n")
            listed = "".join(names).encode()
            return self.text("hash-object", "-w", "--no-filters", "--stdin-paths", data=listed).splitlines()

    def write_tree(self, base: str | None, entries: Sequence[tuple[str, str | None, str]]) -> str:
        """Return the id of the tree `base` with `entries`: mode, id (None removes) and path."""
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder) / "index"
            self._run("read-tree", base or "--empty", index=index)
            lines = [
                f"{'0' if sha is None else mode} {sha or '0' * 40}\t{path}\0" for mode, sha, path in entries
            ]
            self._run("update-index", "-z", "--index-info", data="".join(lines).encode(), index=index)
            return self._run("write-tree", index=index).decode().strip()

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: str, committer: str
    ) -> str:
        """Store a commit object; `author` and `committer` are `Name <mail> epoch zone`."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author}", f"committer {committer}", "", message]
        return self.text("hash-object", "-w", "-t", "commit", "--stdin", data="\n".join(lines).encode())

    def commit(self, sha: str) -> Json:
        """Return a commit's `tree`, `parents`, `author`, `committer` and `message`."""
        head, _, message = self._run("cat-file", "commit", sha).decode(errors="replace").partition("\n\n")
        found: Json = {"sha": sha, "parents": [], "message": message}
        for line in head.splitlines():
            key, _, value = line.partition(" ")
            if key == "parent":
                found["parents"].append(value)
            elif key in {"tree", "author", "committer"}:
                found[key] = value
        return found

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `old` is `new` or one of its ancestors."""
        try:
            self._run("merge-base", "--is-ancestor", old, new)
        except subprocess.CalledProcessError:
            return False
        return True

    def move(self, branch: str, new: str, old: str | None) -> bool:
        """Let `branch` point to `new` if it points to `old` (None: if it is not there); say whether it did."""
        try:
            self._run("update-ref", f"refs/heads/{branch}", new, old or "0" * 40)
        except subprocess.CalledProcessError:
            return False
        return True

    def valid_branch(self, name: str) -> bool:
        """Whether git accepts `name` for a branch."""
        try:
            self._run("check-ref-format", f"refs/heads/{name}")
        except subprocess.CalledProcessError:
            return False
        return True


@dataclass(slots=True)
class Pull:
    """A pull request."""

    number: int
    """Counted from 1."""
    head: str
    """The branch that is offered."""
    base: str
    """The branch that it is offered to."""
    sha: str
    """Where `head` stood when it was open last."""
    title: str
    """Its title."""
    body: str | None = None
    """Its text, in Markdown."""
    draft: bool = False
    """Whether it is not ready yet."""
    state: str = "open"
    """`open` or `closed`."""
    merged: bool = False
    """Whether it was closed by being merged."""
    labels: list[str] = field(default_factory=list)
    """Names of its labels."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository that is served."""

    owner: str
    """Name of its owner."""
    name: str
    """Its name."""
    git: Git
    """Where its objects are."""
    private: bool = False
    """Without a good token it looks as if it were not there."""
    push: bool | None = True
    """What it says of whether the token may write; None: nothing. With False it may not, unless it is an app's."""
    archived: bool = False
    """Whether nothing can be written to it any more."""
    has_pages: bool = False
    """Whether it says that there is a site on GitHub Pages."""
    pulls: list[Pull] = field(default_factory=list)
    """Its pull requests, the oldest first."""
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    """What secrets are encrypted for."""
    secrets: dict[str, str] = field(default_factory=dict)
    """The secrets of its workflows, by name: only this side ever sees them."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a handler answers."""

    one: Repository
    """The repository it is about."""
    request: Request
    """The request."""
    at: Mapping[str, str]
    """The parts of the path."""


Handler = Callable[["GitHubServer", Call], Answer]


class GitHubServer:
    """Answers requests for `repositories` as GitHub does. `token` is the one that is good.

    `now` gives the time of commits that name none. `base_url` is set by `serve`.
    """

    def __init__(
        self,
        repositories: Sequence[Repository],
        *,
        token: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        login: str = "demo",
        tree_limit: int = _TREE_LIMIT,
    ) -> None:
        self.repositories = {(one.owner.lower(), one.name.lower()): one for one in repositories}
        self.token = token
        self.login = login
        self.now = now
        self.tree_limit = tree_limit
        self.base_url = ""
        self._one_at_a_time = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Return what GitHub says to `request`; every effect it has is complete by then."""
        with self._one_at_a_time:
            try:
                return self._dispatch(request)
            except Refusal as refusal:
                return refusal.answer

    def _dispatch(self, request: Request) -> Answer:
        given = request.headers.get("authorization", "").split(" ")[-1]
        if given and given != self.token:
            raise Refusal(401, "Bad credentials")
        if request.method == "GET" and request.path == "/rate_limit":
            return Answer(200, self._rate_limit())
        if request.method == "GET" and request.path == "/user":
            if not given:
                raise Refusal(401, "Requires authentication")
            return Answer(200, self._private_user())
        for method, pattern, handler in _ROUTES:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                repository = self.repositories.get((found["owner"].lower(), found["repo"].lower()))
                if repository is None or (not given and (repository.private or method != "GET")):
                    raise Refusal(404, "Not Found")
                if repository.archived and method != "GET":
                    raise Refusal(403, "Repository was archived so is read-only.")
                if repository.push is False and method != "GET" and not given.startswith("ghs_"):
                    raise Refusal(403, "Resource not accessible by personal access token")
                return handler(self, Call(repository, request, found.groupdict()))
        raise Refusal(404, "Not Found")

    # What is read

    def get_repository(self, call: Call) -> Answer:
        """`GET /repos/{owner}/{repo}`."""
        return Answer(200, self._repository(call.one))

    def get_branches(self, call: Call) -> Answer:
        """`GET …/branches`."""
        found = [
            {
                "name": name,
                "commit": {"sha": sha, "url": f"{self._url(call.one)}/commits/{sha}"},
                "protected": False,
            }
            for name, sha in sorted(call.one.git.branches().items())
        ]
        return Answer(200, _page(found, call.request))

    def get_branch(self, call: Call) -> Answer:
        """`GET …/branches/{branch}`."""
        sha = call.one.git.branches().get(call.at["branch"])
        if sha is None:
            raise Refusal(404, "Branch not found")
        url = f"{self._url(call.one)}/branches/{quote(call.at['branch'])}"
        return Answer(
            200,
            {
                "name": call.at["branch"],
                "commit": self._commit(call.one, sha),
                "_links": {"self": url, "html": f"{self._html(call.one)}/tree/{quote(call.at['branch'])}"},
                "protected": False,
                "protection": {"enabled": False},
                "protection_url": f"{url}/protection",
            },
        )

    def get_ref(self, call: Call) -> Answer:
        """`GET …/git/ref/{ref}`: branches only."""
        branches = self._not_empty(call.one)
        sha = branches.get(call.at["ref"].removeprefix("heads/"))
        if sha is None or not call.at["ref"].startswith("heads/"):
            raise Refusal(404, "Not Found")
        return Answer(200, self._ref(call.one, call.at["ref"], sha))

    def get_matching_refs(self, call: Call) -> Answer:
        """`GET …/git/matching-refs/{ref}`: branches only."""
        branches = self._not_empty(call.one)
        refs = [self._ref(call.one, f"heads/{name}", sha) for name, sha in sorted(branches.items())]
        return Answer(200, [ref for ref in refs if ref["ref"].startswith(f"refs/{call.at['ref']}")])

    def get_git_commit(self, call: Call) -> Answer:
        """`GET …/git/commits/{commit_sha}`."""
        self._not_empty(call.one)
        return Answer(200, self._git_commit(call.one, self._known(call.one, call.at["sha"], "commit")))

    def get_tree(self, call: Call) -> Answer:
        """`GET …/git/trees/{tree_sha}`, also with `recursive`."""
        self._not_empty(call.one)
        sha = self._known(call.one, call.at["sha"], "tree")
        return Answer(200, self._tree(call.one, sha, recursive="recursive" in call.request.query))

    def get_blob(self, call: Call) -> Answer:
        """`GET …/git/blobs/{file_sha}`."""
        self._not_empty(call.one)
        content = call.one.git.blob(call.at["sha"]) if _HEX.match(call.at["sha"]) else None
        if content is None:
            raise Refusal(404, "Not Found")
        return Answer(
            200,
            self._short_blob(call.one, call.at["sha"])
            | {"node_id": f"B_{call.at['sha']}", "size": len(content)}
            | {"content": base64.encodebytes(content).decode(), "encoding": "base64"},
        )

    def get_commits(self, call: Call) -> Answer:
        """`GET …/commits`: newest first; `sha` names the branch or commit to begin at."""
        self._not_empty(call.one)
        start = self._known(call.one, call.request.query.get("sha", call.one.git.default_branch), "commit")
        path = call.request.query.get("path")
        shas = call.one.git.text("rev-list", start, *(["--", path] if path else [])).splitlines()
        return Answer(200, [self._commit(call.one, sha) for sha in _page(shas, call.request)])

    def get_commit(self, call: Call) -> Answer:
        """`GET …/commits/{ref}`, without the files it changed."""
        self._not_empty(call.one)
        return Answer(
            200, self._commit(call.one, self._known(call.one, call.at["ref"], "commit", status=422))
        )

    def get_comparison(self, call: Call) -> Answer:
        """`GET …/compare/{base}...{head}`: 250 commits and 300 files at most."""
        base, _, head = call.at["basehead"].partition("...")
        old, new = self._known(call.one, base, "commit"), self._known(call.one, head, "commit")
        try:
            common = call.one.git.text("merge-base", old, new)
        except subprocess.CalledProcessError:
            raise Refusal(404, "Not Found") from None
        ahead = call.one.git.text("rev-list", "--reverse", f"{old}..{new}").splitlines()
        behind = call.one.git.text("rev-list", f"{new}..{old}").splitlines()
        status = {(0, 0): "identical", (0, 1): "behind", (1, 0): "ahead", (1, 1): "diverged"}
        page = f"{self._html(call.one)}/compare/{call.at['basehead']}"
        return Answer(
            200,
            {
                "url": f"{self._url(call.one)}/compare/{call.at['basehead']}",
                "html_url": page,
                "permalink_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "base_commit": self._commit(call.one, old),
                "merge_base_commit": self._commit(call.one, common),
                "status": status[bool(ahead), bool(behind)],
                "ahead_by": len(ahead),
                "behind_by": len(behind),
                "total_commits": len(ahead),
                "commits": [self._commit(call.one, sha) for sha in ahead[:250]],
                "files": self._files(call.one, common, new)[:300],
            },
        )

    def get_contents(self, call: Call) -> Answer:
        """`GET …/contents/{path}`: one file, or the list of a folder."""
        if not call.one.git.branches():
            raise Refusal(404, "This repository is empty.")
        name = call.request.query.get("ref", call.one.git.default_branch)
        tree = self._known(call.one, name, "tree")
        path = call.at["path"].strip("/")
        entries = {entry[4]: entry for entry in call.one.git.tree(tree, recursive=True)}
        if path in entries and entries[path][1] == "blob":
            content = call.one.git.blob(entries[path][2]) or b""
            body = self._content(call.one, entries[path], name)
            return Answer(200, body | {"content": base64.encodebytes(content).decode(), "encoding": "base64"})
        inside = [entry for entry in entries.values() if entry[4].rpartition("/")[0] == path]
        if not inside:
            raise Refusal(404, "Not Found")
        return Answer(200, [self._content(call.one, entry, name) for entry in inside])

    def get_pulls(self, call: Call) -> Answer:
        """`GET …/pulls`: of one state, head and base, oldest or newest first."""
        wish = call.request.query
        state, (owner, _, head) = wish.get("state", "open"), wish.get("head", "").rpartition(":")
        found = [
            self._pull(call.one, pull)
            for pull in self._present(call.one)
            if state in {"all", pull.state}
            and (not head or (owner.lower(), head) == (call.one.owner.lower(), pull.head))
            and wish.get("base", pull.base) == pull.base
        ]
        oldest_first = wish.get("direction") == "asc"
        return Answer(200, _page(found if oldest_first else found[::-1], call.request))

    def get_pull(self, call: Call) -> Answer:
        """`GET …/pulls/{pull_number}`."""
        return Answer(200, self._whole_pull(call.one, self._numbered(call)))

    def get_public_key(self, call: Call) -> Answer:
        """`GET …/actions/secrets/public-key`."""
        self._signed_in(call)
        return Answer(200, {"key_id": _key_id(call.one), "key": _encoded(bytes(call.one.key.public_key))})

    def get_secret(self, call: Call) -> Answer:
        """`GET …/actions/secrets/{secret_name}`: never its value."""
        self._signed_in(call)
        name = call.at["name"].upper()
        if name not in call.one.secrets:
            raise Refusal(404, "Not Found")
        return Answer(200, {"name": name, "created_at": _BEGINNING, "updated_at": _BEGINNING})

    # What is written

    def put_secret(self, call: Call) -> Answer:
        """`PUT …/actions/secrets/{secret_name}`: encrypted with the public key, as libsodium's sealed box."""
        asked = _json(call.request)
        if _text(asked, "key_id") != _key_id(call.one):
            raise Refusal(400, "Bad request - key_id is not that of the public key")
        try:
            value = SealedBox(call.one.key).decrypt(_decoded(_text(asked, "encrypted_value"))).decode()
        except (CryptoError, UnicodeDecodeError):
            raise Refusal(400, "Bad request - encrypted_value is not encrypted with the public key") from None
        name = call.at["name"].upper()
        is_new = name not in call.one.secrets
        call.one.secrets[name] = value
        return Answer(201, {}) if is_new else Answer(204, None)

    def post_pull(self, call: Call) -> Answer:
        """`POST …/pulls`: between two branches of the repository."""
        asked = _json(call.request)
        title, head, base = (_text(asked, key) for key in ("title", "head", "base"))
        git, branches = call.one.git, call.one.git.branches()
        head = head.removeprefix(f"{call.one.owner}:")
        wrong = ""
        for name, branch in (("head", head), ("base", base)):
            if branch not in branches:
                raise _invalid(name, "invalid")
        if git.is_ancestor(branches[head], branches[base]):
            wrong = f"No commits between {base} and {head}"
        for pull in self._present(call.one):
            if (pull.state, pull.head, pull.base) == ("open", head, base):
                wrong = f"A pull request already exists for {call.one.owner}:{head}."
        if wrong:
            raise _invalid("", "custom", wrong)
        number = len(call.one.pulls) + 1
        pull = Pull(number, head, base, branches[head], title, asked.get("body"), bool(asked.get("draft")))
        call.one.pulls.append(pull)
        return Answer(201, self._whole_pull(call.one, pull))

    def patch_pull(self, call: Call) -> Answer:
        """`PATCH …/pulls/{pull_number}`: title, text, and whether it is open."""
        pull, asked = self._numbered(call), _json(call.request)
        pull.title, pull.body = asked.get("title", pull.title), asked.get("body", pull.body)
        if asked.get("state", pull.state) != pull.state:
            if pull.merged or pull.head not in call.one.git.branches():
                raise _invalid("state", "invalid", "state cannot be changed.")
            pull.state = asked["state"]
        return Answer(200, self._whole_pull(call.one, pull))

    def post_labels(self, call: Call) -> Answer:
        """`POST …/issues/{issue_number}/labels`: of pull requests."""
        pull, asked = self._numbered(call), _json(call.request)
        pull.labels = list(dict.fromkeys([*pull.labels, *asked.get("labels", [])]))
        return Answer(200, self._labels(call.one, pull))

    def post_blob(self, call: Call) -> Answer:
        """`POST …/git/blobs`."""
        self._not_empty(call.one)
        asked = _json(call.request)
        content = _text(asked, "content")
        if asked.get("encoding", "utf-8") == "base64":
            (sha,) = call.one.git.write_blobs([_decoded(content)])
        else:
            (sha,) = call.one.git.write_blobs([content.encode()])
        return Answer(201, self._short_blob(call.one, sha))

    def post_tree(self, call: Call) -> Answer:
        """`POST …/git/trees`: files with `sha` or `content`, and `sha: null` to delete."""
        self._not_empty(call.one)
        asked = _json(call.request)
        base = asked.get("base_tree")
        if base is not None:
            base = call.one.git.resolve(str(base), "tree")
            if base is None:
                raise Refusal(422, "Invalid tree info", errors=[])
        items = asked.get("tree")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Refusal(422, 'Invalid call.request.\n\n"tree" wasn\'t supplied.')
        there = {entry[4] for entry in call.one.git.tree(base, recursive=True)} if base else set()
        contents = [item["content"].encode() for item in items if "content" in item]
        written = iter(call.one.git.write_blobs(contents))
        entries = [self._tree_entry(item, there, written) for item in items]
        named = [sha for mode, sha, _ in entries if sha is not None and mode != "160000"]
        if not call.one.git.are_blobs(named):
            raise Refusal(422, "tree.sha is not a valid blob", errors=[])
        try:
            sha = call.one.git.write_tree(base, entries)
        except subprocess.CalledProcessError as error:
            raise Refusal(422, "GitRPC::BadObjectState", errors=[]) from error
        return Answer(201, self._tree(call.one, sha, recursive=False))

    @staticmethod
    def _tree_entry(item: Json, there: set[str], written: Iterator[str]) -> tuple[str, str | None, str]:
        """Return mode, id (None: delete) and path of one entry asked for; `written` gives the ids of its contents."""
        path, mode = item.get("path"), item.get("mode", "100644")
        parts = path.split("/") if isinstance(path, str) else [""]
        if any(part in {"", ".", "..", ".git"} for part in parts):
            raise Refusal(422, "tree.path contains a malformed path component", errors=[])
        if mode not in {"100644", "100755", "120000", "160000"}:
            raise Refusal(422, "Must supply a valid tree.mode", errors=[])
        if "sha" in item and "content" in item:
            raise Refusal(422, "Must supply either tree.sha or tree.content, not both", errors=[])
        if "content" in item:
            return mode, next(written), str(path)
        if item.get("sha", "") is None:
            if path not in there:
                raise Refusal(422, "GitRPC::BadObjectState", errors=[])
            return mode, None, str(path)
        sha = item.get("sha")
        if not isinstance(sha, str):
            raise Refusal(422, "Must supply tree.sha or tree.content", errors=[])
        return mode, sha, str(path)

    def post_commit(self, call: Call) -> Answer:
        """`POST …/git/commits`."""
        self._not_empty(call.one)
        asked = _json(call.request)
        message = _text(asked, "message")
        tree = call.one.git.resolve(_text(asked, "tree"), "tree")
        if tree is None:
            raise Refusal(422, "Tree SHA does not exist", errors=[])
        parents = asked.get("parents", [])
        if not isinstance(parents, list) or any(
            call.one.git.resolve(str(sha), "commit") != sha for sha in parents
        ):
            raise Refusal(422, "Parent SHA does not exist or is not a commit object", errors=[])
        author = self._person(asked.get("author"))
        sha = call.one.git.write_commit(
            tree, parents, message, author, self._person(asked.get("committer"), author)
        )
        return Answer(201, self._git_commit(call.one, sha))

    def post_ref(self, call: Call) -> Answer:
        """`POST …/git/refs`: branches only."""
        self._not_empty(call.one)
        asked = _json(call.request)
        name = _text(asked, "ref").removeprefix("refs/heads/")
        sha = self._target(call.one, asked)
        if not asked["ref"].startswith("refs/heads/") or not call.one.git.valid_branch(name):
            raise Refusal(422, "Reference name is not valid", errors=[])
        if not call.one.git.move(name, sha, None):
            raise Refusal(422, "Reference already exists")
        return Answer(201, self._ref(call.one, f"heads/{name}", sha))

    def patch_ref(self, call: Call) -> Answer:
        """`PATCH …/git/refs/{ref}`: a compare-and-swap; without `force` only forward."""
        branches = self._not_empty(call.one)
        asked = _json(call.request)
        name = call.at["ref"].removeprefix("heads/")
        sha = self._target(call.one, asked)
        if name not in branches or not call.at["ref"].startswith("heads/"):
            raise Refusal(422, "Reference does not exist")
        if not asked.get("force", False) and not call.one.git.is_ancestor(branches[name], sha):
            raise Refusal(422, "Update is not a fast forward")
        if not call.one.git.move(name, sha, branches[name]):
            raise Refusal(409, "Reference cannot be updated")
        return Answer(200, self._ref(call.one, call.at["ref"], sha))

    def put_contents(self, call: Call) -> Answer:
        """`PUT …/contents/{path}`: one file, one commit; the one write that an empty repository takes."""
        asked = _json(call.request)
        content = _decoded(_text(asked, "content"))
        (blob,) = call.one.git.write_blobs([content])
        return self._contents_commit(call.one, asked, call.at["path"], blob)

    def delete_contents(self, call: Call) -> Answer:
        """`DELETE …/contents/{path}`."""
        asked = _json(call.request) if call.request.body else dict(call.request.query)
        _text(asked, "sha")
        return self._contents_commit(call.one, asked, call.at["path"], None)

    def _contents_commit(self, one: Repository, asked: Json, path: str, blob: str | None) -> Answer:
        message = _text(asked, "message")
        branch = asked.get("branch") or one.git.default_branch
        branches = one.git.branches()
        head = branches.get(branch)
        if head is None and branches:
            raise Refusal(404, f"Branch {branch} not found")
        base = one.git.resolve(head, "tree") if head else None
        there = {entry[4]: entry[2] for entry in one.git.tree(base, recursive=True)} if base else {}
        if path in there and not asked.get("sha"):
            raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        if there.get(path) != asked.get("sha"):
            raise Refusal(409, f"{path} does not match {asked.get('sha')}")
        tree = one.git.write_tree(base, [("100644", blob, path)])
        author = self._person(asked.get("author"))
        parents = [head] if head else []
        sha = one.git.write_commit(
            tree, parents, message, author, self._person(asked.get("committer"), author)
        )
        if not one.git.move(branch, sha, head):
            raise Refusal(409, f"{branch} was changed meanwhile")
        entries = {entry[4]: entry for entry in one.git.tree(tree, recursive=True)}
        content = self._content(one, entries[path], branch) if blob else None
        return Answer(
            200 if path in there else 201, {"content": content, "commit": self._git_commit(one, sha)}
        )

    def _signed_in(self, call: Call) -> None:
        given = call.request.headers.get("authorization")
        if not given:
            raise Refusal(401, "Requires authentication")
        if call.one.push is False:
            raise Refusal(403, "Resource not accessible by personal access token")

    def _present(self, one: Repository) -> list[Pull]:
        """Return the pull requests as they are by now: merged or closed by what became of their branches."""
        branches = one.git.branches()
        for pull in one.pulls:
            if pull.state != "open":
                continue
            if pull.head not in branches or pull.base not in branches:
                pull.state = "closed"
                continue
            pull.sha = branches[pull.head]
            if one.git.is_ancestor(pull.sha, branches[pull.base]):
                pull.state, pull.merged = "closed", True
        return one.pulls

    def _numbered(self, call: Call) -> Pull:
        for pull in self._present(call.one):
            if str(pull.number) == call.at["number"]:
                return pull
        raise Refusal(404, "Not Found")

    # How things look

    def _files(self, one: Repository, old: str, new: str) -> list[Json]:
        words = {"A": "added", "M": "modified", "D": "removed", "T": "changed", "R": "renamed"}
        lines = iter(one.git.text("diff-tree", "-r", "-z", "-M", old, new).split("\0"))
        found = []
        for facts in filter(None, lines):
            _, _, before, after, change = facts.split()
            status = change[:1]  # a number follows: how much of a renamed file is the same
            former = {"previous_filename": next(lines)} if status == "R" else {}
            path = next(lines)
            link = f"{self._html(one)}/blob/{new}/{quote(path)}"
            found.append(
                {
                    "sha": before if status == "D" else after,
                    "filename": path,
                    "status": words[status],
                    "additions": 0,
                    "deletions": 0,
                    "changes": 0,
                    "blob_url": link,
                    "raw_url": link,
                    "contents_url": f"{self._url(one)}/contents/{quote(path)}?ref={new}",
                    **former,
                }
            )
        return found

    def _labels(self, one: Repository, pull: Pull) -> list[Json]:
        return [
            {
                "id": number,
                "node_id": f"L_{number}",
                "url": f"{self._url(one)}/labels/{quote(name)}",
                "name": name,
                "description": "",
                "color": "ededed",
                "default": False,
            }
            for number, name in enumerate(pull.labels, 1)
        ]

    def _pull(self, one: Repository, pull: Pull) -> Json:
        url, page = f"{self._url(one)}/pulls/{pull.number}", f"{self._html(one)}/pull/{pull.number}"
        issue = f"{self._url(one)}/issues/{pull.number}"
        ends = {
            name: {
                "label": f"{one.owner}:{branch}",
                "ref": branch,
                "sha": sha,
                "user": self._user(one.owner),
                "repo": self._repository(one),
            }
            for name, branch, sha in (
                ("head", pull.head, pull.sha),
                ("base", pull.base, one.git.branches().get(pull.base, pull.sha)),
            )
        }
        links = {
            "html": page,
            "self": url,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{self._url(one)}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{self._url(one)}/statuses/{pull.sha}",
        }
        return {
            **ends,
            **{f"{name}_url": link for name, link in links.items() if name not in {"html", "self"}},
            "_links": {name: {"href": link} for name, link in links.items()},
            "url": url,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "id": pull.number,
            "node_id": f"PR_{pull.number}",
            "number": pull.number,
            "state": pull.state,
            "locked": False,
            "title": pull.title,
            "user": self._user(self.login),
            "body": pull.body,
            "labels": self._labels(one, pull),
            "milestone": None,
            "created_at": _BEGINNING,
            "updated_at": _BEGINNING,
            "closed_at": None if pull.state == "open" else _BEGINNING,
            "merged_at": _BEGINNING if pull.merged else None,
            "merge_commit_sha": None,
            "assignee": None,
            "author_association": "OWNER",
            "auto_merge": None,
            "draft": pull.draft,
        }

    def _whole_pull(self, one: Repository, pull: Pull) -> Json:
        counts = dict.fromkeys(
            ("comments", "review_comments", "commits", "additions", "deletions", "changed_files"), 0
        )
        facts = {"merged": pull.merged, "mergeable": None, "mergeable_state": "unknown", "merged_by": None}
        return self._pull(one, pull) | counts | facts | {"maintainer_can_modify": False}

    def _not_empty(self, one: Repository) -> dict[str, str]:
        branches = one.git.branches()
        if not branches:
            raise Refusal(409, "Git Repository is empty.")
        return branches

    def _known(self, one: Repository, name: str, kind: str, *, status: int = 404) -> str:
        sha = one.git.resolve(name, kind)
        if sha is None:
            raise Refusal(status, "Not Found" if status == 404 else f"No commit found for SHA: {name}")
        return sha

    def _target(self, one: Repository, asked: Json) -> str:
        sha = _text(asked, "sha")
        if one.git.resolve(sha, "commit") != sha:
            raise Refusal(422, "Object does not exist")
        return sha

    def _person(self, given: Any, otherwise: str = "") -> str:
        if given is None:
            if otherwise:
                return otherwise
            given = {"name": self.login, "email": f"{self.login}@users.noreply.github.com"}
        if not isinstance(given, dict) or not given.get("name") or not given.get("email"):
            raise Refusal(422, "Invalid request.\n\nname and email must be supplied.")
        if set("<>\n") & set(given["name"] + given["email"]):
            raise Refusal(422, "Invalid request.\n\nname and email must not contain angle brackets.")
        when = datetime.fromisoformat(given["date"]) if "date" in given else self.now()
        return f"{given['name']} <{given['email']}> {int(when.timestamp())} +0000"

    def _url(self, one: Repository) -> str:
        return f"{self.base_url}/repos/{one.owner}/{one.name}"

    def _html(self, one: Repository) -> str:
        return f"{self.base_url}/{one.owner}/{one.name}"

    def _short_blob(self, one: Repository, sha: str) -> Json:
        return {"sha": sha, "url": f"{self._url(one)}/git/blobs/{sha}"}

    def _ref(self, one: Repository, ref: str, sha: str) -> Json:
        return {
            "ref": f"refs/{ref}",
            "node_id": f"R_{sha}",
            "url": f"{self._url(one)}/git/refs/{quote(ref)}",
            "object": {"sha": sha, "type": "commit", "url": f"{self._url(one)}/git/commits/{sha}"},
        }

    def _tree(self, one: Repository, sha: str, *, recursive: bool) -> Json:
        found = one.git.tree(sha, recursive=recursive)
        truncated = recursive and len(found) > self.tree_limit
        entries = []
        for mode, kind, blob, size, path in found[: self.tree_limit] if truncated else found:
            entry: Json = {"path": path, "mode": mode, "type": kind, "sha": blob}
            if kind != "commit":
                entry["url"] = f"{self._url(one)}/git/{kind}s/{blob}"
            if size is not None:
                entry["size"] = size
            entries.append(entry)
        url = f"{self._url(one)}/git/trees/{sha}"
        return {"sha": sha, "url": url, "tree": entries, "truncated": truncated}

    def _git_commit(self, one: Repository, sha: str) -> Json:
        commit = one.git.commit(sha)
        url, page = self._url(one), self._html(one)
        parents = [
            {"sha": parent, "url": f"{url}/git/commits/{parent}", "html_url": f"{page}/commit/{parent}"}
            for parent in commit["parents"]
        ]
        return {
            "sha": sha,
            "node_id": f"C_{sha}",
            "url": f"{url}/git/commits/{sha}",
            "html_url": f"{page}/commit/{sha}",
            "author": _signature(commit["author"]),
            "committer": _signature(commit["committer"]),
            "tree": {"sha": commit["tree"], "url": f"{url}/git/trees/{commit['tree']}"},
            "message": commit["message"],
            "parents": parents,
            "verification": dict(_UNSIGNED),
        }

    def _commit(self, one: Repository, sha: str) -> Json:
        git = self._git_commit(one, sha)
        url = f"{self._url(one)}/commits/{sha}"
        parents = [parent | {"url": f"{self._url(one)}/commits/{parent['sha']}"} for parent in git["parents"]]
        inner = {key: git[key] for key in ("author", "committer", "message", "tree", "url", "verification")}
        return {
            "sha": sha,
            "node_id": git["node_id"],
            "url": url,
            "html_url": git["html_url"],
            "comments_url": f"{url}/comments",
            "commit": inner | {"comment_count": 0},
            "author": self._user(self.login),
            "committer": self._user(self.login),
            "parents": parents,
        }

    def _content(self, one: Repository, entry: tuple[str, str, str, int | None, str], ref: str) -> Json:
        _mode, kind, sha, size, path = entry
        url = f"{self._url(one)}/contents/{quote(path)}?ref={quote(ref, safe='')}"
        git_url = f"{self._url(one)}/git/{kind}s/{sha}"
        page = f"{self._html(one)}/{kind}/{quote(ref)}/{quote(path)}"
        return {
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": sha,
            "size": size or 0,
            "url": url,
            "html_url": page,
            "git_url": git_url,
            "download_url": f"{self._html(one)}/raw/{quote(ref)}/{quote(path)}" if kind == "blob" else None,
            "type": {"blob": "file", "tree": "dir", "commit": "submodule"}[kind],
            "_links": {"self": url, "git": git_url, "html": page},
        }

    def _user(self, login: str) -> Json:
        url = f"{self.base_url}/users/{login}"
        places = ("followers", "following", "gists", "starred", "subscriptions", "orgs", "repos", "events")
        user: Json = {
            f"{'organizations' if place == 'orgs' else place}_url": f"{url}/{place}" for place in places
        }
        return user | {
            "login": login,
            "id": 1,
            "node_id": "U_1",
            "avatar_url": f"{self.base_url}/{login}.png",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.base_url}/{login}",
            "received_events_url": f"{url}/received_events",
            "type": "User",
            "site_admin": False,
        }

    def _private_user(self) -> Json:
        nothing = dict.fromkeys(("bio", "blog", "company", "email", "hireable", "location", "name"))
        counts = dict.fromkeys(
            (
                *("public_repos", "public_gists", "followers", "following", "collaborators", "disk_usage"),
                *("owned_private_repos", "private_gists", "total_private_repos"),
            ),
            0,
        )
        dates = dict.fromkeys(("created_at", "updated_at"), _BEGINNING)
        return self._user(self.login) | nothing | counts | dates | {"two_factor_authentication": True}

    def _repository(self, one: Repository) -> Json:
        url, page = self._url(one), self._html(one)
        links = {f"{key}_url": f"{url}/{place}" for key, place in _REPOSITORY_LINKS.items()}
        counts = dict.fromkeys(
            (
                *("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count"),
                *("watchers", "watchers_count", "network_count", "subscribers_count"),
            ),
            0,
        )
        has = {
            f"has_{part}": part == "pages" and one.has_pages
            for part in ("issues", "projects", "wiki", "pages", "discussions", "downloads")
        }
        permissions = {"admin": False, "push": one.push, "pull": True}
        return {
            **links,
            **counts,
            **has,
            "id": 1,
            "node_id": "R_1",
            "name": one.name,
            "full_name": f"{one.owner}/{one.name}",
            "owner": self._user(one.owner),
            "private": one.private,
            "html_url": page,
            "url": url,
            "clone_url": f"{page}.git",
            "git_url": f"git{page.removeprefix('http')}.git",
            "ssh_url": f"git@{page}.git",
            "svn_url": page,
            "mirror_url": None,
            "homepage": None,
            "description": None,
            "language": None,
            "license": None,
            "fork": False,
            "archived": one.archived,
            "disabled": False,
            "default_branch": one.git.default_branch,
            **({"permissions": permissions} if one.push is not None else {}),
            **dict.fromkeys(("created_at", "updated_at"), _BEGINNING),
            "pushed_at": self._pushed(one),
        }

    def _pushed(self, one: Repository) -> str:
        heads = [one.git.commit(sha)["committer"] for sha in one.git.branches().values()]
        return max((str(_signature(line)["date"]) for line in heads), default=_BEGINNING)

    def _rate_limit(self) -> Json:
        rate = {"limit": 5000, "remaining": 5000, "used": 0, "reset": int(self.now().timestamp()) + 3600}
        return {"resources": {"core": rate, "search": rate}, "rate": rate}


_BEGINNING = "2024-01-01T00:00:00Z"
_UNSIGNED = {"verified": False, "reason": "unsigned", "payload": None, "signature": None, "verified_at": None}
_REPOSITORY_LINKS = {
    "archive": "{archive_format}{/ref}",
    "assignees": "assignees{/user}",
    "blobs": "git/blobs{/sha}",
    "branches": "branches{/branch}",
    "collaborators": "collaborators{/collaborator}",
    "comments": "comments{/number}",
    "commits": "commits{/sha}",
    "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}",
    "contributors": "contributors",
    "deployments": "deployments",
    "downloads": "downloads",
    "events": "events",
    "forks": "forks",
    "git_commits": "git/commits{/sha}",
    "git_refs": "git/refs{/sha}",
    "git_tags": "git/tags{/sha}",
    "hooks": "hooks",
    "issue_comment": "issues/comments{/number}",
    "issue_events": "issues/events{/number}",
    "issues": "issues{/number}",
    "keys": "keys{/key_id}",
    "labels": "labels{/name}",
    "languages": "languages",
    "merges": "merges",
    "milestones": "milestones{/number}",
    "notifications": "notifications{?since,all,participating}",
    "pulls": "pulls{/number}",
    "releases": "releases{/id}",
    "stargazers": "stargazers",
    "statuses": "statuses/{sha}",
    "subscribers": "subscribers",
    "subscription": "subscription",
    "tags": "tags",
    "teams": "teams",
    "trees": "git/trees{/sha}",
}


def _route(method: str, rest: str, handler: Handler) -> tuple[str, re.Pattern[str], Handler]:
    return method, re.compile(r"/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)" + rest), handler


_ROUTES = (
    _route("GET", "", GitHubServer.get_repository),
    _route("GET", "/branches", GitHubServer.get_branches),
    _route("GET", "/branches/(?P<branch>.+)", GitHubServer.get_branch),
    _route("GET", "/git/ref/(?P<ref>.+)", GitHubServer.get_ref),
    _route("GET", "/git/matching-refs/(?P<ref>.+)", GitHubServer.get_matching_refs),
    _route("GET", "/git/commits/(?P<sha>[^/]+)", GitHubServer.get_git_commit),
    _route("GET", "/git/trees/(?P<sha>.+)", GitHubServer.get_tree),
    _route("GET", "/git/blobs/(?P<sha>[^/]+)", GitHubServer.get_blob),
    _route("GET", "/commits", GitHubServer.get_commits),
    _route("GET", "/commits/(?P<ref>.+)", GitHubServer.get_commit),
    _route("GET", "/compare/(?P<basehead>.+)", GitHubServer.get_comparison),
    _route("GET", "/contents/(?P<path>.*)", GitHubServer.get_contents),
    _route("GET", "/pulls", GitHubServer.get_pulls),
    _route("GET", "/pulls/(?P<number>[0-9]+)", GitHubServer.get_pull),
    _route("GET", "/actions/secrets/public-key", GitHubServer.get_public_key),
    _route("GET", "/actions/secrets/(?P<name>[^/]+)", GitHubServer.get_secret),
    _route("PUT", "/actions/secrets/(?P<name>[^/]+)", GitHubServer.put_secret),
    _route("POST", "/pulls", GitHubServer.post_pull),
    _route("PATCH", "/pulls/(?P<number>[0-9]+)", GitHubServer.patch_pull),
    _route("POST", "/issues/(?P<number>[0-9]+)/labels", GitHubServer.post_labels),
    _route("POST", "/git/blobs", GitHubServer.post_blob),
    _route("POST", "/git/trees", GitHubServer.post_tree),
    _route("POST", "/git/commits", GitHubServer.post_commit),
    _route("POST", "/git/refs", GitHubServer.post_ref),
    _route("PATCH", "/git/refs/(?P<ref>.+)", GitHubServer.patch_ref),
    _route("PUT", "/contents/(?P<path>.+)", GitHubServer.put_contents),
    _route("DELETE", "/contents/(?P<path>.+)", GitHubServer.delete_contents),
)


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server can be reached while it runs."""

    url: str
    """What to use for GITHUB_API_URL."""
    token: str
    """What to use for GITHUB_TOKEN."""


@contextlib.contextmanager
def serve(
    repo_dir: Path,
    *,
    owner: str = "demo",
    name: str = "demo.github.io",
    branch: str = "main",
    token: str = "demo-token",  # noqa: S107  # opens nothing but this server
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Served]:
    """Serve the git repository in `repo_dir` (made where there is none) as `owner`/`name` on loopback.

    The repository may be bare or not; of one that is not, the files in the folder are not brought up to date.
    Raises FileNotFoundError where `git` is not installed.
    """
    server = GitHubServer(
        [Repository(owner, name, Git(repo_dir, branch=branch))], token=token, now=now, login=owner
    )
    with running(server):
        yield Served(server.base_url, token)


class ConnectionDropped(Exception):
    """Raised by a server's `answer` to close the connection without a word."""


@contextlib.contextmanager
def running(server: GitHubServer) -> Iterator[GitHubServer]:
    """Run `server` on a free port of loopback until the block ends."""

    class Wire(_Wire):
        github = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Wire) as listener:
        listener.daemon_threads = True
        server.base_url = f"http://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


class _Wire(BaseHTTPRequestHandler):
    """HTTP in, `Request` out; `Answer` in, HTTP out."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    github: GitHubServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, unquote(split.path), dict(parse_qsl(split.query)), headers, body)
        try:
            answer = self.github.answer(request)
        except ConnectionDropped:
            self.close_connection = True
            return
        raw = isinstance(answer.body, bytes)
        data = b"" if answer.body is None else answer.body if raw else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        fields = {
            "Content-Type": "text/html" if raw else "application/json; charset=utf-8",
            "Content-Length": str(len(data)),
        }
        for key, value in (fields | dict(answer.headers)).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815  # the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited name
        """Say nothing."""


def _page(items: list[Any], request: Request) -> list[Any]:
    size = min(int(request.query.get("per_page", "30")), 100)
    start = (int(request.query.get("page", "1")) - 1) * size
    return items[start : start + size]


def _signature(line: str) -> Json:
    """Turn git's `Name <mail> epoch zone` into GitHub's object."""
    person, when, _zone = line.rsplit(" ", 2)
    name, _, mail = person.partition(" <")
    date = datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": name, "email": mail.removesuffix(">"), "date": date}


def _json(request: Request) -> Json:
    try:
        found = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "Problems parsing JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, "Body should be a JSON object")
    return found


def _text(asked: Json, key: str) -> str:
    if not isinstance(asked.get(key), str):
        raise Refusal(422, f'Invalid request.\n\n"{key}" wasn\'t supplied.')
    return str(asked[key])


def _invalid(name: str, code: str, message: str = "") -> Refusal:
    error = {"resource": "PullRequest", "code": code} | ({"field": name} if name else {})
    return Refusal(422, "Validation Failed", errors=[error | ({"message": message} if message else {})])


def _key_id(one: Repository) -> str:
    return str(int.from_bytes(bytes(one.key.public_key)[:7], "big"))


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(422, "content is not valid Base64", errors=[]) from None
