"""Where pages go, for tests that convert or write them without a whole sync."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from notion2jekyll.jekyll.meta import Options, meta
from notion2jekyll.jekyll.places import Held, Index, Written, index
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.model import Page


def placed(
    pages: Sequence[Page],
    options: Options | None = None,
    site: Site | None = None,
    *,
    everything: Sequence[Page] = (),
    held: Mapping[str, str | Held] | None = None,
    paths: Collection[str] = (),
    reserved: Collection[str] = (),
    occupied: Collection[str] = (),
    related: Mapping[str, str] | None = None,
) -> Index:
    """Return the index of `pages`, all published; `everything` is what the source holds beside them, `related` what is outside."""
    options, site = options or Options(), site or Site()
    return index(
        [Written(page, options) for page in pages],
        {page.id: meta(page, options, site).title for page in (*pages, *everything)},
        site,
        held={page: Held(one) if isinstance(one, str) else one for page, one in (held or {}).items()},
        paths=paths,
        reserved=reserved,
        occupied=occupied,
        assets=options.assets,
        related=related,
    )
