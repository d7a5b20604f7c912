"""Moving: named first, pointed at with a password, followers brought once and told of to nobody; and taken back."""

import pytest

from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.policy.viewer import Viewer
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications, people, people_lists, suggestions
from chaupal.social.context import Square
from chaupal.social.people import accounts, graph, lists, moving
from chaupal.social.posts import drafts_and_scheduled, posts
from chaupal.store.identity import leaving as going, moving as rows
from chaupal.store.identity.moving import Move
from chaupal.store.square import graph as ties, lists as kept
from neighbours import Street, by
from others import met

PASSWORD = "chaupal-gaanv"


async def join(street: Street, handle: str) -> Viewer:
    id_ = await accounts.create(street.square, handle=handle, email=f"{handle}@gaanv.example", password=PASSWORD)
    return Viewer(account=id_, country="IN")


async def followers(street: Street, of: Viewer) -> set[int]:
    page = await people_lists.followers(street.reads, of, of.me, Cursor(limit=80))
    return {seen.item.id for seen in page.items}


async def pair(street: Street) -> tuple[Viewer, Viewer]:
    old, new = await join(street, "asha"), await join(street, "asha2")
    await moving.name(street.square, new, "@Asha")
    return old, new


async def test_an_account_points_only_where_it_was_named_first_and_with_its_password(street: Street):
    old, new = await join(street, "asha"), await join(street, "asha2")
    for handle, password in (("asha2", PASSWORD), ("nobody", PASSWORD), ("asha", PASSWORD)):
        with pytest.raises(Invalid) as wrong:
            await moving.move(street.square, old, handle, password)
        assert [*wrong.value.details] == ["handle"]
    await moving.name(street.square, new, "asha")
    with pytest.raises(Invalid) as wrong:
        await moving.move(street.square, old, "asha2", "wrong password")
    assert [*wrong.value.details] == ["password"]
    await moving.move(street.square, old, "@asha2", PASSWORD)
    assert (await people.person(street.reads, by(None), old.me)).item.moved_to == new.me
    with pytest.raises(Conflict):
        await moving.move(street.square, old, "asha2", PASSWORD)


async def test_followers_come_along_once_as_they_wished_and_nobody_is_told(street: Street):
    old, new = await pair(street)
    fans = await street.people("bela", "chandu", "deepa", "esha")
    bela, chandu, deepa, esha = fans
    for fan in fans:
        tongues = ["hi"] if fan == bela else []
        await graph.follow(street.square, by(fan), old.me, reposts=fan != chandu, notify=fan == bela, languages=tongues)
    await graph.follow(street.square, by(esha), new.me)
    await graph.block(street.square, by(deepa), new.me)
    await street.settle()
    told = len((await notifications.page(street.reads, new, Cursor(limit=40))).items)
    await moving.move(street.square, old, "asha2", PASSWORD)
    assert await moving.carry_on(street.square)
    assert not await moving.carry_on(street.square)
    await street.settle()
    assert await followers(street, new) == {bela, chandu, esha}
    assert await followers(street, old) == {deepa}, "a block stands in the way"
    async with street.square.work.reading() as reading:
        assert await ties.wanted(reading, bela, new.me) == (True, True, ("hi",))
        assert await ties.wanted(reading, chandu, new.me) == (False, False, ())
        move = await rows.latest(reading, old.me)
    assert move is not None and (move.done, move.total, move.state) == (3, 4, "done")
    assert len((await notifications.page(street.reads, new, Cursor(limit=40))).items) == told
    seen = (await people.person(street.reads, by(None), new.me)).item
    assert seen.followers_count == 3
    assert (await people.person(street.reads, by(None), old.me)).item.followers_count == 1


async def test_many_followers_come_in_several_commits_and_a_move_that_was_left_goes_on(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    old, new = await pair(street)
    fans = await street.people("bela", "chandu", "deepa", "esha", "farid")
    for fan in fans:
        await graph.follow(street.square, by(fan), old.me)
    await moving.move(street.square, old, "asha2", PASSWORD)
    whole = moving._step
    steps: list[Move] = []

    async def dies(square: Square, move: Move) -> Move:
        if len(steps) == 3:
            raise RuntimeError
        steps.append(move)
        return await whole(square, move)

    monkeypatch.setattr(moving, "_step", dies)
    with pytest.raises(RuntimeError):
        await moving.carry_on(street.square)
    assert len(await followers(street, new)) == 2
    monkeypatch.setattr(moving, "_step", whole)
    assert not await moving.carry_on(street.square), "still held by the one that died"
    street.clock.move(2 * MINUTE)
    assert await moving.carry_on(street.square)
    assert await followers(street, new) == set(fans) and await followers(street, old) == set()
    move = (await moving.stand(street.square, old)).move
    assert move is not None and move.done == 5


async def test_who_blocks_or_mutes_the_old_account_does_so_with_the_new_one_but_for_whom_follow_it(street: Street):
    old, new = await pair(street)
    bela, chandu, deepa = await street.people("bela", "chandu", "deepa")
    await graph.block(street.square, by(bela), old.me)
    await graph.mute(street.square, by(chandu), old.me, duration=3_600)
    await graph.mute(street.square, by(deepa), old.me)
    await graph.follow(street.square, by(deepa), new.me)
    await moving.move(street.square, old, "asha2", PASSWORD)
    await moving.carry_on(street.square)
    blocked = await people_lists.blocked(street.reads, by(bela), Cursor(limit=40))
    assert [seen.item.id for seen in blocked.items] == [new.me, old.me]
    muted = await people_lists.muted(street.reads, by(chandu), Cursor(limit=40))
    assert [seen.item.id for seen in muted.items] == [new.me, old.me]
    assert len((await people_lists.muted(street.reads, by(deepa), Cursor(limit=40))).items) == 1
    street.clock.move(DAY)
    assert (await people_lists.muted(street.reads, by(chandu), Cursor(limit=40))).items == [], (
        "ends when the other ends"
    )


async def test_lists_hold_the_new_account_in_place_of_the_old_one(street: Street):
    old, new = await pair(street)
    bela = by(await street.person("bela"))
    await graph.follow(street.square, bela, old.me)
    made = await lists.create(street.square, bela, lists.ListWish(title="मित्र"))
    await lists.add(street.square, bela, made.id, [old.me])
    await moving.move(street.square, old, "asha2", PASSWORD)
    await moving.carry_on(street.square)
    async with street.square.work.reading() as reading:
        assert await kept.members(reading, made.id) == {new.me}


async def test_who_has_moved_neither_posts_nor_follows_anew_until_it_is_taken_back(street: Street):
    old, _ = await pair(street)
    bela = await street.person("bela")
    said = await street.say(bela, "चाय")
    hers = await posts.publish(street.square, old, posts.Draft(text="पहले की बात"))
    later = await drafts_and_scheduled.schedule(
        street.square, old, drafts_and_scheduled.Unsaid(text="बाद में", visibility="public"), street.clock() + 10 * MINUTE
    )
    await moving.move(street.square, old, "asha2", PASSWORD)
    with pytest.raises(NotAllowed):
        await posts.publish(street.square, old, posts.Draft(text="नई बात"))
    with pytest.raises(NotAllowed):
        await posts.repost(street.square, old, said)
    with pytest.raises(NotAllowed):
        await graph.follow(street.square, old, bela)
    with pytest.raises(NotAllowed):
        await graph.follow(street.square, by(bela), old.me)
    street.clock.move(20 * MINUTE)
    assert await drafts_and_scheduled.publish_due(street.square) == 0 and later
    await posts.delete(street.square, old, hers)
    await moving.take_back(street.square, old)
    assert await posts.publish(street.square, old, posts.Draft(text="फिर यहाँ"))
    await graph.follow(street.square, old, bela)
    await graph.follow(street.square, by(bela), old.me)


async def test_taken_back_in_the_midst_the_rest_stays_and_one_moves_again_after_thirty_days(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(moving, "AT_ONCE", 1)
    old, new = await pair(street)
    for fan in await street.people("bela", "chandu", "deepa"):
        await graph.follow(street.square, by(fan), old.me)
    await moving.move(street.square, old, "asha2", PASSWORD)
    whole = moving._step

    async def halfway(square: Square, move: Move) -> Move:
        if move.done == 1:
            await moving.take_back(street.square, old)
        return await whole(square, move)

    monkeypatch.setattr(moving, "_step", halfway)
    assert await moving.carry_on(street.square)
    assert len(await followers(street, new)) == 1 and len(await followers(street, old)) == 2
    monkeypatch.setattr(moving, "_step", whole)
    with pytest.raises(Conflict):
        await moving.move(street.square, old, "asha2", PASSWORD)
    street.clock.move(31 * DAY)
    await moving.move(street.square, old, "asha2", PASSWORD)
    await moving.carry_on(street.square)
    assert len(await followers(street, new)) == 3


async def test_who_has_moved_is_in_no_directory_and_ids_alone_are_left_of_it_when_they_go(street: Street):
    old, new = await pair(street)
    await posts.publish(street.square, old, posts.Draft(text="पहले की बात"))
    listed = await suggestions.directory(street.reads, by(None), newest=True)
    assert old.me in {seen.item.id for seen in listed}
    await moving.move(street.square, old, "asha2", PASSWORD)
    listed = await suggestions.directory(street.reads, by(None), newest=True)
    assert old.me not in {seen.item.id for seen in listed}
    async with street.square.work.writing() as w:
        await going.empty(w, old.me)
    assert (await moving.stand(street.square, new)).aliases == ()
    async with street.square.work.reading() as reading:
        left, points = await rows.latest(reading, old.me), await rows.points_to(reading, old.me)
    assert left is not None and (left.total, left.done, left.created_at, points) == (0, 0, 0, None), "ids alone"


async def test_ten_accounts_are_named_at_most_and_one_that_moved_itself_is_none(street: Street):
    old, new = await pair(street)
    for n in range(9):
        await join(street, f"other{n}")
        await moving.name(street.square, new, f"other{n}")
    await join(street, "more")
    with pytest.raises(Conflict):
        await moving.name(street.square, new, "more")
    await moving.unname(street.square, new, old.me)
    assert len((await moving.stand(street.square, new)).aliases) == 9
    with pytest.raises(Invalid):
        await moving.move(street.square, old, "asha2", PASSWORD)


async def test_followers_of_ours_ask_the_other_server_and_those_of_others_look_after_themselves(street: Street):
    old, fan = await join(street, "asha"), await join(street, "bela")
    far = await met(street, "asha@far.example")
    stranger = await met(street, "carl@far.example")
    for one in (fan.me, stranger):
        await graph.follow(street.square, by(one), old.me)
    with pytest.raises(Invalid):
        await moving.move(street.square, old, "asha@far.example", PASSWORD)
    async with street.work.writing() as w:  # as its server says
        await rows.name(w, far, old.me, street.make_id())
    await moving.move(street.square, old, "@asha@far.example", PASSWORD)
    assert await moving.carry_on(street.square)
    await street.settle()
    async with street.square.work.reading() as reading:
        assert await ties.wanted(reading, fan.me, far, asked=True) is not None
        assert await ties.wanted(reading, fan.me, far) is None and await ties.wanted(reading, fan.me, old.me) is None
        assert await ties.wanted(reading, stranger, old.me) is not None
        assert await ties.wanted(reading, stranger, far, asked=True) is None


async def test_somebody_of_another_server_moves_only_where_they_are_named_and_those_of_ours_come_along(street: Street):
    new, fan = await join(street, "asha"), await join(street, "bela")
    far = await met(street, "asha@far.example")
    await graph.follow(street.square, fan, far)
    await graph.grant(street.square, by(far), fan.me)
    with pytest.raises(NotAllowed):
        await moving.moved_elsewhere(street.square, far, new.me)
    await moving.name(street.square, new, "asha@far.example")
    await moving.moved_elsewhere(street.square, far, new.me)
    with pytest.raises(Conflict):
        await moving.moved_elsewhere(street.square, far, new.me)
    assert await moving.carry_on(street.square)
    assert await followers(street, new) == {fan.me}
    assert (await people.person(street.reads, by(None), far)).item.moved_to == new.me
