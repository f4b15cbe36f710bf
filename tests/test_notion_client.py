"""Politeness, repetition and errors of the client, over real HTTP or a transport in memory, in time that is passed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import notion as fakes
from fakes.notion import FakeNotion, Seen, Time, Wrong, fake_notion
from notion2jekyll.demo.notion_server import Response, error
from notion2jekyll.errors import AccessDenied, ConfigError, Stop, Unreachable
from notion2jekyll.notion.client import (
    NotFound,
    Notion,
    NotionSettings,
    Politeness,
    Refused,
    Unanswered,
)
from notion2jekyll.notion.fetch import Source, read_schema
from notion2jekyll.progress import Silent

ME = "users/me"


@pytest.fixture
def fake() -> Iterator[FakeNotion]:
    with fake_notion() as server:
        yield server


def use(
    settings: NotionSettings, work: Callable[[Notion], Awaitable[Any]], seen: Seen | None = None
) -> tuple[Any, Notion]:
    async def main() -> tuple[Any, Notion]:
        async with Notion(settings, seen or Seen()) as notion:
            return await work(notion), notion

    return asyncio.run(main())


async def me(notion: Notion) -> Any:
    return await notion.get(ME)


def many(count: int) -> Callable[[Notion], Awaitable[Any]]:
    async def work(notion: Notion) -> Any:
        return await asyncio.gather(*(notion.get(ME) for _ in range(count)))

    return work


# Repeating -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", fakes.PASSING)
def test_what_may_pass_is_tried_again(fake: FakeNotion, name: str) -> None:
    fake.fail(ME, *[fakes.PASSING[name]] * 5)
    answer, notion = use(fake.settings(), me)
    assert answer["type"] == "bot"
    assert notion.requests == len(fake.log) == 6
    assert notion.waited > 0


@pytest.mark.parametrize("name", fakes.PASSING)
def test_a_query_is_tried_again_too(fake: FakeNotion, name: str) -> None:
    database = fake.workspace.add_database("Journal", {"Name": {"title": {}}})
    fake.fail("query", fakes.PASSING[name], fakes.PASSING[name])
    path = f"data_sources/{fake.workspace.data_source(database)}/query"
    answer, notion = use(fake.settings(), lambda notion: notion.post(path, {"page_size": 100}))
    assert answer["results"] == []
    assert notion.requests == 3


def test_a_slow_query_is_asked_for_fewer_rows(fake: FakeNotion) -> None:
    database = fake.workspace.add_database("Journal", {"Name": {"title": {}}})
    path = f"data_sources/{fake.workspace.data_source(database)}/query"
    slow = [
        fakes.UNAVAILABLE,
        fakes.GATEWAY_TIMEOUT,
        fakes.INTERNAL,
        fakes.UNAVAILABLE,
        fakes.GATEWAY_TIMEOUT,
    ]
    fake.fail("query", *slow)
    use(fake.settings(), lambda notion: notion.post(path, {"page_size": 100, "sorts": []}))
    assert [body["page_size"] for body in fake.bodies] == [100, 50, 25, 25, 12, 10]
    assert all(body["sorts"] == [] for body in fake.bodies)


def test_pauses_grow_and_differ(fake: FakeNotion) -> None:
    fake.fail(ME, *[fakes.INTERNAL] * 7)
    chances = iter([0.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5])
    use(fake.settings(jitter=lambda: next(chances)), me)
    assert fake.time.slept == [0.75, 2.5, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_what_does_not_pass_ends_after_eight_attempts(fake: FakeNotion) -> None:
    fake.always(ME, fakes.INTERNAL)
    with pytest.raises(Unanswered, match=r"^500 internal_server_error \(8 times\)$"):
        use(fake.settings(), me)
    assert len(fake.log) == 8
    assert 80 < fake.time.now < 120


def test_being_turned_away_for_ever_ends_too(fake: FakeNotion) -> None:
    fake.always(ME, fakes.rate_limited(17))
    with pytest.raises(Unanswered, match=r"^429 rate_limited \(12 times\)$"):
        use(fake.settings(), me)
    assert len(fake.log) == 12
    assert fake.time.now == 11 * 17


def test_a_wish_of_hours_is_not_waited_for(fake: FakeNotion) -> None:
    fake.always(ME, fakes.rate_limited(7200, "public_api_space_request_rate_limit"))
    with pytest.raises(Unanswered, match=r"429 rate_limited \(once\); it asks to wait for 120 minutes"):
        use(fake.settings(), me)
    assert fake.time.now == 0
    assert len(fake.log) == 1


def test_a_host_that_refuses_connections_is_given_up_within_half_a_minute() -> None:
    time = Time()

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused")

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(refuse))
    with pytest.raises(Unanswered, match=r"no connection .*refused.* \(\d times\)"):
        use(settings, me)
    assert 10 < time.now < 25


@pytest.mark.parametrize(
    "form", ["http://user:geheim@127.0.0.1:9", "user:geheim@127.0.0.1", "ftp://x:geheim@h"]
)
def test_a_password_in_the_address_is_not_told(form: str) -> None:
    time = Time()
    settings = NotionSettings("t", form, clock=time.clock, sleep=time.sleep)
    source = Source("0123456789abcdef0123456789abcdef")
    with pytest.raises(Stop) as stop:
        read_schema(settings, source, progress=Silent())
    assert "geheim" not in stop.value.message + stop.value.hint
    assert "127.0.0.1" in stop.value.message or "@h" in stop.value.message


def test_a_host_that_never_answers_is_given_up_within_two_and_a_half_minutes() -> None:
    time = Time()

    def hang(request: httpx.Request) -> httpx.Response:
        assert request.extensions["timeout"] == {"connect": 10.0, "read": 65.0, "write": 65.0, "pool": None}
        time.now += 65
        raise httpx.ReadTimeout("")

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(hang))
    with pytest.raises(Unanswered, match=r"no answer in time \(twice\)"):
        use(settings, me)
    assert time.now < 150


@given(st.lists(st.sampled_from(sorted(fakes.PASSING)), max_size=7))
def test_any_seven_faults_in_a_row_are_survived(names: list[str]) -> None:
    time = Time()
    script = [fakes.PASSING[name] for name in names]

    def answer(request: httpx.Request) -> httpx.Response:
        return carried(script.pop(0) if script else None, request)

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    found, notion = use(settings, me)
    assert found == {"object": "user"}
    assert notion.requests == len(names) + 1
    assert notion.waited == pytest.approx(sum(time.slept))


def carried(wrong: Wrong | None, request: httpx.Request) -> httpx.Response:
    """Return, or raise, what httpx makes of a fault."""
    if wrong is None:
        return httpx.Response(200, json={"object": "user"}, request=request)
    if isinstance(wrong, fakes.Reset):
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    if isinstance(wrong, fakes.Cut):
        if wrong.honest:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        return httpx.Response(200, content=b'{"object": "us', request=request)
    headers = {**wrong.headers, "content-type": wrong.content_type}
    return httpx.Response(wrong.status, content=wrong.payload(), headers=headers, request=request)


def test_retry_after_may_be_a_moment() -> None:
    time = Time()
    moments = {"Retry-After": "Fri, 20 Nov 2026 09:30:42 GMT", "Date": "Fri, 20 Nov 2026 09:30:00 GMT"}
    script: list[Wrong] = [Response(429, b"{}", moments), Response(429, b"{}", {"Retry-After": "soon"})]

    def answer(request: httpx.Request) -> httpx.Response:
        return carried(script.pop(0) if script else None, request)

    settings = NotionSettings(
        "t", clock=time.clock, sleep=time.sleep, jitter=lambda: 0.5, transport=httpx.MockTransport(answer)
    )
    use(settings, me)
    assert [pause for pause in time.slept if pause] == [42.0, 2.0]


# The gate ------------------------------------------------------------------------------------------------------------


def test_the_whole_budget_may_be_spent_at_once(fake: FakeNotion) -> None:
    fake.limit(180)
    seen = Seen()
    _, notion = use(fake.settings(), many(180), seen)
    assert fake.time.now == 0
    assert (notion.requests, notion.waited, fake.refused) == (180, 0.0, 0)
    assert seen.waits == []


def test_the_budget_is_not_overdrawn(fake: FakeNotion) -> None:
    fake.limit(180)
    fake.time.now = 30.0  # our minute is not Notion's
    seen = Seen()
    _, notion = use(fake.settings(), many(600), seen)
    assert fake.refused == 0
    assert len(fake.log) == notion.requests == 600
    assert fake.time.now == 210.0
    assert notion.waited == pytest.approx(180)
    assert seen.waits == [60.0, 60.0, 60.0]


def test_a_larger_budget_is_used(fake: FakeNotion) -> None:
    fake.limit(600)
    _, notion = use(fake.settings(politeness=Politeness(budget=600)), many(600))
    assert (fake.refused, notion.waited) == (0, 0.0)


def test_one_refusal_holds_back_everybody() -> None:
    """Somebody else spent most of the budget before us."""
    time = Time()
    allowed = {0: 10, 1: 180}
    refused: list[float] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        moment = time.now
        await asyncio.sleep(0)
        allowed[int(moment // 60)] -= 1
        if allowed[int(moment // 60)] >= 0:
            return carried(None, request)
        refused.append(moment)
        return carried(fakes.rate_limited(60 - moment), request)

    seen = Seen()
    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    _, notion = use(settings, many(60), seen)
    assert set(refused) == {0.0}
    assert len(refused) <= Politeness().in_flight
    assert notion.requests == 60 + len(refused)
    assert time.now == 60.0
    assert seen.waits == [60.0]
    assert notion.waited == 60.0


def test_waiting_at_the_gate_is_no_sign_of_a_dead_host() -> None:
    time = Time()
    script: list[Wrong] = [fakes.Reset(), fakes.rate_limited(600), fakes.Reset(), fakes.Reset()]

    def answer(request: httpx.Request) -> httpx.Response:
        return carried(script.pop(0) if script else None, request)

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    _, notion = use(settings, many(2))
    assert notion.requests == 6


def test_after_a_refusal_one_goes_first() -> None:
    """A second refusal in a row then costs one request, not as many as are in flight."""
    time = Time()
    under_way = 0
    widths: list[tuple[float, int]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way
        under_way += 1
        widths.append((time.now, under_way))
        moment = time.now
        await asyncio.sleep(0)
        under_way -= 1
        return carried(fakes.rate_limited(10) if moment < 20 else None, request)

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    _, notion = use(settings, many(50))
    at = {moment: [width for when, width in widths if when == moment] for moment in (0.0, 10.0, 20.0)}
    assert max(at[0.0]) == 12
    assert at[10.0] == [1]
    assert at[20.0][:2] == [1, 1]
    assert max(at[20.0]) == 12
    assert notion.requests == 50 + len(at[0.0]) + 1


def test_others_go_on_when_the_first_one_gives_up() -> None:
    time = Time()

    def answer(request: httpx.Request) -> httpx.Response:
        return carried(fakes.rate_limited(5) if request.url.path.endswith("bad") else None, request)

    async def work(notion: Notion) -> list[Any]:
        paths = ["bad", *["good"] * 30, "bad"]
        return await asyncio.gather(*(notion.get(path) for path in paths), return_exceptions=True)

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    found, _ = use(settings, work)
    assert [type(each) for each in found] == [Unanswered, *[dict] * 30, Unanswered]


def test_never_more_at_once_than_agreed() -> None:
    time = Time()
    under_way, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return carried(None, request)

    settings = NotionSettings("t", clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(answer))
    use(settings, many(100))
    assert most == Politeness().in_flight


@given(st.lists(st.floats(0, 90), min_size=1, max_size=80), st.integers(1, 12), st.floats(0, 60))
def test_no_window_ever_holds_more_than_the_budget(delays: list[float], budget: int, shift: float) -> None:
    """Whenever requests are wanted, however long they take, and wherever Notion's minutes begin."""
    time = Time()
    arrivals: list[float] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        arrivals.append(time.now)
        time.now += 0.3
        return carried(None, request)

    async def work(notion: Notion) -> None:
        for delay in delays:
            time.now += delay if delay > 45 else 0
            await asyncio.gather(notion.get(ME), notion.get(ME))

    settings = NotionSettings(
        "t",
        clock=time.clock,
        sleep=time.sleep,
        politeness=Politeness(budget=budget),
        transport=httpx.MockTransport(answer),
    )
    use(settings, work)
    windows = [int((arrival + shift) // 60) for arrival in arrivals]
    assert max(windows.count(window) for window in windows) <= budget


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "says", "hint"),
    [
        (
            error(401, "unauthorized", "API token is invalid."),
            AccessDenied,
            "does not know the token",
            "NOTION_TOKEN",
        ),
        (fakes.NO_CAPABILITY, AccessDenied, "“Insufficient permissions for this endpoint”", "Read content"),
        (
            fakes.BLOCKED,
            AccessDenied,
            "has blocked this connection: “You have been rate limited”",
            "Ask an owner",
        ),
        (
            fakes.EDGE,
            Unreachable,
            "before Notion saw it (403 with a web page, Ray ID 8c1f00d-ICN)",
            "network",
        ),
        (error(404, "object_not_found", "Could not find it."), NotFound, "Could not find it.", ""),
        (error(400, "validation_error", "Wrong."), Refused, "Wrong.", ""),
        (fakes.html(404), Unanswered, "404", ""),
        (fakes.html(302, Location="https://portal.example/login"), Unanswered, "302", ""),
    ],
)
def test_what_will_not_pass_is_not_repeated(
    fake: FakeNotion, answer: Response, kind: type[Exception], says: str, hint: str
) -> None:
    fake.always(ME, answer)
    with pytest.raises(kind) as caught:
        use(fake.settings(), me)
    assert type(caught.value) is kind
    assert says in str(caught.value)
    assert hint in getattr(caught.value, "hint", "")
    assert len(fake.log) == 1
    assert fake.time.now == 0


def test_no_error_and_no_progress_shows_the_token(
    fake: FakeNotion, capfd: pytest.CaptureFixture[str]
) -> None:
    token = "ntn_very_secret"
    seen = Seen()
    settings = fake.settings(token=token)
    assert token not in repr(settings)
    with pytest.raises(AccessDenied) as caught:
        use(settings, me, seen)
    assert token not in caught.value.message + caught.value.hint + str(seen.lines)
    assert seen.lines == ["GET /v1/users/me → 401"]
    out, err = capfd.readouterr()
    assert out + err == ""


def test_requests_are_told_as_they_are_answered(fake: FakeNotion) -> None:
    fake.fail(ME, fakes.BAD_GATEWAY, fakes.Reset(), fakes.OVERLOADED, fakes.NOT_JSON)
    seen = Seen()
    use(fake.settings(), me, seen)
    assert [line.removeprefix("GET /v1/users/me → ") for line in seen.lines] == [
        "502",
        "a connection that broke",
        "529 service_overload",
        "an answer that is not JSON or was cut short",
        "200",
    ]
    assert seen.waits == [5.0]


@pytest.mark.parametrize("token", ["", "  \n"])
def test_no_token(token: str) -> None:
    with pytest.raises(AccessDenied, match="There is no Notion token") as caught:
        use(NotionSettings(token), me)
    assert "NOTION_TOKEN" in caught.value.hint


@pytest.mark.parametrize("token", ["ntn_한글", "ntn_a b", "ntn_a\nb", "ntn_“x”"])
def test_a_token_that_cannot_be_one(token: str) -> None:
    with pytest.raises(AccessDenied, match="holds a character that no token has") as caught:
        use(NotionSettings(token), me)
    assert token not in caught.value.message + caught.value.hint


def test_blanks_around_a_token_are_forgiven(fake: FakeNotion) -> None:
    answer, _ = use(fake.settings(token=f" {fake.token}\n"), me)
    assert answer["type"] == "bot"


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_as_people_write_it(fake: FakeNotion, end: str) -> None:
    answer, _ = use(fake.settings(api_url=fake.url + end), me)
    assert answer["type"] == "bot"


@pytest.mark.parametrize("address", ["", "api.notion.com", "ftp://api.notion.com", "https://"])
def test_an_address_that_cannot_be_one(address: str) -> None:
    with pytest.raises(ConfigError, match="is not an address") as caught:
        use(NotionSettings("t", address), me)
    assert "NOTION_API_URL" in caught.value.hint


def test_the_version_and_a_bearer_are_sent() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return carried(None, request)

    use(NotionSettings("ntn_x", transport=httpx.MockTransport(answer)), me)
    assert str(sent[0].url) == "https://api.notion.com/v1/users/me"
    assert sent[0].headers["notion-version"] == "2026-03-11"
    assert sent[0].headers["authorization"] == "Bearer ntn_x"


# Lists ---------------------------------------------------------------------------------------------------------------


def test_a_list_that_leads_nowhere_is_an_error(fake: FakeNotion) -> None:
    for cursor in (None, "again"):
        broken = {"object": "list", "results": [], "has_more": True, "next_cursor": cursor}
        fake.always(f"blocks/{cursor}", Response(200, broken))

        async def work(notion: Notion, name: str = str(cursor)) -> None:
            async for _ in notion.results("GET", f"blocks/{name}/children"):
                pass

        with pytest.raises(Unanswered, match="goes on, but not where"):
            use(fake.settings(), work)


def test_alive_tells_a_bad_request_from_a_service_that_is_down(fake: FakeNotion) -> None:
    assert use(fake.settings(), lambda notion: notion.alive())[0] is True
    fake.always(ME, fakes.INTERNAL)
    before = len(fake.log)
    assert use(fake.settings(), lambda notion: notion.alive())[0] is False
    assert len(fake.log) == before + 3
