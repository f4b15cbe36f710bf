"""Serves a `Workspace` on loopback as Notion's API, Notion-Version 2026-03-11: what reading needs, and nothing that writes.

    with serve(workspace) as notion:
        NotionSettings(token=notion.token, api_url=notion.url)

Answers, errors included, have the shapes of developers.notion.com/reference. Hosted files are served too, under addresses
that are signed and expire as the real ones do.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cmp_to_key, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit
from uuid import UUID

from notion2jekyll.demo.workspace import Workspace

Json = dict[str, Any]
Headers = Mapping[str, str]

VERSION: Final = "2026-03-11"
TOKEN: Final = "ntn_demo"  # noqa: S105  # opens nothing but a workspace in memory
CONNECTION: Final = "notion2jekyll"
UNSUPPORTED: Final = "unsupported"
PAGED_PROPERTIES: Final = frozenset({"title", "rich_text", "relation", "people", "rollup"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the API."""

    method: str
    path: str
    """After `/v1/`, without a query."""
    query: Mapping[str, str]
    headers: Headers
    """By name in lower case."""
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: a JSON object, or bytes of `content_type`."""

    status: int
    body: Json | bytes
    headers: Headers = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def payload(self) -> bytes:
        """Return the bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Fault(Exception):
    """An error in Notion's form."""

    def __init__(self, status: int, code: str, message: str, **additional: str) -> None:
        super().__init__(message)
        self.response = error(status, code, message, **additional)


def error(status: int, code: str, message: str, **additional: str) -> Response:
    """Return the answer for an error; `additional` becomes its `additional_data`."""
    body: Json = {"object": "error", "status": status, "code": code, "message": message}
    if additional:
        body["additional_data"] = additional
    return Response(status, {**body, "request_id": "00000000-0000-4000-8000-000000000000"})


class Api:
    """Answers requests from a workspace; knows nothing of sockets."""

    def __init__(self, workspace: Workspace, token: str = TOKEN) -> None:
        """`token` is the one that is accepted."""
        self.workspace = workspace
        self.token = token
        self._last_query: tuple[str, list[str]] = ("", [])

    def answer(self, request: Request) -> Response:
        """Return the answer to `request`."""
        try:
            self._authorize(request)
            with self.workspace.lock:
                return Response(200, self._route(request))
        except Fault as fault:
            return fault.response

    def _authorize(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Fault(401, "unauthorized", "API token is invalid.")
        version = request.headers.get("notion-version")
        if version is None:
            raise Fault(
                400,
                "missing_version",
                "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.",
            )
        if version != VERSION:
            raise Fault(
                400,
                "validation_error",
                f'Notion-Version header failed validation: "{version}" is not a version that is served here.',
            )

    def _route(self, request: Request) -> Json:
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                answer: Json = getattr(self, name)(request, *found.groups())
                return answer if answer["object"] == "list" else {**answer, "request_id": _REQUEST}
        raise Fault(400, "invalid_request_url", "Invalid request URL.")

    # Single objects

    def _database(self, _: Request, text: str) -> Json:
        target = self._known(text, "database", "database_id", ("database",))
        found = self.workspace.database(target)
        if not found["data_sources"]:
            raise Fault(
                400,
                "validation_error",
                f"Database with ID {target} does not contain any data sources accessible by this API bot.",
            )
        return found

    def _data_source(self, _: Request, text: str) -> Json:
        return self.workspace.source(self._known(text, "data_source", "data_source_id", ("data_source",)))

    def _page(self, _: Request, text: str) -> Json:
        return self.workspace.page(self._known(text, "page", "page_id", ("page",)))

    def _block(self, _: Request, text: str) -> Json:
        return self.workspace.block(self._known(text, "block", "block_id", ("block", "page", "database")))

    def _me(self, _: Request) -> Json:
        owner = {"type": "workspace", "workspace": True}
        return {
            "object": "user",
            "id": self.workspace.bot,
            "name": CONNECTION,
            "avatar_url": None,
            "type": "bot",
            "bot": {
                "owner": owner,
                "workspace_name": "Demo",
                "workspace_limits": {"max_file_upload_size_in_bytes": 5_242_880},
            },
        }

    # Lists

    def _children(self, request: Request, text: str) -> Json:
        target = self._known(text, "block", "block_id", ("block", "page"))
        itself = self.workspace.block(target)
        if itself["type"] == UNSUPPORTED:
            kind = itself[UNSUPPORTED].get("block_type", UNSUPPORTED)
            raise Fault(400, "validation_error", f"Block type {kind} is not supported via the API.")
        origin = (itself.get("synced_block") or {}).get("synced_from")
        if origin and self.workspace.kind(origin["block_id"]) is None:
            raise self._missing("block", origin["block_id"])
        ids, rest = self._paged(self.workspace.child_ids(target), request.query)
        return _listing([self.workspace.block(child) for child in ids], "block", rest)

    def _query(self, request: Request, text: str) -> Json:
        target = self._known(text, "data_source", "data_source_id", ("data_source",))
        rows = self._selected(target, request.body)
        cut = len(rows) > self.workspace.query_limit
        ids, rest = self._paged(rows[: self.workspace.query_limit], request.body)
        answer = _listing([self.workspace.page(row) for row in ids], "page_or_data_source", rest)
        if cut:
            reason = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
            answer["request_status"] = reason
        return answer

    def _selected(self, data_source: str, body: Json) -> list[str]:
        """Return the ids of the rows that a query asks for; a query's later pages do not sort all rows again."""
        question = {name: value for name, value in body.items() if name not in ("start_cursor", "page_size")}
        key = json.dumps([data_source, question, self.workspace.changes], sort_keys=True)
        if self._last_query[0] != key:
            rows = [self.workspace.page(row) for row in self.workspace.rows(data_source)]
            archived = bool(body.get("is_archived"))
            rows = [row for row in rows if row["is_archived"] == archived]
            if body.get("filter"):
                rows = [row for row in rows if _matches(row, body["filter"])]
            self._last_query = (key, [row["id"] for row in _sorted(rows, body.get("sorts") or ())])
        return self._last_query[1]

    def _search(self, request: Request) -> Json:
        wanted = (request.body.get("filter") or {}).get("value")
        words = str(request.body.get("query") or "").lower()
        found: list[Json] = []
        if wanted in (None, "data_source"):
            found += map(self.workspace.source, self.workspace.everything("data_source"))
        if wanted in (None, "page"):
            found += map(self.workspace.page, self.workspace.everything("page"))
        found = [item for item in found if words in _title(item).lower()]
        by_id = {item["id"]: item for item in found}
        ids, rest = self._paged(list(by_id), request.body)
        return _listing([by_id[each] for each in ids], "page_or_data_source", rest)

    def _page_property(self, request: Request, text: str, name: str) -> Json:
        target = self._known(text, "page", "page_id", ("page",))
        # The id stands in the path as it was returned, percent signs and all; some clients encode those once more.
        ids = (name, unquote(name), quote(name, safe=""))
        found = next(
            (each for each in map(partial(self.workspace.property_value, target), ids) if each), None
        )
        if found is None:
            raise Fault(404, "object_not_found", f"Could not find property with name or id: {name}")
        kind = found["type"]
        if kind not in PAGED_PROPERTIES:
            return {"object": "property_item", **found}
        whole: Json = {} if kind != "rollup" else found[kind]
        items = self._items(target, found)
        start, size = self._window(len(items), request.query)
        rest = str(start + size) if start + size < len(items) else None
        if rest and whole.get("type") not in (None, "array"):
            # The result of a rollup comes with the last page of what it is computed from.
            whole = {"type": "incomplete", "incomplete": {}, "function": whole.get("function")}
        elif whole.get("type") == "array":
            whole = {**whole, "array": []}
        answer = _listing(items[start : start + size], "property_item", _cursor(rest))
        address = (
            f"https://api.notion.com/v1/pages/{target}/properties/{found['id']}?start_cursor={_cursor(rest)}"
        )
        answer["property_item"] = {
            "id": found["id"],
            "next_url": address if rest else None,
            "type": kind,
            kind: whole,
        }
        return answer

    def _items(self, page: str, found: Json) -> list[Json]:
        """Return a property of several values as single items; a rollup's are what it shows, or what it is computed from."""
        kind = found["type"]
        if kind != "rollup":
            return [
                {"object": "property_item", "id": found["id"], "type": kind, kind: item}
                for item in found[kind]
            ]
        if found[kind]["type"] == "array":
            return [
                {"object": "property_item", "id": found["id"], "type": each["type"], each["type"]: item}
                for each in found[kind]["array"]
                for item in (each[each["type"]] if each["type"] in PAGED_PROPERTIES else [each[each["type"]]])
            ]
        return [
            {"object": "property_item", "id": found["id"], "type": "relation", "relation": {"id": each}}
            for each in self.workspace.rolled_up(page, found["id"])
        ]

    # Inside

    def _known(self, text: str, what: str, name: str, kinds: Sequence[str]) -> str:
        """Return the dashed id in `text` where it is one of `kinds` that the connection may see."""
        try:
            target = str(UUID(text))
        except ValueError:
            raise Fault(
                400,
                "validation_error",
                f"path failed validation: path.{name} should be a valid uuid, instead was `{json.dumps(text)}`.",
            ) from None
        kind = self.workspace.kind(target)
        if kind is None or (kind not in kinds and "data_source" in (kind, what)):
            raise self._missing(what, target)
        if kind not in kinds:
            raise Fault(
                400,
                "validation_error",
                f"Provided ID {target} is a {kind}, not a {what}. Use the retrieve {kind} API instead.",
            )
        return target

    def _missing(self, what: str, target: str) -> Fault:
        return Fault(
            404,
            "object_not_found",
            f"Could not find {what} with ID: {target}. Make sure the relevant pages and databases are shared with your "
            f'integration "{CONNECTION}".',
            integration_id=self.workspace.bot,
        )

    def _paged(self, ids: list[str], asked: Mapping[str, Any]) -> tuple[list[str], str | None]:
        """Return a page of `ids` and the cursor of the next. A cursor names an item, so that it survives insertions."""
        start, size = self._window(len(ids), asked, ids)
        following = ids[start + size] if start + size < len(ids) else None
        return ids[start : start + size], _cursor(following)

    def _window(self, total: int, asked: Mapping[str, Any], ids: Sequence[str] = ()) -> tuple[int, int]:
        try:
            size = int(asked.get("page_size", self.workspace.page_limit))
        except ValueError:
            size = 0
        if not 1 <= size <= 100:
            raise Fault(400, "validation_error", "body failed validation: body.page_size should be ≤ `100`.")
        start = 0
        if asked.get("start_cursor"):
            try:
                place = urlsafe_b64decode(str(asked["start_cursor"])).decode()
                start = ids.index(place) if ids else int(place)
            except ValueError:
                raise Fault(
                    400,
                    "validation_error",
                    f"The start_cursor provided is invalid: {asked['start_cursor']}",
                ) from None
        return min(start, total), min(size, self.workspace.page_limit)


_REQUEST: Final = "00000000-0000-4000-8000-000000000000"
_ID = r"([^/]+)"
_ROUTES: Final = (
    ("GET", f"databases/{_ID}", "_database"),
    ("GET", f"data_sources/{_ID}", "_data_source"),
    ("POST", f"data_sources/{_ID}/query", "_query"),
    ("GET", f"pages/{_ID}", "_page"),
    ("GET", f"pages/{_ID}/properties/{_ID}", "_page_property"),
    ("GET", f"blocks/{_ID}", "_block"),
    ("GET", f"blocks/{_ID}/children", "_children"),
    ("GET", "users/me", "_me"),
    ("POST", "search", "_search"),
)


def _cursor(place: str | None) -> str | None:
    return urlsafe_b64encode(place.encode()).decode() if place else None


def _listing(items: list[Json], kind: str, cursor: str | None) -> Json:
    return {
        "object": "list",
        "results": items,
        "next_cursor": cursor,
        "has_more": cursor is not None,
        "type": kind,
        kind: {},
    }


def _title(item: Json) -> str:
    if item["object"] == "page":
        return "".join(
            _shown(value) or "" for value in item["properties"].values() if value["type"] == "title"
        )
    return "".join(run["plain_text"] for run in item["title"])


# Filters and sorts ---------------------------------------------------------------------------------------------------


def _matches(row: Json, rule: Json, depth: int = 1) -> bool:
    for name, combine in (("and", all), ("or", any)):
        if name in rule:
            if depth > 2:
                raise Fault(400, "validation_error", "body failed validation: filters are nested too deeply.")
            return combine([_matches(row, part, depth + 1) for part in rule[name]])
    if "timestamp" in rule:
        kind = str(rule["timestamp"])
        return _compare(row[kind], rule[kind])
    found = _property(row, str(rule.get("property")))
    kind = found["type"]
    if kind not in rule:
        raise Fault(
            400,
            "validation_error",
            f"database property {kind} does not match filter {next((key for key in rule if key != 'property'), '')}",
        )
    return _compare(_shown(found), rule[kind])


def _property(row: Json, name: str) -> Json:
    for label, found in row["properties"].items():
        if name in (label, found["id"]):
            return dict(found)
    raise Fault(400, "validation_error", f"Could not find property with name or id: {name}")


def _shown(found: Json) -> Any:
    """Return the value of a property as filters and sorts see it."""
    value = found[found["type"]]
    match found["type"]:
        case "title" | "rich_text":
            return "".join(run["plain_text"] for run in value)
        case "select" | "status":
            return value["name"] if value else None
        case "multi_select":
            return [option["name"] for option in value]
        case "date":
            return value["start"] if value else None
        case _:
            return value


def _compare(value: Any, condition: Json) -> bool:
    return all(_holds(value, operator, operand) for operator, operand in condition.items())


def _holds(value: Any, operator: str, operand: Any) -> bool:
    empty = value in (None, "", [])
    values = value if isinstance(value, list) else [value]
    wanted = operand if isinstance(operand, list) else [operand]
    match operator:
        case "equals":
            return any(each == want for each in values for want in wanted)
        case "does_not_equal":
            return not _holds(value, "equals", operand)
        case "contains":
            return operand in (value or "")
        case "does_not_contain":
            return operand not in (value or "")
        case "is_empty":
            return empty
        case "is_not_empty":
            return not empty
        case "on_or_after":
            return not empty and str(value) >= str(operand)
        case "on_or_before":
            return not empty and str(value) <= str(operand)
        case "after":
            return not empty and str(value) > str(operand)
        case "before":
            return not empty and str(value) < str(operand)
    raise Fault(400, "validation_error", f"body failed validation: {operator} is not a condition.")


def _sorted(rows: list[Json], sorts: Sequence[Json]) -> list[Json]:
    def order(left: Json, right: Json) -> int:
        for sort in sorts:
            before, after = (_sort_key(row, sort) for row in (left, right))
            if before != after:
                return (-1 if before < after else 1) * (1 if sort["direction"] == "ascending" else -1)
        return 0

    return sorted(rows, key=cmp_to_key(order)) if sorts else rows


def _sort_key(row: Json, sort: Json) -> str:
    if "timestamp" in sort:
        return str(row[sort["timestamp"]])
    return str(_shown(_property(row, sort["property"])) or "")


# HTTP ----------------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    # One packet an answer: headers and body apart would wait 40 ms for each other (Nagle, delayed acknowledgement).
    wbufsize = -1
    disable_nagle_algorithm = True
    server: NotionServer

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve("GET")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        headers = {name.lower(): text for name, text in self.headers.items()}
        if parts.path.startswith("/v1/"):
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            try:
                body = json.loads(raw) if raw else {}
            except ValueError:
                self.send(error(400, "invalid_json", "Error parsing JSON body."))
                return
            self.server.handle_api(self, Request(method, unquote(parts.path[4:]), query, headers, body))
        else:
            self.server.handle_file(self, unquote(parts.path[1:]), parts.query, headers)

    def send(self, response: Response) -> None:
        """Send `response` and keep the connection open."""
        payload = response.payload()
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(payload)))
        if response.content_type.startswith("application/json"):
            self.send_header("x-notion-request-id", _REQUEST)
        for name, text in response.headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(payload)


class NotionServer(ThreadingHTTPServer):
    """A workspace on a port of its own; override the `handle_` methods to answer something else."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, workspace: Workspace, token: str = TOKEN) -> None:
        """Listen on a free port of the loopback interface; `serve_forever` answers."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.api = Api(workspace, token)
        self.token = token
        self.url = f"http://127.0.0.1:{self.server_port}"
        workspace.files_url = self.url

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is not an event."""

    def handle_api(self, handler: Handler, request: Request) -> None:
        """Answer a request to the API."""
        handler.send(self.api.answer(request))

    def handle_file(self, handler: Handler, path: str, query: str, headers: Headers) -> None:
        """Answer a request for a hosted file: its bytes, or S3's 403 where the address is wrong or has expired."""
        stored = None if "authorization" in headers else self.api.workspace.read_file(path, query)
        if stored is None:
            xml = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
            handler.send(Response(403, xml, content_type="application/xml"))
        else:
            handler.send(Response(200, stored.content, content_type="binary/octet-stream"))

    @contextmanager
    def running(self) -> Iterator[NotionServer]:
        """Answer requests in a thread of its own while the context lasts."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


@contextmanager
def serve(workspace: Workspace, token: str = TOKEN) -> Iterator[NotionServer]:
    """Serve `workspace` while the context lasts; the server's `url` and `token` are what a client needs."""
    with NotionServer(workspace, token).running() as server:
        yield server
