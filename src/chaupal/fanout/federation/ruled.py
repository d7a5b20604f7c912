"""What the court does to our things, as other servers are told: withheld somewhere, hidden everywhere, and back again.

Of what is secret, or may name nobody, nothing is told, neither when it begins nor when it ends (docs/fep-withheld-in.md); when it
becomes public, it is told that day. What a server is told is the thing as the gate shows it to servers at this moment.
"""

from chaupal.fanout.context import Carrier, Handler
from chaupal.fanout.federation import telling
from chaupal.fanout.federation.telling import fed_of, own_post, tell, tell_again, tell_of_person
from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.speaking import say, say_to
from chaupal.federation.writing import activities, addresses, notes
from chaupal.federation.writing.notes import Json
from chaupal.governance.events import DecisionServed, OrderMoved, ReportReceived, RulingChanged, RulingLifted
from chaupal.kernel.event import Event
from chaupal.policy.measures import HIDING, SHADING, Measure
from chaupal.policy.rulings import EVERYWHERE
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.store.court import docket, reports, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.federation import addresses as store
from chaupal.store.machine.work import Writing
from chaupal.store.square import media


async def ruled(carrier: Carrier, w: Writing, event: RulingChanged) -> None:
    """A ruling began, or ended."""
    row = await rulings.ruling(w, event.ruling)
    if row is not None:
        await _tell(fed_of(carrier), w, row, event.kind, over=isinstance(event, RulingLifted))


async def opened(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    """An order that was secret is so no more: what it has in force may be told of."""
    order = await docket.order(w, event.order) if event.verb == "receive" else None
    if order is None or order.published_at is None:
        return
    named = {target.id: target for target in await docket.targets_of(w, order.id)}
    for id_, rows in (await rulings.by_targets(w, list(named))).items():
        for row in rows:
            if row.lifted_at is None:
                await _tell(fed_of(carrier), w, row, row.kind(named[id_].kind), over=False)


async def forwarded(carrier: Carrier, w: Writing, event: ReportReceived) -> None:
    """A report on somebody elsewhere goes on to their server, where whoever wrote it asked for that: the comment, and no name."""
    row, fed = await reports.report(w, event.report), fed_of(carrier)
    if row is None or not row.forward:
        return
    whom = (await store.people(w, (row.account_id,))).get(row.account_id)
    if whom is None or not whom.server:
        return
    house, origin = addresses.house(fed.settings.origin), fed.settings.origin
    posts = [showing.address(origin, where) for where in (await store.of_posts(w, row.post_ids)).values()]
    await say_to(
        fed, w, 0, (row.account_id,), activities.flag(f"{house}#flag-{row.id}", house, [whom.uri, *posts], row.comment)
    )


async def _tell(fed: Federation, w: Writing, row: RulingRow, kind: str, *, over: bool) -> None:
    measure = Measure(row.measure)
    if row.neutral or row.term or measure not in HIDING | SHADING:
        return
    everywhere = measure in HIDING and EVERYWHERE in row.territory.split(",")
    if kind == "account":
        if measure in HIDING:
            await tell_of_person(fed, w, row.subject_id, copies=True)
        return
    post = await own_post(w, row.subject_id if kind == "post" else await media.post_of(w, row.subject_id) or 0)
    if post is None or post.boost_of is not None:
        return
    if kind == "post" and everywhere:
        await (_back(fed, w, post, row) if over else _gone(fed, w, post))
    else:
        await tell_again(fed, w, post.id, 0)


async def _gone(fed: Federation, w: Writing, post: Post) -> None:
    """Nobody anywhere is shown it: servers are asked to delete it, which all of them understand. Many never take it back."""
    if await telling.seen_by(w, post.id) is not None:
        return
    around = await showing.around_of(fed, w, post)
    author = around.people[post.author]
    where = addresses.post(fed.settings.origin, author.handle, post.id)
    told = notes.audience(post, around)
    boxes = await telling.of_hidden(w, post)
    await say(fed, w, post.author, boxes, activities.delete(author.uri, where, told["to"], told["cc"]))


async def _back(fed: Federation, w: Writing, post: Post, row: RulingRow) -> None:
    """It is shown again: said anew, under an id that nobody has heard yet."""

    async def said(fed: Federation, w: Writing, seen: Visible[Post], reader: int) -> Json:
        create = await showing.creation(fed, w, seen, reader)
        return create | {"id": f"{create['object']['id']}#again-{row.id}"}

    await tell(fed, w, post, said, again=True)


RULED: dict[type[Event], tuple[Handler, ...]] = {
    DecisionServed: (ruled,),
    RulingLifted: (ruled,),
    OrderMoved: (opened,),
    ReportReceived: (forwarded,),
}
