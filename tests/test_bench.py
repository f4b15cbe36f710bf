"""The benchmark itself: that it runs, and that the least it counts is what a sync takes."""

from __future__ import annotations

from benchmarks import scenarios


def test_a_first_import_takes_the_least_number_of_requests() -> None:
    (result,) = scenarios.run(5, latency=0.0, only_first=True)
    stats = result.cost.stats
    assert (stats["notion"], stats["github"]) == (result.requests, result.github)
    assert result.requests > 5
    assert (stats["twice"], stats["refused"], stats["github_refused"], stats["expired"]) == (0, 0, 0, 0)
    assert stats["files"] == sum(
        count for kind, count in stats["github_kinds"].items() if kind == "POST git/blobs"
    )
    assert result.cost.cpu > 0
    assert result.cost.memory > 10_000_000
