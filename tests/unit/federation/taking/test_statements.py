"""What servers say that they withhold of their own is kept as it comes, replaced when they say it anew, and judged by nobody's rules."""

from typing import Any

from chaupal.federation import finding
from chaupal.federation.reading.actors import read_actor
from chaupal.federation.taking.posts import change_post, take_post
from chaupal.reads.court import visibility as reads
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.store.federation.servers import Statement
from neighbours import Street, by
from others import met
from peers_said import fed_of, said

RAVI = "ravi@social.example"
ORDER = "https://social.example/orders/1"


def withheld(*countries: str) -> list[dict[str, Any]]:
    return [{"type": "Withholding", "country": code, "order": ORDER} for code in countries]


async def on(street: Street, post: int) -> list[tuple[str, str, str]]:
    """What is said of a post, as anybody is told it."""
    seen = await thread.post(street.reads, by(None, "IN"), post)
    assert not seen.withheld
    return [(one.domain, one.country, one.order) for one in await reads.statements_about(street.reads, seen.item)]


async def test_a_post_comes_with_what_its_server_says_of_it_and_an_update_says_it_anew(street: Street):
    fed, ravi = fed_of(street), await met(street, RAVI)
    post = await take_post(fed, said(RAVI, 1, "एक", withheldIn=withheld("IN", "NP")), ravi, fresh=True)
    assert await on(street, post) == [("social.example", "IN", ORDER), ("social.example", "NP", ORDER)]
    assert not await change_post(fed, said(RAVI, 1, "एक", withheldIn=withheld("NP")), ravi), "its words are the same"
    assert await on(street, post) == [("social.example", "NP", ORDER)]
    await change_post(fed, said(RAVI, 1, "एक"), ravi)
    assert await on(street, post) == []


async def test_that_somebody_is_suspended_there_is_their_servers_word_and_no_more(street: Street):
    fed = fed_of(street)
    actor: dict[str, Any] = {
        "type": "Person",
        "id": "https://social.example/users/ravi",
        "preferredUsername": "ravi",
        "inbox": "https://social.example/users/ravi/inbox",
        "name": "Ravi",
    }
    ravi = await finding.keep(fed, read_actor(actor | {"suspended": True, "withheldIn": withheld("IN")}), RAVI)
    seen = await people.person(street.reads, by(None, "IN"), ravi)
    assert not seen.withheld and seen.item.name == "Ravi"
    assert await reads.statements_about(street.reads, seen.item) == (
        Statement("withheld", "IN", ORDER, domain="social.example"),
        Statement("suspended", domain="social.example"),
    )
    await finding.keep(fed, read_actor(actor), RAVI)
    assert await reads.statements_about(street.reads, seen.item) == ()
