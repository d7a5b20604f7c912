"""Evidence: a sealed copy of what a ruling limits or a report names, kept for as long as the law says, then emptied.

Sealed with AES-256-GCM under `keys/evidence.key`: lose that key and it is lost. Who deletes what is withheld or reported deletes it
for everybody; only this copy stays, for courts, reports and appeals, and whoever of the staff opens it says what for. That a
matter's copy is emptied stands in the log; what is held for reports alone (`order_ref` is empty) leaves no entry.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.governance import keyring
from chaupal.governance.cases import cases, guards
from chaupal.governance.context import Court
from chaupal.governance.events import RulingChanged
from chaupal.governance.log import log, record
from chaupal.governance.orders.papers import check_may
from chaupal.governance.people import access_audit as looks
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import NotFound, Problem, or_not_found
from chaupal.kernel.key_files import load_or_make_seed, sealed, unsealed
from chaupal.policy.narrow import open_to
from chaupal.policy.things import Picture, Post
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import (
    access_audit as kept_looks,
    docket,
    evidence as held,
    impact,
    knowing,
    ledger,
    reports,
    rulings,
)
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.evidence import FOR_REPORTS, HeldEvidence
from chaupal.store.court.reports import ReportRow
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import captions, editing, media, posts
from chaupal.store.square.people import as_kept
from chaupal_audit.log import entries

KEY = "evidence.key"
HELD_FOR = 180 * DAY  # where the law of a ruling says nothing
MOST_POSTS = 100  # of an account that is limited as a whole: the newest that everybody here may see
MOST_WORDINGS = 100  # of a post that was edited
LOOKED_AT_FOR = HOUR  # its files are shown for so long after whoever looks has said what for

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class OpenedEvidence(msgspec.Struct, frozen=True):
    """What was held, and what it says: a post as stored, with what it said `before`; or a person, with their `posts`."""

    held: HeldEvidence
    says: dict[str, Any]


# --- taking ---


async def take(court: Court, w: Writing, event: RulingChanged) -> None:
    """Keep what a ruling limits, in the unit in which its beginning is carried on. What is kept already is kept longer."""
    await ledger.hold(w)
    row = await rulings.ruling(w, event.ruling)
    if row is not None:
        until = row.preserve_until or court.clock() + HELD_FOR
        await _hold(court, w, event.kind, event.subject, event.owner, event.order, until)


async def take_named(court: Court, w: Writing, order: Order, target: Target) -> None:
    """Keep the words as they are when an order names them, so that whoever decides sees what it was about, even after an edit.

    Whoever calls holds the log.
    """
    if target.kind not in ("post", "media") or target.subject_id is None:
        return
    regime, now = cases.regime_of(court, order), court.clock()
    until = now + HELD_FOR if regime.preserve is None else regime.preserve.after(now, regime.zone)
    await _hold(court, w, target.kind, target.subject_id, target.owner_id, order.ref, until)


async def take_reported(court: Court, w: Writing, row: ReportRow) -> None:
    """Keep what a report names, in the unit that takes it in, so that staff see what was reported, whatever becomes of it."""
    until = _after_report(court, row)
    for id_ in row.post_ids:
        await _hold(court, w, "post", id_, row.account_id, FOR_REPORTS, until)
    await held.extend_reported(w, row.post_ids, until)


async def hold_reported_on(court: Court, w: Writing, row: ReportRow) -> None:
    """Keep it longer when a report is resolved: from then on there can be an appeal."""
    await held.extend_reported(w, row.post_ids, _after_report(court, row))


def _after_report(court: Court, row: ReportRow) -> int:
    """Until when (ms) what a report names is kept, if the report is closed now."""
    regime = court.regimes.version(row.regime, row.regime_version)
    return regime.appeals.internal.window.after(court.clock(), regime.zone)


async def _hold(court: Court, w: Writing, kind: str, subject: int, owner: int | None, ref: str, until: int) -> None:
    """Keep a copy for one order. Each has its own, which is emptied by that order's law with an entry of that order.

    Whoever calls holds the log, so that what is found here is not emptied before it is held longer.
    """
    plain = await _as_it_stands(w, kind, subject, counted=ref != FOR_REPORTS)
    if plain is None:
        return
    sha256 = hashlib.sha256(plain).hexdigest()
    if same := [one for one in await held.live_of(w, subject) if (one.sha256, one.order_ref) == (sha256, ref)]:
        await held.extend(w, same[0].id, until)
        return
    id_ = court.make_id()
    body = sealed(await _key(court, w), plain, f"{id_} {sha256}")
    await held.add(
        w,
        HeldEvidence(
            id=id_,
            subject_id=subject,
            kind=kind,
            owner_id=owner,
            order_ref=ref,
            body=body,
            sha256=sha256,
            taken_at=court.clock(),
            hold_until=until,
        ),
    )


async def _as_it_stands(w: Writing, kind: str, id_: int, *, counted: bool) -> bytes | None:
    """The thing as JSON; None for a tag, and for what is gone. `counted`: with numbers of likes and the like, which change without
    the words.
    """
    if kind == "media":
        post = await media.post_of(w, id_)
        return None if post is None else await _as_it_stands(w, "post", post, counted=counted)
    if kind == "post":
        post = await posts.as_written(w, id_)
        if post is None:
            return None
        post = post if counted else post.uncounted
        before = await editing.wordings_before(w, post, MOST_WORDINGS)
        return _encode({"post": post} | ({"before": before} if before else {}) | await _spoken(w, [post, *before]))
    if kind == "account":
        person = await as_kept(w, id_)
        newest = [await posts.as_written(w, one) for one in await impact.open_posts(w, id_, MOST_POSTS)]
        return None if person is None else _encode({"person": person, "posts": newest} | await _spoken(w, newest))
    return None


async def _spoken(w: Writing, found: Sequence[Post | None]) -> dict[str, Any]:
    """Captions of the films and sounds in these posts, by id."""
    ids = [told.id for post in found if post for picture in post.pictures for told in picture.captions]
    return {"captions": await captions.bodies(w, ids)} if ids else {}


async def _key(court: Court, reading: Reading) -> bytes:
    """It is read here and not in a thread: it is 32 bytes."""
    path = court.keys.folder / KEY
    if not path.exists() and not await keyring.follows(reading, path) and await held.any_held(reading):
        raise Problem(f"{path} is missing, and there is evidence that only it opens: restore it from a backup")
    return load_or_make_seed(path)


# --- looking ---


async def of_order(court: Court, viewer: Viewer, ref: str) -> list[HeldEvidence]:
    """What was taken because of an order, without its content."""
    check_may(viewer, "see_documents")
    async with court.work.reading() as reading:
        or_not_found(await knowing.order_for(reading, viewer, ref))
        return [msgspec.structs.replace(one, body=None) for one in await held.of_order(reading, ref)]


async def of_targets(court: Court, viewer: Viewer, ref: str) -> dict[int, list[HeldEvidence]]:
    """The same by the number of the thing named, or of another of the same owner: of an account posts are taken, of a post pictures."""
    every = await of_order(court, viewer, ref)
    async with court.work.reading() as reading:
        order = or_not_found(await docket.order(reading, ref))
        named = await docket.targets_of(reading, order.id)
    numbers = {t.owner_id: t.number for t in reversed(named)} | {t.subject_id: t.number for t in reversed(named)}
    found: dict[int, list[HeldEvidence]] = {}
    for one in every:
        found.setdefault(numbers.get(one.subject_id, numbers.get(one.owner_id, 1)), []).append(one)
    return found


async def of_report(court: Court, viewer: Viewer, row: ReportRow) -> list[HeldEvidence]:
    """What is held of the posts that a report names, without its content; nothing for whom it is not open."""
    if not may(viewer, "see_reported"):
        return []
    async with court.work.reading() as reading:
        return [msgspec.structs.replace(one, body=None) for one in await held.for_reports(reading, row.post_ids)]


async def open_for_staff(court: Court, viewer: Viewer, id_: int, purpose: str) -> OpenedEvidence:
    """What is held for a matter, for staff who say what for; that is written down first.

    Raises NotAllowed (also for what was their own), Invalid (`purpose`), NotFound (also once purged), Problem where it does not open.
    """
    purpose = looks.check_purpose(purpose)
    async with court.work.writing() as w:
        found = or_not_found(await held.held(w, id_))
        if found.order_ref == FOR_REPORTS:
            raise NotFound
        return await _open(court, w, viewer, found, purpose)


async def open_reported(court: Court, viewer: Viewer, report: int, id_: int, purpose: str) -> OpenedEvidence:
    """What is held of a post that this report names, likewise."""
    purpose = looks.check_purpose(purpose)
    async with court.work.writing() as w:
        row, found = or_not_found(await reports.report(w, report)), or_not_found(await held.held(w, id_))
        if found.order_ref != FOR_REPORTS or found.subject_id not in row.post_ids:
            raise NotFound
        return await _open(court, w, viewer, found, purpose)


async def _open(court: Court, w: Writing, viewer: Viewer, found: HeldEvidence, purpose: str) -> OpenedEvidence:
    me = await _check_open(w, viewer, found)
    await guards.check_not_own(w, me, [found.owner_id])
    says = await _read(court, w, found)
    await kept_looks.note(w, court.make_id(), me, court.clock(), "evidence", str(found.id), purpose)
    return OpenedEvidence(msgspec.structs.replace(found, body=None), says)


async def _check_open(reading: Reading, viewer: Viewer, found: HeldEvidence) -> int:
    """Check that the viewer may open it; their account. Raises NotAllowed, or NotFound where they may not know of the matter."""
    if found.order_ref == FOR_REPORTS:
        return check_may(viewer, "see_reported")
    me = check_may(viewer, "see_documents")
    or_not_found(await knowing.order_for(reading, viewer, found.order_ref))
    return me


async def _read(court: Court, reading: Reading, found: HeldEvidence) -> dict[str, Any]:
    """What is held; of what an account wrote only what everybody here may see: once all that it wrote was sealed."""
    body, key = or_not_found(found.body), await _key(court, reading)
    try:
        says = _decode(unsealed(key, body, f"{found.id} {found.sha256}"))
    except ValueError as error:
        raise Problem(f"Evidence {found.id} does not open: it was changed, or {KEY} is another key") from error
    if "posts" in says:
        says["posts"] = [one for one in says["posts"] if one and one["visibility"] in open_to(here=True)]
    return says


async def file_in(court: Court, viewer: Viewer, id_: int, picture: int) -> tuple[str, str]:
    """Key and type of a file of what the viewer has opened within the hour, saying what for, and may open still.

    Raises NotFound for any other, NotAllowed.
    """
    async with court.work.reading() as reading:
        since = court.clock() - LOOKED_AT_FOR
        if not await kept_looks.looked(reading, viewer.me, "evidence", str(id_), since):
            raise NotFound
        kept = or_not_found(await held.held(reading, id_))
        await _check_open(reading, viewer, kept)
        says = await _read(court, reading, kept)
    shown = msgspec.convert([one["pictures"] for one in _posts_in(says)], list[list[Picture]])
    found = or_not_found(next((one for each in shown for one in each if one.id == picture), None))
    return media.file_keys(picture, found.mime)[0], found.mime


def _posts_in(says: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in (says.get("post"), *says.get("before", ()), *says.get("posts", ())) if one]


# --- purging ---


async def purge_due(court: Court) -> int:
    """Empty what is held no longer; how many. Each in a unit of its own, with its entry."""
    async with court.work.reading() as reading:
        over = await held.due(reading, court.clock())
    return sum([await _purge(court, one) for one in over])


async def _purge(court: Court, one: HeldEvidence) -> bool:
    async with court.work.writing() as w:
        # Held, so that no report or appeal comes in between what is asked here and what is done.
        await ledger.hold(w)
        again = await held.held(w, one.id)
        if again is None or again.purged_at is not None or again.hold_until > court.clock():
            return False
        if await _needed(w, again):
            await held.extend(w, one.id, court.clock() + DAY)
            return False
        return await held.purge(w, one.id, court.clock(), await _purged_in_log(court, w, again))


async def _needed(w: Writing, one: HeldEvidence) -> bool:
    """Whether somebody still waits for an answer about it: by an appeal, or by a report."""
    if await held.appealed(w, one.subject_id):
        return True
    owner = one.owner_id if one.order_ref == FOR_REPORTS else None
    about = () if owner is None else await reports.open_on(w, owner)
    return any(one.subject_id in row.post_ids for row in about)


async def _purged_in_log(court: Court, w: Writing, one: HeldEvidence) -> int | None:
    if one.order_ref == FOR_REPORTS:
        return None
    order = await docket.order(w, one.order_ref)
    if order is None:
        raise Problem(f"Evidence {one.id} was taken because of {one.order_ref}, and there is no such order")
    public = entries.Evidence(step="purged", kind=one.kind, by="clock")
    return await log.append(court, w, one.order_ref, public, **record.secrecy(order))
