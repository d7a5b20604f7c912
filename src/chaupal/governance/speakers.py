"""Protected speakers: proposed by one with evidence, granted by another, ended by anyone who judges. Who they are stays private."""

import msgspec

from chaupal.governance import log, record
from chaupal.governance.context import Court
from chaupal.governance.papers import Paper, check_may
from chaupal.governance.regimes import Speaker as Class
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store import looks, speakers
from chaupal.store.people import id_of
from chaupal.store.speakers import Speaker
from chaupal.store.work import Reading, Writing

CLASSES = tuple(Class)


class SpeakerForm(msgspec.Struct, kw_only=True):
    """Whom to protect as what. `evidence`: by which staff know it; it stays with the staff. `until`: an ISO date, or nothing."""

    handle: str = ""
    speaker_class: str = ""
    evidence: str = ""
    until: str = ""


async def propose(court: Court, viewer: Viewer, form: SpeakerForm) -> int:
    """Propose to protect somebody; nothing changes until another agrees. The grant's id. Raises NotAllowed, Invalid by field."""
    me = check_may(viewer, "protect_speaker")
    paper, now = Paper(), court.clock()
    handle, evidence = form.handle.strip().removeprefix("@"), paper.reason("evidence", form.evidence)
    ends_at = paper.moment("until", form.until)
    if form.speaker_class not in CLASSES:
        paper.complain("speaker_class", "must be one of the choices")
    if ends_at is not None and ends_at <= now:
        paper.complain("until", "is past already")
    async with court.work.writing() as w:
        account = await id_of(w, handle)
        if account is None:
            paper.complain("handle", "does not exist here")
        elif any(one.account_id == account for one in await speakers.live(w, now)):
            paper.complain("handle", "is protected, or proposed, already")
        paper.check()
        new = Speaker(
            id=court.make_id(), account_id=account or 0, speaker_class=form.speaker_class, evidence=evidence, granted_by=me,
            seconded_by=None, granted_at=now, ends_at=ends_at, ended_at=None, log_index=None,
        )  # fmt: skip
        await speakers.add(w, new)
    return new.id


async def second(court: Court, viewer: Viewer, id_: int) -> None:
    """Grant what another proposed. Raises NotAllowed for who proposed it, or whom it is about; NotFound, Conflict."""
    me = check_may(viewer, "protect_speaker")
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        if found.granted_by == me:
            raise NotAllowed("You proposed this yourself; a second person must decide")
        if found.account_id == me:
            raise NotAllowed("This is about yourself; somebody else must decide")
        leaf = await _log(court, w, found, "granted", found.granted_by, me)
        if not await speakers.second(w, id_, me, leaf):
            raise Conflict("This has been decided meanwhile")


async def end(court: Court, viewer: Viewer, id_: int) -> None:
    """End a protection, or drop a proposal. Raises NotAllowed, NotFound, Conflict."""
    me = check_may(viewer, "protect_speaker")
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        if found.seconded_by is not None:  # a proposal protected nobody, so that it is gone needs no word
            await _log(court, w, found, "ended", me, None)
        if not await speakers.end(w, id_, court.clock()):
            raise Conflict("This has been decided meanwhile")


async def listed(court: Court, viewer: Viewer) -> list[Speaker]:
    """All that are protected or proposed. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await speakers.live(reading, court.clock())


async def evidence_of(court: Court, viewer: Viewer, id_: int) -> str:
    """By what staff know the class; that somebody reads it is written down. Raises NotAllowed, NotFound."""
    me = check_may(viewer, "see_documents")
    async with court.work.writing() as w:
        found = await _live(w, id_, court.clock())
        await looks.note(w, court.make_id(), me, court.clock(), "speaker", str(id_), found.speaker_class)
    return found.evidence


async def _live(reading: Reading, id_: int, now: int) -> Speaker:
    found = next((one for one in await speakers.live(reading, now) if one.id == id_), None)
    if found is None:
        raise NotFound
    return found


async def _log(court: Court, w: Writing, found: Speaker, step: str, by: int, other: int | None) -> int:
    public: record.Public = {
        "step": step, "class": found.speaker_class, "by": record.pseudonym(court, by),
        "second": None if other is None else record.pseudonym(court, other),
    }  # fmt: skip
    prev = found.log_index
    return (await log.append(court, w, "protected", f"protected-{found.id}", public, prev=prev))[0]
