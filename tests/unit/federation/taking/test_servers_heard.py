"""That a server is there is written down now and then, and not at each of a hundred things that it says in a second."""

from sqlalchemy import select

from chaupal.federation.taking.inbox import LATELY
from chaupal.store.federation import deliveries, people
from chaupal.store.machine.dialect import param, statement
from chaupal.store.tables.federation import servers
from far import Far
from peers.hostile import PUBLIC

FAILS = statement(select(servers.c.fails).where(servers.c.id == param("of")))


async def test_a_server_that_did_not_answer_is_well_as_soon_as_it_is_heard_of_again_or_some_seconds_later(far: Far):
    v, fed = far.village, far.fed
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    async with fed.work.reading() as reading:
        bob = await people.remote_of(reading, await far.account(far.bob))
    assert bob is not None

    async def fails() -> int:
        async with fed.work.reading() as reading:
            return await reading.value(FAILS, of=bob.server)

    async with fed.work.writing() as w:  # of another process, which has told this one nothing
        await deliveries.failed(w, bob.server, fed.clock(), anew=True)
    v.clock.move(LATELY - 1)
    await far.tells(far.bob, far.bob.act("Like", far.post(v.ravi)))
    assert await fails() == 1
    v.clock.move(1)
    await far.tells(far.bob, far.bob.act("Announce", far.post(v.asha), to=[PUBLIC]))
    assert await fails() == 0
    async with fed.work.writing() as w:
        await deliveries.failed(w, bob.server, fed.clock(), anew=True)
    fed.remembered.heard.items.pop(bob.server)  # as the deliverer does whom it does not answer
    await far.tells(far.bob, far.bob.act("Announce", far.post(v.ravi), to=[PUBLIC]))
    assert await fails() == 0
