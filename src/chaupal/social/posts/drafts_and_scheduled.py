"""Drafts, kept, changed and thrown away; and scheduled posts, taken in, moved, taken back, and said when they are due, once."""

from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.errors import Invalid, NotFound, Problem, or_not_found, passes
from chaupal.policy.drafts_and_scheduled import MOST_DRAFTS, MOST_SCHEDULED, Unsaid, UnsaidPost
from chaupal.policy.facts import FROM_WIRE, Visibility
from chaupal.policy.viewer import ACTIVE, Viewer
from chaupal.social.context import Square
from chaupal.social.events import PlanFailed
from chaupal.social.posts import posts
from chaupal.social.posts.composing import MOST_PICTURES, check_length
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Writing
from chaupal.store.square import drafts, posting, scheduled

MOST_LETTERS = 20_000  # more than a post may have: what is too long is still to be mended
MOST_OPTIONS = 20


async def keep(square: Square, viewer: Viewer, body: Unsaid, id_: int | None = None) -> int:
    """The draft's id: a new one, or the one that is changed. Raises NotFound, Invalid."""
    me = viewer.me
    check(body)
    async with square.work.writing() as w:
        await _check_pictures(w, me, body)
        if id_ is not None:
            if not await drafts.change(w, id_, me, body):
                raise NotFound
            return id_
        await accounts.hold(w, me)
        if await drafts.count(w, me) >= MOST_DRAFTS:
            raise Invalid("too_many_drafts", most=MOST_DRAFTS)
        new = square.make_id()
        await drafts.add(w, new, me, body)
    return new


async def drop(square: Square, viewer: Viewer, id_: int) -> None:
    """Throw a draft away. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await drafts.drop(w, id_, me):
            raise NotFound


def check(body: Unsaid) -> None:
    """Raises Invalid for what is too much even for a draft, or nothing at all."""
    if body.empty:
        raise Invalid("text_blank")
    check_length(body.then)
    if len(body.spoiler) + max(len(one.text) for one in (body, *body.then)) > MOST_LETTERS:
        raise Invalid("draft_too_long", most=MOST_LETTERS)
    if any(len(one.pictures) > MOST_PICTURES for one in (body, *body.then)):
        raise Invalid("too_many_files", most=MOST_PICTURES)
    options = body.poll.options if body.poll else ()
    if len(options) > MOST_OPTIONS or sum(map(len, options)) > MOST_LETTERS:
        raise Invalid("draft_poll_too_long")


async def _check_pictures(w: Writing, me: int, body: Unsaid) -> None:
    if not body.uploads:
        return
    found = await posting.pictures_of(w, me, body.uploads)
    if any(id_ not in found for id_ in body.uploads):
        raise Invalid("file_missing")


SOONEST = 5 * MINUTE
MOST_A_DAY = 50
AT_ONCE = 50
FOREVER = 2**62  # ms


async def schedule(
    square: Square, viewer: Viewer, body: Unsaid, at: int, draft: int | None = None, *, key: str = ""
) -> int:
    """The id of what waits now. `draft`: the draft that it was. `key`: as of `posts.Draft`.

    Raises Invalid for what could not be said, NotFound.
    """
    me = viewer.me
    body.at, body.country = at, viewer.country
    # One key may bring a post and one for later: what it brought is looked for by its kind.
    key = key and f"later {key}"
    async with square.work.reading() as reading:
        if key and (waiting := await posting.said_before(reading, me, key)) is not None:
            return waiting
        await posts.prepare_series(square, reading, viewer, draft_of(body), body.then)  # what is wrong is said now
    async with square.work.writing() as w:
        await accounts.hold(w, me)
        if key and (waiting := await posting.said_before(w, me, key)) is not None:
            return waiting
        await _check_time(square, w, me, at, body.count)
        id_ = square.make_id()
        await scheduled.add(w, id_, me, body, at)
        if key:
            await posting.remember_said(w, me, key, id_)
        if draft is not None:
            await drafts.drop(w, draft, me)
    return id_


async def move(square: Square, viewer: Viewer, id_: int, at: int) -> None:
    """Say it at another time. Raises NotFound, Invalid."""
    me = viewer.me
    async with square.work.writing() as w:
        await accounts.hold(w, me)
        before = or_not_found(await scheduled.by_id(w, me, id_))
        await _check_time(square, w, me, at, before.body.count, before)
        await scheduled.move(w, id_, me, at)


async def change(square: Square, viewer: Viewer, id_: int, body: Unsaid, at: int, draft: int | None = None) -> None:
    """Say this at that time instead. `draft`: as in `schedule`. Raises Invalid for what could not be said, and for what waits no longer."""
    me = viewer.me
    body.at, body.country = at, viewer.country
    async with square.work.reading() as reading:
        await posts.prepare_series(square, reading, viewer, draft_of(body), body.then)
    async with square.work.writing() as w:
        await accounts.hold(w, me)
        before = await scheduled.by_id(w, me, id_)
        if before is None:
            raise Invalid("plan_gone")
        await _check_time(square, w, me, at, body.count, before)
        await scheduled.change(w, id_, me, body, at)
        if draft is not None:
            await drafts.drop(w, draft, me)


async def cancel(square: Square, viewer: Viewer, id_: int) -> None:
    """Say it not at all. Raises NotFound."""
    async with square.work.writing() as w:
        if not await scheduled.drop(w, id_, viewer.me):
            raise NotFound


async def publish_due(square: Square) -> int:
    """Say what is due; how many posts were said."""
    async with square.work.reading() as reading:
        due = await scheduled.due(reading, AT_ONCE)
    return sum([await _say(square, waiting) for waiting in due])


def draft_of(body: Unsaid) -> posts.Draft:
    """What is to be said, as a post that is published at once."""
    visibility = FROM_WIRE.get(body.visibility, Visibility.DIRECT)
    return like(posts.Draft, body, visibility=visibility, language=body.language or None)


async def _say(square: Square, waiting: UnsaidPost) -> int:
    """All of it in one commit with the end of its waiting: said once, even if the house falls over in between."""
    viewer = Viewer(account=waiting.account, country=waiting.body.country or square.settings.home_country)
    try:
        async with square.work.reading() as reading:
            if await scheduled.state_of(reading, waiting.account) != ACTIVE:
                raise Closed
            series = await posts.prepare_series(square, reading, viewer, draft_of(waiting.body), waiting.body.then)
        async with square.work.writing() as w:
            if await scheduled.state_of(w, waiting.account) != ACTIVE:
                raise Closed
            if not await scheduled.take(w, waiting.id):
                return 0
            await posts.enter_series(w, series)
    except Problem as problem:
        if passes(problem):
            raise  # and it is said once that is over
        async with square.work.writing() as w:
            # Whose account is closed knows it: they were told of that.
            if await scheduled.fail(w, waiting.id, problem.message) and not isinstance(problem, Closed):
                w.tell(PlanFailed(account=waiting.account, plan=waiting.id))
        return 0
    return len(series)


async def _check_time(
    square: Square, w: Writing, me: int, at: int, posts_: int, before: UnsaidPost | None = None
) -> None:
    """So many posts may wait for that time (ms). `before`: what waits already in their stead. Raises Invalid.

    Tokodon keeps drafts as posts to be said in three thousand years.
    """
    if at < square.clock() + SOONEST:
        raise Invalid("time_too_soon")
    day = at - at % DAY
    for most, since, until in ((MOST_SCHEDULED, 0, FOREVER), (MOST_A_DAY, day, day + DAY)):
        there = before.body.count if before is not None and since <= before.at < until else 0
        if await scheduled.count(w, me, since, until) - there + posts_ > most:
            raise Invalid("too_many_scheduled", most=MOST_SCHEDULED, a_day=MOST_A_DAY)


class Closed(Problem):
    """The account may not write: what waits is not said, then or later by itself."""

    def __init__(self) -> None:
        super().__init__("Account is not active")
