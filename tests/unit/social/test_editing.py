"""Editing: what a post says now is found, told and judged everywhere; what it said before is kept with it."""

from chaupal.kernel.clock import SECOND
from chaupal.social.media import media
from painted import picture
from village import Village


async def put(v: Village, who, id_: int, **words):
    v.clock.move(SECOND)
    answer = await v.api(who, "PUT", f"/api/v1/statuses/{id_}", **words)
    await v.settle()
    return answer


async def test_an_edit_changes_words_tags_and_mentions_and_history_keeps_what_was_said(village: Village):
    v = village
    said = await v.says(v.asha, "पहले यह कहा #पुराना @ravi", language="hi")
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/reblog")
    await v.settle()
    edited = (await put(v, v.asha, said.id, status="अब यह कहा #नया @meera", spoiler_text="सुनो")).json()
    assert "अब यह कहा" in edited["content"] and edited["edited_at"] and edited["sensitive"] is True
    assert [tag["name"] for tag in edited["tags"]] == ["नया"] and [m["acct"] for m in edited["mentions"]] == ["meera"]
    assert edited["language"] == "hi" and edited["created_at"] < edited["edited_at"]
    history = (await v.api(None, "GET", f"/api/v1/statuses/{said.id}/history")).json()
    assert ["पहले" in one["content"] for one in history] == [True, False]
    assert [one["created_at"] for one in history] == [edited["created_at"], edited["edited_at"]]
    assert [one["account"]["acct"] for one in history] == ["asha", "asha"]
    for tag, there in (("पुराना", False), ("नया", True)):
        found = (await v.api(None, "GET", f"/api/v1/timelines/tag/{tag}")).json()
        assert bool(found) is there, tag
    assert (await v.api(v.ravi, "GET", "/api/v2/search", q="पहले")).json()["statuses"] == []
    assert len((await v.api(v.ravi, "GET", "/api/v2/search", q="अब यह")).json()["statuses"]) == 1
    assert next(n["type"] for n in (await v.api(v.meera, "GET", "/api/v1/notifications")).json()) == "mention"
    assert next(n["type"] for n in (await v.api(v.ravi, "GET", "/api/v1/notifications")).json()) == "update"
    repost = (await v.api(v.ravi, "GET", "/api/v1/timelines/home")).json()
    assert all("पहले" not in str(one) for one in repost)


async def test_only_its_author_edits_a_post_and_reads_its_source(village: Village):
    v = village
    said = await v.says(v.asha, "मेरी बात")
    assert (await put(v, v.ravi, said.id, status="नहीं")).status_code == 404
    assert (await v.api(v.ravi, "GET", f"/api/v1/statuses/{said.id}/source")).status_code == 404
    assert (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}/source")).json()["text"] == "मेरी बात"
    assert (await put(v, v.asha, said.id, status=" ")).status_code == 422
    same = (await put(v, v.asha, said.id, status="मेरी बात")).json()
    assert same["edited_at"] is None, "what says the same is no edit"
    assert len((await v.api(None, "GET", f"/api/v1/statuses/{said.id}/history")).json()) == 1


async def test_pictures_come_go_and_are_described_anew_in_an_edit(village: Village):
    v, square = village, village.running.house.square
    first, second = [await media.attach(square, v.asha.viewer, picture(), description="पहला") for _ in range(2)]
    said = await v.says(v.asha, "तस्वीर", pictures=[first])
    described = [{"id": str(first), "description": "खेत में पानी", "focus": "0.5,0"}]
    edited = (
        await put(v, v.asha, said.id, status="तस्वीर", media_ids=[str(first), str(second)], media_attributes=described)
    ).json()
    assert [m["description"] for m in edited["media_attachments"]] == ["खेत में पानी", "पहला"]
    assert edited["media_attachments"][0]["meta"]["focus"]["x"] == 0.5
    without = (await put(v, v.asha, said.id, status="अब बिना तस्वीर के")).json()
    assert without["media_attachments"] == []
    history = (await v.api(None, "GET", f"/api/v1/statuses/{said.id}/history")).json()
    assert [[m["description"] for m in one["media_attachments"]] for one in history] == [
        ["पहला"],
        ["खेत में पानी", "पहला"],
        [],
    ]
    other = await v.says(v.asha, "दूसरी")
    assert (await put(v, v.asha, other.id, status="दूसरी", media_ids=[str(first)])).status_code == 422


async def test_a_deleted_post_takes_its_history_with_it(village: Village):
    v = village
    said = await v.says(v.asha, "पहले")
    await put(v, v.asha, said.id, status="बाद में")
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}")
    assert (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}/history")).status_code == 404


async def test_whoever_an_edit_mentions_reads_a_direct_post_from_there_on_and_nothing_from_before(village: Village):
    v = village
    said = await v.says(v.asha, "@ravi केवल तुमसे कहता हूँ", visibility=3)
    assert (await put(v, v.asha, said.id, status="@ravi @meera अब दोनों से")).status_code == 200
    path = f"/api/v1/statuses/{said.id}/history"
    for who, seen in ((v.asha, 2), (v.ravi, 2), (v.meera, 1)):
        told = (await v.api(who, "GET", path)).json()
        assert len(told) == seen and "अब दोनों से" in told[-1]["content"], who.handle
        page = await v.look("IN", f"{said.path}/history", who)
        assert ("केवल तुमसे" in page.text) is (seen == 2), who.handle
    assert (await put(v, v.asha, said.id, status="@meera अब केवल आपसे")).status_code == 200
    assert len((await v.api(v.meera, "GET", path)).json()) == 2
    for who in (v.ravi, v.karl, None):
        assert (await v.api(who, "GET", path)).status_code == 404


async def test_whoever_an_edit_mentions_in_a_post_for_followers_reads_from_there_on(village: Village):
    v = village
    said = await v.says(v.asha, "अपनों से", visibility=2)
    newcomer = await v.joins("naya")
    await put(v, v.asha, said.id, status="अपनों से और @naya से")
    path = f"/api/v1/statuses/{said.id}/history"
    assert len((await v.api(newcomer, "GET", path)).json()) == 1
    assert len((await v.api(v.karl, "GET", path)).json()) == 2
