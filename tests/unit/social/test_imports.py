"""Bringing one's past along: dated as it was, announced to nobody, each post once, and under the same rules as any other."""

import asyncio

import pytest
from sqlalchemy import update

from archives import mastodon, note, outbox as collection, tarred, tweet, twitter, zipped
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from chaupal.kernel.faults.written import in_english
from chaupal.kernel.ids import made_at
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.reads.explore import search, trends
from chaupal.reads.page import Cursor
from chaupal.reads.people import hidden_servers, notifications
from chaupal.reads.timelines import profile, saved, thread
from chaupal.social.archives import imports, past_ties
from chaupal.social.archives.imports import ImportFile
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.identity import accounts as standing
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.identity.imports import HELD_FOR
from chaupal.store.machine import outbox
from chaupal.store.machine.dialect import statement
from chaupal.store.square import media
from chaupal.store.tables.identity import imports as rows
from neighbours import Street
from painted import picture

AT = 1_612_938_600_000  # 10 February 2021, 06:30 UTC


async def bring(street: Street, who: int, data: bytes, **more: str) -> int:
    """Brought and worked through; its number."""
    viewer = Viewer(account=who, country="IN")
    id_ = await imports.take_in(street.square, viewer, ImportFile(more.pop("name", "archive.zip"), data, **more))
    while await imports.carry_on(street.square):
        pass
    return id_


async def shown(street: Street, who: int):
    page = await profile.page(street.reads, Viewer(account=who, country="IN"), who, Cursor(limit=40))
    return [seen.item for seen in page.items]


async def counts(street: Street, who: int, id_: int) -> tuple[str, int, int, int]:
    one, _ = await imports.by_id(street.square, Viewer(account=who, country="IN"), id_)
    return one.state, one.done, one.skipped, one.failed


@pytest.fixture
async def asha(street: Street) -> int:
    return await street.person("asha")


async def test_posts_are_dated_as_they_were_in_threads_of_their_own(street, asha):
    first = tweet(1, "पहली बात #किसान_आंदोलन")
    second = tweet(2, "दूसरी बात", "Wed Feb 10 06:31:00 +0000 2021", in_reply_to_status_id_str="1")
    # In the file the answer comes first, as archives have them.
    id_ = await bring(street, asha, zipped(twitter(second, first)))
    assert await counts(street, asha, id_) == ("done", 2, 0, 0)
    later, earlier = await shown(street, asha)
    assert (earlier.created_at, made_at(earlier.id)) == (AT, AT)
    assert (later.reply_to, later.root, earlier.replies_count) == (earlier.id, earlier.id, 1)
    assert earlier.tags[0].name == "किसान_आंदोलन" and "/tags/" in earlier.html


async def test_it_is_announced_to_nobody_and_is_no_trend(street, asha):
    ravi = await street.person("ravi")
    await graph.follow(street.square, Viewer(account=ravi, country="IN"), asha)
    await street.settle()
    now = street.clock()
    recent = mastodon(note(1, "<p>@ravi सुनो #कल_की_बात</p>", published=iso(now - 3_600_000)))
    await bring(street, asha, zipped(recent))
    async with street.work.reading() as reading:
        assert await outbox.is_empty(reading)
    viewer = Viewer(account=ravi, country="IN")
    assert await notifications.unread(street.reads, viewer) == 0
    assert (await shown(street, asha))[0].mentions == ()
    assert [t.name for t in await trends.tags(street.reads, viewer)] == []


async def test_what_came_before_comes_no_second_time(street, asha):
    data = zipped(mastodon(note(1, "<p>एक</p>"), note(2, "<p>दो</p>", published="2021-02-09T06:30:00Z")))
    await bring(street, asha, data)
    id_ = await bring(street, asha, data)
    assert await counts(street, asha, id_) == ("done", 0, 2, 0)
    assert len(await shown(street, asha)) == 2


async def test_two_posts_of_one_moment_are_two_posts(street, asha):
    data = zipped(mastodon(*(note(n, f"<p>बात {n}</p>") for n in range(50))))
    assert await counts(street, asha, await bring(street, asha, data)) == ("done", 50, 0, 0)
    assert len({post.id for post in await shown(street, asha)}) == 40  # a page of them


async def test_each_thing_that_could_not_be_brought_is_listed_with_its_reason(street, asha):
    long = note(3, f"<p>{'ल' * 2_000}</p>")
    future = note(4, "<p>कल</p>", published="2031-01-01T00:00:00Z")
    id_ = await bring(
        street,
        asha,
        zipped(
            mastodon(
                note(1, "<p>ठीक\0</p>", id="https://gone.example/1\0"),
                note(2, "", published="2021-02-10T06:31:00Z"),
                long,
                future,
                "nonsense",
            )
        ),
    )
    assert await counts(street, asha, id_) == ("done", 1, 0, 4)
    _, faults = await imports.by_id(street.square, Viewer(account=asha, country="IN"), id_)
    assert len(faults) == 4 and all(f.why for f in faults)
    assert any("5000 bytes" in in_english(f.why) for f in faults) and any("future" in in_english(f.why) for f in faults)


async def test_pictures_come_along_with_what_they_show_and_a_missing_one_is_told(street, asha):
    files = [
        {"type": "Document", "url": "/media_attachments/a.png", "name": "सरसों"},
        {"type": "Document", "url": "/media_attachments/gone.png", "name": None},
    ]
    data = tarred(mastodon(note(1, "<p>खेत</p>", attachment=files)) | {"media_attachments/a.png": picture()})
    id_ = await bring(street, asha, data, name="archive.tar.gz")
    [post] = await shown(street, asha)
    assert [one.description for one in post.pictures] == ["सरसों"]
    async with street.work.reading() as reading:
        assert await media.post_of(reading, post.pictures[0].id) == post.id
    _, faults = await imports.by_id(street.square, Viewer(account=asha, country="IN"), id_)
    assert "gone.png" in in_english(faults[0].why) and await counts(street, asha, id_) == ("done", 1, 0, 0)


async def test_a_poll_comes_as_words_and_that_is_said(street, asha):
    options = [{"type": "Note", "name": day} for day in ("सोम", "मंगल")]
    id_ = await bring(street, asha, zipped(mastodon(note(1, "<p>किस दिन?</p>", type="Question", oneOf=options))))
    assert [post.text for post in await shown(street, asha)] == ["किस दिन?\n• सोम\n• मंगल"]
    _, faults = await imports.by_id(street.square, Viewer(account=asha, country="IN"), id_)
    assert await counts(street, asha, id_) == ("done", 1, 0, 0) and "poll" in in_english(faults[0].why)


async def test_of_an_archive_a_list_comes_alone_where_it_was_asked_for(street, asha):
    """It was said to be whom one follows, and the posts in it were published."""
    ravi = await street.person("ravi")
    lists = {"x/following_accounts.csv": b"Account address\nravi\n", "x/lists.html": b"[]"}
    data = zipped({f"x/{name}": said for name, said in mastodon(note(1, "<p>एक</p>")).items()} | lists)
    assert await counts(street, asha, await bring(street, asha, data, kind="follows")) == ("done", 1, 0, 0)
    async with street.work.reading() as reading:
        assert ravi in (await relations_of(reading, asha)).following
    assert await shown(street, asha) == []
    id_ = await bring(street, asha, data, kind="lists")
    assert (await counts(street, asha, id_))[0] == "refused"


async def test_what_was_saved_comes_from_mastodons_archive_which_has_no_csv(street, asha):
    ravi = await street.person("ravi")
    id_ = await street.say(ravi, "सहेजने की बात")
    said = collection(f"{street.square.settings.origin}/@ravi/{id_}", "https://gone.example/1", {"id": "no address"})
    brought = await bring(
        street, asha, zipped(mastodon(note(1, "<p>एक</p>")) | {"bookmarks.json": said}), kind="bookmarks"
    )
    assert await counts(street, asha, brought) == ("done", 1, 0, 1)
    page = await saved.saved(street.reads, Viewer(account=asha, country="IN"), Cursor(limit=40))
    assert [seen.item.id for seen in page.items] == [id_] and await shown(street, asha) == []


async def test_names_of_files_are_told_as_far_as_they_are_known_again_by(street, asha):
    film = {
        "type": "Document",
        "mediaType": "video/mp4",
        "url": "/" + "a" * 100_000,
        "captions": [{"url": "b" * 100_000}],
    }
    id_ = await bring(street, asha, zipped(mastodon(note(1, "<p>चित्र</p>", attachment=[film] * 20))))
    _, faults = await imports.by_id(street.square, Viewer(account=asha, country="IN"), id_)
    assert len(faults) == 1 and len(faults[0].why) < 4_000 and "aaaa" in in_english(faults[0].why)


async def test_whoever_brings_it_may_keep_it_for_their_followers(street, asha):
    """What was for people of its server alone is then for nobody else: of followers some are elsewhere."""
    brought = note(1, "<p>पुरानी बात</p>"), note(2, "<p>घर की</p>", localOnly=True)
    await bring(street, asha, zipped(mastodon(*brought)), visibility="private")
    kept = {post.text: post.visibility.wire for post in await shown(street, asha)}
    assert kept == {"पुरानी बात": "private", "घर की": "direct"}
    local = note(3, "<p>गाँव की</p>", localOnly=True)
    answers = note(4, "<p>अपनों से</p>", cc=[], to=local["object"]["cc"], inReplyTo=local["object"]["id"])
    await bring(street, asha, zipped(mastodon(local, answers)))
    kept |= {post.text: post.visibility.wire for post in await shown(street, asha)}
    assert (kept["गाँव की"], kept["अपनों से"]) == ("local", "private")


async def test_it_is_found_by_search_and_withheld_as_any_other(street, asha):
    await bring(street, asha, zipped(twitter(tweet(1, "कोयलबोली सुनो"))))
    [post] = await shown(street, asha)
    anybody = Viewer(country="IN")
    assert [seen.item.id for seen in await search.posts(street.reads, anybody, "कोयलबोली")] == [post.id]
    await street.rule(post.id, Measure.WITHHOLD_POST)
    seen = await thread.post(street.reads, anybody, post.id)
    assert seen.withheld


async def test_a_post_of_this_server_that_is_limited_is_not_brought_back_in(street, asha):
    said = await posts.publish(street.square, Viewer(account=asha, country="IN"), posts.Draft(text="रोकी गई बात"))
    await street.rule(said, Measure.WITHHOLD_POST)
    await posts.delete(street.square, Viewer(account=asha, country="IN"), said)
    mine = note(1, "<p>रोकी गई बात</p>", id=f"{street.square.settings.origin}/@asha/{said}")
    id_ = await bring(street, asha, zipped(mastodon(mine)))
    assert await counts(street, asha, id_) == ("done", 0, 0, 1)


async def test_it_goes_on_where_it_stopped_when_the_server_is_started_again(street, asha, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 3)
    many = [note(n, f"<p>बात {n}</p>", published=f"2021-02-{n + 1:02}T00:00:00Z") for n in range(10)]
    bring_, steps = imports.past_posts.bring, []

    async def dies(*args):
        steps.append(args)
        if len(steps) == 3:
            raise RuntimeError("the power went")
        return await bring_(*args)

    monkeypatch.setattr(imports.past_posts, "bring", dies)
    viewer = Viewer(account=asha, country="IN")
    id_ = await imports.take_in(street.square, viewer, ImportFile("a.zip", zipped(mastodon(*many))))
    with pytest.raises(RuntimeError):
        await imports.carry_on(street.square)
    assert await counts(street, asha, id_) == ("running", 6, 0, 0)
    assert not await imports.carry_on(street.square)  # still held by whoever began it
    street.clock.move(61_000)
    assert await imports.carry_on(street.square)
    assert await counts(street, asha, id_) == ("done", 10, 0, 0)


async def test_one_file_at_a_time_and_it_may_be_stopped(street, asha):
    viewer = Viewer(account=asha, country="IN")
    data = zipped(mastodon(note(1, "<p>एक</p>")))
    both = (imports.take_in(street.square, viewer, ImportFile(name, data)) for name in ("a.zip", "b.zip"))
    found = await asyncio.gather(*both, return_exceptions=True)
    (id_,) = (one for one in found if isinstance(one, int))
    assert {type(one) for one in found} == {int, Conflict}
    with pytest.raises(Conflict):
        await imports.take_in(street.square, viewer, ImportFile("c.zip", data))
    await imports.stop(street.square, viewer, id_)
    assert not await imports.carry_on(street.square)
    with pytest.raises(NotFound):
        await imports.by_id(street.square, Viewer(account=1, country="IN"), id_)


async def test_what_cannot_be_taken_at_all_is_refused_with_a_reason(street, asha, monkeypatch):
    id_ = await bring(street, asha, zipped({"../x": b"x"}))
    one, _ = await imports.by_id(street.square, Viewer(account=asha, country="IN"), id_)
    assert (one.state, in_english(one.why)) == ("refused", "it holds names that lead out of it")
    with monkeypatch.context() as patch:
        patch.setattr(
            imports.past_ties, "read", lambda kind, data: 1 // 0
        )  # what nobody foresaw is not met again and again
        unforeseen = await bring(street, asha, b"ravi", kind="follows")
    one, _ = await imports.by_id(street.square, Viewer(account=asha, country="IN"), unforeseen)
    assert (one.state, in_english(one.why)) == ("refused", "it is damaged")
    assert await street.square.files.get(f"imports/{id_}") is None
    for bad in (
        ImportFile("a.zip", b""),
        ImportFile("x.csv", b"bob@x.example\n"),
        ImportFile("a.zip", b"PK\x03\x04", visibility="all"),
    ):
        with pytest.raises(Invalid):
            await imports.take_in(street.square, Viewer(account=asha, country="IN"), bad)


async def test_what_only_a_newer_process_can_read_waits_for_one(street: Street, asha: int):
    id_ = await imports.take_in(
        street.square, Viewer(account=asha, country="IN"), ImportFile("x.csv", b"ravi\n", kind="follows")
    )

    async def is_of(kind: str) -> bool:
        async with street.work.writing() as w:
            await w.run(statement(update(rows).values(kind=kind)))
        return await imports.carry_on(street.square)

    assert not await is_of("of a later version")
    assert await counts(street, asha, id_) == ("waiting", 0, 0, 0)
    assert await is_of("follows")
    assert await counts(street, asha, id_) == ("done", 0, 0, 1)


async def test_what_the_machine_is_short_of_fails_no_line(street, asha, monkeypatch):
    ravi = await street.person("ravi")
    viewer = Viewer(account=asha, country="IN")
    id_ = await imports.take_in(street.square, viewer, ImportFile("x.csv", b"ravi\n", kind="follows"))

    async def falls(*_) -> None:
        raise Unavailable("nothing_kept")

    with monkeypatch.context() as patched:
        patched.setitem(past_ties.ACTS, "follows", falls)
        for _ in range(imports.MOST_TRIES + 1):
            with pytest.raises(Unavailable):
                await imports.carry_on(street.square)
            street.clock.move(HELD_FOR + 1)
    assert await imports.carry_on(street.square)
    assert await counts(street, asha, id_) == ("done", 1, 0, 0)
    async with street.work.reading() as reading:
        assert ravi in (await relations_of(reading, asha)).following


async def test_whom_one_follows_blocks_and_mutes_is_brought_as_far_as_they_are_here(street, asha):
    for handle in ("ravi", "karl", "meera"):
        await street.person(handle)
    here = street.square.settings.domain
    follows = (
        f'Account address,Show boosts,Languages\nravi@{here},false,"hi, bn, xx-nope"\n'
        f"bob@x.example,true,\nnobody@{here},true,\nasha,true,\nra\0vi,true,\n"
    )
    id_ = await bring(street, asha, follows.encode(), name="following_accounts.csv")
    assert await counts(street, asha, id_) == ("done", 1, 0, 4)
    async with street.work.reading() as reading:
        assert [*(await relations_of(reading, asha)).languages.values()] == [{"hi", "bn"}]
    await bring(street, asha, f"karl@{here}\n".encode(), kind="blocks", name="x.csv")
    await bring(street, asha, f"Account address,Hide notifications\nmeera@{here},false\n".encode(), name="x.csv")
    domains = await bring(street, asha, b"#domain,#severity\nx.example,silence\n", name="x.csv")
    assert await counts(street, asha, domains) == ("done", 1, 0, 0)
    mine = await hidden_servers.newest(street.reads, Viewer(account=asha, country="IN"))
    assert [one.domain for one in mine] == ["x.example"]


async def test_whoever_is_suspended_meanwhile_brings_no_more(street, asha):
    viewer = Viewer(account=asha, country="IN")
    id_ = await imports.take_in(street.square, viewer, ImportFile("a.zip", zipped(twitter(tweet(1, "बात")))))
    await street.rule(asha, Measure.SUSPEND, "XX")
    async with street.work.writing() as w:
        await standing.settle(w, asha)
    await imports.carry_on(street.square)
    assert (await counts(street, asha, id_))[0] == "stopped"


async def test_a_file_that_ends_each_process_that_reads_it_is_given_up(street, asha, monkeypatch):
    class Killed(BaseException):
        """Nothing that comes after it is carried out."""

    def dies(_) -> None:
        raise Killed

    viewer = Viewer(account=asha, country="IN")
    id_ = await imports.take_in(street.square, viewer, ImportFile("a.zip", zipped(twitter(tweet(1, "बात")))))
    with monkeypatch.context() as dying:
        dying.setattr(imports, "_read", dies)
        for _ in range(imports.MOST_TRIES):
            with pytest.raises(Killed):
                await imports.carry_on(street.square)
            street.clock.move(HELD_FOR + 1)
    while await imports.carry_on(street.square):
        pass
    one, _ = await imports.by_id(street.square, viewer, id_)
    assert (one.state, "several times" in in_english(one.why)) == ("refused", True)
    assert [key async for key in street.square.files.every()] == []


@pytest.mark.parametrize("there", [False, True], ids=["before its file", "after it"])
async def test_of_a_process_that_dies_while_a_file_comes_no_file_stays(
    street: Street, asha: int, monkeypatch: pytest.MonkeyPatch, there: bool
):
    files, put = street.square.files, street.square.files.put

    class Killed(BaseException):
        """Nothing that comes after it is carried out."""

    async def dies(key: str, data: bytes) -> None:
        if there:
            await put(key, data)
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(files, "put", dies)
        await imports.take_in(
            street.square, Viewer(account=asha, country="IN"), ImportFile("blocks.csv", b"nobody", "blocks")
        )
    assert not await imports.carry_on(street.square), "it may be coming yet"
    street.clock.move(HELD_FOR + 1)
    while await imports.carry_on(street.square):
        pass
    assert [key async for key in files.every()] == []
    await bring(street, asha, b"nobody", name="blocks.csv", kind="blocks")
