"""Evidence: what a ruling limits is kept as it stood, sealed, for as long as its law says; then emptied, with a word in the log.

Sealed with AES-256-GCM under `keys/evidence.key`: lose that key and it is lost. Who deletes what is withheld deletes it
for everybody; only this copy stays, for courts and for appeals, and whoever of the staff opens it says what for.
"""

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chaupal.governance import keyring
from chaupal.governance.cases import cases, guards
from chaupal.governance.context import Court
from chaupal.governance.events import RulingChanged
from chaupal.governance.log import log, record
from chaupal.governance.orders.papers import check_may
from chaupal.governance.people import access_audit as looks
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, Problem
from chaupal.kernel.seeds import load_or_make_seed
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.store.court import access_audit as kept_looks, docket, evidence as held, impact, knowing, rulings
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.evidence import HeldEvidence
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import captions, media, posts
from chaupal.store.square.people import as_kept
from chaupal_audit.log import entries

KEY = "evidence.key"
NONCE = 12  # bytes
HELD_FOR = 180 * DAY  # where the law of a ruling says nothing
MOST_POSTS = 100  # of an account that is limited as a whole: the newest

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class OpenedEvidence(msgspec.Struct, frozen=True):
    """What was held, and what it says: post or person as stored, with `posts` of an account."""

    held: HeldEvidence
    says: dict[str, Any]


# --- taking ---


async def take(court: Court, w: Writing, event: RulingChanged) -> None:
    """In the unit that carries a ruling's beginning on: keep what it limits. What is held already is held longer."""
    row = await rulings.ruling(w, event.ruling)
    if row is not None:
        until = row.preserve_until or court.clock() + HELD_FOR
        await _hold(court, w, event.kind, event.subject, event.owner, event.order, until)


async def take_named(court: Court, w: Writing, order: Order, target: Target) -> None:
    """The words as they stood when an order named them: whoever decides sees what it was about, whatever is edited since."""
    if target.kind not in ("post", "media") or target.subject_id is None:
        return
    regime, now = cases.regime_of(court, order), court.clock()
    until = now + HELD_FOR if regime.preserve is None else regime.preserve.after(now, regime.zone)
    await _hold(court, w, target.kind, target.subject_id, target.owner_id, order.ref, until)


async def _hold(court: Court, w: Writing, kind: str, subject: int, owner: int | None, ref: str, until: int) -> None:
    plain = await _as_it_stands(w, kind, subject)
    if plain is None:
        return
    sha256 = hashlib.sha256(plain).hexdigest()
    same = [
        one
        for one in await held.live_of(w, subject)
        if one.sha256 == sha256 and (one.order_ref == ref or not await _any_secret(w, one.order_ref, ref))
    ]
    if same:
        await held.extend(w, same[0].id, until)
        return
    id_, nonce = court.make_id(), os.urandom(NONCE)
    body = nonce + (await _lock(court, w)).encrypt(nonce, plain, _bound(id_, sha256))
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


async def _any_secret(reading: Reading, *refs: str) -> bool:
    """What a secret order holds is its own: another would show nothing else, and would be emptied when that one is."""
    found = [await docket.order(reading, ref) for ref in refs]
    return any(order is not None and order.secret for order in found)


async def _as_it_stands(w: Writing, kind: str, id_: int) -> bytes | None:
    """The thing as JSON; nothing for a tag, and for what is gone already."""
    if kind == "media":
        post = await media.post_of(w, id_)
        return None if post is None else await _as_it_stands(w, "post", post)
    if kind == "post":
        post = await posts.as_written(w, id_)
        return None if post is None else _encode({"post": post} | await _spoken(w, [post]))
    if kind == "account":
        person = await as_kept(w, id_)
        newest = [await posts.as_written(w, one) for one in await impact.own_posts(w, id_, MOST_POSTS)]
        return None if person is None else _encode({"person": person, "posts": newest} | await _spoken(w, newest))
    return None


async def _spoken(w: Writing, found: Sequence[Post | None]) -> dict[str, Any]:
    """What is said in their films and sounds, by the ids that the posts name; nothing where there are no captions."""
    ids = [told.id for post in found if post for picture in post.pictures for told in picture.captions]
    return {"captions": await captions.bodies(w, ids)} if ids else {}


def _bound(id_: int, sha256: str) -> bytes:
    """What it is bound to: under another row it does not open."""
    return f"{id_} {sha256}".encode()


async def _lock(court: Court, reading: Reading) -> AESGCM:
    """Reads 32 bytes; a thread for that would cost more than it saves."""
    path = court.keys.folder / KEY
    if not path.exists() and not await keyring.follows(reading, path) and await held.any_held(reading):
        raise Problem(f"{path} is missing, and there is evidence that only it opens: restore it from a backup")
    return AESGCM(load_or_make_seed(path))


# --- looking ---


async def of_order(court: Court, viewer: Viewer, ref: str) -> list[HeldEvidence]:
    """What was taken because of an order, without its content."""
    check_may(viewer, "see_documents")
    async with court.work.reading() as reading:
        if await knowing.order_for(reading, viewer, ref) is None:
            raise NotFound
        return [msgspec.structs.replace(one, body=None) for one in await held.of_order(reading, ref)]


async def _may_know(reading: Reading, viewer: Viewer, ref: str) -> bool:
    """What was kept without a matter is not secret."""
    return not ref or await knowing.order_for(reading, viewer, ref) is not None


async def open_for_staff(court: Court, viewer: Viewer, id_: int, purpose: str) -> OpenedEvidence:
    """Its content, for staff who say what for; that is written down first.

    Raises NotAllowed (also for what was their own), Invalid (`purpose`), NotFound (also once purged), Problem where it does not open.
    """
    me = check_may(viewer, "see_documents")
    purpose = looks.check_purpose(purpose)
    async with court.work.writing() as w:
        found = await held.held(w, id_)
        if found is None or found.body is None or not await _may_know(w, viewer, found.order_ref):
            raise NotFound
        guards.check_not_own(me, [found.owner_id])
        await kept_looks.note(w, court.make_id(), me, court.clock(), "evidence", str(id_), purpose)
        lock = await _lock(court, w)
    try:
        plain = lock.decrypt(found.body[:NONCE], found.body[NONCE:], _bound(found.id, found.sha256))
    except (InvalidTag, ValueError) as error:
        raise Problem(f"Evidence {id_} does not open: it was changed, or {KEY} is another key") from error
    return OpenedEvidence(msgspec.structs.replace(found, body=None), _decode(plain))


# --- purging ---


async def purge_due(court: Court) -> int:
    """Empty what is held no longer; how many. Each in a unit of its own, with its entry."""
    async with court.work.reading() as reading:
        over = await held.due(reading, court.clock())
    return sum([await _purge(court, one) for one in over])


async def _purge(court: Court, one: HeldEvidence) -> bool:
    async with court.work.writing() as w:
        again = await held.held(w, one.id)
        if again is None or again.purged_at is not None or again.hold_until > court.clock():
            return False
        order = await docket.order(w, one.order_ref)
        public = entries.Evidence(step="purged", kind=one.kind, by="clock")
        if order is None:
            raise Problem(f"Evidence {one.id} was taken because of {one.order_ref}, and there is no such order")
        leaf, _ = await log.append(court, w, "evidence", one.order_ref, public, **record.secrecy(order))
        return await held.purge(w, one.id, court.clock(), leaf)
