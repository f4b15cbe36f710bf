"""A branch on GitHub as a target: every run is one commit, made through the API and swapped in on the head it was built on.

Of PyGithub the session, the authentication and the errors are used, one request a call. Its objects are not: they complete
themselves with requests nobody sees, and a lazy reference PATCHes an address that does not exist. Its own retries are
off: they cannot be counted, cut short or shown, leave out PATCH, and repeat a 5xx at once.

What makes a repeated write harmless: blobs and trees are named by their content, a commit that nothing points to is
invisible, and the branch moves by compare-and-swap. Only the last step is seen by anyone.
"""

from __future__ import annotations

import base64
import errno
import json
import logging
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import github
import tenacity

from notion2jekyll import __version__
from notion2jekyll.errors import AccessDenied, ConfigError, Stop, Unreachable
from notion2jekyll.progress import Progress, Silent
from notion2jekyll.target import Applied, Commit, Moved, Snapshot, blob_id, check

Json = dict[str, Any]

API = "https://api.github.com"
"""Where GitHub's API is, unless GITHUB_API_URL says otherwise."""
SEED = ".notion2jekyll/.keep"
"""The file that makes a repository without any commit take the real one; that commit removes it again."""
_SEED_TEXT = b"This repository was empty. The next commit removes this file.\n"

_TIMEOUT = 60
"""Seconds to wait for an answer. GitHub gives up by itself sooner, but a proxy may not."""
_ATTEMPTS = 6
"""How often one request is sent at most; with pauses of 1, 2, 4, 8 and 16 s this outlasts a short disturbance."""
_PATIENCE = 20.0
"""Seconds of pauses for a server to which there is no connection: a wrong address does not come right by waiting."""
_CHUNK_ENTRIES = 100
_CHUNK_BYTES = 1_000_000
"""What one request for a tree holds at most. GitHub times out on large ones: 200-250 files or 2.5 MB were reported."""
_INLINE_BYTES = 500_000
"""Text that takes more than this as JSON goes as a blob of its own."""
_VERSIONS = 5
"""How far back a lost file is looked for."""
_FREE_WRITES = 20
_WRITE_PAUSE = 1.0
"""After the first writes of a run, one a second: GitHub asks for that, and allows about 80 new contents a minute."""

# `import github` gives its logger a handler that writes to stderr; what a run says is not PyGithub's to decide.
logging.getLogger("github").handlers.clear()


class _Again(Exception):
    """The request came to nothing and may be repeated after `seconds`, twice as long each time where it `grows`."""

    def __init__(
        self, what: str, seconds: float = 1.0, *, grows: bool = True, unreached: bool = False
    ) -> None:
        super().__init__(what)
        self.seconds = seconds
        self.grows = grows
        self.unreached = unreached
        """Whether there was not even a connection."""


class _Lost(Exception):
    """No answer came to a request that must not be sent twice without a look: nobody knows whether it had its effect."""


class _Refused(Exception):
    """GitHub refused a request, for a reason that the caller may know more about."""

    def __init__(self, status: int, message: str, line: str) -> None:
        super().__init__(f"{line}: {status} {message}")
        self.status = status
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class _Head:
    """The version that was read last, and what building on it takes."""

    commit: str | None
    tree: str | None
    url: str | None
    snapshot: Snapshot
    modes: Mapping[str, str] = field(default_factory=dict)
    """Path → mode of the executable files; every other one is 100644."""


class GitHub:
    """A branch of a repository on GitHub as a `Target`.

    `repository` is `owner/name`, `branch` a branch (None: the repository's default branch), `token` what GITHUB_TOKEN
    holds. `author` is a name and a mail address; without one GitHub names whoever the token belongs to, and only then
    signs a bot's commits. `max_wait` bounds one pause that GitHub asks for, in seconds. `sleep` and `clock` (seconds
    since the epoch) are passed in by tests. Raises ConfigError for a repository that is none, AccessDenied for a token
    that cannot be one. No request is sent before `read`.
    """

    versioned = True

    def __init__(
        self,
        repository: str,
        branch: str | None,
        token: str,
        api_url: str = API,
        *,
        author: tuple[str, str] | None = None,
        progress: Progress | None = None,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
            raise ConfigError(
                f"{repository!r} is not a repository.", hint="Write it as owner/name: me/me.github.io"
            )
        if not re.fullmatch(r"[!-~]+", token):
            # Caught here because the library under PyGithub would quote the token in its own message.
            raise AccessDenied(
                "GITHUB_TOKEN is empty or has characters in it that no token has.", hint=_SIGN_IN
            )
        if not re.fullmatch(
            r"https?://([^/\s?#@:\[\]]+|\[[0-9a-f:.]+\])(:\d+)?(/[^\s?#]*)?", api_url, re.IGNORECASE
        ):
            shown = re.sub(r"^(https?://)?[^/]*@", r"\1…@", api_url)  # no password
            raise ConfigError(f"“{shown}” is not an address of GitHub's API.", hint=_API_URL)
        self._repository = repository
        self._branch = branch
        self._api_url = api_url.rstrip("/")
        self._author = github.InputGitAuthor(*author) if author else None
        self._progress: Progress = progress or Silent()
        self._max_wait = max_wait
        self._sleep = sleep
        self._clock = clock
        self._requester = github.Github(
            auth=github.Auth.Token(token),
            base_url=self._api_url,
            user_agent=f"notion2jekyll/{__version__}",
            timeout=_TIMEOUT,
            retry=0,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester
        self._place = f"/repos/{repository}"
        self._head: _Head | None = None
        self._fetched: dict[str, bytes] = {}
        self._uploaded: set[str] = set()
        self._requests = 0
        self._waited = 0.0
        self._writes = 0
        self._last_write = float("-inf")

    @property
    def name(self) -> str:
        """Repository and branch: `me/me.github.io (branch main)`."""
        return f"{self._repository} ({f'branch {self._branch}' if self._branch else 'default branch'})"

    @property
    def requests(self) -> int:
        """How many requests were sent, repeated ones included."""
        return self._requests

    @property
    def waited(self) -> float:
        """Seconds spent in pauses that GitHub's limits or disturbances made necessary."""
        return self._waited

    # Reading

    def read(self) -> Snapshot:
        """Return the files at the branch's head: two requests, as long as the tree comes in one piece.

        Raises ConfigError when there is no such repository or branch, AccessDenied, Unreachable.
        """
        head = self._read_head()
        if head is None:
            self._head = _Head(None, None, None, Snapshot(base=None))
            return self._head.snapshot
        commit, tree, url = head
        files: dict[str, str] = {}
        modes: dict[str, str] = {}
        others: set[str] = set()
        complete = True
        for path, entry in self._walk(tree, ""):
            if entry is None:
                complete = False
            elif entry["type"] == "blob" and entry["mode"] != "120000":
                files[path] = entry["sha"]
                if entry["mode"] == "100755":
                    modes[path] = entry["mode"]
            elif entry["type"] != "tree":
                others.add(path)
        snapshot = Snapshot(commit, files, frozenset(others), complete)
        self._head = _Head(commit, tree, url, snapshot, modes)
        return snapshot

    def fetch(self, path: str) -> bytes | None:
        """Return the content of `path` in the version last read: one request for each content, once.

        None where it was not there. Raises as `read`.
        """
        blob = self._head.snapshot.files.get(path) if self._head else None
        if blob is None:
            return None
        try:
            return self._fetch(blob)
        except _Refused as refused:
            raise self._stop(refused) from refused

    def fetch_blob(self, blob: str) -> bytes | None:
        """Return the content with that id, None where the repository does not have it (its history was rewritten).

        One request for each content, once. Raises as `read`.
        """
        try:
            return self._fetch(blob)
        except _Refused as refused:
            if refused.status in {404, 409, 422}:
                return None
            raise self._stop(refused) from refused

    def _fetch(self, blob: str) -> bytes:
        if blob not in self._fetched:
            answer = self._call("GET", f"/git/blobs/{blob}")
            self._fetched[blob] = base64.b64decode(answer["content"])
        return self._fetched[blob]

    def history(self, path: str) -> Iterator[bytes]:
        """Yield what `path` held in its latest versions, newest first: one request, and two for each that is taken."""
        if self._head is None or self._head.commit is None:
            return
        try:
            wish = {"path": path, "sha": self._head.commit, "per_page": str(_VERSIONS)}
            commits = self._call("GET", "/commits", parameters=wish)
        except _Refused:
            return
        for commit in commits:
            try:
                blob = self._call("GET", f"/contents/{quote(path)}", parameters={"ref": commit["sha"]})["sha"]
                answer = self._call("GET", f"/git/blobs/{blob}")
            except _Refused:
                continue  # it was deleted in this one
            yield base64.b64decode(answer["content"])

    def _read_head(self) -> tuple[str, str, str | None] | None:
        """Return the head's commit id, tree id and page; None for a repository without any commit."""
        try:
            if self._branch is None:
                # The list of commits begins at the default branch, whatever its name is.
                commit = self._call("GET", "/commits", parameters={"per_page": "1"})[0]
            else:
                commit = self._call("GET", f"/branches/{quote(self._branch)}")["commit"]
        except _Refused as refused:
            if refused.status not in {404, 409}:
                raise self._stop(refused) from refused
            commit = self._commit_of_ref()
            if commit is None:
                self._explain_no_head()
                return None
        self._follow(commit.get("url") or "")
        sha = str(commit["sha"])
        # A server that speaks GitHub's language may say less than GitHub does.
        tree = commit.get("commit", {}).get("tree") or self._ask("GET", f"/git/commits/{sha}")["tree"]
        return sha, str(tree["sha"]), self._page_of(commit)

    def _commit_of_ref(self) -> Json | None:
        """Return the commit of the branch as git's own references have it; None where they do not know it either."""
        if self._branch is None:
            return None
        try:
            reference = self._call("GET", f"/git/ref/heads/{quote(self._branch)}")
        except _Refused:
            return None
        return {"sha": reference["object"]["sha"]} if isinstance(reference, dict) else None

    def _page_of(self, commit: Json) -> str | None:
        """Return where a person can look at `commit`; None where that is not known."""
        if page := commit.get("html_url"):
            return str(page)
        if self._api_url == API:
            return f"https://github.com/{self._repository}/commit/{commit['sha']}"
        return None

    def _explain_no_head(self) -> None:
        """Return for a repository without any commit; raise what is wrong otherwise."""
        try:
            facts = self._call("GET", "")
        except _Refused as refused:
            if refused.status == 404:
                raise ConfigError(
                    f"There is no repository {self._repository}, or this token may not see it (GitHub says the same of both).",
                    hint="Check the name under github: repository, and that the token was made for this repository: "
                    "the GITHUB_TOKEN of a workflow reaches only the repository it runs in.",
                ) from refused
            raise self._stop(refused) from refused
        branches = [
            branch["name"] for branch in self._ask("GET", "/branches", parameters={"per_page": "100"})
        ]
        if not branches:
            return
        default = facts.get("default_branch") or branches[0]
        names = ", ".join([default, *(name for name in branches if name != default)][:10])
        raise ConfigError(
            f"{self._repository} has no branch {self._branch}.",
            hint=f"Its default branch is {default}; there are: {names}. Set github: branch, or make the branch.",
        )

    def _follow(self, url: str) -> None:
        """Go straight to where a renamed repository is now: GitHub forwards reads, but PyGithub not every write."""
        place = url.removeprefix(self._api_url).partition("/commits/")[0]
        if re.fullmatch(r"/repos/[\w.-]+/[\w.-]+", place, re.ASCII):
            self._place = place

    def _walk(self, tree: str, folder: str) -> Iterator[tuple[str, Json | None]]:
        """Yield path and entry of everything in `tree`, and a None entry where even a single folder is cut off."""
        listing = self._ask("GET", f"/git/trees/{tree}", parameters={"recursive": "1"})
        if not listing.get("truncated"):
            for entry in listing["tree"]:
                yield folder + entry["path"], entry
            return
        listing = self._ask("GET", f"/git/trees/{tree}")
        if listing.get("truncated"):
            yield folder, None
        for entry in listing["tree"]:
            path = folder + entry["path"]
            yield path, entry
            if entry["type"] == "tree":
                yield from self._walk(entry["sha"], path + "/")

    # Writing

    def apply(self, commit: Commit) -> Applied:
        """Make `commit` on the head that was read, which becomes the new base; raises Moved when the branch went on.

        A repository without any commit gets two: git's objects cannot be stored in it before a first one, which adds
        `SEED` alone. A rival that was first makes Moved; at worst `SEED` stays until the next commit, which removes it.

        Raises AccessDenied for a token that may not write and for a protected branch, ConfigError for a file that
        GitHub does not take, Unreachable.
        """
        head = self._head
        if head is None or head.snapshot.base != commit.base:
            raise Moved(f"{self.name} was not read at {commit.base}")
        check(commit, head.snapshot)
        seen = head.snapshot.files
        writes = {path: text for path, text in commit.writes.items() if seen.get(path) != blob_id(text)}
        deletes = set(commit.deletes)
        if not writes and not deletes:
            return Applied(head.commit, head.url)
        if head.commit is None:
            head = self._seed()
        elif seen.get(SEED) == blob_id(_SEED_TEXT) and SEED not in writes:
            deletes.add(SEED)
        blobs, inline = self._split(writes, seen)
        chunks = list(_chunks(self._entries(writes, deletes, inline, head.modes)))
        self._progress.begin("committing", len(blobs) + len(chunks) + 2)
        try:
            for path in blobs:
                self._upload(path, writes[path])
                self._progress.advance("committing")
            tree = head.tree
            for chunk in chunks:
                body = {"tree": chunk} | ({"base_tree": tree} if tree else {})
                tree = str(self._ask("POST", "/git/trees", body)["sha"])
                self._progress.advance("committing")
            if tree == head.tree:
                return Applied(head.commit, head.url)
            made = self._commit(commit.message, str(tree), str(head.commit))
            self._progress.advance("committing")
            self._swap(str(head.commit), made["sha"])
            self._progress.advance("committing")
        finally:
            self._progress.end("committing")
        files = {path: blob for path, blob in seen.items() if path not in deletes}
        files |= {path: blob_id(text) for path, text in writes.items()}
        modes = {path: mode for path, mode in head.modes.items() if path in files}
        snapshot = Snapshot(made["sha"], files, head.snapshot.others, head.snapshot.complete)
        self._head = _Head(made["sha"], str(tree), self._page_of(made), snapshot, modes)
        return Applied(made["sha"], self._head.url)

    def _split(
        self, writes: Mapping[str, bytes], seen: Mapping[str, str]
    ) -> tuple[list[str], dict[str, str]]:
        """Return the paths whose contents need a blob first, and the texts that travel in the tree.

        A content that the repository has already, at whatever path, is neither: its id is enough.
        """
        known = self._uploaded | set(seen.values())
        blobs: dict[str, str] = {}
        inline: dict[str, str] = {}
        for path, content in writes.items():
            if blob_id(content) in known:
                continue
            text = _as_text(content)
            if text is None:
                blobs[blob_id(content)] = path
            else:
                inline[path] = text
        return sorted(blobs.values()), inline

    def _entries(
        self,
        writes: Mapping[str, bytes],
        deletes: set[str],
        inline: Mapping[str, str],
        modes: Mapping[str, str],
    ) -> Iterator[Json]:
        for path in sorted(deletes):
            yield {"path": path, "mode": modes.get(path, "100644"), "type": "blob", "sha": None}
        for path in sorted(writes):
            what = {"content": inline[path]} if path in inline else {"sha": blob_id(writes[path])}
            yield {"path": path, "mode": modes.get(path, "100644"), "type": "blob", **what}

    def _upload(self, path: str, content: bytes) -> None:
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        try:
            self._call("POST", "/git/blobs", body)
        except _Refused as refused:
            if refused.status in {413, 422} and not _is_rule(refused.message):
                raise ConfigError(
                    f"GitHub does not take {path} ({len(content) / 1e6:.1f} MB): {refused.message}",
                    hint="Files over 100 MB are refused, and by this way some smaller ones. Shrink it, or link to it elsewhere.",
                ) from refused
            raise self._stop(refused, about=path) from refused
        self._uploaded.add(blob_id(content))

    def _commit(self, message: str, tree: str, parent: str) -> Json:
        body: Json = {"message": message, "tree": tree, "parents": [parent]}
        made: Json = self._ask("POST", "/git/commits", body | self._signature())
        return made

    def _signature(self) -> Json:
        """Return the author, where one is set: a bot's commit that names none is signed by GitHub as verified."""
        return {"author": self._author._identity} if self._author else {}  # noqa: SLF001  # PyGithub's own way to JSON

    def _seed(self) -> _Head:
        """Give a repository without any commit its first one; raise Moved when someone else did."""
        body: Json = {
            "message": "Prepare the empty repository",
            "content": base64.b64encode(_SEED_TEXT).decode(),
        }
        if self._branch is not None and self._branch != self._default_branch():
            body["branch"] = self._branch
        try:
            made = self._call("PUT", f"/contents/{quote(SEED)}", body | self._signature())["commit"]
        except _Refused as refused:
            # A rival, or our own request whose answer was lost: the file is there now, and the next reading shows it.
            if refused.status in {409, 422} and not _is_rule(refused.message):
                raise Moved(f"{self.name} is no longer empty") from refused
            raise self._stop(refused) from refused
        if made.get("parents"):
            raise Moved(f"{self.name} is no longer empty")
        # Without a base tree the next commit holds what it writes and nothing else, so the seed goes.
        return _Head(made["sha"], None, self._page_of(made), Snapshot(made["sha"]))

    def _default_branch(self) -> str:
        return str(self._ask("GET", "").get("default_branch") or "main")

    def _swap(self, old: str, new: str) -> None:
        """Let the branch point to `new` if it still points to `old`, or raise Moved."""
        if self._branch is None:
            self._branch = self._default_branch()
        ref = f"heads/{quote(self._branch)}"
        lost = False
        for attempt in range(_ATTEMPTS):
            try:
                self._call("PATCH", f"/git/refs/{ref}", {"sha": new, "force": False}, once=True)
            except _Lost:
                lost = True
            except _Refused as refused:
                if refused.status not in {409, 422} or _is_rule(refused.message):
                    raise self._stop(refused) from refused
                if not lost or not self._holds(ref, new):
                    raise Moved(f"{self.name} has new commits") from refused
                return
            else:
                return
            # The answer was lost: the branch tells whether the request was. Its own state may lag for some seconds.
            self._progress.waiting("GitHub", 2.0**attempt, "no whole answer came to the commit")
            self._pause(2.0**attempt)
            try:
                now = self._ask("GET", f"/git/ref/{ref}")["object"]["sha"]
                if now == new or (now != old and self._holds(ref, new)):
                    return
            except Unreachable as broken:
                raise Unreachable(
                    f"The connection broke while commit {new[:7]} was being published: it may be on GitHub, or not.",
                    hint="Run it again later: it finds out, and goes on from there.",
                ) from broken
            if now != old:
                raise Moved(f"{self.name} has new commits")
        raise Unreachable(
            f"GitHub did not confirm the new commit on {self.name}, and it is not there.",
            hint="Run it again later.",
        )

    def _holds(self, ref: str, commit: str) -> bool:
        """Whether the branch's history has `commit`: someone may have built on ours at once."""
        branch = ref.removeprefix("heads/")
        return self._ask("GET", f"/compare/{commit}...{branch}")["status"] in {"identical", "ahead"}

    # The wire

    def _ask(
        self, method: str, path: str, body: Json | None = None, *, parameters: dict[str, str] | None = None
    ) -> Any:
        """Do `_call`, with every refusal ending the run."""
        try:
            return self._call(method, path, body, parameters=parameters)
        except _Refused as refused:
            raise self._stop(refused) from refused

    def _call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        parameters: dict[str, str] | None = None,
        once: bool = False,
    ) -> Any:
        """Send a request below the repository until it is answered, within bounds; return the JSON.

        With `once`, a request whose fate is unknown is not repeated: `_Lost`. Raises `_Refused`,
        Unreachable, AccessDenied.
        """

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if not isinstance(error, _Again):
                return 0.0
            return error.seconds * (2.0 ** (state.attempt_number - 1) if error.grows else 1.0)

        def enough(state: tenacity.RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            bound = _PATIENCE if isinstance(error, _Again) and error.unreached else self._max_wait
            return state.attempt_number >= _ATTEMPTS or state.idle_for + state.upcoming_sleep > bound

        def rest(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            self._progress.waiting("GitHub", state.upcoming_sleep, str(error))

        retrier = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=pause,
            stop=enough,
            before_sleep=rest,
            sleep=self._pause,
            reraise=True,
        )
        try:
            return retrier(self._send, method, path, body, parameters, once)
        except _Again as last:
            raise Unreachable(
                f"GitHub could not be reached: {last}, also after repeating it.",
                hint="Look at https://www.githubstatus.com and your connection, then run it again. "
                + _API_URL,
            ) from last

    def _send(
        self, method: str, path: str, body: Json | None, parameters: dict[str, str] | None, once: bool
    ) -> Any:
        """Send one request, once. Raises `_Again` where it may be repeated."""
        if method != "GET":
            self._keep_pace()
        self._requests += 1
        line = f"{method} {self._place}{path}"
        lost: str
        unreached = False
        try:
            _, found = self._requester.requestJsonAndCheck(
                method, self._place + path, parameters=parameters, input=body
            )
        except github.GithubException as error:
            self._progress.request("GitHub", f"{line} {error.status}")
            if error.status < 500:
                raise self._judge(line, error) from error
            lost = f"it answered {error.status}"
        except (OSError, ValueError) as error:
            # OSError: what the network can do, and base of every error of requests; ValueError: JSON that breaks off.
            self._progress.request("GitHub", f"{line} {type(error).__name__}")
            lost = f"no whole answer came ({type(error).__name__})"
            unreached = _is_unreached(error)
            if unreached:
                lost = "there is no connection"
        except RuntimeError as error:
            self._progress.request("GitHub", f"{line} moved")
            raise ConfigError(f"GitHub's API has moved: {error}", hint=_API_URL) from error
        else:
            self._progress.request("GitHub", f"{line} ok")
            if isinstance(found, dict | list) and not (
                isinstance(found, dict) and found.keys() <= {"data", "url"}
            ):
                return found
            lost = "what answered is not GitHub's API"
        if once:
            raise _Lost(lost)
        raise _Again(lost, unreached=unreached)

    def _judge(self, line: str, error: github.GithubException) -> Exception:
        """Say what a refusal below 500 means: a pause, a token that is not known, or something for the caller."""
        message = _message_of(error)
        headers = {str(key).lower(): str(value) for key, value in (error.headers or {}).items()}
        limited = error.status == 429 or (
            error.status == 403
            and (
                "retry-after" in headers
                or headers.get("x-ratelimit-remaining") == "0"
                or "rate limit" in message.lower()
                or "abuse detection" in message.lower()
            )
        )
        if limited:
            seconds, said = self._asked_pause(headers)
            if seconds > self._max_wait:
                when = time.strftime("%H:%M UTC", time.gmtime(self._clock() + seconds))
                return Unreachable(
                    f"GitHub's request limit is used up until {when}.",
                    hint="Run it again after that. A workflow's GITHUB_TOKEN has 1,000 requests an hour for the repository.",
                )
            return _Again(f"its limit was reached ({error.status})", seconds, grows=not said)
        if error.status == 422 and "timed out" in message.lower():
            return _Again("it took too long over a tree")
        if error.status == 401:
            return AccessDenied(f"GitHub does not accept GITHUB_TOKEN: {message}", hint=_SIGN_IN)
        return _Refused(error.status, message, line)

    def _asked_pause(self, headers: Mapping[str, str]) -> tuple[float, bool]:
        """Return how long a limit lasts, and whether GitHub said so; where it does not, its documents say a minute."""
        if headers.get("retry-after", "").isdigit():
            return float(headers["retry-after"]), True
        if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            return max(1.0, float(headers["x-ratelimit-reset"]) - self._clock() + 1), True
        return 60.0, False

    def _pause(self, seconds: float) -> None:
        self._waited += seconds
        self._sleep(seconds)

    def _keep_pace(self) -> None:
        """Before a write: leave a second after the one before, once there are more than a handful."""
        self._writes += 1
        rest = self._last_write + _WRITE_PAUSE - self._clock()
        if self._writes > _FREE_WRITES and rest > 0:
            self._sleep(min(rest, _WRITE_PAUSE))
        self._last_write = self._clock()

    def _stop(self, refused: _Refused, *, about: str = "") -> Stop:
        """Turn a refusal that nobody can do anything about here into what a person can do about it."""
        status, message, lower = refused.status, refused.message, refused.message.lower()
        said = f"GitHub refused {f'{about} in ' if about else ''}{self.name}: {_one_line(message)}"
        if "secret" in lower and _is_rule(message):
            return AccessDenied(
                said,
                hint="Something in the content looks like a password or token. Take it out in Notion, and change it.",
            )
        if _is_rule(message):
            return AccessDenied(
                f"The branch is protected. {said}",
                hint="Let the token's owner or app bypass the rule (Settings → Rules or Branches), or publish to a branch without one.",
            )
        if "archived" in lower:
            return AccessDenied(said, hint="The repository is archived: unarchive it in its settings.")
        writing = not refused.line.startswith("GET")
        if status == 403 or (status == 404 and writing):
            # A classic token that may read but not write is told 404.
            return AccessDenied(said, hint=_MAY_WRITE if writing else _SIGN_IN)
        return Stop(
            f"GitHub gave an answer that was not expected: {refused.line}: {status} {_one_line(message)}",
            hint="Run it again; if it stays, please report it.",
        )


_API_URL = "GITHUB_API_URL is https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server."
_SIGN_IN = (
    "In a workflow use ${{ github.token }}; elsewhere make a fine-grained token for this repository with "
    "“Contents: Read and write” and set it as GITHUB_TOKEN."
)
_MAY_WRITE = (
    "The token may read but not write. In a workflow add “permissions: contents: write”; of a fine-grained token, "
    "set “Contents” to “Read and write”; a classic token needs the scope “repo”."
)
_RULES = re.compile(
    r"rule violation|protected branch|protected ref|required status check|through a pull request"
    r"|verified signature|GH006|GH013|reference update failed",
    re.IGNORECASE,
)


def _is_rule(message: str) -> bool:
    """Whether a refusal comes from branch protection or a ruleset, old or new."""
    return bool(_RULES.search(message))


def _is_unreached(error: BaseException | None) -> bool:
    """Whether no connection came about: what lies under the library's errors tells."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError | socket.gaierror):
            return True
        if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
            return True
        error = error.__cause__ or error.__context__
    return False


def _message_of(error: github.GithubException) -> str:
    data = error.data
    if isinstance(data, dict):
        return str(data.get("message") or data.get("data") or "")
    return str(data or "")


def _one_line(message: str) -> str:
    """Return `message` on one line and not endless, with a full stop."""
    line = " ".join(message.split())[:300]
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _as_text(content: bytes) -> str | None:
    """Return `content` as the text that GitHub would store byte for byte; None where it has to go as a blob."""
    if b"\0" in content:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if len(json.dumps(text)) <= _INLINE_BYTES else None


def _chunks(entries: Iterator[Json]) -> Iterator[Sequence[Json]]:
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
