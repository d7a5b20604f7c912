"""Reports: what people complain of, answered at once, looked at by a clock, and told what became of it."""

from datetime import UTC, datetime

import msgspec

from chaupal.governance.cases import clocks, evidence
from chaupal.governance.context import Court
from chaupal.governance.events import ReportReceived, ReportToConfirm
from chaupal.governance.log import log
from chaupal.governance.log.record import minute_of
from chaupal.governance.orders.papers import Paper
from chaupal.governance.people import complaints
from chaupal.governance.servers.allowing import refuses_reports
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import NotFound, TooMany
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.gate import reveal, subjects_of
from chaupal.policy.viewer import ABROAD, Surface, Viewer
from chaupal.store.court import ledger, reports
from chaupal.store.court.reports import ReportRow
from chaupal.store.federation import reached
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notifications
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts
from chaupal_audit import tlog
from chaupal_audit.log import entries

MOST_POSTS = 40
MOST_COMMENT = 1_000  # letters, as Mastodon takes them
MOST_RULES = 20
GUEST_PER_DAY = 5
SERVER_PER_DAY = 200
CONFIRM_LASTS = 3 * DAY
GUEST_NAMED = 180 * DAY  # after what became of their report was said
RESOLVE = "resolve"  # the clock of a report


class Report(msgspec.Struct, kw_only=True):
    """What somebody says is wrong. `kind`: one of `complaints.KINDS`. `rules`: ids of the rules that were broken.

    `forward`: it is to be sent on to the server of whoever it is about, where that is another; who wrote it is not told there.
    """

    account: int
    posts: tuple[int, ...] = ()
    kind: str = "other"
    rules: tuple[str, ...] = ()
    comment: str = ""
    forward: bool = False


class Guest(msgspec.Struct, kw_only=True):
    """Who reports without an account."""

    email: str = ""
    name: str = ""


# --- filing ---


async def file(court: Court, viewer: Viewer, sent: Report) -> ReportRow:
    """A member's report, which counts at once; the one that is open already where they said the same before.

    Raises NotFound for what they may not see, Invalid by field.
    """
    me = viewer.me
    sent = _read(sent)
    async with court.work.reading() as reading:
        await _check_subjects(reading, viewer, sent)
        sent = await _onward(court, reading, sent)
    async with court.work.writing() as w:
        return await _add(court, w, _new(court, viewer, sent, reporter=me), viewer.country)


async def file_as_guest(court: Court, viewer: Viewer, sent: Report, guest: Guest) -> None:
    """Somebody without an account: nothing counts until they confirm by mail. Raises as `file` does, TooMany."""
    paper = Paper()
    email, name = _address(paper, guest.email), paper.line("name", guest.name)
    sent = _read(sent, paper)
    async with court.work.reading() as reading:
        await _check_subjects(reading, viewer, sent)
        sent = await _onward(court, reading, sent)
        if await reports.sent_since(reading, email, court.clock() - DAY) >= GUEST_PER_DAY:
            raise TooMany("too_many_reports", retry_at=court.clock() + HOUR)
    row = msgspec.structs.replace(
        _new(court, viewer, sent, reporter=None), email=email, name=name, state=reports.UNCONFIRMED
    )
    # The law is found when it counts; until then its country is kept where the law will stand.
    row = msgspec.structs.replace(row, ref=f"U-{row.id}", regime=viewer.country)
    async with court.work.writing() as w:
        await reports.add(w, row)
        w.tell(ReportToConfirm(report=row.id))


async def file_from_server(court: Court, server: int, reporter: int | None, sent: Report) -> ReportRow:
    """What another server reports of people here, as anybody's report; the one that is open already where it said the same before.

    `reporter`: the account that it names as speaking, None where it speaks itself. What of `sent.posts` neither everybody sees
    nor was sent to that server is left out: it cannot know of it. Raises NotFound for nobody of ours and for a server of which no
    reports are taken, TooMany.
    """
    viewer = Viewer(account=reporter, country=ABROAD)
    comment = "".join(letter for letter in sent.comment if letter.isprintable() or letter == "\n")[:MOST_COMMENT]
    async with court.work.reading() as reading:
        if "@" in await notifications.handle(reading, sent.account) or await refuses_reports(reading, server):
            raise NotFound
        if await reports.from_server_since(reading, server, court.clock() - DAY) >= SERVER_PER_DAY:
            raise TooMany("too_many_reports", retry_at=court.clock() + HOUR)
        posts = await _known_there(reading, viewer, server, sent)
        await _check_subjects(reading, viewer, Report(account=sent.account))
    sent = _read(msgspec.structs.replace(sent, comment=comment, posts=posts, kind="other", rules=(), forward=False))
    row = msgspec.structs.replace(_new(court, viewer, sent, reporter=reporter), server=server)
    async with court.work.writing() as w:
        return await _add(court, w, row, ABROAD)


async def _known_there(reading: Reading, viewer: Viewer, server: int, sent: Report) -> tuple[int, ...]:
    """Those of the posts that are the account's, and that the server can know of."""
    ids = tuple(dict.fromkeys(sent.posts))[:MOST_POSTS]
    found = subjects_of(await sealed_posts(reading, ids)) if ids else []
    mine = [one.id for one in found if one.author == sent.account]
    seen = (
        reveal(viewer, Surface.PEER, await sealed_posts(reading, mine), await facts_for(reading, viewer))
        if mine
        else []
    )
    known = {one.item.id for one in seen} | await reached.came_to(reading, server, mine)
    return tuple(id_ for id_ in mine if id_ in known)


async def new_link(court: Court, id_: int) -> tuple[ReportRow, str] | None:
    """A secret for the link of a report that waits to be confirmed; None where it does not. Older ones are dead."""
    secret = new_secret()
    async with court.work.writing() as w:
        row = await reports.report(w, id_)
        if row is None or not await reports.set_key(w, id_, digest(secret)):
            return None
    return row, secret


async def may_confirm(court: Court, secret: str) -> bool:
    """Whether the link would still work; looking uses nothing up, for mail scanners follow every link."""
    async with court.work.reading() as reading:
        row = await reports.by_key(reading, digest(secret))
        return row is not None and court.clock() < row.received_at + CONFIRM_LASTS


async def confirm(court: Court, secret: str) -> ReportRow:
    """A guest's report counts from now on. Raises NotFound for a link that does not work any more."""
    async with court.work.writing() as w:
        row = await reports.by_key(w, digest(secret))
        if row is None or court.clock() >= row.received_at + CONFIRM_LASTS:
            raise NotFound
        row = await _receive(court, w, msgspec.structs.replace(row, received_at=court.clock(), regime=""), row.regime)
        if not await reports.arrive(w, row):
            raise NotFound
    return row


async def tidy(court: Court) -> int:
    """Guests' reports that nobody has confirmed in time go for good, and long after an answer who sent one; how many there were."""
    now = court.clock()
    async with court.work.writing() as w:
        unnamed = await reports.forget_guests(w, now - GUEST_NAMED)
        return unnamed + await reports.drop_unconfirmed(w, now - CONFIRM_LASTS)


async def of_viewer(court: Court, viewer: Viewer) -> list[ReportRow]:
    """What the viewer has reported, the newest first; `outcome` is `taken_back` where an appeal took back what was done, and `lifted`
    where all of it was lifted without one.
    """
    async with court.work.reading() as reading:
        back = await reports.taken_back(reading, viewer.me)
        return [
            msgspec.structs.replace(row, outcome=back.get(row.id, row.outcome))
            for row in await reports.of_account(reading, viewer.me)
        ]


# --- parts ---


async def _add(court: Court, w: Writing, row: ReportRow, country: str) -> ReportRow:
    """It counts from now on. In its place the one that is open already where they said all of it before: what that names is sealed
    again where it was edited since.
    """
    # Held, so that of two at once (an app that heard nothing and asks again) the second finds the first.
    await ledger.hold(w)
    for one in await reports.open_on(w, row.account_id):
        if _said_by(one, row):
            await evidence.take_reported(court, w, one)
            return one
    row = await _receive(court, w, row, country)
    await reports.add(w, row)
    return row


def _said_by(one: ReportRow, row: ReportRow) -> bool:
    """Whether `one` says all that `row` says, and to whom. Another ground, rule or word is another report: whoever sent it is told that
    it was taken.
    """
    by_same = (one.server, one.reporter_id, one.category) == (row.server, row.reporter_id, row.category)
    less = set(row.post_ids) <= set(one.post_ids) and set(row.rules) <= set(one.rules)
    return by_same and less and row.comment in ("", one.comment) and row.forward <= one.forward


async def _onward(court: Court, reading: Reading, sent: Report) -> Report:
    """Send it on only where there is another server to send it to."""
    there = sent.forward and court.settings.federates and "@" in await notifications.handle(reading, sent.account)
    return msgspec.structs.replace(sent, forward=there)


def _read(sent: Report, paper: Paper | None = None) -> Report:
    """The words put in order. Raises Invalid by field."""
    paper = paper or Paper()
    comment = paper.page("comment", sent.comment, needed=complaints.category_of(sent.kind) == "legal")
    if len(comment) > MOST_COMMENT:
        paper.complain("comment", "too_long")
    if sent.kind not in complaints.KINDS:
        paper.complain("kind", "no_choice")
    if len(sent.posts) > MOST_POSTS:
        paper.complain("posts", "too_many_posts")
    check_rules(paper, sent.rules)
    paper.check()
    return msgspec.structs.replace(
        sent, comment=comment, posts=tuple(dict.fromkeys(sent.posts)), rules=tuple(dict.fromkeys(sent.rules))
    )


def check_rules(paper: Paper, rules: tuple[str, ...]) -> None:
    """Numbers of rules of the house; which version's is found where something is done about it."""
    if len(rules) > MOST_RULES or any(not (rule.isascii() and rule.isdigit() and len(rule) < 4) for rule in rules):
        paper.complain("rules", "no_rules_here")


async def _check_subjects(reading: Reading, viewer: Viewer, sent: Report) -> None:
    """Raises NotFound unless the account and each post of it may be seen by whoever reports: a report is no oracle."""
    facts = await facts_for(reading, viewer)
    person = await sealed_people(reading, (sent.account,))
    if not reveal(viewer, Surface.PROFILE, person.values(), facts) or sent.account == viewer.account:
        raise NotFound
    seen = reveal(viewer, Surface.STATUS, await sealed_posts(reading, sent.posts), facts) if sent.posts else []
    if {one.item.id for one in seen if one.item.author == sent.account} != set(sent.posts):
        raise NotFound


def _address(paper: Paper, text: str) -> str:
    email = paper.line("email", text).lower()
    local, at, domain = email.partition("@")
    if email and (
        not at or not local or "." not in domain.strip(".") or len(email) > 254 or " " in email or not email.isascii()
    ):
        paper.complain("email", "no_email")
    return email


def _new(court: Court, viewer: Viewer, sent: Report, *, reporter: int | None) -> ReportRow:
    return ReportRow(
        id=court.make_id(), ref="", reporter_id=reporter, email="", name="", confirm_hash="", account_id=sent.account,
        post_ids=sent.posts, category=sent.kind, rules=sent.rules, comment=sent.comment, language=viewer.language, regime="",
        regime_version=0, state=reports.OPEN, received_at=court.clock(), forward=sent.forward,
    )  # fmt: skip


async def _receive(court: Court, w: Writing, row: ReportRow, country: str) -> ReportRow:
    """Number, law, clocks and entries of the log for a report that counts from now on, and what it names sealed; the receipt leaves
    with this unit.
    """
    await ledger.hold(w)
    now = row.received_at
    regime = complaints.regime_for(court, row.category, country, now)
    ack, due = complaints.due(regime, row.category, now)
    ref = await reports.next_ref(w, datetime.fromtimestamp(now / 1000, UTC).year)
    row = msgspec.structs.replace(
        row, ref=ref, regime=regime.id, regime_version=regime.version, ack_due=ack, resolve_due=due, acknowledged_at=now
    )
    row = msgspec.structs.replace(row, log_index=await _log(court, w, row))
    if due is not None:
        await clocks.start(w, clocks.REPORT, row.id, RESOLVE, now, due)
    w.tell(ReportReceived(report=row.id, ref=ref))
    await evidence.take_reported(court, w, row)
    return row


async def _log(court: Court, w: Writing, row: ReportRow) -> int:
    """That it came, and that its receipt, which leaves now, acknowledges it; the index of the first."""
    at, law = tlog.at_minute(row.received_at), row.regime_ref
    public = entries.Report(
        step="received",
        category=complaints.category_of(row.category),
        language=row.language,
        via=row.via,
        ack_due=minute_of(row.ack_due),
        resolve_due=minute_of(row.resolve_due),
        regime=law,
        at=at,
    )
    leaf = await log.append(court, w, row.ref, public, regime=law)
    await log.append(court, w, row.ref, entries.Report(step="acknowledged", at=at), prev=leaf, regime=law)
    return leaf
