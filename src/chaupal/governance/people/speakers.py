"""Protected speakers: granted by two with evidence, and ended by two. Nobody decides about themselves; who they are is private."""

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.regimes import Speaker as Class
from chaupal.kernel.errors import Conflict, or_not_found
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import access_audit as looks, speakers
from chaupal.store.court.speakers import Speaker
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.people import id_of
from chaupal_audit.log import entries

CLASSES = tuple(Class)
MAY = "protect_speaker"
DECIDED = "decided_meanwhile"


class SpeakerForm(msgspec.Struct, kw_only=True):
    """Whom to protect as what. `evidence`: by which staff know it; it stays with the staff. `until`: an ISO date, or nothing."""

    handle: str = ""
    speaker_class: str = ""
    evidence: str = ""
    until: str = ""


async def propose(court: Court, viewer: Viewer, form: SpeakerForm) -> int:
    """Propose to protect somebody; nothing changes until another agrees. The grant's id. Raises NotAllowed, Invalid by field."""
    check_may(viewer, MAY)
    paper, now = Paper(), court.clock()
    handle, evidence = form.handle.strip().removeprefix("@"), paper.reason("evidence", form.evidence)
    ends_at = paper.moment("until", form.until)
    if form.speaker_class not in CLASSES:
        paper.complain("speaker_class", "no_choice")
    if ends_at is not None and ends_at <= now:
        paper.complain("until", "is_past")
    async with court.work.writing() as w:
        account = await id_of(w, handle)
        if account is None:
            paper.complain("handle", "not_here")
        elif any(one.account_id == account for one in await speakers.live(w, now)):
            paper.complain("handle", "protected_before")
        paper.check()
        me = await guards.act(w, viewer, MAY, [account])
        new = Speaker(
            id=court.make_id(),
            account_id=account or 0,
            speaker_class=form.speaker_class,
            evidence=evidence,
            granted_by=me,
            seconded_by=None,
            granted_at=now,
            ends_at=ends_at,
            ended_at=None,
            log_index=None,
        )
        await speakers.add(w, new)
    return new.id


async def second(court: Court, viewer: Viewer, id_: int) -> None:
    """Grant what another proposed. Raises NotAllowed for who proposed it, or whom it is about; NotFound, Conflict."""
    me = check_may(viewer, MAY)
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        await _check_second(w, found, me, found.granted_by)
        leaf = await _log(court, w, found, "granted", found.granted_by, me)
        if not await speakers.second(w, id_, me, leaf):
            raise Conflict(DECIDED)


async def ask_end(court: Court, viewer: Viewer, id_: int) -> bool:
    """Propose that a protection ends: it protects until another agrees. A mere proposal is dropped. Whether it is over.

    Raises NotAllowed for whom it is about, NotFound, Conflict where somebody has asked for it.
    """
    check_may(viewer, MAY)
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        me = await guards.act(w, viewer, MAY, [found.account_id])
        if found.seconded_by is None:  # a proposal protected nobody, so that it is gone needs no word
            if not await speakers.drop(w, id_, court.clock()):
                raise Conflict(DECIDED)
            return True
        leaf = await _log(court, w, found, "ending_proposed", me, None)
        if not await speakers.ask_end(w, id_, me, court.clock(), leaf):
            raise Conflict(DECIDED)
    return False


async def keep(court: Court, viewer: Viewer, id_: int) -> None:
    """It does not end after all: whoever judges may say so, also who asked for it. Raises as `ask_end` does."""
    check_may(viewer, MAY)
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        await guards.act(w, viewer, MAY, [found.account_id])
        if not await speakers.keep(w, id_):
            raise Conflict(DECIDED)


async def end(court: Court, viewer: Viewer, id_: int) -> None:
    """Agree that a protection ends. Raises NotAllowed for who asked for it or whom it is about, NotFound, Conflict."""
    me = check_may(viewer, MAY)
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        if found.ending_by is None:
            raise Conflict("end_unproposed")
        await _check_second(w, found, me, found.ending_by)
        leaf = await _log(court, w, found, "ended", found.ending_by, me)
        if not await speakers.end(w, id_, me, court.clock(), leaf):
            raise Conflict(DECIDED)


async def _check_second(w: Writing, found: Speaker, me: int, first: int) -> None:
    """Another person, whom it is not about; and both still judge."""
    await guards.check_not_own(w, me, [found.account_id])
    await guards.check_second(w, me, first, MAY, MAY)


async def listed(court: Court, viewer: Viewer) -> list[Speaker]:
    """All that are protected or proposed. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await speakers.live(reading, court.clock())


async def how_many_wait(court: Court, viewer: Viewer) -> int:
    """Those whom another proposed, to protect them or to end that; 0 for those who may not agree."""
    if not may(viewer, "protect_speaker"):
        return 0
    asked = [one.ending_by or one.granted_by for one in await listed(court, viewer) if one.waits]
    return sum(by != viewer.account for by in asked)


async def evidence_of(court: Court, viewer: Viewer, id_: int) -> str:
    """By what staff know the class; that somebody reads it is written down. Raises NotAllowed, NotFound."""
    me = check_may(viewer, "see_documents")
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        await guards.check_not_own(w, me, [found.account_id])
        await looks.note(w, court.make_id(), me, court.clock(), "speaker", str(id_), found.speaker_class)
    return found.evidence


async def _live(reading: Reading, id_: int, now: int) -> Speaker:
    return or_not_found(next((one for one in await speakers.live(reading, now) if one.id == id_), None))


async def _log(court: Court, w: Writing, found: Speaker, step: str, by: int, other: int | None) -> int:
    public = entries.Protected(
        step=step,
        speaker=found.speaker_class,
        by=pseudonym(court, by),
        second=None if other is None else pseudonym(court, other),
    )
    written = log.EntryContent(public, {"account": str(found.account_id)})
    return await log.append(court, w, f"protected-{found.id}", written, prev=found.log_index)
