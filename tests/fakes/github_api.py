"""GitHub's own description of its REST API, as the judge of what a fake GitHub is asked and answers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no types of its own
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT4

FILE = Path(__file__).parents[2] / ".cache/openapi-23.0.2/api.github.com.json"

# Any endpoint may say these, whether its own entry lists them or not: no token, no access, a limit, a disturbance.
ANYWHERE = frozenset({400, 401, 403, 404, 413, 429, 500, 502, 503, 504})
# What people were answered though the description lacks it: https://github.com/benc-uk/workflow-dispatch/issues/86
SEEN = {("POST", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", 422)}


class Description:
    """The OpenAPI description, with its validators compiled once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        resource = DRAFT4.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource("urn:github", resource)
        self._validators: dict[str, Any] = {}
        self._paths = sorted(
            ((self._pattern(path, entry), path) for path, entry in document["paths"].items()),
            key=lambda pair: pair[1].count("{"),
        )

    def complaints(self, method: str, path: str, body: Any, status: int, answer: Any) -> list[str]:
        """Return what is wrong with a request and its answer; `path` is decoded, bodies are parsed JSON or None."""
        template = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        operation = self._document["paths"].get(template, {}).get(method.lower()) if template else None
        if operation is None:
            return [f"{method} {path}: not in GitHub's description"]
        line = f"{method} {template} {status}"
        here = f"/paths/{_escape(template or '')}/{method.lower()}"
        found = []
        content = self._resolved(operation.get("requestBody", {})).get("content", {})
        # A refused request may well have been wrong: that is what it was refused for.
        if body is not None and "application/json" in content and status < 400:
            place = f"{here}/requestBody/content/application~1json/schema"
            found += [f"{line}: request: {error}" for error in self._errors(place, body)]
        if isinstance(answer, bytes) and status >= 400:
            return found  # a page of something in front of GitHub
        response = operation["responses"].get(str(status))
        if response is None:
            if status not in ANYWHERE and (method, template, status) not in SEEN:
                return [*found, f"{line}: GitHub never answers this"]
            place = "/components/schemas/basic-error"
        elif "content" not in self._resolved(response):
            return found if answer is None else [*found, f"{line}: GitHub sends no body here"]
        else:
            start = response["$ref"].removeprefix("#") if "$ref" in response else f"{here}/responses/{status}"
            place = f"{start}/content/application~1json/schema"
        return found + [f"{line}: answer: {error}" for error in self._errors(place, answer)]

    def _errors(self, place: str, instance: Any) -> Iterator[str]:
        if place not in self._validators:
            self._validators[place] = _Validator({"$ref": f"urn:github#{place}"}, registry=self._registry)
        for error in self._validators[place].iter_errors(instance):
            yield f"{error.json_path}: {error.message[:300]}"

    def _resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in entry:
            part: Any = self._document
            for key in entry["$ref"].removeprefix("#/").split("/"):
                part = part[key]
            entry = part
        return entry

    def _pattern(self, path: str, entry: dict[str, Any]) -> re.Pattern[str]:
        operations = [
            value for key, value in entry.items() if key in {"get", "put", "post", "patch", "delete"}
        ]
        parameters = [self._resolved(one) for each in operations for one in each.get("parameters", [])]
        deep = {one["name"] for one in parameters if one.get("x-multi-segment")}
        parts = re.split(r"\{(\w+)\}", path)
        pattern = "".join(
            re.escape(part) if place % 2 == 0 else ".*" if part in deep else "[^/]+"
            for place, part in enumerate(parts)
        )
        return re.compile(pattern)


@cache
def description() -> Description:
    """Return GitHub's description. Where it was not fetched yet, skip the test; in CI, fail it."""
    if not FILE.exists():
        message = "GitHub's API description is missing: run `make system`"
        if "CI" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return Description(json.loads(FILE.read_bytes()))


def _escape(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _nullable(keyword: str) -> Callable[..., Any]:
    """Return the keyword with OpenAPI 3.0's `nullable`, which JSON Schema does not know."""
    # The forms of a oneOf overlap: every refusal of one kind is also one of the other, a public user a private one.
    plain = jsonschema.Draft4Validator.VALIDATORS["anyOf" if keyword == "oneOf" else keyword]

    def check(validator: Any, value: Any, instance: Any, schema: dict[str, Any]) -> Any:
        if instance is None and schema.get("nullable"):
            return None
        return plain(validator, value, instance, schema)

    return check


_Validator: Any = jsonschema.validators.extend(
    jsonschema.Draft4Validator,
    {keyword: _nullable(keyword) for keyword in ("type", "enum", "allOf", "anyOf", "oneOf")},
)
