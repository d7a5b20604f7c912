"""What a server says of another one's things, and what is nobody's business here: it has no effect, and nobody is asked for it."""

from typing import Any

import pytest

from chaupal.federation import finding
from chaupal.federation.taking import inbox
from chaupal.kernel.clock import HOUR
from chaupal.kernel.ids import brought_id
from chaupal.social.posts import foreign
from chaupal.store.court import as_filed
from chaupal.store.court.docket import Target
from chaupal.store.federation.arrivals import Arrival
from far import Far
from peers.hostile import PUBLIC
from unit.federation.taking.test_posts_told import followed, home, mention


async def test_nobody_makes_anothers_activity_count_as_heard_before_it_comes(far: Far):
    """The id of a deletion can be guessed (Mastodon's is the post's own with `#delete` behind it)."""
    await followed(far)
    note = far.bob.note("1")
    far.there.serves(note)
    await far.tells(far.bob, far.bob.act("Create", note))
    delete = f"{note['id']}#delete"
    for kind in ("Update", "Delete"):
        await far.tells(far.eve, far.bob.act(kind, note["id"]) | {"id": delete})
    assert await far.here(note["id"])
    await far.tells(far.bob, far.bob.act("Delete", note["id"]) | {"id": delete})
    assert not await far.here(note["id"])


@pytest.mark.parametrize("kind", ["Like", "Follow", "Block", "Announce"])
async def test_the_id_of_a_post_or_a_person_is_taken_by_nothing_else(far: Far, kind: str):
    """It was: then it was forgotten with what had taken it, and they came anew, where no ruling knew them."""
    await followed(far)
    note = far.bob.note("1", **mention(far))
    await far.tells(far.bob, far.bob.act("Create", note))
    post, person = await far.here(note["id"]), await far.account(far.bob)
    about = far.uri(far.village.ravi) if kind in ("Follow", "Block") else far.post(far.village.asha)
    for id_ in (note["id"], far.bob.uri):
        act = far.bob.act(kind, about, to=[PUBLIC]) | {"id": id_}
        await far.tells(far.bob, act)
        await far.tells(far.bob, far.bob.act("Undo", act))
    await far.tells(far.bob, far.bob.act("Create", note, "again"))
    assert (post, person) == (await far.here(note["id"]), await far.account(far.bob))
    assert await finding.person(far.fed, far.bob.uri, fresh=True) == person
    await far.tells(far.bob, far.bob.act("Delete", note["id"]))
    assert not await far.here(note["id"])


async def test_words_that_were_changed_after_an_order_count_as_that_whatever_their_server_says_of_the_day(far: Far):
    """Else deciders are shown the new ones as those of which the order spoke."""
    await followed(far)
    note = far.bob.note("before", **mention(far), published="2021-01-01T10:00:00Z")
    await far.tells(far.bob, far.bob.act("Create", note))
    post, ordered = await far.here(note["id"]), far.village.clock()
    far.village.clock.move(HOUR)
    edit = note | {"content": "<p>after</p>", "updated": "2021-01-02T10:00:00Z"}
    await far.tells(far.bob, far.bob.act("Update", edit))
    async with far.fed.work.reading() as reading:
        then, now = await as_filed.then_and_now(reading, post, ordered)
        named = Target(id=1, order_id=1, number=1, as_written=note["id"], kind="post", subject_id=post, owner_id=None)
        version = await as_filed.version(reading, named)
    assert then is not None and now is not None
    assert (then.text, now.text, version) == ("before", "after", far.village.clock())


async def test_what_others_bring_along_is_addressed_as_its_own_server_says_and_as_old_as_it_is(far: Far):
    v = far.village
    await followed(far)
    old = far.eve.note("old", **mention(far), inReplyTo=far.post(v.asha), published="2020-01-01T10:00:00Z")
    far.there.serves(old)
    await far.tells(far.bob, far.eve.act("Create", old))
    assert await far.here(old["id"])
    assert await far.ask(v.asha, "/api/v1/notifications", **{"types[]": "mention"}) == []
    # A post that is nobody's business here is not made so by whoever brings it.
    other = far.eve.note("other", inReplyTo=f"{far.eve.uri}/notes/old")
    nothing = far.there.serves(other | {"inReplyTo": None})
    await far.tells(far.bob, far.eve.act("Create", other, to=[far.uri(v.asha)]))
    assert not await far.here(nothing)


async def test_nobody_is_asked_for_pins_and_quotes_that_are_none(far: Far):
    await followed(far)
    elsewhere = f"http://127.0.0.1:{far.there.port}/victim"
    far.there.asked.clear()
    for act in (
        far.bob.act("Add", elsewhere, target=f"{far.bob.uri}/featured"),
        far.bob.act("Add", far.bob.note("1")["id"]),
        far.bob.act("QuoteRequest", far.post(far.village.asha)) | {"instrument": elsewhere},
        far.bob.act("QuoteRequest", far.bob.note("1")["id"]) | {"instrument": far.bob.note("2")["id"]},
    ):
        await far.tells(far.bob, act)
    assert not far.there.asked


async def test_a_post_that_is_undone_as_if_it_were_a_repost_can_be_deleted_still(far: Far):
    await followed(far)
    note = far.bob.note("1")
    await far.tells(far.bob, far.bob.act("Create", note))
    await far.tells(far.bob, far.bob.act("Undo", note["id"]))
    await far.tells(
        far.bob, far.bob.act("Undo", far.bob.act("Announce", far.post(far.village.asha)) | {"id": note["id"]})
    )
    here = await far.here(note["id"])
    assert here
    await far.tells(far.bob, far.bob.act("Delete", note["id"]))
    assert (await far.village.api(far.village.ravi, "GET", f"/api/v1/statuses/{here}")).status_code == 404


async def test_what_cannot_be_taken_in_holds_up_nothing_behind_it(far: Far, monkeypatch: pytest.MonkeyPatch):
    await followed(far)
    took = inbox.carry_on

    async def carry_on(fed: Any, arrival: Arrival) -> None:
        if "poison" in arrival.activity:
            raise RuntimeError("a mistake of ours")
        await took(fed, arrival)

    monkeypatch.setattr(inbox, "carry_on", carry_on)
    for name in ("poison", "good"):
        await far.tells(far.bob, far.bob.act("Announce", far.there.serves(far.eve.note(name)), to=[PUBLIC]))
    assert len([one for one in await home(far) if "/acts/" in one]) == 1


async def test_a_moment_that_has_no_numbers_left_gives_way_to_the_next(far: Far, monkeypatch: pytest.MonkeyPatch):
    await followed(far)

    def few(ms: int, number: int) -> int:
        return brought_id(ms, number % 2)

    monkeypatch.setattr(foreign, "brought_id", few)
    reposts = [far.there.serves(far.eve.note(f"same{n}")) for n in range(5)]
    for one in reposts:
        await far.tells(far.bob, far.bob.act("Announce", one, to=[PUBLIC]))
    assert len({await far.here(one) for one in reposts}) == 5


async def test_a_repost_that_was_undone_before_it_came_does_not_come(far: Far):
    """What it repeats has to be asked for; the undoing does not wait for that."""
    await followed(far)
    announce = far.bob.act("Announce", far.there.serves(far.eve.note("slow")), to=[PUBLIC])
    await far.tells(far.bob, far.bob.act("Undo", announce))
    await far.tells(far.bob, announce)
    assert announce["id"] not in await home(far) and not await far.here(announce["id"])
