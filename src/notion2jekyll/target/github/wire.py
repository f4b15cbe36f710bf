"""Requests to GitHub: one at a time, repeated within bounds, at GitHub's pace, with refusals told apart.

Of PyGithub the session, the authentication and the errors are used, one request a call. Its objects are not: they complete
themselves with requests nobody sees, and a lazy reference PATCHes an address that does not exist. Its own retries are
off: they cannot be counted, cut short or shown, leave out PATCH, and repeat a 5xx at once.

Facts on limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
"""

from __future__ import annotations

import errno
import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import github
import tenacity

from notion2jekyll import __version__
from notion2jekyll.errors import AccessDenied, ConfigError, Stop, Unreachable
from notion2jekyll.progress import Progress

Json = dict[str, Any]

API = "https://api.github.com"
"""Where GitHub's API is, unless GITHUB_API_URL says otherwise."""
ATTEMPTS = 6
"""How often one request is sent at most; with pauses of 1, 2, 4, 8 and 16 s this outlasts a short disturbance."""

_TIMEOUT = 60
"""Seconds to wait for an answer. GitHub gives up by itself sooner, but a proxy may not."""
_PATIENCE = 20.0
"""Seconds of pauses for a server to which there is no connection: a wrong address does not come right by waiting."""
_FREE_WRITES = 20
_WRITE_PAUSE = 1.0
"""One write a second: GitHub asks for that, and allows about 80 new contents a minute. So up to 20 may come at once, after as
many seconds without any, or at the start."""
_SLOWEST_PAUSE = 8.0
"""Each time GitHub says that this was too fast, the pause doubles, up to this, and no more is saved up to
come at once: it allows about 500 new contents an hour, and does not say which requests it counts."""

# `import github` gives its logger a handler that writes to stderr; what a run says is not PyGithub's to decide.
logging.getLogger("github").handlers.clear()


class Lost(Exception):
    """No answer came to a request that must not be sent twice without a look: nobody knows whether it had its effect."""


class Refused(Exception):
    """GitHub refused a request, for a reason that the caller may know more about."""

    def __init__(self, status: int, message: str, line: str, documentation: str = "") -> None:
        super().__init__(f"{line}: {status} {message}")
        self.status = status
        self.message = message
        self.line = line
        self.documentation = documentation
        """Address of what GitHub has to say of it."""

    @property
    def is_rule(self) -> bool:
        """Whether branch protection or a ruleset, old or new, refused it."""
        return bool(_RULES.search(self.message) or _RULES.search(self.documentation))

    @property
    def is_race(self) -> bool:
        """Whether a branch was not moved since it is no longer, or again, where it was."""
        return self.status == 409 or (self.status == 422 and bool(_RACES.search(self.message)))


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


class Wire:
    """Sends requests about `repository` (`owner/name`) to the API at `api_url`, as the owner of `token`.

    `name` is what to call the place that is written to in messages. `max_wait` bounds one pause that GitHub asks for, in
    seconds. Raises ConfigError for a repository or an address that is none, AccessDenied for a token that cannot be one.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        api_url: str = API,
        *,
        name: str,
        progress: Progress,
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
        self.repository = repository
        self.api_url = api_url.rstrip("/")
        self.name = name
        self.progress = progress
        self.is_of_an_app = token.startswith("ghs_")
        """Whether the token is one of an app, as workflows have it (GitHub's docs: “GitHub's token formats”)."""
        self.requests = 0
        """How many were sent, repeated ones included."""
        self.headers: Mapping[str, str] = {}
        """Header fields of the last answer, names in lower case."""
        self.waited = 0.0
        """Seconds spent in pauses that GitHub's limits or disturbances made necessary."""
        self._max_wait = max_wait
        self._sleep = sleep
        self._clock = clock
        self._requester = github.Github(
            auth=github.Auth.Token(token),
            base_url=self.api_url,
            user_agent=f"notion2jekyll/{__version__}",
            timeout=_TIMEOUT,
            retry=0,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester
        self._place = f"/repos/{repository}"
        self._most_at_once = _FREE_WRITES
        self._spare = float(_FREE_WRITES)
        """How many writes may come at once now."""
        self._write_pause = _WRITE_PAUSE
        self._last_write = float("-inf")

    @property
    def owner(self) -> str:
        """The owner of the repository, also after it was renamed."""
        return self._place.split("/")[2]

    def follow(self, url: str) -> None:
        """Go straight to where a renamed repository is now, as the `url` of one of its commits tells.

        GitHub forwards reads, but PyGithub not every write.
        """
        place = url.removeprefix(self.api_url).partition("/commits/")[0]
        if re.fullmatch(r"/repos/[\w.-]+/[\w.-]+", place, re.ASCII):
            self._place = place

    def pause(self, seconds: float, why: str) -> None:
        """Wait, and say so."""
        self.progress.waiting("GitHub", seconds, why)
        self.rest(seconds)

    def ask(
        self, method: str, path: str, body: Json | None = None, *, parameters: dict[str, str] | None = None
    ) -> Any:
        """Do `call`, with every refusal ending the run."""
        try:
            return self.call(method, path, body, parameters=parameters)
        except Refused as refused:
            raise self.stop(refused) from refused

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        parameters: dict[str, str] | None = None,
        once: bool = False,
        silent: bool = False,
    ) -> Any:
        """Send a request below the repository until it is answered, within bounds; return the JSON.

        With `silent`, an answer without content is one, too: None.
        With `once`, a request whose fate is unknown is not repeated: `Lost`. Raises `Refused`, Unreachable, AccessDenied.
        """

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if not isinstance(error, _Again):
                return 0.0
            return error.seconds * (2.0 ** (state.attempt_number - 1) if error.grows else 1.0)

        def enough(state: tenacity.RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            bound = _PATIENCE if isinstance(error, _Again) and error.unreached else self._max_wait
            return state.attempt_number >= ATTEMPTS or state.idle_for + state.upcoming_sleep > bound

        def rest(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            self.progress.waiting("GitHub", state.upcoming_sleep, str(error))

        retrier = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=pause,
            stop=enough,
            before_sleep=rest,
            sleep=self.rest,
            reraise=True,
        )
        try:
            return retrier(self._send, method, path, body, parameters, once, silent)
        except _Again as last:
            raise Unreachable(
                f"GitHub could not be reached: {last}, also after repeating it.",
                hint="Look at https://www.githubstatus.com and your connection, then run it again. "
                + _API_URL,
            ) from last

    def _send(  # one request has as many sides
        self,
        method: str,
        path: str,
        body: Json | None,
        parameters: dict[str, str] | None,
        once: bool,
        silent: bool,
    ) -> Any:
        """Send one request, once. Raises `_Again` where it may be repeated."""
        if method != "GET":
            self._keep_pace()
        self.requests += 1
        line = f"{method} {self._place}{path}"
        lost: str
        unreached = False
        try:
            headers, found = self._requester.requestJsonAndCheck(
                method, self._place + path, parameters=parameters, input=body
            )
            self.headers = {str(name).lower(): str(value) for name, value in headers.items()}
        except github.GithubException as error:
            self.progress.request("GitHub", f"{line} {error.status}")
            if error.status < 500:
                raise self._judge(line, error) from error
            lost = f"it answered {error.status}"
        except (OSError, ValueError) as error:
            # OSError: what the network can do, and base of every error of requests; ValueError: JSON that breaks off.
            self.progress.request("GitHub", f"{line} {type(error).__name__}")
            lost = f"no whole answer came ({type(error).__name__})"
            unreached = _is_unreached(error)
            if unreached:
                lost = "there is no connection"
        except RuntimeError as error:
            self.progress.request("GitHub", f"{line} moved")
            raise ConfigError(f"GitHub's API has moved: {error}", hint=_API_URL) from error
        else:
            self.progress.request("GitHub", f"{line} ok")
            if silent and not found:
                return None
            if isinstance(found, dict | list) and not (
                isinstance(found, dict) and found.keys() <= {"data", "url"}
            ):
                return found
            lost = "what answered is not GitHub's API"
        if once:
            raise Lost(lost)
        raise _Again(lost, unreached=unreached)

    def _judge(self, line: str, error: github.GithubException) -> Exception:
        """Say what a refusal below 500 means: a pause, a token that is not known, or something for the caller."""
        message = _message_of(error)
        headers = {str(key).lower(): str(value) for key, value in (error.headers or {}).items()}
        if error.status == 429 or (error.status == 403 and _is_limit(headers, message)):
            seconds, said = self._asked_pause(headers)
            if not line.startswith("GET") and headers.get("x-ratelimit-remaining") != "0":
                self._write_pause = min(2 * self._write_pause, _SLOWEST_PAUSE)
                self._most_at_once = max(1, int(self._spare))
            if seconds > self._max_wait:
                when = time.strftime("%H:%M UTC", time.gmtime(self._clock() + seconds))
                return Unreachable(
                    f"GitHub's request limit is used up until {when}.",
                    hint="Run it again after that. A workflow's GITHUB_TOKEN has 1,000 requests an hour for the repository.",
                )
            return _Again(f"its limit was reached ({error.status})", seconds, grows=not said)
        if isinstance(error.data, dict) and error.data.keys() == {"data"}:
            # PyGithub's name for what is no JSON: a page of a network in front of GitHub, which knows no permissions.
            return _Again(f"something in front of it refused the request ({error.status})")
        if error.status == 422 and "timed out" in message.lower():
            return _Again("it took too long over a tree")
        if error.status == 409 and _REPEATABLE.match(line) and not _IS_CONFLICT.search(message):
            return _Again("it could not get at the repository (409)")
        if error.status == 401:
            return AccessDenied(f"GitHub does not accept GITHUB_TOKEN: {message}", hint=_SIGN_IN)
        about = error.data.get("documentation_url") if isinstance(error.data, dict) else None
        return Refused(error.status, message, line, str(about or ""))

    def _asked_pause(self, headers: Mapping[str, str]) -> tuple[float, bool]:
        """Return how long a limit lasts, and whether GitHub said so; where it does not, its documents say a minute."""
        if headers.get("retry-after", "").isdigit():
            return float(headers["retry-after"]), True
        if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            return max(1.0, float(headers["x-ratelimit-reset"]) - self._clock() + 1), True
        return 60.0, False

    def rest(self, seconds: float) -> None:
        """Wait, without a word."""
        self.waited += seconds
        self._sleep(seconds)

    def _keep_pace(self) -> None:
        """Before a write: leave a second for each, once more than a handful came at once."""
        now = self._clock()
        earned = max(0.0, now - self._last_write) / self._write_pause
        self._spare = min(self._spare + earned, float(self._most_at_once))
        self._last_write = now
        if self._spare < 1:
            rest = (1 - self._spare) * self._write_pause
            self._sleep(rest)
            # On a clock that does not move while this sleeps, the rest is not to be earned once more.
            self._spare, self._last_write = 1.0, max(self._clock(), now)
        self._spare -= 1

    def held(self, refused: Refused) -> Stop:
        """Say of a branch that GitHub keeps where it is, though nobody else moved it."""
        said = f"GitHub keeps {self.name} as it is: {_one_line(refused.message)}"
        return AccessDenied(said, hint=_PROTECTED)

    def stop(self, refused: Refused, *, about: str = "") -> Stop:
        """Turn a refusal that nobody can do anything about here into what a person can do about it."""
        status, message, lower = refused.status, refused.message, refused.message.lower()
        said = f"GitHub refused {f'{about} in ' if about else ''}{self.name}: {_one_line(message)}"
        if "secret" in lower and refused.is_rule:
            return AccessDenied(
                said,
                hint="Something in the content looks like a password or token. Take it out in Notion, and change it.",
            )
        if refused.is_rule:
            return AccessDenied(
                f"The branch is protected. {said}", hint=_SIGNED if "signature" in lower else _PROTECTED
            )
        if "archived" in lower:
            return AccessDenied(said, hint="The repository is archived: unarchive it in its settings.")
        writing = not refused.line.startswith("GET")
        if status == 403 or (status == 404 and writing):
            # A classic token that may read but not write is told 404.
            return AccessDenied(said, hint=READ_ONLY if writing else _SIGN_IN)
        return Stop(
            f"GitHub gave an answer that was not expected: {refused.line}: {status} {_one_line(message)}",
            hint="Run it again; if it stays, please report it.",
        )


_API_URL = "GITHUB_API_URL is https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server."
_SIGN_IN = (
    "In a workflow use ${{ github.token }}; elsewhere make a fine-grained token for this repository with "
    "“Contents: Read and write” and set it as GITHUB_TOKEN."
)
MAY_WRITE = (
    "In a workflow add “permissions: contents: write”; for a fine-grained token, set “Contents” to “Read and write”; "
    "a classic token needs the scope “repo”."
)
"""How a token gets the permission to write."""
_PROTECTED = (
    "Offer the posts with github: mode: pull_request, or commit with a token of somebody who may bypass the rule (Settings → Rules "
    "or Branches): the token of a workflow rarely is. With mode: pull_request already, exempt the branch of the pull "
    "request from the rule."
)
_SIGNED = (
    "Leave github: author out and use the token of a workflow (${{ github.token }}) or of an app: GitHub signs what those commit, "
    "and nothing that the token of a person commits in this way."
)
READ_ONLY = f"The token may read but not write. {MAY_WRITE}"
# Of the old protection each check has its own words, and all point to the same page.
_RULES = re.compile(
    r"rule violation|protected[ -]branch|protected ref|required status check|through a pull request|approv\w+ review"
    r"|not authorized to push|merge queue|must not contain merge|locked branch|verified signature|GH006|GH013"
    r"|reference update failed",
    re.IGNORECASE,
)
_RACES = re.compile(r"fast[ -]forward|does not exist|already exists", re.IGNORECASE)

# GitHub answers 409 where a repository is “empty or unavailable” (https://docs.github.com/en/rest/git), and where what is
# asked conflicts with what is there: of the latter the caller knows more, and it does not pass. For pull requests and labels it
# documents none; one that is refused was not made, and who asks for it twice is told that it is there.
_REPEATABLE = re.compile(
    r"GET |POST \S+/(git/(blobs|trees|commits)|pulls|issues/\d+/labels)$|PATCH \S+/pulls/\d+$"
)
_IS_CONFLICT = re.compile(f"is empty|{_RULES.pattern}", re.IGNORECASE)
_PERMISSIONS = re.compile(r"not accessible|not permitted|must have|archived|protected", re.IGNORECASE)


def _is_limit(headers: Mapping[str, str], message: str) -> bool:
    """Whether a 403 means that there were too many requests: GitHub has one number for this and for permissions.

    The last request that an hour allows comes back with none remaining, whatever else it was refused for.
    """
    if "retry-after" in headers or re.search("rate limit|abuse detection", message, re.IGNORECASE):
        return True
    return headers.get("x-ratelimit-remaining") == "0" and not _PERMISSIONS.search(message)


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
        details = data.get("errors") or ()
        inner = [str(each["message"]) for each in details if isinstance(each, dict) and each.get("message")]
        return ": ".join([str(data.get("message") or data.get("data") or ""), *inner])
    return str(data or "")


def _one_line(message: str) -> str:
    """Return `message` on one line and not endless, with a full stop."""
    line = " ".join(message.split())[:300]
    return line if line.endswith((".", "!", "?")) else f"{line}."
