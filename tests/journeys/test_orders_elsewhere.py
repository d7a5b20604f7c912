"""Orders that name what another server has: withheld here, told to whoever wrote it there, appealed by the link that told them."""

from typing import Any

import pytest
import regex
from sqlalchemy import select

import others
from chaupal.governance.appeals import appeals, by_link
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import decisions
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.people import graph
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.federation import reached, servers
from chaupal.store.federation.servers import Statement
from chaupal.store.machine.dialect import param, statement
from chaupal.store.tables.square import posts
from disputes import VISITOR, entries
from remotes import federating
from village import REASON, Village, VillagePost

SAID_BY = statement(select(posts.c.id).where(posts.c.author == param("whose")).order_by(posts.c.id.desc()))
TEXT = "पराली में आग किसने लगाई"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a house that talks to other servers."""
    return federating(settings)


async def there(village: Village, handle: str = "moham@other.example") -> tuple[int, VillagePost]:
    """Somebody on another server, and a post of theirs that is known here."""
    square = village.running.house.square
    moham = await others.met(square, handle)
    id_ = await others.said(square, moham, TEXT, number=7)
    return moham, VillagePost(id_, TEXT, f"/@{handle}/{id_}")


async def withheld(village: Village, named: str, **form: Any) -> str:
    """By an order that names it so; the reference."""
    court = village.running.house.court
    ref = await village.receives(named, **form)
    await decisions.propose(
        court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON, despite=REASON
    )
    await decisions.approve(court, village.dev.viewer, ref, 1)
    await village.settle()
    return ref


async def messages_to(village: Village, account: int) -> list[str]:
    """What was said to somebody alone, the newest first."""
    reads = village.running.house.reads
    viewer = Viewer(account=account, country="ZZ")
    house = (await people.named(reads, viewer, "chaupal")).item.id
    async with reads.work.reading() as reading:
        rows = await reading.fetch(SAID_BY, whose=house)
    seen = await thread.several(reads, viewer, [row[0] for row in rows])
    return [one.item.text for one in seen if one.item.visibility is Visibility.DIRECT]


async def test_a_post_of_another_server_is_withheld_here_in_that_country_as_any_other(village: Village):
    _, post = await there(village)
    ref = await withheld(village, "https://other.example/users/moham/statuses/7")
    reads = village.running.house.reads
    here, abroad = [await thread.post(reads, Viewer(country=code), post.id) for code in ("IN", "DE")]
    assert here.withheld and TEXT not in here.item.text
    assert abroad.item.text == TEXT
    measure = (await entries(village, "measure"))[-1]
    assert (measure["ref"], measure["public"]["territory"], measure["public"]["kind"]) == (ref, ["IN"], "post")
    page = await village.api(None, "GET", f"/api/v1/statuses/{post.id}")
    assert page.json()["content"] == "" or TEXT not in page.text


async def test_whoever_wrote_it_is_told_by_a_message_to_their_server_with_a_link_by_which_they_appeal(village: Village):
    moham, _ = await there(village)
    await withheld(village, "https://other.example/users/moham/statuses/7")
    told = next(text for text in await messages_to(village, moham) if "/appeal/" in text)
    assert "केवल हमारे सर्वर की बात है" in told
    assert told.startswith("@moham@other.example ")
    link = regex.search(r"https?://[^/\s]+(/appeal/[0-9]+/[\w-]+)", told)
    assert link
    notice = next(e for e in reversed(await entries(village, "notice")) if e["public"]["about"] == "begun")
    assert (notice["public"]["step"], notice["public"]["ways"]) == ("sent", ["server"])

    shown = await village.look("DE", link[1])
    assert shown.status_code == 200 and TEXT in shown.text and 'name="text"' in shown.text
    done = await send(village, link[1], "/appeal", text="खेत में उस दिन कोई आग नहीं थी।")
    assert (done.status_code, done.headers["location"]) == (303, f"{link[1]}?done=appealed#appeal")
    court = village.running.house.court
    ((appeal, strike),) = await appeals.queue(court, village.owner.viewer)
    assert (appeal.account_id, appeal.text) == (moham, "खेत में उस दिन कोई आग नहीं थी।")
    await appeals.decide(court, village.owner.viewer, appeal.id, Decision(outcome="reversed", reason=REASON))
    await village.settle()
    assert not (await thread.post(village.running.house.reads, Viewer(country="IN"), strike.ruling.subject_id)).withheld
    assert link[1] in next(iter(await messages_to(village, moham)))


async def notifications_of(village: Village, account: int) -> list[RulingRow]:
    """Every ruling on somebody."""
    async with village.running.house.court.work.reading() as reading:
        return await rulings.of_owner(reading, account)


async def send(village: Village, page: str, act: str, **fields: str):
    """What somebody does who has the link and no account."""
    headers = {"cookie": f"visitor={VISITOR}; look_as=DE; language=hi"}
    shown = await village.client.get(page, headers=headers)
    word = regex.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert word, (page, shown.status_code)
    answer = await village.client.post(page + act, data={"csrf": word[1], **fields}, headers=headers)
    await village.settle()
    return answer


@pytest.mark.parametrize("wrong", ["word", "ruling", "own"])
async def test_a_link_that_we_did_not_give_opens_nothing(village: Village, wrong: str):
    moham, post = await there(village)
    await withheld(village, post.path if wrong != "own" else village.asha.latest.path)
    whose = village.asha.id if wrong == "own" else moham
    (ruling,) = [row.id for row in await notifications_of(village, whose)]
    path = by_link.path(village.running.house.court, ruling, whose)
    if wrong == "word":
        path = path[:-1] + ("A" if path[-1] != "A" else "B")
    elif wrong == "ruling":
        path = path.replace(str(ruling), str(ruling + 1))
    assert (await village.look("DE", path)).status_code == 404


async def test_where_the_law_is_silent_nobody_is_told_until_it_is_so_no_more(village: Village):
    moham, post = await there(village)
    ref = await withheld(village, post.path, gag_until="2021-03-01T12:00")
    assert ref.startswith("X-")
    assert not [text for text in await messages_to(village, moham) if "/appeal/" in text]
    (ruling,) = await notifications_of(village, moham)
    path = by_link.path(village.running.house.court, ruling.id, moham)
    assert (await village.look("DE", path)).status_code == 404, "the page would tell what the message may not"


# --- what left ---


async def sent_to(village: Village, post: VillagePost, *domains: str) -> None:
    """A post of ours came to these servers."""
    square = village.running.house.square
    for domain in domains:
        server = await others.server(square, domain)
        async with square.work.writing() as w:
            await reached.note(w, [post.id], server, village.clock())
            await reached.note(w, [post.id], server, village.clock())  # came there once, however often it is noted


async def test_before_deciding_the_desk_sees_how_many_servers_and_followers_elsewhere_hold_copies(village: Village):
    post = village.asha.latest
    await sent_to(village, post, "other.example", "third.example")
    square = village.running.house.square
    for handle in ("moham@other.example", "sita@other.example"):
        fan = await others.met(square, handle)
        await graph.follow(square, Viewer(account=fan, country="ZZ"), village.asha.id)
    ref = await village.receives(post.path)
    page = await village.page_as("IN", f"/office/orders/{ref}/1", village.chitra)
    assert 'id="elsewhere"' in page
    case = await village.api(village.chitra, "GET", f"/api/v1/admin/orders/{ref}/targets/1")
    assert case.json()["copies"] == {"servers": 2, "followers": 2, "origin": None}


async def test_the_public_entry_says_what_a_measure_here_cannot_reach_and_it_is_counted_again_afterwards(
    village: Village,
):
    post = village.asha.latest
    await sent_to(village, post, "other.example")
    ref = await village.withhold(post=post, by=village.chitra, second=village.dev)
    measure = (await entries(village, "measure"))[-1]["public"]
    assert (measure["sent_to"], measure["came_from"]) == (1, None)
    await sent_to(village, post, "third.example")
    shown = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()["targets"][0]
    assert (shown["sent_to"], shown["origin"]) == (2, None)
    assert "2" in regex.search(r'<p class="soft">[^<]*</p>', await village.page_as("DE", f"/orders/{ref}"))[0]


async def test_of_what_came_from_another_server_it_says_that_it_goes_on_there(village: Village):
    await there(village)
    ref = await withheld(village, "https://other.example/@moham/7")
    measure = (await entries(village, "measure"))[-1]["public"]
    assert (measure["sent_to"], measure["came_from"]) == (None, "other.example")
    shown = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()["targets"][0]
    assert (shown["sent_to"], shown["origin"]) == (None, "other.example")
    assert "other.example</bdi>" in await village.page_as("DE", f"/orders/{ref}")


async def test_how_far_a_post_went_that_is_not_for_everybody_is_told_to_staff_alone(village: Village):
    said = await village.says(village.asha, "केवल मित्रों से", visibility=Visibility.PRIVATE)
    await sent_to(village, said, "other.example")
    ref = await village.withhold(post=said, by=village.chitra, second=village.dev)
    assert (await entries(village, "measure"))[-1]["public"]["sent_to"] is None
    shown = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()["targets"][0]
    assert (shown["sent_to"], shown["origin"]) == (None, None)
    case = await village.api(village.chitra, "GET", f"/api/v1/admin/orders/{ref}/targets/1")
    assert case.json()["copies"]["servers"] == 1


# --- what their server says ---


async def states(village: Village, subject: int, *said: Statement) -> None:
    """What a post's, or a person's, server says of it now."""
    square = village.running.house.square
    server = await others.server(square, "other.example")
    async with square.work.writing() as w:
        await servers.keep_statements(w, subject, server, said, square.make_id, village.clock())


async def test_what_a_server_says_of_its_own_post_is_shown_as_its_statement_and_is_not_obeyed(village: Village):
    moham, post = await there(village)
    path = f"/@moham@other.example/{post.id}"
    await village.page_as("IN", path)
    order = "https://other.example/orders/IN-9"
    await states(village, post.id, Statement("withheld", "IN", order, since=1, until=village.clock() + 1_000))
    await states(village, moham, Statement("suspended"))
    for country in ("IN", "DE"):
        shown = await village.look(country, path)
        assert (shown.status_code, TEXT in shown.text) == (200, True)
        assert "<bdi>other.example</bdi> का कहना है" in shown.text and f'href="{order}"' in shown.text
        said = (await village.api(None, "GET", f"/api/v1/statuses/{post.id}/visibility", country)).json()
        assert (said["visible"], said["measures"]) == (True, [])
        assert [(one["server"], one["what"], one["country"], one["order"]) for one in said["stated"]] == [
            ("other.example", "withheld", "IN", order),
            ("other.example", "suspended", None, None),
        ]
    village.clock.move(2_000)
    assert order not in await village.page_as("IN", path)
    said = (await village.api(None, "GET", f"/api/v1/statuses/{post.id}/visibility")).json()
    assert [one["what"] for one in said["stated"]] == ["suspended"], "the end that it said has come"
    await states(village, moham)
    assert "का कहना है" not in await village.page_as("DE", path)
