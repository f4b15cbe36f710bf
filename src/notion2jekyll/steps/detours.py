"""What a plan shows of posts that cannot go where they belong: those that link there are made once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from notion2jekyll.decide import Brief
from notion2jekyll.errors import Problem
from notion2jekyll.plan import Output, Plan
from notion2jekyll.steps.bench import Bench


def astray(plan: Plan, brief: Brief, bench: Bench) -> bool:
    """Put on the bench which posts will not be where `brief` has them; return whether any post links to one of those."""
    news: dict[str, str | None] = {}
    for page, place in brief.index.places.items():
        entry = plan.state.entries.get(page)
        url = entry.url if entry and not entry.removed else None
        away = entry is None or entry.path != place.path or page in brief.index.elsewhere
        if away and brief.index.elsewhere.get(page, place.url) != url:
            news[page] = url
    bench.elsewhere.update(news)
    stuck: dict[str, Mapping[str, str]] = {}
    for page, output in bench.outputs.items():
        kept = plan.state.entries.get(page, output.entry).anchors
        if kept not in (output.entry.anchors, bench.stuck.get(page)):
            stuck[page] = kept
    bench.stuck.update(stuck)
    linked = {target.partition("#")[0] for entry in plan.state.entries.values() for target in entry.links}
    return bool(linked & (news.keys() | stuck.keys()))


def early(plan: Plan, brief: Brief, outputs: Iterable[Output]) -> dict[str, Problem]:
    """Return, by page id, which `outputs` have to wait: another post that is to go elsewhere is still at their address."""
    places_ = brief.index.places
    stay = {
        entry.url: entry
        for page, entry in plan.state.entries.items()
        if entry.url and page in places_ and places_[page].url != entry.url
    }
    return {
        output.entry.page: Problem(
            "warning",
            f"The post waits where it is: its new address {output.entry.url} is still that of “{stay[output.entry.url].title}”.",
            page=output.entry.page,
            hint="Nothing is to be done, unless it goes on: then see what holds the other post back.",
        )
        for output in outputs
        if output.entry.url in stay and stay[output.entry.url].page != output.entry.page
    }


def in_the_way(plan: Plan, brief: Brief, bench: Bench) -> bool:
    """Put on the bench the posts that stay while their page is not written; return whether another one goes there."""
    stay = {
        page: entry
        for page, entry in plan.state.entries.items()
        if page not in brief.index.places and page not in bench.staying and entry.url
    }
    taken = {entry.url for entry in stay.values()} | {entry.path for entry in stay.values()}
    bench.staying.update(stay)
    return any(place.url in taken or place.path in taken for place in brief.index.places.values())
