"""CPU that what another server sends costs, beside snac2 in the same run. `PYTHONPATH=tests python -m bench.federation [--each N]`.

Both houses have as many people, and are sent the same: as many signed activities of the same kinds, lengths and order, by people whose
keys they know, each of whom somebody there follows; one POST each. Connections are kept where a server lets them be, as those of a proxy
are; snac2 ends each. snac2 runs as Debian has it and as it installs itself, without debug messages. What is measured is all CPU of
each server, user's and system's, of all its threads, from the first POST until nothing goes on there any more: what it has put into a
queue is done, too: snac2 puts what comes into files, answers, and does it after that, and those files count as well. Both houses lie
in one folder, on the file system that is told with the figures: without `--folder` where this machine keeps what is temporary. In
memory (tmpfs) files cost less than on a disk, where people keep them. What the system does on its own behalf to bring things to the disk
is counted for neither. In the end both must have the effects: likes and reposts counted, posts there, changed or gone, follows begun
and ended (snac2 loses one in some hundreds that come at once; that is let pass, up to one of a hundred).

Ours does more for it than snac2 does, and none of it is left out: what a post says is made harmless and found by its words in any
script, each activity has its effect once however often it comes, whoever may not see a post cannot like it, what servers state is kept,
whoever is concerned is told in their streams and notifications, and what is answered for is on the disk (snac2 never asks for that).

The mix (`MIX`) is what servers are sent. Nobody publishes a census; what is told is that Deletes of people who never had to do with
a server are most of it: thousands a day where nobody is followed (github.com/mastodon/mastodon/issues/22070), fifty for each other
activity (issue 23175 there), 1,450 in a minute for two accounts (github.com/TryGhost/ActivityPub/pull/2034). Those are small servers:
here they are half. Of the rest, by what Mastodon sends to whom: posts and reposts go to the servers of all followers, edits and deletions
after some of them; a like goes to its author's server alone; follows are rare, and some end. Who holds another mix to be true reckons it
from `--kinds`, which prints what each kind costs by itself.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.data import ENGLISH, HINDI, sentence
from bench.load import length_of
from bench.process import Server
from peers.chaupals import Chaupal, chaupal
from peers.hostile import PUBLIC, Hostile, Liar, hostile, signed
from peers.sides import Json, Person, PostToSay, plain
from peers.snacs import Snac, snac

NOBODY = "Delete of nobody"
MIX = {
    NOBODY: 50,
    "Create": 20,
    "Announce": 10,
    "Like": 8,
    "Update": 4,
    "Delete": 4,
    "Follow": 2,
    "Undo": 2,
}  # of a hundred
LIARS = 100  # people of the server that sends, honest ones here
POSTS = 100  # of ours
MOST = 0.5  # of what the same costs snac2
HANDS = 16  # requests at once
QUIET = 0.03  # of a core: below it nothing is going on
SAMPLE = 10  # things that are looked for in the end


@dataclass
class Cost:
    """What a server spent. `cpu`: ms for each activity; `seconds`: in which they were taken."""

    activities: int
    cpu: float
    seconds: float


@dataclass(frozen=True)
class SignedActivity:
    """An activity, who signs it, and into whose inbox it is put."""

    by: Liar
    act: Json
    to: Person


@dataclass
class House:
    """A server that is measured, who lives there, and who of elsewhere speaks to it. `fans`: who there follows each of them."""

    side: Chaupal | Snac
    server: Server
    people: list[Person]
    posts: list[str]
    liars: list[Liar]
    fans: dict[str, Person]

    @property
    def keeps(self) -> bool:
        """Whether it leaves connections open: snac2 ends each, and does not say so."""
        return isinstance(self.side, Chaupal)

    async def says(self, uri: str) -> str:
        """The words of a post of elsewhere as they are there; "" where it is not."""
        if isinstance(self.side, Snac):
            return plain((self.side.object(uri) or {}).get("content", ""))
        try:
            return plain((await self.side.post(self.people[0], uri))["content"])
        except AssertionError:
            return ""


async def _rested(server: Server) -> None:
    """Until nothing goes on there: snac2 looks at its queue every three seconds."""
    quiet = 0
    while quiet < 4:
        before = server.cpu
        await asyncio.sleep(1)
        quiet = quiet + 1 if server.cpu - before < QUIET else 0


async def _send(house: House, sent: Iterable[SignedActivity]) -> float:
    """POST all of them in their order, some at once; the seconds. Raises SystemExit where one is not taken."""
    ready = [_request(one) for one in sent]
    ready.reverse()
    host, _, port = house.people[0].uri.split("/")[2].partition(":")

    async def hand() -> None:
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while ready:
            request = ready.pop()
            reader, writer = there or await asyncio.open_connection(host, int(port))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if head.split(b" ", 2)[1] not in (b"200", b"202"):
                raise SystemExit(f"{house.side.name} answered {head!r} to {request!r}")
            there = (reader, writer) if house.keeps else None
            if there is None:
                await reader.read()
                writer.close()
            else:
                await reader.readexactly(length_of(head))

    began = time.perf_counter()
    await asyncio.gather(*(hand() for _ in range(HANDS)))
    return time.perf_counter() - began


def _request(one: SignedActivity) -> bytes:
    """As it goes over the wire."""
    body, inbox = json.dumps(one.act, ensure_ascii=False).encode(), f"{one.to.uri}/inbox"
    headers = signed(body, inbox, time.time(), key_id=one.by.key_id, key=one.by.key)
    lines = [f"POST {urlsplit(inbox).path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


class Sayings:
    """Activities for a house, each another one, of the same kinds in the same order for every house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._chance = chance = random.Random(14)
        self._number = 0
        pairs = [(one, post) for one in house.liars for post in house.posts]
        self._likes, self._reposts = chance.sample(pairs, len(pairs)), chance.sample(pairs, len(pairs))
        self._follows = [(one, whom) for one in house.liars for whom in house.people]
        chance.shuffle(self._follows)
        self._ends: list[tuple[Liar, Person]] = []
        self._old: list[SignedActivity] = []
        self.made: dict[str, list[SignedActivity]] = {}

    def before(self, mix: dict[str, int]) -> list[SignedActivity]:
        """What has to be there: posts that are changed or deleted, follows that end."""
        self._old = [self._create() for _ in range(mix.get("Update", 0) + mix.get("Delete", 0))]
        self._ends = [self._follows.pop() for _ in range(mix.get("Undo", 0))]
        return [*self._old, *(SignedActivity(one, one.act("Follow", whom.uri), whom) for one, whom in self._ends)]

    def sent(self, mix: dict[str, int]) -> list[SignedActivity]:
        """As many of each kind as the mix has, shuffled as they come; by kind they stand in `made`."""
        kinds = [kind for kind, many in mix.items() for _ in range(many)]
        self._chance.shuffle(kinds)
        self.made = {kind: [self._make(kind) for _ in range(many)] for kind, many in mix.items()}
        left = {kind: iter(made) for kind, made in self.made.items()}
        return [next(left[kind]) for kind in kinds]

    def _make(self, kind: str) -> SignedActivity:
        chance, house = self._chance, self._house
        match kind:
            case "Create":
                return self._create()
            case "Like":
                by, post = self._likes.pop()
                return SignedActivity(by, by.act(kind, post), self._author(post))
            case "Announce":
                by, post = self._reposts.pop()
                return SignedActivity(
                    by, by.act(kind, post, to=[PUBLIC], cc=[f"{by.uri}/followers"]), self._author(post)
                )
            case "Update" | "Delete":
                old = self._old.pop()
                note = old.act["object"]
                words = f"<p>{self._words()}</p>"
                said = note | {"content": words, "contentMap": {"hi": words}, "updated": _now()}
                gone = {"id": note["id"], "type": "Tombstone"}
                return SignedActivity(old.by, old.by.act(kind, said if kind == "Update" else gone), old.to)
            case "Follow":
                by, whom = self._follows.pop()
                return SignedActivity(by, by.act(kind, whom.uri), whom)
            case "Undo":
                by, whom = self._ends.pop()
                return SignedActivity(by, by.act(kind, by.act("Follow", whom.uri)), whom)
            case _:
                self._number += 1
                gone = Liar(f"{house.liars[0].uri}-{self._number}", house.liars[0].key)
                return SignedActivity(gone, gone.act("Delete", gone.uri, to=[PUBLIC]), chance.choice(house.people))

    def _create(self) -> SignedActivity:
        """Somebody's post for whoever follows them; one of five answers one of a post there, and names its author."""
        self._number += 1
        by = self._chance.choice(self._house.liars)
        more: Json = {
            "content": f"<p>{self._words()}</p>",
            "published": _now(),
            "tag": [],
            "attachment": [],
            "sensitive": False,
        }
        to = self._house.fans[by.uri]
        if self._number % 5 == 0:
            post = self._chance.choice(self._house.posts)
            to = self._author(post)
            named = (
                f'<p><span class="h-card"><a href="{to.uri}" class="u-url mention">@<span>{to.name}</span></a></span> '
            )
            more |= {"inReplyTo": post, "cc": [f"{by.uri}/followers", to.uri], "content": f"{named}{self._words()}</p>"}
            more["tag"] = [{"type": "Mention", "href": to.uri, "name": f"@{to.address}"}]
        note = by.note(f"note-{self._number}", **more, contentMap={"hi": more["content"]})
        return SignedActivity(by, by.act("Create", note, to=note["to"], cc=note["cc"]), to)

    def _words(self) -> str:
        """A line or some, in Hindi or English."""
        chance = self._chance
        return " ".join(
            sentence(chance, chance.choice((HINDI, ENGLISH))) for _ in range(chance.choice((1, 1, 1, 2, 4)))
        )

    def _author(self, post: str) -> Person:
        return next(one for one in self._house.people if post.startswith(f"{one.uri}/"))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


async def _settled(side: Chaupal | Snac, pid: int, names: list[str], enemy: Hostile) -> House:
    """The house before it is measured: its people, who of elsewhere they follow, what they have said."""
    people = [await side.join(name) for name in names]
    liars = [enemy.liar(f"{side.name.split()[0].lower()}{n}", n % 3) for n in range(LIARS)]
    enemy.names(*liars)
    posts = [await side.say(people[n % len(people)], PostToSay(f"post {n} of this house")) for n in range(POSTS)]
    house = House(side, Server(pid, 0, 0.0), people, posts, liars, {})
    for number, one in enumerate(liars):
        fan = people[number % len(people)]
        await side.follow(fan, Person(one.uri.rpartition("/")[2], one.uri, ""))
        house.fans[one.uri] = fan
    yes = [(one, fan.uri, fan) for one in liars for fan in [house.fans[one.uri]]]
    follows = [(one, {"type": "Follow", "actor": who, "object": one.uri}, fan) for one, who, fan in yes]
    await _send(house, [SignedActivity(one, one.act("Accept", follow), fan) for one, follow, fan in follows])
    await _rested(house.server)
    return house


async def _cost(house: House, sayings: Sayings, mix: dict[str, int]) -> Cost:
    await _send(house, sayings.before(mix))
    await _rested(house.server)
    counted = await _counted(house)
    sent, before = sayings.sent(mix), house.server.cpu
    seconds = await _send(house, sent)
    await _rested(house.server)
    cpu = (house.server.cpu - before) / len(sent) * 1_000
    missing = await _missing(house, sayings, counted)
    if missing > (len(sent) // 100 if isinstance(house.side, Snac) else 0):
        raise SystemExit(f"{house.side.name}: {missing} effects are not there")
    return Cost(len(sent), cpu, seconds)


async def _counted(house: House) -> dict[str, int]:
    """Likes and reposts of all posts there."""
    who, side = house.people[0], house.side
    return {
        "Like": sum([await side.likes(who, post) for post in house.posts]),
        "Announce": sum([await side.boosts(who, post) for post in house.posts]),
    }


async def _missing(house: House, sayings: Sayings, before: dict[str, int]) -> int:
    """How many effects are not there, of likes and reposts and of a sample of the others."""
    found, side, missing = sayings.made, house.side, 0
    for kind, count in (await _counted(house)).items():
        missing += abs(count - before[kind] - len(found.get(kind, ())))
    for one in [one for kind in ("Create", "Update", "Delete") for one in found.get(kind, ())[:SAMPLE]]:
        note = one.act["object"]
        missing += await house.says(note["id"]) != plain(note.get("content", ""))
    for kind in ("Follow", "Undo"):
        for one in found.get(kind, ())[:SAMPLE]:
            by = Person(one.by.uri.rpartition("/")[2], one.by.uri, "")
            missing += await side.followed(one.to, by) != (kind == "Follow")
    return missing


def _kept_on(folder: Path) -> str:
    """The kind of the file system on which a folder is: the mount that is nearest to it (proc(5), mounts)."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    above = [(len(Path(at).parts), kind) for at, kind in mounts if folder.resolve().is_relative_to(at)]
    return max(above, default=(0, "an unknown file system"))[1]


async def measure(mixes: Sequence[dict[str, int]], people: int, folder: Path) -> list[list[Cost]]:
    """Ours and snac2's, for each mix, in turn. `people`: how many live at each; `folder`: in which both keep what they have."""
    others = [f"other{n}" for n in range(people - 1)]
    with tempfile.TemporaryDirectory(dir=folder) as both:
        async with hostile() as enemy, snac(Path(both), quiet=True) as theirs:
            (here := Path(both) / "ours").mkdir()
            async with chaupal(here, "Chaupal", rate_limits=False) as ours:
                await ours.settle("asha", *others)
                process = ours.server.process
                assert process is not None
                assert theirs.process is not None
                one = await _settled(ours, process.pid, ["asha", *others], enemy)
                other = await _settled(theirs, theirs.process.pid, ["sita", *others], enemy)
                both = [(one, Sayings(one)), (other, Sayings(other))]
                return [[await _cost(house, sayings, mix) for house, sayings in both] for mix in mixes]


def _counts_by_kind(mix: dict[str, int], each: int) -> dict[str, int]:
    return {kind: each * of // sum(mix.values()) for kind, of in mix.items()}


def _costs_text(name: str, cost: Cost) -> str:
    return f"{name} {cost.cpu:.3f} ms ({1_000 / cost.cpu:.0f} a second and core; taken in {cost.seconds:.1f} s)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.federation", description=__doc__)
    parser.add_argument("--each", type=int, default=3_000, help="activities sent to each server in a round")
    parser.add_argument(
        "--rounds", type=int, default=3, help="in which both are sent the mix in turn; the median counts"
    )
    parser.add_argument("--people", type=int, default=50, help="who live at each server")
    parser.add_argument("--kinds", action="store_true", help="each kind by itself, before the mix")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()), help="on whose file system both lie"
    )
    asked = parser.parse_args()
    kinds = [(kind, _counts_by_kind({kind: 1}, asked.each // 2)) for kind in (MIX if asked.kinds else ())]
    rounds = [("all of them", _counts_by_kind(MIX, asked.each))] * asked.rounds
    costs = asyncio.run(measure([mix for _, mix in (*kinds, *rounds)], asked.people, asked.folder))
    print(f"both on {_kept_on(asked.folder)}")
    for (name, _), (ours, theirs) in zip((*kinds, *rounds), costs, strict=True):
        ratio = ours.cpu / theirs.cpu
        print(
            f"{name:18} {ours.activities} each: {_costs_text('ours', ours)}, {_costs_text('snac2', theirs)}: ratio {ratio:.2f}"
        )
    ours, theirs = (statistics.median(cost[at].cpu for cost in costs[len(kinds) :]) for at in (0, 1))
    print(f"ours {ours:.3f} ms, snac2 {theirs:.3f} ms: ratio {ours / theirs:.2f} (at most {MOST})")
    if ours / theirs > MOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
