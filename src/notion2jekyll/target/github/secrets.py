"""Secrets of a repository's workflows: whether one is there, and storing one. GitHub never tells what a secret holds.

A secret travels encrypted for the repository alone, as libsodium's sealed box
(https://docs.github.com/en/rest/guides/encrypting-secrets-for-the-rest-api).
"""

from __future__ import annotations

import base64

from nacl.public import PublicKey, SealedBox

from notion2jekyll.errors import AccessDenied
from notion2jekyll.target.github.wire import Refused, Wire

_DENIED = frozenset({403, 404})
"""What a token without the permission is told; 404 for a classic one."""


def has_secret(wire: Wire, name: str) -> bool:
    """Return whether the repository has a secret `name`. Raises AccessDenied, Unreachable."""
    try:
        wire.call("GET", f"/actions/secrets/{name}")
    except Refused as refused:
        if refused.status == 404:
            return False
        raise _stop(wire, refused, name) from refused
    return True


def put_secret(wire: Wire, name: str, value: str) -> None:
    """Store `value` as the secret `name`, in place of what it held: two requests. Raises AccessDenied, Unreachable."""
    try:
        key = wire.call("GET", "/actions/secrets/public-key")
        box = SealedBox(PublicKey(base64.b64decode(key["key"])))
        body = {
            "encrypted_value": base64.b64encode(box.encrypt(value.encode())).decode(),
            "key_id": key["key_id"],
        }
        # An answer without content says that there was one before.
        wire.call("PUT", f"/actions/secrets/{name}", body, silent=True)
    except Refused as refused:
        raise _stop(wire, refused, name) from refused


def _stop(wire: Wire, refused: Refused, name: str) -> Exception:
    if refused.status not in _DENIED:
        return wire.stop(refused, about=f"the secret {name}")
    return AccessDenied(
        f"GITHUB_TOKEN may not store the secret {name} of {wire.repository}: {refused.message.rstrip('.')}.",
        hint="Of a fine-grained token set “Secrets” to “Read and write”; a classic token needs the scope “repo”. Only who "
        "may administer or write to the repository can store secrets.",
    )
