"""What is hidden from somebody answers as what never was: status, headers and body, by every route that takes its id.

The list is the route table's: a route that takes an id says of what by its path or by the name of its field, and one that does
neither fails the first test.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec
import pytest
from sqlalchemy import update

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Route, Shape
from chaupal.policy.rulings import Measure
from chaupal.social.media import media
from chaupal.social.people import graph
from chaupal.social.posts import posts, reactions
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.tables.identity import accounts
from chaupal.web.square.forms import TO_PEOPLE, TO_POSTS
from measures import begin
from painted import picture
from surfaces.worlds import Answer, answer_of, difference
from village import Village, Villager

POST, PERSON, FILE, OTHER = "post", "person", "file", "other"

# What stands in the holes of a path: the longest beginning decides. OTHER: what is its owner's alone (another's is tried in
# `test_forbidden` and by the canary), what is for staff and authorities (`test_unseen`), and what everybody may know of.
HOLES: dict[str, str] = {
    **dict.fromkeys(("/api/v1/statuses/", "/api/v1/polls/", "/posts/", "/live/posts/", "/@", "/cards/"), POST),
    # A conversation is known by the post it began with.
    **dict.fromkeys(("/messages/", "/api/v1/conversations/"), POST),
    **dict.fromkeys(("/api/v1/accounts/", "/api/v1/follow_requests/", "/people/", "/api/v1/suggestions/"), PERSON),
    **dict.fromkeys(("/api/v1/notifications/requests/", "/notifications/requests/", "/media/portraits/"), PERSON),
    **dict.fromkeys(("/media/", "/api/v1/media/", "/compose/pictures/"), FILE),
    **dict.fromkeys(
        ("/office", "/admin/", "/api/v1/admin/", "/api/v2/admin/", "/portal", "/api/v1/orders/", "/api/v1/timelines/"),
        OTHER,
    ),
    **dict.fromkeys(("/api/v1/scheduled_statuses/", "/api/v1/chaupal/", "/api/v1/filters/", "/api/v2/filters/"), OTHER),
    **dict.fromkeys(
        ("/api/v1/lists/", "/api/v1/featured_tags/", "/api/v1/notifications/", "/api/v2/notifications/"), OTHER
    ),
    **dict.fromkeys(
        ("/api/v1/disputes/", "/api/v1/appeals/", "/appeal/", "/api/v1/imports/", "/api/v1/exports/", "/drafts/"), OTHER
    ),
    **dict.fromkeys(
        ("/scheduled/", "/settings/", "/lists/", "/disputes/", "/announcements/", "/api/v1/announcements/"), OTHER
    ),
}
# Fields that name something, whatever the route; and `id` where it is no hole.
FIELDS = {
    **dict.fromkeys(
        ("in_reply_to_id", "quoted_status_id", "status_id", "status_ids", "reply_to", "quoting", "quote", "post"), POST
    ),
    **dict.fromkeys(("talk", "quote_id", "ids"), POST),
    **dict.fromkeys(("account_id", "account_ids", "account", "target_account_id", "people"), PERSON),
    **dict.fromkeys(("media_ids", "kept"), FILE),
}
IDS = {
    "GET /api/v1/statuses": POST,
    "/api/v1/accounts": PERSON,
    "/api/v1/notifications/requests": PERSON,
    "PUT /api/v1/chaupal": OTHER,
    "POST /api/v1/chaupal": OTHER,
}
STAFF = ("/office", "/admin", "/api/v1/admin", "/api/v2/admin", "/portal", "/api/v1/orders", "/oauth", "/village")
# What else a form needs before it is looked at what it names.
MORE: dict[str, dict[str, Any]] = {
    "POST /api/v1/statuses": {"status": "हाँ"},
    "PUT /api/v1/statuses/{id}": {"status": "हाँ"},
    "POST /compose": {"text": "हाँ"},
    "POST /posts/{id}/edit": {"text": "हाँ"},
    "POST /messages": {"text": "हाँ", "to": "@meera"},
    "POST /report": {"kind": "spam", "comment": "हाँ"},
    "POST /api/v1/reports": {"comment": "हाँ"},
    "GET /api/v2/search": {"q": "सरसों"},
    "GET /api/v1/search": {"q": "सरसों"},
    "POST /api/v1/polls/{id}/votes": {"choices": [0]},
    "POST /posts/{id}/vote": {"choices": [0]},
    "POST /api/v1/chaupal/drafts": {"status": "हाँ"},
    "POST /drafts": {"text": "हाँ"},
    "POST /drafts/autosave": {"text": "हाँ"},
    "POST /api/v1/accounts/{id}/note": {"comment": "हाँ"},
    "POST /people/{id}/note": {"text": "हाँ"},
    "PUT /api/v1/chaupal/drafts/{id}": {"status": "हाँ"},
    "PUT /api/v1/statuses/{id}/interaction_policy": {"quote_approval_policy": "nobody"},
}
ACTS: dict[str, Iterable[str]] = {
    "/posts/{id}/{act}": TO_POSTS,
    "/people/{id}/{act}": TO_PEOPLE,
    "/notifications/requests/{id}/{act}": ("accept", "dismiss"),
}
OWN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("/api/v1/lists/", "/api/v1/lists", {"title": "अपने"}),
    ("/lists/", "/api/v1/lists", {"title": "अपने"}),
    ("/api/v2/filters/", "/api/v2/filters", {"title": "बारिश", "context": ["home"]}),
    ("/api/v1/chaupal/drafts/", "/api/v1/chaupal/drafts", {"status": "हाँ"}),
    ("/posts/", "/api/v1/statuses", {"status": "हाँ"}),
)
AN_ID = re.compile(rb"\d{15,20}")


@dataclass(frozen=True)
class Hidden:
    """Something that is there, but not for the viewer: its number, or its name; `never`: what was never given to anything."""

    how: str
    number: int
    handle: str
    never: int
    never_handle: str


def hole_of(route: Route) -> str:
    """Of what the id in a path is; nothing where there is none."""
    if not re.search(r"\{(\w+_)?(id|account)\}|/@\{handle\}", route.path):
        return ""
    found = [start for start in HOLES if route.path.startswith(start)]
    assert found, f"{route.name}: of what is the id in its path?"
    if route.path.startswith("/@{handle}") and "{id}" not in route.path:
        return PERSON
    return HOLES[max(found, key=len)]


def fields_of(route: Route) -> Iterator[tuple[str, str]]:
    """Fields beside the path that name something, and of what."""
    for field in msgspec.structs.fields(route.takes):
        name = field.encode_name
        if f"{{{name}}}" in route.path or route.path.startswith(STAFF):
            continue
        if name in FIELDS:
            yield name, FIELDS[name]
        elif name == "id":
            of = [what for start, what in IDS.items() if route.name.startswith(start) or route.path.startswith(start)]
            assert of, f"{route.name}: of what is the id that it takes?"
            yield name, of[0]


def asked_for(what: str) -> list[tuple[Route, str]]:
    """(route, field): every way to ask for such a thing by its id; no field: it stands in the path."""
    found = [(route, "") for route in ROUTES if hole_of(route) == what and not route.stream]
    return found + [(route, name) for route in ROUTES for name, of in fields_of(route) if of == what]


@pytest.fixture
async def stranger(village: Village) -> Villager:
    """A member who follows nobody, and whom asha has blocked; what they liked is asha's older post."""
    v = village
    binod = await v.joins("binod", "बिनोद")
    await reactions.like(v.running.house.square, binod.viewer, v.asha.latest.id)
    return binod


async def hidden_posts(v: Village, stranger: Villager) -> list[Hidden]:
    square = v.running.house.square
    poll = {"options": ["हाँ", "नहीं"], "expires_in": 86_400}
    followers = await v.says(v.meera, "अपनों के लिए", visibility=2)
    asked = await v.api(v.meera, "POST", "/api/v1/statuses", status="किसे?", visibility="private", poll=poll)
    direct = await v.says(v.meera, "@ravi अकेले में", visibility=3)
    kept = await v.says(v.meera, "रोकी गई, अपनों के लिए", visibility=2)
    await begin(v, Measure.WITHHOLD_POST, kept.id)
    removed = await v.says(v.meera, "नियम के विरुद्ध")
    await begin(v, Measure.REMOVE_POST, removed.id)
    deleted = await v.says(v.meera, "मिटाई गई")
    await posts.delete(square, v.meera.viewer, deleted.id)
    blockers = await v.says(v.asha, "रोके हुए के लिए नहीं")
    few = await v.api(v.meera, "POST", f"/api/v1/statuses/{v.asha.said[0].id}/reblog", visibility="private")
    await graph.block(square, v.asha.viewer, stranger.id)
    await v.settle()
    there = {
        "for followers": followers.id,
        "a poll for followers": int(asked.json()["id"]),
        "for one person": direct.id,
        "withheld and for followers": kept.id,
        "removed": removed.id,
        "deleted": deleted.id,
        "a repost for followers": int(few.json()["id"]),
    }
    found = [Hidden(how, id_, "meera", id_ + 9, "meera") for how, id_ in there.items()]
    return [*found, Hidden("by who blocks them", blockers.id, "asha", blockers.id + 9, "asha")]


async def hidden_people(v: Village) -> list[Hidden]:
    found: list[Hidden] = []
    for handle, state in (("waiting", "pending"), ("departed", "deleted")):
        who = await v.joins(handle)
        async with v.running.house.square.work.writing() as w:
            await w.run(statement(update(accounts).where(accounts.c.id == who.id).values(state=state)))
            w.touch(PEOPLE, who.id)
        found.append(Hidden(state, who.id, handle, who.id + 9, "z" * len(handle)))
    return found


async def hidden_files(v: Village) -> list[Hidden]:
    photo = await media.attach(v.running.house.square, v.meera.viewer, picture())
    loose = await media.attach(v.running.house.square, v.meera.viewer, picture())
    await v.says(v.meera, "चित्र, अपनों के लिए", visibility=2, pictures=[photo])
    return [Hidden(how, id_, "meera", id_ + 9, "meera") for how, id_ in (("for followers", photo), ("loose", loose))]


async def ask(v: Village, who: Villager | None, route: Route, field: str, number: int, handle: str) -> list[Answer]:
    """What somebody is answered who names it so; the answers to each act where the path has one of several."""
    own = await _own(v, who, route) if field else str(number)
    answers: list[Answer] = []
    for act in ACTS.get(route.path, ("",)):
        holes = {
            "id": own,
            "account": str(number),
            "handle": handle,
            "act": act,
            "quote_id": str(v.asha.latest.id),
            "name": "avatar.png",
            "rendition": "original",
        }
        path = route.path
        for name, value in holes.items():
            path = path.replace(f"{{{name}}}", value)
        sent = dict(MORE.get(route.name, {}))
        if field:
            of = next(f.type for f in msgspec.structs.fields(route.takes) if f.encode_name == field)
            sent[field] = [str(number)] if "list" in str(of) else str(number)
        if route.name == "POST /api/v1/reports":
            sent = {"account_id": str(v.meera.id)} | sent
        answers.append(await _send(v, who, route, path, sent))
    return answers


async def _own(v: Village, who: Villager | None, route: Route) -> str:
    """The id of something of one's own, to which what is named would be added."""
    made = next((one for one in OWN if route.path.startswith(one[0])), None)
    if made is None or who is None or "{id}" not in route.path:
        return "1"
    kept = (await v.api(who, "GET", made[1])).json() or [(await v.api(who, "POST", made[1], **made[2])).json()]
    return kept[0]["id"]


async def _send(v: Village, who: Villager | None, route: Route, path: str, sent: dict[str, Any]) -> Answer:
    headers = {"cookie": "look_as=IN; language=hi; visitor=" + "a" * 24, "accept-encoding": "identity"}
    if who is not None and route.shape is Shape.API:
        headers["authorization"] = f"Bearer {who.token}"
    elif who is not None:
        headers["cookie"] += f"; chaupal={who.cookie}"
    asked: dict[str, Any] = {"params": {f"{k}[]" if isinstance(x, list) else k: x for k, x in sent.items()}}
    if route.method != "GET" and route.shape is Shape.API:
        asked = {"json": sent}
    elif route.method != "GET":
        page = await v.client.get("/settings" if who else "/login", headers=headers)
        asked = {"data": {**sent, "csrf": page.text.partition('name="csrf" value="')[2].partition('"')[0]}}
    return _plain(await v.client.request(route.method, path, headers=headers, **asked))


def _plain(answer: httpx2.Response) -> Answer:
    """Without ids: what was asked for is named by another one in each, and so is what is made."""
    status, headers, body = answer_of(answer)
    return status, {k: AN_ID.sub(b"ID", x.encode()).decode() for k, x in headers.items()}, AN_ID.sub(b"ID", body)


async def told(v: Village, who: Villager | None, what: str, things: list[Hidden]) -> list[str]:
    """Every way in which somebody learns that it is there."""
    found: list[str] = []
    for (route, field), thing in itertools.product(asked_for(what), things):
        if who is None and not route.public:
            continue
        ours = await ask(v, who, route, field, thing.number, thing.handle)
        theirs = await ask(v, who, route, field, thing.never, thing.never_handle)
        assert all(status < 500 for status, *_ in (*ours, *theirs)), (route.name, field, ours, theirs)
        found += [
            f"{route.name} {field} ({thing.how}): {parted}"
            for one, other in zip(ours, theirs, strict=True)
            if (parted := difference(one, _named(other, thing)))
        ]
    return found


def _named(answer: Answer, thing: Hidden) -> Answer:
    """As if what never was had the name of what is hidden."""
    status, headers, body = answer
    said, meant = thing.never_handle, thing.handle
    return (
        status,
        {k: x.replace(said, meant) for k, x in headers.items()},
        body.replace(said.encode(), meant.encode()) if said != meant else body,
    )


def test_every_route_that_takes_an_id_says_of_what():
    of_posts, of_people = asked_for(POST), asked_for(PERSON)
    assert len(of_posts) > 60 and len(of_people) > 50
    some = {"POST /posts/{id}/{act}", "GET /@{handle}/{id}/embed", "POST /api/v1/statuses/{id}/unfavourite"}
    assert some <= {route.name for route, _ in of_posts}
    assert len(asked_for(FILE)) > 4


async def test_a_post_that_is_hidden_answers_as_one_that_never_was(village: Village, stranger: Villager):
    hidden = await hidden_posts(village, stranger)
    assert not (found := await told(village, stranger, POST, hidden)), "\n".join(found)


async def test_a_guest_does_not_learn_of_a_post_either(village: Village, stranger: Villager):
    hidden = [one for one in await hidden_posts(village, stranger) if one.how != "by who blocks them"]
    assert not (found := await told(village, None, POST, hidden)), "\n".join(found)


async def test_an_account_that_is_hidden_answers_as_one_that_never_was(village: Village, stranger: Villager):
    hidden = await hidden_people(village)
    for who in (stranger, None):
        assert not (found := await told(village, who, PERSON, hidden)), "\n".join(found)


async def test_a_picture_that_is_hidden_answers_as_one_that_never_was(village: Village, stranger: Villager):
    hidden = await hidden_files(village)
    for who in (stranger, None):
        assert not (found := await told(village, who, FILE, hidden)), "\n".join(found)


async def test_what_anybody_may_see_is_told_by_these_ways(village: Village, stranger: Villager):
    """That the asking reaches what is asked for."""
    shown = await village.says(village.ravi, "सबके लिए")
    post = Hidden("public", shown.id, "ravi", shown.id + 9, "ravi")
    assert len({line.partition(" (")[0] for line in await told(village, stranger, POST, [post])}) > 30
    person = Hidden("here", village.karl.id, "karl", village.karl.id + 9, "zzzz")
    assert len({line.partition(" (")[0] for line in await told(village, stranger, PERSON, [person])}) > 20
