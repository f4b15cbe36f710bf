"""What encrypted connections trust."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl


@cache
def trust() -> ssl.SSLContext:
    """Return what httpx trusts unless it is told otherwise (certifi's authorities, or what `SSL_CERT_FILE` names).

    Reading them takes longer than a request, so all clients of a run share it.
    """
    return httpx.create_ssl_context()
