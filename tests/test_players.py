"""Players of known services: real addresses find theirs, hostile ones nothing."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notion2jekyll.convert.players import PROVIDERS, player

YOUTUBE = "https://www.youtube-nocookie.com/embed/"
MAP = "!1m18!1m12!1m3!1d3162.9!2d126.97!3d37.56!2m3!1f0!2f0!3f0!3m2!1i1024!2i768!4f13.1"

KNOWN = {
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ": f"{YOUTUBE}dQw4w9WgXcQ",
    "https://www.youtube.com/watch?list=PL0&index=2&v=dQw4w9WgXcQ&t=42s": f"{YOUTUBE}dQw4w9WgXcQ?start=42",
    "http://youtube.com/watch?v=dQw4w9WgXcQ&t=1h2m3s": f"{YOUTUBE}dQw4w9WgXcQ?start=3723",
    "https://music.youtube.com/watch?v=dQw4w9WgXcQ": f"{YOUTUBE}dQw4w9WgXcQ",
    "https://youtu.be/dQw4w9WgXcQ?si=AbC&t=90": f"{YOUTUBE}dQw4w9WgXcQ?start=90",
    "https://youtu.be/dQw4w9WgXcQ?t=soon": f"{YOUTUBE}dQw4w9WgXcQ",
    "https://youtu.be/-Qw4w9WgX_Q": f"{YOUTUBE}-Qw4w9WgX_Q",
    "https://m.youtube.com/shorts/dQw4w9WgXcQ": f"{YOUTUBE}dQw4w9WgXcQ",
    "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share": f"{YOUTUBE}dQw4w9WgXcQ",
    "https://www.youtube.com/embed/dQw4w9WgXcQ?start=7": f"{YOUTUBE}dQw4w9WgXcQ?start=7",
    "https://www.youtube.com/playlist?list=PLrAXtmErZgOei": f"{YOUTUBE}videoseries?list=PLrAXtmErZgOei",
    "https://www.youtube.com/embed/videoseries?list=PLrAX": f"{YOUTUBE}videoseries?list=PLrAX",
    "https://vimeo.com/76979871": "https://player.vimeo.com/video/76979871?dnt=1",
    "https://vimeo.com/76979871#t=30s": "https://player.vimeo.com/video/76979871?dnt=1#t=30s",
    "https://vimeo.com/76979871/8272103f6e": "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1",
    "https://player.vimeo.com/video/76979871?h=8272103f6e&badge=0": "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1",
    "https://vimeo.com/channels/staffpicks/76979871": "https://player.vimeo.com/video/76979871?dnt=1",
    "https://www.dailymotion.com/video/x8abcde": "https://geo.dailymotion.com/player.html?video=x8abcde",
    "https://dai.ly/x8abcde?start=5": "https://geo.dailymotion.com/player.html?video=x8abcde&startTime=5",
    "https://www.loom.com/share/0281766fa2d04bb788eaf19e65135184?sid=1": "https://www.loom.com/embed/0281766fa2d04bb788eaf19e65135184",
    "https://tv.naver.com/v/12345678": "https://tv.naver.com/embed/12345678",
    "https://www.nicovideo.jp/watch/sm9": "https://embed.nicovideo.jp/watch/sm9",
    "https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=1": "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&autoplay=0",
    "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=0": "https://open.spotify.com/embed/track/4uLU6hMCjMI75M1A2tKUQC",
    "https://open.spotify.com/intl-ko/album/1DFixLWuPkv3KT3TnV35m3": "https://open.spotify.com/embed/album/1DFixLWuPkv3KT3TnV35m3",
    "https://soundcloud.com/forss/flickermood": "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/forss/flickermood",
    "https://m.soundcloud.com/forss/sets/soulhack": "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/forss/sets/soulhack",
    "https://codepen.io/team/pen/PNaGbb": "https://codepen.io/team/embed/PNaGbb?default-tab=result",
    "https://codesandbox.io/s/new-sandbox-abc12": "https://codesandbox.io/embed/new-sandbox-abc12",
    "https://codesandbox.io/p/sandbox/react-new-abc12": "https://codesandbox.io/embed/react-new-abc12",
    "https://www.figma.com/file/LKQ4FJ4bTnCSjedbRpk931/Sample-파일": "https://embed.figma.com/design/LKQ4FJ4bTnCSjedbRpk931?embed-host=share",
    "https://www.figma.com/design/LKQ4FJ4b/Sample?node-id=5-3&t=x": "https://embed.figma.com/design/LKQ4FJ4b?node-id=5-3&embed-host=share",
    "https://www.figma.com/proto/LKQ4FJ4b/Sample": "https://embed.figma.com/proto/LKQ4FJ4b?embed-host=share",
    f"https://www.google.com/maps/embed?pb={MAP}": f"https://www.google.com/maps/embed?pb={MAP}",
    "https://www.google.com/maps/d/u/0/viewer?mid=1aBc_D-e&ll=1": "https://www.google.com/maps/d/embed?mid=1aBc_D-e",
}

UNKNOWN = [
    "",
    " ",
    "http://[",
    "https://",
    "https://youtu.be",
    "https://youtu.be/",
    "https://youtu.be:99999/dQw4w9WgXcQ",
    "https://youtu.be:8080/dQw4w9WgXcQ",
    'https://youtu.be/"><script>',
    "https://youtu.be/a/b",
    "https://www.youtube.com/@someone",
    "https://www.youtube.com/watch?v=../../evil",
    'https://www.youtube.com/watch?v=x" onload="alert(1)',
    "https://www.youtube.com/watch?v=%22%3E",
    "https://www.youtube.com/watch?v=비디오",
    "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
    "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
    "https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
    "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ",
    "https://evil.example/?https://youtu.be/dQw4w9WgXcQ",
    "https://youtubexcom/watch?v=dQw4w9WgXcQ",
    "ftp://youtu.be/dQw4w9WgXcQ",
    "javascript://youtu.be/dQw4w9WgXcQ",
    "//youtu.be/dQw4w9WgXcQ",
    "https://vimeo.com/about",
    "https://vimeo.com/76979871/settings",
    "https://soundcloud.com/forss",
    "https://soundcloud.com/forss/sets",
    "https://open.spotify.com/user/someone",
    "https://www.google.com/maps/place/Seoul",
    'https://www.google.com/maps/embed?pb=!1m18"><script>',
    "https://www.figma.com/files/recent",
    "https://gist.github.com/someone/0123456789abcdef",
    "https://x.com/someone/status/1",
]  # fmt: skip


@pytest.mark.parametrize(("address", "frame"), KNOWN.items())
def test_a_known_service_has_its_player(address: str, frame: str) -> None:
    found = player(address)
    assert found
    assert found.url == frame
    assert player(f"\t{address} ") == found


@pytest.mark.parametrize("address", UNKNOWN)
def test_everything_else_has_none(address: str) -> None:
    assert player(address) is None


def test_every_service_is_tested() -> None:
    found = {found.service for found in map(player, KNOWN) if found}
    assert found == {provider.name for provider in PROVIDERS}


def test_a_player_is_found_from_its_own_address() -> None:
    """People paste the addresses of players, too: those lead to the same."""
    for address, frame in KNOWN.items():
        first, again = player(address), player(frame)
        if "soundcloud" in frame or "geo.dailymotion" in frame:
            continue  # their players' addresses are not what people see
        assert first
        assert again
        assert (again.service, again.url.split("#")[0]) == (first.service, first.url.split("#")[0])


HOSTS = {urlsplit(frame).hostname for frame in KNOWN.values()}
ANY = st.text(alphabet="/?&=#%:@\"'<> \n.-_!aZ09비ｙ", max_size=20)


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 90), ANY)
@example("https://youtu.be/dQw4w9WgXcQ", 17, "\n")
def test_no_address_leads_a_frame_elsewhere(address: str, at: int, junk: str) -> None:
    found = player(address[:at] + junk + address[at:])
    if found:
        assert urlsplit(found.url).hostname in HOSTS
        assert found.url.startswith("https://")
        assert re.fullmatch(r"[A-Za-z0-9:/?&=#%!._-]+", found.url)


def test_a_video_keeps_its_shape_and_sound_its_height() -> None:
    video, sound = player("https://youtu.be/dQw4w9WgXcQ"), player("https://soundcloud.com/forss/flickermood")
    assert video
    assert sound
    look = dict(video.attributes())
    assert look["title"] == "YouTube"
    assert "aspect-ratio: 16 / 9" in look["style"]
    assert dict(sound.attributes())["height"] == "166"
    assert "max-width: 100%" in dict(sound.attributes())["style"]


def test_vimeo_is_asked_not_to_track() -> None:
    for address, frame in KNOWN.items():
        if "vimeo" in address:
            assert parse_qs(urlsplit(frame).query)["dnt"] == ["1"]
