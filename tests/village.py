"""The small cast of the tests: who they are, what they said, and how a test looks at the square through their eyes.

async def test_...(village):
    ref = await village.withhold(post=village.asha.latest, territory=["IN"], by=village.chitra, second=village.dev)
    assert "रोकी गई" in await village.page_as("IN", village.asha.latest)
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import sqlalchemy

from chaupal.app.wiring import RunningHouse
from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities, documents, orders, steps
from chaupal.governance.orders.authorities import Authority
from chaupal.governance.orders.documents import Bringer, Brought
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.kernel.clock import SECOND, StillClock, iso_day
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.people import accounts, graph
from chaupal.social.posts import posts
from chaupal.social.signin import sessions
from chaupal.store.machine.dialect import statement
from chaupal.web.pages import Player, introduce
from either import open_house
from inside import Inside

IDS = ("_worker", "_last", "_sequence")  # what a maker of ids remembers
SCOPES = "read write follow push admin:read admin:write"
PASSWORD = "chaupal-gaanv"
REASON = "इस पोस्ट में लोगों को मारने की बात कही गई है।"  # long enough to be a reason
FINDING = "हर घंटे वही पोस्ट फिर आती है; एक-एक पोस्ट रोकने से बात नहीं बनती।"
AUTHORITY = authorities.AuthorityForm(
    name="Ministry of Information", name_hi="सूचना मंत्रालय", jurisdiction="IN", office="Designated Officer"
)

# handle: name shown, role, language, country, what they say first.
CAST: dict[str, tuple[str, Role, str, str, tuple[str, ...]]] = {
    "asha": ("आशा देवी", Role.MEMBER, "hi", "IN", ("सरसों में फूल आ गए। #किसान_आंदोलन में आज हमारे गाँव की बारी है।",)),
    "ravi": ("रवि त्रिपाठी", Role.MEMBER, "hi", "IN", ("सीमा से: रात भर बारिश हुई, तंबू भीग गए। #किसान_आन्दोलन #दिल्ली",)),
    "meera": ("मीरा जोशी", Role.MEMBER, "hi", "IN", ("बोलने का हक़ माँगने से नहीं, बोलने से बचता है। #प्रेस_की_आज़ादी",)),
    "karl": ("Karl Brenner", Role.MEMBER, "en", "DE", ("Reading about the farmers from Freiburg. #KisanAndolan",)),
    "chitra": ("चित्रा अय्यर", Role.REVIEWER, "hi", "IN", ()),
    "dev": ("देव बरुआ", Role.APPROVER, "hi", "IN", ()),
    "lakshmi": ("लक्ष्मी मेनन", Role.OWNER, "en", "IN", ()),
}
FOLLOWS = (
    ("asha", "ravi"),
    ("asha", "meera"),
    ("ravi", "asha"),
    ("ravi", "meera"),
    ("meera", "asha"),
    ("karl", "asha"),
    ("karl", "ravi"),
)


@dataclass(frozen=True)
class VillagePost:
    """A post as its author wrote it. `path` is its page."""

    id: int
    text: str
    path: str


@dataclass
class Villager:
    """One of the cast: `token` for apps, `cookie` for pages (a session's secret)."""

    handle: str
    name: str
    id: int
    viewer: Viewer
    token: str
    cookie: str
    said: list[VillagePost] = field(default_factory=list[VillagePost])

    @property
    def latest(self) -> VillagePost:
        """Their newest post."""
        return self.said[-1]

    @property
    def path(self) -> str:
        return f"/@{self.handle}"

    @property
    def country(self) -> str:
        return self.viewer.country


class Village:
    """An open house with the cast in it. Every act is carried to its end (`settle`) before it returns."""

    def __init__(self, running: RunningHouse, clock: StillClock) -> None:
        self.running = running
        self.clock = clock
        self.cast: dict[str, Villager] = {}
        self.client: httpx2.AsyncClient = Inside(running.app, running.house.settings.origin)

    def __getattr__(self, handle: str) -> Villager:
        try:
            return self.__dict__["cast"][handle]
        except KeyError:
            raise AttributeError(handle) from None

    @property
    def owner(self) -> Villager:
        return self.cast["lakshmi"]

    # --- the square ---

    async def joins(self, handle: str, name: str = "", role: Role = Role.MEMBER, country: str = "IN") -> Villager:
        """A new account, with a token and a session."""
        square = self.running.house.square
        id_ = await accounts.create(
            square, handle=handle, email=f"{handle}@gaanv.example", password=PASSWORD, name=name, role=role
        )
        token = await sessions.issue_token(square, id_, SCOPES)
        session = await sessions.begin_session(square, id_)
        viewer = Viewer(account=id_, country=country, role=role, language="hi")
        self.cast[handle] = Villager(handle, name, id_, viewer, token, session.secret)
        return self.cast[handle]

    async def reads_only(self, who: Villager) -> None:
        """From now on with an app that opens nothing of the office: its token outlives their role."""
        who.token = await sessions.issue_token(self.running.house.square, who.id, "read")

    async def says(self, who: Villager, text: str, **draft: Any) -> VillagePost:
        """Who's new post, a second after what came before; `draft`: the other fields of `posts.Draft`."""
        self.clock.move(SECOND)
        id_ = await posts.publish(self.running.house.square, who.viewer, posts.Draft(text=text, **draft))
        who.said.append(VillagePost(id_, text, f"{who.path}/{id_}"))
        await self.settle()
        return who.latest

    async def follows(self, who: Villager, whom: Villager) -> None:
        await graph.follow(self.running.house.square, who.viewer, whom.id)
        await self.settle()

    async def settle(self) -> None:
        """Everything that follows from what was done has happened."""
        await self.running.runner.settle()

    # --- the court ---

    async def ministry(self) -> Authority:
        """The authority from which its orders and hints come, in the register by two."""
        court, owner = self.running.house.court, self.owner.viewer
        if (known := await authorities.named(court, owner, AUTHORITY.name)) is not None:
            return known
        proposed = await authorities.register(court, owner, AUTHORITY)
        return await authorities.agree(court, self.dev.viewer, proposed.id)

    async def receives(
        self,
        *targets: str,
        territory: Sequence[str] = ("IN",),
        checked: bool = True,
        letters: Sequence[Brought] = (),
        **form: Any,
    ) -> str:
        """The reference of an order against `targets` (handles, or paths of posts), received, and checked, by the owner."""
        court, owner = self.running.house.court, self.owner.viewer
        issuer = await self.ministry()
        filled: dict[str, Any] = {
            "authority": issuer.id,
            "officer": "S. Verma",
            "officer_rank": "Joint Secretary",
            "reference_no": f"69A/{self.clock()}",
            "legal_basis": "IT Act, s. 69A / आईटी अधिनियम, धारा 69A",
            "grounds": "public order",
            "territory": " ".join(territory),
            "dated": iso_day(self.clock()),
            "targets": "\n".join(targets),
            "origin_note": "The office confirmed it on the telephone.",
            "regime": "IN-69A",
            "reasons": "It is said to call people to arms.",
            "particulars": {"signature": "seen in ink"},
            "role": "designated_officer",
            "bases": ("public_order",),
        }
        self.clock.move(SECOND)
        files, by = self.running.house.square.files, Bringer(self.owner.id)
        brought = await documents.take_in(court, files, by, letters, issuer) if letters else []
        ref = await orders.receive(court, owner, OrderForm(**filled | form), brought)
        if checked:
            await steps.take(court, owner, ref, steps.StepForm(verb="check"))
        return ref

    async def withhold(
        self,
        *,
        post: VillagePost,
        by: Villager,
        second: Villager,
        territory: Sequence[str] = ("IN",),
        reason: str = REASON,
        outcome: str = "withhold_post",
        **form: Any,
    ) -> str:
        """The reference of an order by which `post` is withheld (or as `outcome` says) in `territory`; it is its target 1."""
        return await self._decide(post.path, outcome, by, second, territory, reason, form)

    async def withhold_account(
        self,
        whom: Villager,
        *,
        by: Villager,
        second: Villager,
        territory: Sequence[str] = ("IN",),
        reason: str = REASON,
        **form: Any,
    ) -> str:
        """The same for an account."""
        return await self._decide(f"@{whom.handle}", "withhold_account", by, second, territory, reason, form)

    async def lift(self, ref: str, *, by: Villager, number: int = 1, reason: str = "अब इसका कोई कारण नहीं रहा।") -> None:
        """End what target `number` of an order brought about."""
        self.clock.move(SECOND)
        await decisions.lift(self.running.house.court, by.viewer, ref, number, reason=reason)
        await self.settle()

    async def _decide(
        self,
        target: str,
        outcome: str,
        by: Villager,
        second: Villager,
        territory: Sequence[str],
        reason: str,
        form: dict[str, Any],
    ) -> str:
        court = self.running.house.court
        ref = await self.receives(target, territory=territory, **form)
        self.clock.move(SECOND)
        finding = FINDING if outcome == "withhold_account" else ""
        await decisions.propose(
            court, by.viewer, ref, 1, outcome=outcome, reason=reason, finding=finding, despite=reason
        )
        self.clock.move(SECOND)
        await decisions.approve(court, second.viewer, ref, 1)
        await self.settle()
        return ref

    # --- looking ---

    async def page_as(self, country: str, thing: VillagePost | Villager | str, who: Villager | None = None) -> str:
        """The HTML of a post's page, a person's or any path, as seen from `country` by `who` (None: nobody signed in)."""
        return (await self.look(country, thing, who)).text

    async def look(
        self, country: str, thing: VillagePost | Villager | str, who: Villager | None = None
    ) -> httpx2.Response:
        """The same with its status and headers."""
        path = thing if isinstance(thing, str) else thing.path
        cookies = {"look_as": country, "language": "hi"} | ({"chaupal": who.cookie} if who else {})
        return await self.client.get(path, headers={"cookie": _cookie(cookies)})

    async def api(
        self, who: Villager | None, method: str, path: str, country: str = "IN", **params: Any
    ) -> httpx2.Response:
        """Ask the API as `who` from `country`; `params` go into the query of a GET, else into a JSON body."""
        headers = {"cookie": _cookie({"look_as": country})} | (
            {"authorization": f"Bearer {who.token}"} if who is not None else {}
        )
        if method == "GET":
            # An empty dictionary would take away the query of a path that has one.
            return await self.client.get(path, headers=headers, params=params or None)
        return await self.client.request(method, path, headers=headers, json=params)


def _cookie(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@asynccontextmanager
async def open_village(settings: Settings, clock: StillClock, *, bar: bool = True) -> AsyncGenerator[Village]:
    """The small cast in a house of its own, everybody introduced and settled. `bar`: with the village's look-as cookie.

    Where `settings` lead to a copy of a village that was founded before (`found`), its people wake up in it.
    """
    running = await open_house(msgspec.structs.replace(settings, village=bar), clock=clock, run=False)
    village = Village(running, clock)
    try:
        if (kept := _roll(settings)).exists():
            _wake(village, kept)
        else:
            await play(village)
        introduce(Player(v.handle, v.name) for v in village.cast.values())
        yield village
    finally:
        await village.client.aclose()
        await village.running.close()


@asynccontextmanager
async def open_again(settings: Settings, clock: StillClock) -> AsyncGenerator[Village]:
    """The village as it stands in a store that was brought back."""
    running = await open_house(msgspec.structs.replace(settings, village=True), clock=clock, run=False)
    village = Village(running, clock)
    try:
        await _meet(village)
        yield village
    finally:
        await village.client.aclose()
        await running.close()


async def _meet(v: Village) -> None:
    """The cast, as they stand in the store."""
    square = v.running.house.square
    async with square.work.scanning() as reading:
        rows = await reading.fetch(
            statement(sqlalchemy.text("SELECT id, handle, role FROM accounts WHERE role <> 'system'"))
        )
    for id_, handle, role in rows:
        viewer = Viewer(account=id_, country="IN", role=Role(role), language="hi")
        v.cast[handle] = Villager(handle, handle, id_, viewer, await sessions.issue_token(square, id_, SCOPES), "")


def found(settings: Settings) -> None:
    """Play the village's first minutes once and write down who is who, for tests that begin with a copy of it all."""

    async def play() -> None:
        clock = StillClock()
        async with open_village(settings, clock, bar=False) as village:
            ids = village.running.house.square.make_id
            roll = _Roll(clock.at, {name: getattr(ids, name) for name in IDS}, list(village.cast.values()))
        _roll(settings).write_bytes(msgspec.json.encode(roll))
        # Once more: whoever opens a store enters the keys that it does not know, which each copy would do anew.
        await (await open_house(settings, clock=clock)).close()

    asyncio.run(play())


def copy(founded: Path, data: Path) -> None:
    """Everything in a data directory in which a village was founded, but what a database keeps."""
    shutil.copytree(founded, data, ignore=shutil.ignore_patterns("chaupal.db*"))
    shutil.copy(_beside(founded), _beside(data))


class _Roll(msgspec.Struct):
    """The cast as it stood at `at`, when the village had been played, and what ids have been made of that moment."""

    at: int
    ids: dict[str, int]
    cast: list[Villager]


def _roll(settings: Settings) -> Path:
    return _beside(Path(settings.data))


def _beside(data: Path) -> Path:
    """Not in it: what a data directory holds is looked at by tests."""
    return data.with_name(f"{data.name}.cast")


async def play(village: Village) -> None:
    # One after the other: at once they would open as many connections to PostgreSQL.
    for handle, (name, role, _, country, _) in CAST.items():
        await village.joins(handle, name, role, country)
    for who, whom in FOLLOWS:
        await village.follows(village.cast[who], village.cast[whom])
    for handle, (*_, language, _, first) in CAST.items():
        for text in first:
            await village.says(village.cast[handle], text, language=language)


def _wake(village: Village, kept: Path) -> None:
    roll = msgspec.json.decode(kept.read_bytes(), type=_Roll)
    if village.clock.at != StillClock().at:
        raise RuntimeError("the clock was moved before the village was there: open one of its own with open_village")
    village.clock.at = roll.at
    for name in IDS:  # or an id of this moment might be made again, or before those that are there
        setattr(village.running.house.square.make_id, name, roll.ids[name])
    village.cast |= {one.handle: one for one in roll.cast}
