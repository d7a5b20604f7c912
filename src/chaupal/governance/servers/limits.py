"""What the house limits of whole servers: each measure a matter under its own rules, opened, looked at and ended from every surface."""

from collections.abc import Iterable, Sequence, Set

import msgspec

from chaupal.governance.cases import cases, decisions, guards, house
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.people.account_desk import ENDED, reason_of, rule_of
from chaupal.kernel.argument_sizes import Comment, Word
from chaupal.kernel.errors import Invalid, NotAllowed, or_not_found
from chaupal.policy.draft import Draft
from chaupal.policy.measures import OF_SERVERS, Measure
from chaupal.policy.viewer import Viewer
from chaupal.store.court import ledger
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.federation import limits as kept, servers
from chaupal.store.federation.limits import Limit, ProposedLimit, ServerWords
from chaupal.store.machine.work import Reading, Writing
from chaupal.text import hosts

# Mastodon's words for how far a server is limited. https://docs.joinmastodon.org/entities/Admin_DomainBlock/#severity
NOOP, SILENCE, SUSPEND = "noop", "silence", "suspend"
SEVERITIES = (NOOP, SILENCE, SUSPEND)

_said = msgspec.json.Decoder(CaseEventBody).decode


class ServerForm(msgspec.Struct, kw_only=True):
    """What to limit of a server, and what is below its name. `severity`: noop, silence or suspend, which is all of the others.

    `public_comment`: why, for everybody; it is the reason of each of its cases. `private_comment`: among staff. `obfuscate`: where
    limits are listed its name stands with gaps. `rule`: of the house's, `3` or `3@1`; `until`: an ISO date.
    """

    domain: Word = ""
    severity: Word = SILENCE
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: Comment = ""
    public_comment: Comment = ""
    obfuscate: bool = False
    rule: Word = ""
    until: Word = ""


class ServerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is limited, or of which that is proposed."""

    id: int
    domain: str
    words: ServerWords
    limits: tuple[Limit, ...] = ()
    waiting: tuple[ProposedLimit, ...] = ()

    @property
    def measures(self) -> frozenset[Measure]:
        """In force."""
        return frozenset(Measure(limit.row.measure) for limit in self.limits)

    @property
    def proposed(self) -> frozenset[Measure]:
        return frozenset(Measure(said) for one in self.waiting if (said := outcome_of(one)) in set(Measure))

    @property
    def since(self) -> int:
        """When the first of it began, or was proposed (ms)."""
        return min([*(limit.row.starts_at for limit in self.limits), *(one.at for one in self.waiting)])


def outcome_of(one: ProposedLimit) -> str:
    return _said(one.body).outcome


def reason_proposed(one: ProposedLimit) -> str:
    return _said(one.body).reason


def severity_of(measures: Iterable[Measure]) -> str:
    """In Mastodon's words."""
    held = frozenset(measures)
    return SUSPEND if Measure.SUSPEND_SERVER in held else SILENCE if Measure.LIMIT_SERVER in held else NOOP


def measures_of(severity: str, *, media: bool, reports: bool) -> tuple[Measure, ...]:
    """What such a block comes to, the mildest first; a suspension is all of it."""
    if severity == SUSPEND:
        return (Measure.SUSPEND_SERVER,)
    wished = {Measure.REFUSE_REPORTS: reports, Measure.REFUSE_MEDIA: media, Measure.LIMIT_SERVER: severity == SILENCE}
    return tuple(measure for measure, so in wished.items() if so)


async def listed(court: Court, viewer: Viewer) -> list[ServerStanding]:
    """All that are limited, or of which that is proposed, by their names. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await standings(reading)


async def by_id(court: Court, viewer: Viewer, id_: int) -> ServerStanding:
    """One of them. Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return or_not_found(await _standing(reading, id_))


async def standings(reading: Reading) -> list[ServerStanding]:
    live, waiting = await kept.live(reading), await kept.waiting(reading)
    names = {limit.row.subject_id: limit.domain for limit in live} | {one.server: one.domain for one in waiting}
    said = await kept.wording_of(reading, sorted(names))
    return [
        ServerStanding(
            id=id_,
            domain=domain,
            words=said.get(id_, ServerWords(server_id=id_)),
            limits=tuple(limit for limit in live if limit.row.subject_id == id_),
            waiting=tuple(w for w in waiting if w.server == id_),
        )
        for id_, domain in sorted(names.items(), key=lambda pair: pair[1])
    ]


async def limit(court: Court, viewer: Viewer, form: ServerForm) -> ServerStanding:
    """Open a matter for each measure, and carry out what one person may; the rest is proposed.

    Raises NotAllowed, Invalid by field: for what is limited so, or proposed, already, too.
    """
    check_may(viewer, "sanction")
    wished = _wished(form)
    id_ = await written_down(court, viewer, hosts.server_named(form.domain), field="domain")
    async with court.work.reading() as reading:
        before = await _standing(reading, id_)
    if before is not None and not set(wished) - before.measures - before.proposed:
        raise Invalid("server_limited_so", field="domain")
    await say(court, viewer, id_, form)
    known = frozenset[Measure]() if before is None else before.measures | before.proposed
    await _open(court, viewer, form, [measure for measure in wished if measure not in known])
    return await by_id(court, viewer, id_)


async def change(court: Court, viewer: Viewer, id_: int, form: ServerForm) -> ServerStanding:
    """Have it limited as the form says: what is not in it ends, what is new is opened. Raises as `limit` does, NotFound.

    A suspension is all of the others, so that they stay: till a second person agrees to it, it limits nothing itself.
    """
    check_may(viewer, "sanction")
    wished = measures_of_form(form)
    before = await by_id(court, viewer, id_)
    form = msgspec.structs.replace(form, domain=before.domain)
    await say(court, viewer, id_, form)
    await _open(
        court, viewer, form, [measure for measure in wished if measure not in before.measures | before.proposed]
    )
    if Measure.SUSPEND_SERVER not in wished:
        async with court.work.writing() as w:
            await _end(court, w, viewer, id_, OF_SERVERS - set(wished), ENDED)
    async with court.work.reading() as reading:
        found = await _standing(reading, id_)
    return found or ServerStanding(id=id_, domain=before.domain, words=ServerWords(server_id=id_))


async def end(court: Court, viewer: Viewer, id_: int, reason: str = "") -> ServerStanding:
    """End all that is in force on it, and send back what others proposed, or nothing of it; as it was before.

    Raises NotAllowed where all there is are proposals of the viewer's own, which a second person decides; NotFound, Conflict.
    """
    before = await by_id(court, viewer, id_)
    async with court.work.writing() as w:
        mine = await guards.accounts_of(w, await guards.act(w, viewer, "sanction"))
        now = await _end(court, w, viewer, id_, OF_SERVERS, reason or ENDED)
        others = [waiting for waiting in now.waiting if waiting.by not in mine]
        if not now.limits and not others:
            raise NotAllowed(guards.SECOND)
        for waiting in others:
            case = await cases.case_held(court, w, viewer, waiting.ref, waiting.number)
            await decisions.return_in(court, w, viewer, case, reason or ENDED)
    return before


async def named(court: Court, viewer: Viewer, domain: str) -> ServerStanding:
    """One of them by its name. Raises NotAllowed, NotFound."""
    asked = hosts.server_named(domain)
    return or_not_found(next((server for server in await listed(court, viewer) if server.domain == asked), None))


async def told_so(court: Court, viewer: Viewer, id_: int, form: ServerForm) -> None:
    """How one of them is told of from now on. Raises NotAllowed, NotFound, Invalid by field."""
    check_may(viewer, "sanction")
    await say(court, viewer, (await by_id(court, viewer, id_)).id, form)


async def say(court: Court, viewer: Viewer, id_: int, form: ServerForm) -> None:
    """How it is told of: no case, for nothing is limited by it. Raises NotAllowed, Invalid by field."""
    paper = Paper()
    public = paper.page("public_comment", form.public_comment, needed=False)
    private = paper.page("private_comment", form.private_comment, needed=False)
    paper.check()
    async with court.work.writing() as w:
        me = await guards.act(w, viewer, "sanction")
        words = ServerWords(
            server_id=id_,
            obfuscate=form.obfuscate,
            public_comment=public,
            private_comment=private,
            by=me,
            at=court.clock(),
        )
        await kept.say(w, words)


async def written_down(court: Court, viewer: Viewer, domain: str, *, field: str) -> int:
    """The id of a server, which need not have been met. Raises Invalid for what is no name, or is this server's own."""
    check_may(viewer, "sanction")
    if not domain:
        raise Invalid("no_server", field=field)
    if domain == court.settings.domain.lower():
        raise Invalid("own_server", field=field)
    async with court.work.writing() as w:
        await guards.act(w, viewer, "sanction")
        return await servers.met(w, court.make_id, domain)


def measures_of_form(form: ServerForm) -> tuple[Measure, ...]:
    """Raises Invalid for a severity that there is not."""
    if form.severity not in SEVERITIES:
        raise Invalid("no_choice", field="severity")
    return measures_of(form.severity, media=form.reject_media, reports=form.reject_reports)


def _wished(form: ServerForm) -> tuple[Measure, ...]:
    wished = measures_of_form(form)
    if not wished:
        raise Invalid("limits_nothing", field="severity")
    return wished


async def _open(court: Court, viewer: Viewer, form: ServerForm, measures: Sequence[Measure]) -> None:
    for measure in measures:
        async with court.work.reading() as reading:
            rule, named_by = await rule_of(court, reading, measure, form.rule)
        reason = reason_of(form.public_comment, told=named_by == "app")
        matter = house.MatterForm(targets=hosts.server_named(form.domain), rule=rule, source="staff", grounds=reason)
        draft = Draft(outcome=measure, reason=reason, until=form.until, rule=rule)
        await house.sanction(court, viewer, matter, draft, alone=named_by != "house")


async def _end(court: Court, w: Writing, viewer: Viewer, id_: int, ending: Set[Measure], reason: str) -> ServerStanding:
    """End those that are in force on it; as it was before. Raises NotFound where somebody else has just ended all."""
    await ledger.hold(w)
    standing = or_not_found(await _standing(w, id_))
    for limit in standing.limits:
        if Measure(limit.row.measure) in ending:
            case = await cases.case_held(court, w, viewer, limit.row.order_ref, limit.number)
            await decisions.lift_in(court, w, viewer, case, reason)
    return standing


async def _standing(reading: Reading, id_: int) -> ServerStanding | None:
    return next((server for server in await standings(reading) if server.id == id_), None)
