"""Limits of whole servers as rows: what is in force and proposed, how it is told of, and which servers are let in by name."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import func, or_, select, text as sql

from chaupal.kernel.settings import Settings
from chaupal.policy.measures import OF_SERVERS
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.viewer import ABROAD
from chaupal.store.court.case_events import AT_LAST_EVENT
from chaupal.store.court.rulings import ALL_RULINGS, RulingRow
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.dialect import among, is_one_of, listed, param, stands_below
from chaupal.store.machine.shelves import RELATIONS, RULINGS
from chaupal.store.machine.statements import Form, inserts_once, rows_of, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import case_events, orders, rulings, targets
from chaupal.store.tables.federation import allowed_servers, elsewhere, server_words, servers
from chaupal.store.tables.square import domain_blocks


class Limit(msgspec.Struct, frozen=True):
    """A measure in force on a server, with the number of its target in the matter."""

    domain: str
    row: RulingRow
    number: int


class ProposedLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A measure on a server that somebody proposed and nobody has approved yet. `at` in ms."""

    server: int
    domain: str
    ref: str
    number: int
    body: str  # what was said, as the docket keeps it
    by: int
    at: int


class ServerWords(msgspec.Struct, frozen=True, kw_only=True):
    """How a limited server is told of. Comments as moderators' apps send them; the reason of the case is another thing."""

    server_id: int
    obfuscate: bool = False
    public_comment: str = ""
    private_comment: str = ""
    by: int = 0
    at: int = 0


class AllowedServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server that was let in. `ending_by`: who proposes to take it off the list; until another agrees it is on it. Times in ms."""

    id: int
    server_id: int
    reason: str
    by: int
    at: int
    log_index: int
    ending_by: int | None = None
    ending_reason: str = ""
    ended_by: int | None = None
    ended_at: int | None = None
    domain: str = ""


_OF_SERVERS = is_one_of(rulings.c.measure, sorted(OF_SERVERS))
_NAMED = ALL_RULINGS.add_columns(servers.c.domain, func.coalesce(targets.c.number, 1)).select_from(
    rulings.join(servers, servers.c.id == rulings.c.subject_id).outerjoin(targets, targets.c.id == rulings.c.target_id)
)
LIVE = _NAMED.where(rulings.c.lifted_at.is_(None), _OF_SERVERS).order_by(servers.c.domain, rulings.c.id)
ON_ONE = selects(rulings.c.id).where(subject_id="of", measure="measure", lifted_at=None)
ABOVE = (
    selects(rulings.c.id)
    .join_from(rulings, servers, servers.c.id == rulings.c.subject_id)
    .where(_OF_SERVERS, among(servers.c.domain, "names"), lifted_at=None)
)
PROPOSALS = (
    selects(servers, "id domain", orders.c.ref, targets.c.number, case_events, "state body by at")
    .select_from(
        targets.join(orders, orders.c.id == targets.c.order_id)
        .join(servers, servers.c.id == targets.c.subject_id)
        .join(case_events, AT_LAST_EVENT)
    )
    .where(targets.c.kind == sql("'server'"), case_events.c.state == sql("'measure_proposed'"))
    .order_by(servers.c.domain, targets.c.id)
)
_below = servers.alias("below")
NEWEST_FROM = (
    selects(elsewhere.c.post_id)
    .where(
        or_(
            elsewhere.c.server_id == param("of"),
            elsewhere.c.server_id.in_(
                select(_below.c.id)
                .join_from(servers, _below, stands_below(_below.c.domain, servers.c.domain))
                .where(servers.c.id == param("of"))
            ),
        )
    )
    .ordered("-post_id")
    .limit("n")
)
WORDS = rows_of(ServerWords, server_words)
SAY = upserts(server_words, "server_id", "obfuscate public_comment private_comment by at")
SAID = WORDS.where(among(server_words.c.server_id, "ids"))
_ALLOWANCES = Form(AllowedServer, {})
_COLUMNS = (allowed_servers.c[name] for name in AllowedServer.__struct_fields__ if name != "domain")
_LIST = selects(*_COLUMNS, servers.c.domain).join_from(
    allowed_servers, servers, servers.c.id == allowed_servers.c.server_id
)
ALLOWED = _LIST.where(ended_at=None).ordered("-id")
ALLOWED_ONE = _LIST.where(ended_at=None, id="of")
IS_ALLOWED = selects(allowed_servers.c.id).where(server_id="of", ended_at=None)
WHICH_ALLOWED = selects(allowed_servers.c.server_id).where(among(allowed_servers.c.server_id, "ids"), ended_at=None)
ALLOW = inserts_once(allowed_servers, "id server_id reason by at log_index", ending_reason=sql("''"))
ASK_END = updates(allowed_servers, ending_by="who", ending_reason="why", log_index="leaf").where(
    id="of", ended_at=None, ending_by=None
)
KEEP = updates(allowed_servers, ending_by=None, ending_reason=sql("''"), log_index="leaf").where(
    allowed_servers.c.ending_by.is_not(None), id="of", ended_at=None
)
END = updates(allowed_servers, ended_by="who", ended_at="now", log_index="leaf").where(
    id="of", ending_by="first", ended_at=None
)
HIDERS = selects(domain_blocks.c.account_id).where(domain="domain")


async def met(w: Writing, domain: str, names: Sequence[str]) -> None:
    """A server is written down for the first time: what binds above its name (`names`) binds it, and who hides it by name does."""
    w.touch(RULINGS, *[row[0] for row in await w.fetch(ABOVE, names=listed(names))])
    w.touch(RELATIONS, *[row[0] for row in await w.fetch(HIDERS, domain=domain)])


# --- in force, and proposed ---


async def live(reading: Reading) -> list[Limit]:
    """What is in force on servers, by their names."""
    return [Limit(row[-2], LIVE.read(row[:-2]), row[-1]) for row in await reading.fetch(LIVE)]


async def binds(reading: Reading, server: int, measure: str) -> bool:
    """Whether such a measure is in force on the server itself."""
    return await reading.first(ON_ONE, of=server, measure=measure) is not None


async def newest_from(reading: Reading, server: int, at_most: int) -> list[int]:
    """The newest posts for everybody from there and from below its name: what clients may well have before them."""
    return [row[0] for row in await reading.fetch(NEWEST_FROM, of=server, n=at_most)]


async def waiting(reading: Reading) -> list[ProposedLimit]:
    """What is proposed of servers and waits for another person, by their names."""
    return [
        ProposedLimit(server=row[0], domain=row[1], ref=row[2], number=row[3], body=row[5], by=row[6], at=row[7])
        for row in await reading.fetch(PROPOSALS)
    ]


# --- how it is told of ---


async def say(w: Writing, said: ServerWords) -> None:
    await w.run(SAY, **WORDS.written(said))


async def wording_of(reading: Reading, ids: Sequence[int]) -> dict[int, ServerWords]:
    """Server -> how it is told of, where somebody said."""
    return {one.server_id: one for one in await SAID.all(reading, ids=listed(ids))} if ids else {}


async def obscured(reading: Reading, server: int) -> bool:
    """Whether its name is told with gaps only."""
    found = (await wording_of(reading, [server])).get(server)
    return found is not None and found.obfuscate


# --- let in by name ---


async def allowed(reading: Reading) -> list[AllowedServer]:
    """All that are let in, the newest first."""
    return [*map(_ALLOWANCES.read, await reading.fetch(ALLOWED))]


async def allowance(reading: Reading, id_: int) -> AllowedServer | None:
    row = await reading.first(ALLOWED_ONE, of=id_)
    return None if row is None else _ALLOWANCES.read(row)


async def is_allowed(reading: Reading, server: int) -> bool:
    return await reading.first(IS_ALLOWED, of=server) is not None


async def may_speak(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether a server is heard and told anything: by the same rulings as the gate's, and by the list where the house keeps one."""
    if settings.federation == "off" or (await rulings_in_force(reading)).find(server, ABROAD, SUSPENSION) is not None:
        return False
    return settings.federation == "on" or await is_allowed(reading, server)


async def which_allowed(reading: Reading, ids: Collection[int]) -> frozenset[int]:
    """Those of these servers that are let in."""
    rows = await reading.fetch(WHICH_ALLOWED, ids=listed(sorted(ids))) if ids else ()
    return frozenset(row[0] for row in rows)


async def allow(w: Writing, new: AllowedServer) -> bool:
    """False where it was let in before."""
    return await w.run(ALLOW, **msgspec.structs.asdict(new)) == 1


async def ask_end(w: Writing, id_: int, by: int, reason: str, leaf: int) -> bool:
    """Somebody proposes to take it off the list. False where that was proposed, or it is off."""
    return await w.run(ASK_END, of=id_, who=by, why=reason, leaf=leaf) == 1


async def keep(w: Writing, id_: int, leaf: int) -> bool:
    """It stays on the list. False where nobody proposed otherwise."""
    return await w.run(KEEP, of=id_, leaf=leaf) == 1


async def end(w: Writing, id_: int, by: int, first: int, at: int, leaf: int) -> bool:
    """Another agrees with the `first`: it is off. False where that is not so any more."""
    return await w.run(END, of=id_, who=by, first=first, now=at, leaf=leaf) == 1
