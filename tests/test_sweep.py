"""No fault and no kill, at whichever request of a run, costs anything: the next run ends where it always would have.

A run without any disturbance tells which requests there are. Then each fault is tried at each of them, on the same
repository or folder as before; a run that nothing disturbs follows, and must end with the very same bytes. So is SIGKILL,
of a real process, at each request and at each change to a file. `make sweep` tries all of them; without `--whole` there
are fewer faults at each request (see `chosen`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest

from fakes.faults import AFTER, FAULTS, LOST, REFUSED, Fault, impatient
from fakes.victim import Start, Victim, program
from notion2jekyll import cli, state
from notion2jekyll.demo.workspace import block, mention, rich, text
from notion2jekyll.snapshot import blob_id
from world import World, world

Service = Literal["Notion", "GitHub", "files"]
Files = Mapping[str, bytes]
CONFIG = """\
notion:
  source: {database}
  publish: {{property: Status, is: [Published]}}
github: {{repository: me/blog, branch: main, mode: {mode}, pull_request: {{labels: [blog]}}}}
jekyll: {{addresses: follow}}
"""


def picture_of(number: int) -> bytes:
    """Return the start of a picture of its own size for each number."""
    size = number.to_bytes(4, "big") * 2
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x02\0\0\0" + b"\0" * 40


# The requests of a run -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One request of a run."""

    service: Service
    line: str
    nth: int
    """How many with the same line came before."""

    @property
    def writes(self) -> bool:
        """Whether the server does something."""
        return self.service == "GitHub" and not self.line.startswith("GET")


@dataclass
class Fate:
    """Lets `fault` happen at `place`; and to every request of that service from then on, where it lasts."""

    place: Place | None = None
    fault: Fault | None = None
    lasts: bool = False
    places: list[Place] = field(default_factory=list)
    """The requests that arrived."""
    met: bool = False
    _seen: Counter[tuple[Service, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def notion(self, line: str) -> Fault | None:
        """Say what befalls a request to Notion, or for a file."""
        return self._choose("files" if line.startswith("GET files/") else "Notion", line)

    def github(self, line: str) -> Fault | None:
        """Say what befalls a request to GitHub."""
        return self._choose("GitHub", line)

    def _choose(self, service: Service, line: str) -> Fault | None:
        with self._lock:
            place = Place(service, line, self._seen[service, line])
            self._seen[service, line] += 1
            self.places.append(place)
            here = place == self.place
            struck = here or (self.lasts and self.met and self.place and service == self.place.service)
            self.met |= here
        return self.fault if struck else None


# The references ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phase:
    """A kind of run."""

    name: str
    changes: bool = False
    """Whether it follows another one, and changes; else it is the first."""
    empty: bool = False
    """Whether the repository has no commit before."""
    checkpoint: int = 1000
    mode: str = "commit"
    folder: bool = False
    """Whether it writes into a folder, instead of to GitHub."""
    opened: bool = False
    """Whether the pull request is open already, and more has changed since."""
    reads_like: str = ""
    """Phase that asks Notion and the storage the very same, before it writes anything."""


PHASES = (
    Phase("import"),
    Phase("import into an empty repository", empty=True, reads_like="import"),
    Phase("import in steps", checkpoint=2),
    Phase("update", changes=True),
    Phase("update by pull request", changes=True, mode="pull_request", reads_like="update"),
    Phase("update of a pull request", changes=True, mode="pull_request", opened=True),
    Phase("update of a folder", changes=True, folder=True),
)
each_phase = pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name.replace(" ", "-"))


def settle(here: World) -> dict[str, str]:
    """Fill the journal with five pages; return their ids."""
    pages = {}
    day = {"Date": "2026-11-18"}
    nested = block("bulleted_list_item", text("outer"), children=[block("paragraph", text("inner"))])
    pages["trip"] = here.row(
        "여행",
        properties=day,
        children=[nested, block("image", **here.workspace.add_file("a.png", picture_of(1)))],
    )
    pages["moved"] = here.row("Old name", "text", properties=day)
    pages["gone"] = here.row(
        "Gone", properties=day, children=[block("image", **here.workspace.add_file("b.png", picture_of(2)))]
    )
    pages["merged"] = here.row("Merged", "first", "last", properties=day)
    link = mention("page", {"id": pages["moved"]})
    pages["linking"] = here.row("Linking", properties=day, children=[block("paragraph", *rich("see ", link))])
    here.pass_time(hours=1)
    return pages


def change(
    here: World, pages: Mapping[str, str], by_hand: Callable[[str, Callable[[bytes], bytes]], None]
) -> None:
    """Let happen what a second run has to follow."""
    edited = [
        block("paragraph", text("Other text.")),
        block("image", **here.workspace.add_file("c.png", picture_of(3))),
    ]
    here.workspace.replace_children(pages["trip"], edited)
    here.workspace.update_page(pages["moved"], {"Name": "New name", "Date": "2026-11-19"})
    here.workspace.update_page(pages["gone"], {"Status": "Draft"})
    here.workspace.replace_children(
        pages["merged"], [block("paragraph", text("first")), block("paragraph", text("last, from Notion"))]
    )
    by_hand("_posts/2026-11-18-merged.md", lambda post: post.replace(b"\nfirst", b"\nfirst, by hand"))
    here.row(
        "New",
        properties={"Date": "2026-11-20"},
        children=[block("image", **here.workspace.add_file("d.png", picture_of(4)))],
    )
    here.pass_time(hours=1)


def change_more(here: World, pages: Mapping[str, str]) -> None:
    """Let happen what a run has to follow while the pull request with the changes is open."""
    picture = block("image", **here.workspace.add_file("e.png", picture_of(5)))
    here.workspace.replace_children(pages["trip"], [block("paragraph", text("Third text.")), picture])
    here.workspace.update_page(pages["moved"], {"Name": "Newest name"})
    here.workspace.update_page(pages["linking"], {"Status": "Draft"})
    here.hub.rival.push({"about.md": b"By hand.\n"})
    here.pass_time(hours=1)


@dataclass
class Reference:
    """A blog at the moment before a run, and what that run makes of it when nothing disturbs it."""

    here: World
    phase: Phase
    base: Path
    """A copy of what the run writes to, as it is before."""
    places: Sequence[Place] = ()
    before: Files = field(default_factory=dict)
    after: Files = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    """Mark of what a disturbed run left → what is wrong with it, or after an undisturbed one; it depends on nothing else."""
    pulls: tuple[Any, ...] = ()

    @property
    def place(self) -> Path:
        """What the run writes to."""
        return self.here.directory / "site" if self.phase.folder else self.here.repository

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("sync", "--output", "site") if self.phase.folder else ("sync",)

    def settle(self) -> None:
        """Do all that comes before the run."""
        here, phase = self.here, self.phase
        here.configure(CONFIG.format(database=here.database, mode=phase.mode))
        if phase.folder:
            self.place.mkdir()
            (self.place / "_config.yml").write_bytes(here.hub.files()["_config.yml"])
        pages = settle(here)
        if phase.changes:
            ran = here.run(*self.arguments)
            assert ran.code == 0, ran.said
            if phase.mode == "pull_request":
                here.hub.merge()
            change(here, pages, self._edit_by_hand)
        if phase.opened:
            ran = here.run(*self.arguments)
            assert ran.code == 0, ran.said
            change_more(here, pages)
        if not phase.folder:
            here.git("repack", "-a", "-d", "-q")
            shutil.rmtree(self.place / "hooks", ignore_errors=True)
        shutil.copytree(self.place, self.base)
        self.pulls = tuple(map(copy, here.hub.repository.pulls))

    def _edit_by_hand(self, path: str, edit: Callable[[bytes], bytes]) -> None:
        if self.phase.folder:
            (self.place / path).write_bytes(edit((self.place / path).read_bytes()))
        else:
            self.here.hub.rival.push({path: edit(self.here.hub.files()[path])})

    def restore(self) -> None:
        """Let everything be as it was before the run."""
        shutil.rmtree(self.place)
        shutil.copytree(self.base, self.place)
        self.here.hub.repository.pulls[:] = map(copy, self.pulls)
        self.meet(Fate())

    def meet(self, fate: Fate) -> None:
        """Let `fate` govern the requests to come."""
        self.here.notion.befall(fate.notion)
        self.here.hub.befall(fate.github)

    def files(self) -> Files:
        """Return path → content of all there is: on every branch, and of pull requests; the state without its times."""
        if self.phase.folder:
            found = {
                path.relative_to(self.place).as_posix(): path.read_bytes()
                for path in self.place.rglob("*")
                if path.is_file()
            }
        else:
            hub = self.here.hub
            found = {
                f"{'' if branch == 'main' else f'{branch}:'}{path}": content
                for branch in hub.git.branches()
                for path, content in hub.files(branch).items()
            }
            for pull in hub.repository.pulls:
                found[f"pull {pull.number}"] = (
                    f"{pull.state} {pull.head} {pull.title} {pull.labels}\n{pull.body}".encode()
                )
        return {path: timeless(text) if path.endswith(state.PATH) else text for path, text in found.items()}

    def mark(self) -> str:
        """Return what names all there is."""
        if self.phase.folder:
            whole = sha1(usedforsecurity=False)
            for path in sorted(self.place.rglob("*")):
                whole.update(repr((path, path.is_file() and path.read_bytes())).encode())
            return whole.hexdigest()
        trees = self.here.git("for-each-ref", "--format=%(refname) %(tree)", "refs/heads")
        return trees + repr(self.here.hub.repository.pulls)

    def learn(self) -> None:
        """Run undisturbed."""
        self.before = self.files()
        fate = Fate()
        self.meet(fate)
        ran = self.here.run(*self.arguments)
        assert ran.code == 0, ran.said
        self.places, self.after = fate.places, self.files()
        assert self.before != self.after

    def wrong(self) -> str:
        """Return what is wrong with what a run left, or after the next one, which comes an hour later and undisturbed.

        The next one must end where the undisturbed one did. Nothing, where nothing is wrong.
        """
        mark = self.mark()
        if mark not in self.known:
            self.known[mark] = self._lost() or self._later()
        return self.known[mark]

    def _lost(self) -> str:
        """Return what should be there between the runs: what stays, whoever wrote it, and what the state tells of."""
        there = self.files()
        lost = [f"{path} was lost" for path in self.before.keys() & self.after.keys() if path not in there]
        # What a folder lacks waits beside it.
        remembered = [path for path in there if path.endswith(state.PATH) and not self.phase.folder]
        for prefix in (path.removesuffix(state.PATH) for path in remembered):
            for entry in state.parse(there[prefix + state.PATH]).entries.values():
                paths = (entry.path, *entry.files)
                lost += [f"{path} is not there" for path in paths if prefix + path not in there]
                post = there.get(prefix + entry.path, b"")
                if b"by hand" not in post and blob_id(post) != entry.blob:
                    lost.append(f"{entry.path} is not what was written")
        return "\n".join(lost)

    def _later(self) -> str:
        now = self.here.now
        self.here.pass_time(hours=1)
        self.meet(Fate())
        ran = self.here.run(*self.arguments)
        self.here.now = now
        return difference(self.after, self.files()) or ("" if ran.code == 0 else ran.said)


def timeless(content: bytes) -> bytes:
    """Return the state without its moments: the next run is a later one, and says so."""
    raw = json.loads(content)
    for key in ("written", "reconciled"):
        raw[key] = raw.get(key) and "2026-11-20T00:00:00+00:00"
    return json.dumps(raw, indent=1).encode()


def difference(wanted: Files, found: Files) -> str:
    """Return what `found` has otherwise than `wanted`; nothing where it is the same."""
    return "\n".join(
        f"{path}:\n{wanted.get(path)!r}\n{found.get(path)!r}"
        for path in sorted(wanted.keys() | found.keys())
        if wanted.get(path) != found.get(path)
    )


@pytest.fixture
def reference(
    phase: Phase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Reference]:
    with world(tmp_path, monkeypatch, capsys, empty=phase.empty) as here:
        for name, replaced in program(here.clock, phase.checkpoint).items():
            monkeypatch.setattr(name, replaced)
        impatient(monkeypatch)
        made = Reference(here, phase, tmp_path / "base")
        made.settle()
        made.learn()
        yield made
        made.meet(Fate())


Close = Callable[[str, int, Sequence[str]], None]


@pytest.fixture
def close(reference: Reference, record_property: Callable[[str, object], None]) -> Close:
    """Tell how many cases of what there were, and fail the test for anything that is wrong (`conftest` adds up)."""

    def tell(what: str, cases: int, wrong: Sequence[str]) -> None:
        line = (
            f"{reference.phase.name}: {cases} {what}, {len(reference.places)} requests, "
            f"{len(reference.known)} different blogs in between, {len(wrong)} differences"
        )
        record_property("swept", (line, cases, len(wrong)))
        assert not wrong, "\n\n".join(wrong)

    return tell


# Faults --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A fault at a request."""

    place: Place
    fault: Fault
    lasts: bool = False

    def __str__(self) -> str:
        return f"{self.place.service} {self.place.line} #{self.place.nth}: {self.fault.name}{' and on' * self.lasts}"


SOME = 4
"""One of how many is tried, where all are much the same."""


def everything(places: Sequence[Place]) -> list[Case]:
    """Return every fault at each of `places`, for once and for good."""
    return [
        Case(place, fault, lasts)
        for place in places
        for fault in (*FAULTS, *(AFTER if place.writes else ()))
        for lasts in (False, True)
    ]


def chosen(places: Sequence[Place], turn: int) -> list[Case]:
    """Return at each of `places` what differs for a run.

    Which fault it is matters to the client alone, and its own tests have every one. A run is told that a request failed for
    good: that is tried at each. A write whose answer was lost may have had its effect or not, and be sent once more, and a
    write may be refused: each of these is tried at each write. That a reading went well at last, a run is not told at all: that is tried at some. The
    faults take turns; `turn` is where they begin.
    """
    cases = []
    for number, place in enumerate(places, turn):
        if place.writes:
            lost = (LOST[number % len(LOST)], AFTER[number % len(AFTER)])
            cases += [Case(place, fault, lasts) for fault in lost for lasts in (False, True)]
            cases.append(Case(place, REFUSED, lasts=True))
        else:
            cases.append(Case(place, FAULTS[number % len(FAULTS)], lasts=True))
        if number % SOME == 0:
            cases.append(Case(place, FAULTS[number // SOME % len(FAULTS)]))
    return cases


@each_phase
def test_after_any_fault_the_next_run_ends_where_an_undisturbed_one_does(
    phase: Phase, reference: Reference, close: Close, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--whole"):
        cases = everything(reference.places)
    else:
        others = [place for place in reference.places if place.service == "GitHub" or not phase.reads_like]
        cases = chosen(others, PHASES.index(phase))
    wrong = []
    for case in cases:
        reference.restore()
        fate = Fate(case.place, case.fault, case.lasts)
        reference.meet(fate)
        ran = reference.here.run(*reference.arguments)
        assert fate.met, case
        # A run that says that all is well has done all.
        claimed = difference(reference.after, reference.files()) if ran.code == 0 else ""
        found = reference.wrong() or claimed
        if found or ran.code == cli.BUG:
            wrong.append(f"{case}\n{ran.said}\n{found}")
    close("faults", len(cases), wrong)


# Kills ---------------------------------------------------------------------------------------------------------------


def start(reference: Reference, **how: Any) -> Start:
    here = reference.here
    # Who is killed leaves what it downloaded.
    environment = {**os.environ, "TMPDIR": str(here.directory)}
    return Start(
        reference.arguments, here.directory, environment, here.now, reference.phase.checkpoint, **how
    )


@each_phase
def test_after_a_kill_at_any_request_the_next_run_ends_where_an_undisturbed_one_does(
    phase: Phase, reference: Reference, close: Close, request: pytest.FixtureRequest
) -> None:
    # Until something is written, a killed run leaves what was there, wherever it was.
    some = 1 if request.config.getoption("--whole") else SOME
    cases = [
        (place, acts)
        for number, place in enumerate(reference.places, PHASES.index(phase))
        for acts in ((False, True) if place.writes else (False,) if number % some == 0 else ())
    ]
    wrong = []
    for place, acts in cases:
        reference.restore()
        victim = Victim(start(reference))
        reference.meet(Fate(place, Fault("SIGKILL", lambda _, victim=victim: victim.kill(), acts)))  # type: ignore[misc]
        code = victim.ended()
        assert code == -signal.SIGKILL, (place, acts, code)
        if found := reference.wrong():
            wrong.append(f"{place}, killed {'after' if acts else 'before'} it acted\n{found}")
    close("kills at requests", len(cases), wrong)


@pytest.mark.parametrize(
    "phase", [phase for phase in PHASES if phase.folder], ids=lambda phase: phase.name.replace(" ", "-")
)
@pytest.mark.parametrize("torn", [False, True], ids=["before", "torn"])
def test_after_a_kill_at_any_change_to_a_file_the_next_run_ends_where_an_undisturbed_one_does(
    phase: Phase, reference: Reference, close: Close, torn: bool
) -> None:
    wrong = []
    for number in count():
        reference.restore()
        code = Victim(start(reference, dies_at=number, torn=torn)).ended()
        if code == 0:
            break
        assert code == -signal.SIGKILL, (number, code, (reference.here.directory / "said.txt").read_text())
        if found := reference.wrong():
            wrong.append(f"killed at change {number}\n{found}")
    assert not difference(reference.after, reference.files())
    close("kills while a file is written" if torn else "kills before a file changes", number, wrong)
