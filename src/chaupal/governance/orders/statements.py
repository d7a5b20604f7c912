"""Public statements: what the house says about a wave of orders, tied to them in the log; and what an authority replies.

The log holds the title and the hash of the text, so that a text cannot be changed without a new revision being seen.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec
import regex
import rfc8785

from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.events import StatementPublished
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.errors import Conflict, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.store.court import authorities, docket, statements
from chaupal.store.court.authorities import Authority
from chaupal.store.court.statements import Reply, Statement
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit.log import entries
from chaupal_audit.tlog import at_minute

MAY = "publish_statement"
MOST_TEXT = 20_000  # letters
MOST_ORDERS = 100
SLUG = regex.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class StatementForm(msgspec.Struct, kw_only=True):
    """A statement as it is written. `orders`: references, apart by spaces; the Hindi may be empty."""

    slug: str = ""
    title: str = ""
    title_hi: str = ""
    body: str = ""
    body_hi: str = ""
    orders: str = ""


class AuthorityReply(msgspec.Struct, frozen=True):
    """A reply with whose it is."""

    reply: Reply
    authority: Authority


class StatementWithReplies(msgspec.Struct, frozen=True):
    """A statement with what was replied."""

    statement: Statement
    answers: tuple[AuthorityReply, ...] = ()


async def publish(court: Court, viewer: Viewer, form: StatementForm) -> Statement:
    """Publish a statement. Raises NotAllowed, Invalid by field, or Conflict for a slug that is taken."""
    me = check_may(viewer, MAY)
    new = await _read(court, form, me)
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        index = await _log(court, w, new.slug, "published", new)
        new = msgspec.structs.replace(new, log_index=index)
        if not await statements.add(w, new):
            raise Conflict("slug_known")
        w.tell(StatementPublished(slug=new.slug))
    return new


async def revise(court: Court, viewer: Viewer, slug: str, form: StatementForm) -> Statement:
    """The same under its next revision. Raises NotAllowed, NotFound, Invalid, Conflict where it was revised meanwhile."""
    me = check_may(viewer, MAY)
    before = await _found(court, slug)
    read = await _read(court, msgspec.structs.replace(form, slug=slug), me, before.orders)
    new = msgspec.structs.replace(read, id=before.id, published_at=before.published_at, revision=before.revision + 1)
    if text_of(new) == text_of(before) and new.orders == before.orders:
        raise Conflict("nothing_changed")
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        new = msgspec.structs.replace(new, log_index=await _log(court, w, slug, "revised", new, before.log_index))
        if not await statements.revise(w, new):
            raise Conflict("statement_revised")
    return new


async def enter_reply(court: Court, viewer: Viewer, slug: str, *, authority: str, body: str) -> Reply:
    """Staff enter what an authority (by its id) replied. Raises NotAllowed, NotFound, Invalid by field."""
    me = check_may(viewer, MAY)
    async with court.work.reading() as reading:
        known = (
            await authorities.by_id(reading, int(authority)) if authority.isascii() and authority.isdigit() else None
        )
    paper = Paper()
    if known is None or known is authorities.HOUSE:
        paper.complain("authority", "not_registered")
    text = paper.page("reply", body, most=MOST_TEXT)
    paper.check()
    return await reply(court, me, slug, known or authorities.HOUSE, text, viewer)


async def reply(
    court: Court, by: int, slug: str, authority: Authority, body: str, staff: Viewer | None = None
) -> Reply:
    """The authority's reply, entered by the account `by`, of the `staff` or none; `body` is checked. Raises NotFound, NotAllowed."""
    about = await _found(court, slug)
    async with court.work.writing() as w:
        if staff is not None:
            await guards.act(w, staff, MAY)
        public = entries.Statement(
            step="replied",
            title=about.title,
            sha256=digest({"body": body}),
            orders=about.orders,
            authority=authority.name,
            at=at_minute(court.clock()),
            by=pseudonym(court, by),
        )
        index = await log.append(court, w, slug, public, prev=about.log_index)
        new = Reply(
            id=court.make_id(),
            statement_id=about.id,
            authority_id=authority.id,
            body=body,
            at=court.clock(),
            by=by,
            log_index=index,
        )
        await statements.add_reply(w, new)
    return new


# --- looking ---


async def listed(court: Court, at_most: int = 100) -> list[Statement]:
    """What was said, the newest first, at most so much."""
    async with court.work.reading() as reading:
        return await statements.newest(reading, at_most)


async def about(court: Court, ref: str) -> list[Statement]:
    """What was said about an order."""
    async with court.work.reading() as reading:
        return await statements.about(reading, ref)


async def by_slug(court: Court, slug: str) -> StatementWithReplies:
    """A statement with its replies. Raises NotFound."""
    async with court.work.reading() as reading:
        found = await _in(reading, slug)
        answers = [
            AuthorityReply(reply, await authorities.by_id(reading, reply.authority_id) or authorities.HOUSE)
            for reply in await statements.replies_to(reading, found.id)
        ]
    return StatementWithReplies(found, tuple(answers))


# --- what is said ---


def text_of(said: Statement) -> dict[str, str]:
    """What the hash in the log is of."""
    return {"title": said.title, "title_hi": said.title_hi, "body": said.body, "body_hi": said.body_hi}


def digest(text: Mapping[str, str]) -> str:
    """SHA-256, in hex, of the text as canonical JSON (RFC 8785)."""
    return sha256(rfc8785.dumps(dict(text))).hexdigest()


async def _read(court: Court, form: StatementForm, me: int, before: Sequence[str] = ()) -> Statement:
    paper = Paper()
    slug, refs = form.slug.strip().lower(), tuple(dict.fromkeys(form.orders.replace(",", " ").upper().split()))
    if not SLUG.fullmatch(slug) or len(slug) > 80:
        paper.complain("slug", "no_slug")
    new = Statement(
        id=court.make_id(),
        slug=slug,
        title=paper.line("title", form.title),
        title_hi=paper.line("title_hi", form.title_hi, needed=False),
        body=paper.page("body", form.body, most=MOST_TEXT),
        body_hi=paper.page("body_hi", form.body_hi, needed=False, most=MOST_TEXT),
        orders=refs,
        published_at=court.clock(),
        by=me,
        log_index=0,
    )
    async with court.work.reading() as reading:
        named = [await docket.order(reading, ref) for ref in refs[:MOST_ORDERS]]
        for order in (*named, *[await docket.order(reading, ref) for ref in before]):
            # Nobody speaks for the house about what was asked about themselves.
            if order is not None and not order.secret:
                await guards.check_not_own(reading, me, await docket.owners_of(reading, order.id))
    unknown = any(order is None or order.secret for order in named)
    if unknown or len(refs) > MOST_ORDERS:
        paper.complain("orders", "no_orders")
    paper.check()
    return new


async def _log(court: Court, w: Writing, slug: str, step: str, said: Statement, prev: int | None = None) -> int:
    public = entries.Statement(
        step=step,
        title=said.title,
        sha256=digest(text_of(said)),
        orders=said.orders,
        revision=said.revision,
        at=at_minute(court.clock()),
        by=pseudonym(court, said.by),
    )
    return await log.append(court, w, slug, public, prev=prev)


async def _found(court: Court, slug: str) -> Statement:
    async with court.work.reading() as reading:
        return await _in(reading, slug)


async def _in(reading: Reading, slug: str) -> Statement:
    return or_not_found(await statements.by_slug(reading, slug) if SLUG.fullmatch(slug) else None)
