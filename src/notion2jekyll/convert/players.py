"""Services whose players can stand in a post: one row a service, and the look of its frame.

Addresses are matched whole, without scheme, `www.` and `m.`; only letters, digits and `-_` of them reach the player's
address, so nothing that somebody pasted can lead a frame elsewhere. Where a service has a player that sets no cookies
or does not follow its viewers, that one is taken. A service that shows itself by a script alone (GitHub's gists, X)
has no row: its blocks become links.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from notion2jekyll.convert.style import PLAYER
from notion2jekyll.markdown.nodes import Attributes


class Player(NamedTuple):
    """A frame for a post."""

    service: str
    """The service's name, for those who hear the page."""
    url: str
    """The address of its player, of the scheme https and plain ASCII."""
    height: int
    """How high it is, in CSS pixels; 0 for a video, which is as high as its width asks for."""

    def attributes(self) -> Attributes:
        """Return the attributes of the `<iframe>`: never wider than the page, videos at 16 to 9, loaded when seen."""
        look = f"{PLAYER}; border: 0"
        if not self.height:
            look += "; height: auto; aspect-ratio: 16 / 9"
        return (
            ("title", self.service),
            ("width", "560"),
            ("height", str(self.height or 315)),
            ("style", look),
            ("loading", "lazy"),
            ("allowfullscreen", "allowfullscreen"),
        )


class Provider(NamedTuple):
    """One way in which a service writes its addresses, and the player that belongs to it."""

    name: str
    """The service."""
    address: str
    """A pattern for `host/path?query`, of which the query has the parameters in `query` only, in that order."""
    player: str
    """The player's address after `https://`, with the groups of the pattern by name."""
    height: int = 0
    """As in `Player`."""
    query: tuple[str, ...] = ()
    """The parameters of the query that matter."""
    start: str = ""
    """What is put after the player's address for a video that starts at `{seconds}`."""


PROVIDERS: Final = (
    Provider("YouTube", r"(?:music\.)?youtube\.com/watch\?v=(?P<id>[\w-]+)", "www.youtube-nocookie.com/embed/{id}", query=("v",), start="?start={seconds}"),
    Provider("YouTube", r"(?:youtube(?:-nocookie)?\.com/(?:embed|shorts|live|v)|youtu\.be)/(?P<id>(?!videoseries)[\w-]+)", "www.youtube-nocookie.com/embed/{id}", start="?start={seconds}"),
    Provider("YouTube", r"(?:music\.)?youtube(?:-nocookie)?\.com/(?:playlist|embed/videoseries)\?list=(?P<id>[\w-]+)", "www.youtube-nocookie.com/embed/videoseries?list={id}", query=("list",)),
    Provider("Vimeo", r"(?:player\.)?vimeo\.com/(?:video/)?(?P<id>\d+)(?:/|\?h=)(?P<key>[0-9a-f]+)", "player.vimeo.com/video/{id}?h={key}&dnt=1", query=("h",), start="#t={seconds}s"),
    Provider("Vimeo", r"(?:player\.)?vimeo\.com/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/)?(?P<id>\d+)", "player.vimeo.com/video/{id}?dnt=1", start="#t={seconds}s"),
    Provider("Dailymotion", r"(?:dailymotion\.com/(?:embed/)?video|dai\.ly)/(?P<id>[0-9A-Za-z]+)", "geo.dailymotion.com/player.html?video={id}", start="&startTime={seconds}"),
    Provider("Loom", r"loom\.com/(?:share|embed)/(?P<id>[0-9a-f]+)", "www.loom.com/embed/{id}"),
    Provider("Naver TV", r"tv\.naver\.com/(?:v|embed)/(?P<id>\d+)", "tv.naver.com/embed/{id}"),
    Provider("niconico", r"(?:(?:sp\.|embed\.)?nicovideo\.jp/watch|nico\.ms)/(?P<id>(?:sm|so|nm)?\d+)", "embed.nicovideo.jp/watch/{id}"),
    Provider("Bilibili", r"(?:bilibili\.com/video/|player\.bilibili\.com/player\.html\?bvid=)(?P<id>BV[0-9A-Za-z]+)", "player.bilibili.com/player.html?bvid={id}&autoplay=0", query=("bvid",)),
    Provider("Spotify", r"open\.spotify\.com/(?:intl-[\w-]+/)?(?:embed/)?(?P<kind>track|episode)/(?P<id>[0-9A-Za-z]+)", "open.spotify.com/embed/{kind}/{id}", 152),
    Provider("Spotify", r"open\.spotify\.com/(?:intl-[\w-]+/)?(?:embed/)?(?P<kind>album|artist|playlist|show)/(?P<id>[0-9A-Za-z]+)", "open.spotify.com/embed/{kind}/{id}", 352),
    Provider("SoundCloud", r"soundcloud\.com/(?!discover/|you/|stream/|search/|charts/)(?P<who>[\w-]+)/(?!sets$|tracks$|albums$|likes$|reposts$|followers$|following$)(?P<what>[\w-]+)", "w.soundcloud.com/player/?url=https%3A//soundcloud.com/{who}/{what}", 166),
    Provider("SoundCloud", r"soundcloud\.com/(?P<who>[\w-]+)/sets/(?P<what>[\w-]+)", "w.soundcloud.com/player/?url=https%3A//soundcloud.com/{who}/sets/{what}", 352),
    Provider("CodePen", r"codepen\.io/(?P<who>[\w-]+)/(?:pen|full|details|embed|embed/preview)/(?P<id>[\w-]+)", "codepen.io/{who}/embed/{id}?default-tab=result", 400),
    Provider("CodeSandbox", r"codesandbox\.io/(?:s|embed)/(?P<id>[\w-]+)", "codesandbox.io/embed/{id}", 400),
    Provider("CodeSandbox", r"codesandbox\.io/p/sandbox/(?P<id>[\w-]+)", "codesandbox.io/embed/{id}", 400),
    Provider("Figma", r"(?:embed\.)?figma\.com/(?:file|design)/(?P<id>[0-9A-Za-z]+)(?:/[^/?]*)?(?P<node>\?node-id=[\w-]+)?", "embed.figma.com/design/{id}{node}{and}embed-host=share", 400, query=("node-id",)),
    Provider("Figma", r"(?:embed\.)?figma\.com/(?P<kind>proto|board|slides|deck)/(?P<id>[0-9A-Za-z]+)(?:/[^/?]*)?(?P<node>\?node-id=[\w-]+)?", "embed.figma.com/{kind}/{id}{node}{and}embed-host=share", 400, query=("node-id",)),
    Provider("Google Maps", r"(?:maps\.)?google\.com/maps/embed\?pb=(?P<id>[\w!.:%-]+)", "www.google.com/maps/embed?pb={id}", 400, query=("pb",)),
    Provider("Google Maps", r"google\.com/maps/d/(?:u/\d+/)?(?:viewer|embed|edit)\?mid=(?P<id>[\w-]+)", "www.google.com/maps/d/embed?mid={id}", 400, query=("mid",)),
)  # fmt: skip
"""The known services. To add one: a line here, and an address of it in the tests."""

_DURATION = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?", re.ASCII)


def player(address: str) -> Player | None:
    """Return the player for what is at `address`, None where no service is known that shows it. Never raises."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or port is not None:
        return None
    place = host.removeprefix("www.").removeprefix("m.") + re.sub("/+", "/", parts.path).rstrip("/")
    query = parse_qs(parts.query)
    seconds = _seconds(query, parts.fragment)
    for provider in PROVIDERS:
        told = "&".join(f"{name}={query[name][0]}" for name in provider.query if name in query)
        found = re.fullmatch(provider.address, f"{place}?{told}" if told else place, re.ASCII)
        if found:
            groups = {name: text or "" for name, text in found.groupdict().items()}
            url = "https://" + provider.player.format(**groups, **{"and": "&" if groups.get("node") else "?"})
            start = provider.start.format(seconds=seconds) if seconds else ""
            return Player(provider.name, url + start, provider.height)
    return None


def _seconds(query: dict[str, list[str]], fragment: str) -> int:
    """Return where a video starts: `t=90`, `t=1m30s`, `start=90`, or `#t=90`; 0 for the beginning."""
    told = [*query.get("t", ()), *query.get("start", ()), *parse_qs(fragment).get("t", ())]
    found = _DURATION.fullmatch(told[0]) if told else None
    if not found:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
