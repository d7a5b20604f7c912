"""Quotes, pins and muted conversations, as apps see them."""

from typing import Any

import httpx2

from chaupal.kernel.clock import SECOND
from village import Village, Villager

CREDENTIALS = "/api/v1/accounts/update_credentials"


async def quote(v: Village, who: Villager, id_: int, text: str = "देखिए", **more: Any) -> httpx2.Response:
    v.clock.move(SECOND)
    answer = await v.api(who, "POST", "/api/v1/statuses", status=text, quoted_status_id=str(id_), **more)
    await v.settle()
    return answer


async def test_a_quote_carries_the_post_tells_its_author_and_is_counted(village: Village):
    v = village
    made = (await quote(v, v.ravi, v.asha.latest.id)).json()
    assert made["quote"]["state"] == "accepted" and made["quote"]["quoted_status"]["id"] == str(v.asha.latest.id)
    assert made["quote"]["quoted_status"]["quotes_count"] == 1
    told = (await v.api(v.asha, "GET", "/api/v1/notifications")).json()[0]
    assert (told["type"], told["status"]["id"]) == ("quote", made["id"])
    found = (await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/quotes")).json()
    assert [one["id"] for one in found] == [made["id"]]
    outer = (await quote(v, v.meera, int(made["id"]))).json()
    inner = outer["quote"]["quoted_status"]["quote"]
    assert inner == {"state": "accepted", "quoted_status_id": str(v.asha.latest.id)}, "of a quote's quote, the id alone"


async def test_who_is_quoted_takes_it_back_and_who_deletes_leaves_the_others_words(village: Village):
    v = village
    made = (await quote(v, v.ravi, v.asha.latest.id)).json()
    where = f"/api/v1/statuses/{v.asha.latest.id}/quotes/{made['id']}/revoke"
    assert (await v.api(v.meera, "POST", where)).status_code == 404
    revoked = (await v.api(v.asha, "POST", where)).json()
    assert revoked["quote"] == {"state": "revoked", "quoted_status": None} and "देखिए" in revoked["content"]
    assert (await v.api(None, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()["quotes_count"] == 0
    again = (await quote(v, v.ravi, v.asha.latest.id)).json()
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{v.asha.latest.id}")
    await v.settle()
    left = (await v.api(v.karl, "GET", f"/api/v1/statuses/{again['id']}")).json()
    assert left["quote"] == {"state": "deleted", "quoted_status": None}


async def test_only_those_who_are_let_quote(village: Village):
    v = village
    id_ = v.asha.latest.id
    where = f"/api/v1/statuses/{id_}/interaction_policy"
    assert (await v.api(v.ravi, "PUT", where, quote_approval_policy="nobody")).status_code == 404
    for policy, who, code, said in (
        ("nobody", v.ravi, 403, "denied"),
        ("nobody", v.asha, 200, "automatic"),
        ("followers", v.ravi, 200, "automatic"),
        ("followers", v.lakshmi, 403, "denied"),
        ("public", v.lakshmi, 200, "automatic"),
    ):
        assert (await v.api(v.asha, "PUT", where, quote_approval_policy=policy)).status_code == 200
        seen = (await v.api(who, "GET", f"/api/v1/statuses/{id_}")).json()["quote_approval"]
        assert seen["current_user"] == said and seen["automatic"] == ([] if policy == "nobody" else [policy])
        assert (await quote(v, who, id_)).status_code == code, (policy, who.handle)
    private = await v.says(v.asha, "सिर्फ़ अपनों से", visibility=2)
    assert (await quote(v, v.ravi, private.id)).status_code == 403
    own = (await quote(v, v.asha, private.id)).json()
    assert own["visibility"] == "private", "a quote is for no more people than what it quotes"
    assert (await quote(v, v.ravi, v.meera.latest.id, visibility="direct")).status_code == 422


async def test_a_new_post_lets_those_quote_whom_its_author_lets_as_a_rule(village: Village):
    v = village
    assert (await v.api(v.asha, "GET", "/api/v1/preferences")).json()["posting:default:quote_policy"] == "public"
    for policy, lets in (("nobody", []), ("followers", ["followers"]), ("public", ["public"])):
        me = (await v.api(v.asha, "PATCH", CREDENTIALS, source={"quote_policy": policy})).json()
        assert me["source"]["quote_policy"] == policy
        said = (await v.api(v.asha, "POST", "/api/v1/statuses", status=f"नई बात {policy}")).json()
        assert said["quote_approval"]["automatic"] == lets
    for wish in ({"quote_approval_policy": "nobody"}, {"visibility": "private"}):
        said = (await v.api(v.asha, "POST", "/api/v1/statuses", status="अपवाद", **wish)).json()
        assert said["quote_approval"]["automatic"] == []


async def test_a_wish_changes_no_other_and_no_post_that_is_there(village: Village):
    v = village
    await v.api(v.asha, "PATCH", CREDENTIALS, source={"privacy": "unlisted", "language": "hi", "sensitive": True})
    me = (await v.api(v.asha, "PATCH", CREDENTIALS, source={"quote_policy": "nobody"})).json()["source"]
    assert (me["privacy"], me["language"], me["sensitive"]) == ("unlisted", "hi", True)
    before = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()
    assert before["quote_approval"]["automatic"] == ["public"]


async def test_an_edit_of_what_is_quoted_is_told_to_who_quoted(village: Village):
    v = village
    made = (await quote(v, v.ravi, v.asha.latest.id)).json()
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{v.asha.latest.id}", status="अब कुछ और")
    await v.settle()
    told = (await v.api(v.ravi, "GET", "/api/v1/notifications")).json()[0]
    assert (told["type"], told["status"]["id"]) == ("quoted_update", made["id"])


async def test_a_quote_of_somebody_whom_one_muted_is_handed_over_to_be_folded_and_of_whom_one_blocked_is_not(
    village: Village,
):
    v = village
    made = (await quote(v, v.ravi, v.meera.latest.id)).json()
    where = f"/api/v1/statuses/{made['id']}"
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/mute")
    seen = (await v.api(v.asha, "GET", where)).json()["quote"]
    assert (seen["state"], seen["quoted_status"]["id"]) == ("muted_account", str(v.meera.latest.id))
    page = await v.page_as("IN", f"{v.ravi.path}/{made['id']}", v.asha)
    assert v.meera.latest.text not in page, "pages show nothing of whom one muted"
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    seen = (await v.api(v.asha, "GET", where)).json()
    assert seen["quote"] == {"state": "blocked_account", "quoted_status": None}
    assert (await v.api(v.karl, "GET", where)).json()["quote"]["state"] == "accepted"


async def test_whom_one_may_not_see_is_unauthorized_whatever_one_did_to_them(village: Village):
    """A state of one's own making tells nothing of what others decided."""
    v = village
    made = (await quote(v, v.ravi, v.meera.latest.id)).json()
    where = f"/api/v1/statuses/{made['id']}"
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    await v.api(v.meera, "POST", f"/api/v1/accounts/{v.asha.id}/block")
    assert (await v.api(v.asha, "GET", where)).json()["quote"] == {"state": "unauthorized", "quoted_status": None}


async def test_a_muted_quote_that_is_withheld_is_a_stub_like_any(village: Village):
    v = village
    made = (await quote(v, v.ravi, v.meera.latest.id)).json()
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/mute")
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    seen = (await v.api(v.asha, "GET", f"/api/v1/statuses/{made['id']}")).json()["quote"]
    assert seen["state"] == "muted_account" and seen["quoted_status"]["withheld_in_countries"] == ["IN"]
    assert v.meera.latest.text not in seen["quoted_status"]["content"]


async def test_pinned_posts_stand_apart_and_are_at_most_five(village: Village):
    v = village
    said = [await v.says(v.asha, f"बात {n}") for n in range(6)]
    for one in said[:5]:
        assert (await v.api(v.asha, "POST", f"/api/v1/statuses/{one.id}/pin")).json()["pinned"] is True
    assert (await v.api(v.asha, "POST", f"/api/v1/statuses/{said[5].id}/pin")).status_code == 422
    assert (await v.api(v.ravi, "POST", f"/api/v1/statuses/{said[5].id}/pin")).status_code == 422
    found = (await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}/statuses", pinned="true")).json()
    assert [int(one["id"]) for one in found] == [one.id for one in reversed(said[:5])]
    assert (await v.api(v.asha, "POST", f"/api/v1/statuses/{said[0].id}/unpin")).json()["pinned"] is False
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said[1].id}")
    assert len((await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}/statuses", pinned="true")).json()) == 3


async def test_a_muted_conversation_tells_nothing_until_it_is_heard_again(village: Village):
    v = village
    said = await v.says(v.asha, "बहस शुरू")
    reply = await v.says(v.ravi, "@asha पहली", reply_to=said.id)
    muted = (await v.api(v.asha, "POST", f"/api/v1/statuses/{reply.id}/mute")).json()
    assert (
        muted["muted"] is True and (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}")).json()["muted"] is True
    )
    before = len((await v.api(v.asha, "GET", "/api/v1/notifications")).json())
    await v.says(v.meera, "@asha दूसरी", reply_to=reply.id)
    await v.api(v.meera, "POST", f"/api/v1/statuses/{said.id}/favourite")
    await v.settle()
    assert len((await v.api(v.asha, "GET", "/api/v1/notifications")).json()) == before
    assert (await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/unmute")).json()["muted"] is False
    await v.says(v.meera, "@asha तीसरी", reply_to=reply.id)
    assert len((await v.api(v.asha, "GET", "/api/v1/notifications")).json()) == before + 1


async def test_nothing_is_translated_here(village: Village):
    v = village
    assert (await v.api(v.asha, "POST", f"/api/v1/statuses/{v.ravi.latest.id}/translate", lang="en")).status_code == 404
    assert (await v.api(None, "GET", "/api/v1/instance/translation_languages")).json() == {}
