"""Bringing one's past along: lists of people, long tweets in one piece, and as many faults as anybody reads."""

import json
from typing import Any

import pytest

from archives import tweet, twitter, zipped
from chaupal.kernel.clock import DAY, iso
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.written import in_english, read
from chaupal.policy.viewer import Viewer
from chaupal.reads.page import Cursor
from chaupal.reads.people import account_status as standing
from chaupal.reads.timelines import profile
from chaupal.social.archives import imports, past_posts, past_ties
from chaupal.social.archives.imports import ImportFile
from chaupal.social.people import graph
from chaupal.store.identity import imports as rows
from chaupal.store.square import filters, lists
from neighbours import Street

BEGINNING = "खेत में आज सरसों खिली है, और दूर तक पीला ही पीला दिखता है। " * 4


def viewer_of(who: int) -> Viewer:
    return Viewer(account=who, country="IN")


async def bring(
    street: Street, who: int, name: str, data: bytes, kind: str = ""
) -> tuple[rows.Import, list[rows.Fault]]:
    id_ = await imports.take_in(street.square, viewer_of(who), ImportFile(name, data, kind))
    while await imports.carry_on(street.square):
        pass
    return await imports.by_id(street.square, viewer_of(who), id_)


async def listed(street: Street, who: int) -> dict[str, frozenset[int]]:
    async with street.work.reading() as reading:
        return {one.title: await lists.members(reading, one.id) for one in await lists.of_account(reading, who)}


async def test_lists_come_with_their_people(street: Street):
    """By name, into a list that is there or a new one; who is not followed yet is, or is asked; twice is once."""
    asha, ravi, meera = await street.people("asha", "ravi", "meera")
    locked = await street.person("band", locked=True)
    await graph.follow(street.square, viewer_of(asha), ravi)
    data = "गाँव,ravi@localhost\nगाँव,meera\nशहर,ravi\nगाँव,band\nगाँव,nobody\nगाँव,x@else.example\n,ravi\n".replace(
        "localhost", street.square.settings.domain
    ).encode()
    one, faults = await bring(street, asha, "lists.csv", data)
    assert (one.state, one.done, one.failed) == ("done", 4, 2), "the line without a name is none"
    assert await listed(street, asha) == {"गाँव": {ravi, meera, locked}, "शहर": {ravi}}
    async with street.work.reading() as reading:
        ties = (
            await graph.graph.wanted(reading, asha, meera),
            await graph.graph.wanted(reading, asha, locked, asked=True),
        )
    assert None not in ties
    assert [fault.number for fault in faults] == [5, 6]
    again, _ = await bring(street, asha, "lists.csv", data)
    assert (again.done, await listed(street, asha)) == (4, {"गाँव": {ravi, meera, locked}, "शहर": {ravi}})


async def test_what_one_arranged_for_oneself_comes_from_an_export_of_this_server(street: Street):
    """Lists with their settings, also those of nobody; filters as Mastodon gives them, too; followed tags. Twice is once."""
    asha, ravi = await street.people("asha", "ravi")
    domain, ends = street.square.settings.domain, iso(street.clock() + DAY).replace("T", " ").replace("Z", " UTC")
    shape = {"context": ["home", "public"], "statuses": ["https://gone.example/1"]}
    words = [{"keyword": "मैच", "whole_word": False}, {"keyword": "score"}]
    noise = shape | {"title": "शोर", "action": "hide", "expire_at": None, "keywords_attributes": words}
    files = {
        "lists.csv": "गाँव,nobody\n",
        "lists.json": [
            {"title": "गाँव", "replies": "none", "exclusive": True, "people": [f"ravi@{domain}"]},
            {"title": "ख़ाली", "replies": "nonsense"},
        ],
        "filters.json": {
            "custom_filters": [
                noise,
                shape | {"title": "बीता", "expires_at": ends, "keywords_attributes": []},
                {"title": "टूटा", "context": 5},
                shape | {"title": "", "keywords_attributes": words},
            ]
        },
        "followed_tags.json": ["किसान", "#kisan", "no tag\0"],
    }
    data = zipped({name: said if isinstance(said, str) else json.dumps(said).encode() for name, said in files.items()})
    for _ in range(2):
        came = [await bring(street, asha, "x.zip", data, kind) for kind in ("lists", "filters", "tags")]
        assert [(one.state, one.done, one.failed) for one, _ in came] == [
            ("done", 2, 0),
            ("done", 2, 2),
            ("done", 2, 1),
        ]
        street.clock.move(2 * DAY)
    assert await listed(street, asha) == {"गाँव": {ravi}, "ख़ाली": set()}
    async with street.work.reading() as reading:
        made = {one.title: (one.replies, one.exclusive) for one in await lists.of_account(reading, asha)}
        found = {one.title: one for one in (await filters.filters_of(reading, asha)).every}
    assert made == {"गाँव": ("none", True), "ख़ाली": ("list", False)}
    told = found["शोर"]
    assert (told.contexts, told.action, told.ends_at) == (("home", "public"), "hide", None)
    assert [(word.text, word.whole) for word in told.keywords] == [("मैच", False), ("score", True)]
    over = found["बीता"].ends_at
    assert over is not None and over < street.clock() and len(found) == 2
    assert sorted(await standing.my_tags(street.reads, viewer_of(asha))) == ["kisan", "किसान"]
    alone, _ = await bring(street, ravi, "x\0.json", json.dumps({"custom_filters": [noise]}).encode())
    assert (alone.name, alone.kind, alone.state, alone.done) == ("x.json", "filters", "done", 1)
    before = {"title": "पहले", "context": ["home"], "ends_at": None, "keywords": [{"keyword": "शोर"}], "posts": ["5"]}
    older, _ = await bring(street, ravi, "filters.json", json.dumps([before]).encode())
    async with street.work.reading() as reading:
        his = {one.title: one for one in (await filters.filters_of(reading, ravi)).every}
    assert (older.state, older.done) == ("done", 1) and [word.text for word in his["पहले"].keywords] == ["शोर"]
    for bad in (b'{"custom_filters": 5}', b"[" * 10_000, b'{"custom_filters": [' + b"{}," * past_ties.MOST_VALUES):
        refused, _ = await bring(street, ravi, "filters.json", bad)
        assert refused.state == "refused"


async def test_of_very_many_faults_the_first_are_kept_and_all_are_counted(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rows, "MOST_FAULTS", 150)
    asha = await street.person("asha")
    one, faults = await bring(street, asha, "blocks.csv", "\n".join(f"nobody{n}" for n in range(400)).encode())
    assert (one.failed, len(faults), faults[-1].number) == (400, 150, 150)


def note(text: str, at: str = "2021-02-10T06:30:00.000Z", **more: Any) -> dict[str, Any]:
    return {"noteTweet": {"noteTweetId": "77", "createdAt": at, "core": {"text": text, "urls": []} | more}}


def notes(*some: Any) -> bytes:
    return b"window.YTD.note_tweet.part0 = " + json.dumps(some).encode()


async def shown(street: Street, who: int) -> list[str]:
    page = await profile.page(street.reads, viewer_of(who), who, Cursor(limit=40))
    return [seen.item.text for seen in page.items]


async def test_a_long_tweet_comes_whole(street: Street):
    """Its text is in another file, which does not say whose it is: it is known by its second and its beginning."""
    asha = await street.person("asha")
    whole = f"{BEGINNING}और शाम तक यही रहेगा। https://t.co/abc"
    url = {"shortUrl": "https://t.co/abc", "expandedUrl": "https://khet.example/"}
    said = twitter(
        tweet(1, f"@meera {BEGINNING[:220]}… https://t.co/x1"), tweet(2, "छोटी बात…", "Wed Feb 10 06:31:00 +0000 2021")
    )
    said |= {"data/note-tweet.js": notes(note(whole, urls=[url]), note("किसी और की बात"), {"noteTweet": 5}, "nonsense")}
    one, faults = await bring(street, asha, "archive.zip", zipped(said))
    assert (one.done, faults) == (2, [])
    assert await shown(street, asha) == ["छोटी बात…", f"{BEGINNING}और शाम तक यही रहेगा। https://khet.example/"]


@pytest.mark.parametrize(
    "some",
    [
        [],
        [note(f"{BEGINNING} एक"), note(f"{BEGINNING} दो")],
        [note(f"{BEGINNING} एक", at="2021-02-10T06:30:09.000Z")],
        [note("कुछ और", at="2021-02-10T06:30:00.000Z"), note(f"{BEGINNING}", at="no date")],
    ],
    ids=["no note", "two notes", "too late", "another beginning"],
)
async def test_of_a_tweet_that_was_cut_short_its_beginning_comes_and_it_is_told(street: Street, some: list[Any]):
    asha = await street.person("asha")
    said = twitter(tweet(1, f"{BEGINNING[:220]}…")) | {"data/note-tweet.js": notes(*some)}
    one, faults = await bring(street, asha, "archive.zip", zipped(said))
    assert (one.done, one.failed, [read(fault.why) for fault in faults]) == (1, 0, [(Wrong(past_posts.SHORT),)])
    assert await shown(street, asha) == [f"{BEGINNING[:220]}…"]


async def test_what_is_too_long_for_a_post_is_not_cut(street: Street):
    asha = await street.person("asha")
    said = twitter(tweet(1, f"{BEGINNING[:220]}…")) | {"data/note-tweet.js": notes(note(BEGINNING * 20))}
    one, faults = await bring(street, asha, "archive.zip", zipped(said))
    assert (one.done, one.failed) == (0, 1) and "longer than" in in_english(faults[0].why)
