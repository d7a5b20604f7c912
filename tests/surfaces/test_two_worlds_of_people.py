"""Two worlds of people: the same history with and without what somebody said to a few or took back, whom they shut out, and what they
keep to themselves. Everything that anybody else is told is the same, byte for byte, as an app, on pages, as another server, and as staff.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from chaupal.governance.cases import house
from chaupal.governance.cases.house import MatterForm
from chaupal.kernel.clock import MINUTE
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import MAY, STAFF
from chaupal.social.media import media
from chaupal.social.posts import posts
from painted import picture
from remotes import federating
from surfaces.canary import Eyes, World, crawled
from surfaces.insiders import draft, rule_for
from surfaces.test_two_worlds import as_server, look, told_apart, untimed, watching, without_dice
from surfaces.worlds import Grounds, answer_of, hour, minute, still_village
from village import REASON, Village, Villager

type Secret = Callable[[Village], Awaitable[object]]

# Staff are told how much is said and liked altogether, by day, language and app: numbers, of no fewer than all.
COUNTS_ALL = "/office/figures"
# Who reported is told to those who handle reports, and nowhere but on the report itself.
DESK = tuple(f"staff_{role.value}: " for role in MAY["see_reported"])
OF_A_REPORT = ("/office/reports/", "/api/v1/admin/reports/")
PRIVATE, DIRECT = Visibility.PRIVATE, Visibility.DIRECT
# What counts, lists and hands out to other servers.
TO_SERVERS = ("/@ravi", "/@ravi/outbox", "/@ravi/outbox?page=true", "/@ravi/followers", "/@ravi/following", "/actor")


async def says_to_a_few(v: Village) -> None:
    """A post for followers, one for a single person, a private answer, quote and repost; one that is edited, and one that is taken back."""
    post = v.asha.latest
    await v.says(v.ravi, "@lata सिर्फ़ आपसे #गुपचुप https://example.org/", visibility=DIRECT)
    await v.says(v.ravi, "सिर्फ़ अपनों से #गुपचुप", visibility=PRIVATE)
    await v.says(v.ravi, "अपनों से जवाब", visibility=PRIVATE, reply_to=post.id)
    await v.says(v.ravi, "अपनों से, देखिए", visibility=PRIVATE, quoting=post.id)
    await posts.repost(v.running.house.square, v.ravi.viewer, post.id, PRIVATE)
    changed = await v.says(v.ravi, "अपनों से, फिर से", visibility=PRIVATE)
    await v.api(v.ravi, "PUT", f"/api/v1/statuses/{changed.id}", status="अपनों से, बदला हुआ")
    gone = await v.says(v.ravi, "अपनों से, और फिर नहीं", visibility=PRIVATE)
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{gone.id}")
    for act in ("favourite", "bookmark"):
        await v.api(v.lata, "POST", f"/api/v1/statuses/{changed.id}/{act}")
    await v.says(v.lata, "@ravi अच्छा", visibility=PRIVATE, reply_to=changed.id)


async def shuts_out(v: Village) -> None:
    """Somebody with whom there is no tie that a block would end is blocked, somebody muted, a whole server hidden."""
    for act in ("mute", "block"):
        await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.vani.id}/{act}")
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.koel.id}/mute")
    await v.api(v.ravi, "POST", "/api/v1/domain_blocks", domain="elsewhere.example")


async def keeps_to_oneself(v: Village) -> None:
    """Lists, filters, notes, saved posts, drafts, later posts, followed tags; a mark of what was read."""
    post = v.asha.latest
    listed = (await v.api(v.ravi, "POST", "/api/v1/lists", title="चुपके से")).json()["id"]
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.koel.id}/note", comment="सावधान")
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{post.id}/bookmark")
    await v.api(v.ravi, "POST", f"/api/v1/lists/{listed}/accounts", account_ids=[str(v.meera.id)])
    filtered = {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "आंदोलन"}]}
    await v.api(v.ravi, "POST", "/api/v2/filters", **filtered)
    await v.api(v.ravi, "POST", "/api/v1/tags/गुपचुप/follow")
    await v.api(v.ravi, "POST", "/api/v1/statuses", status="कल", scheduled_at="2021-03-10T12:00:00Z")
    await v.api(v.ravi, "POST", "/api/v1/chaupal/drafts", text="अधूरा")
    await v.api(v.ravi, "POST", "/api/v1/markers", home={"last_read_id": str(post.id)})


@dataclass
class Gone:
    """What was said and taken back: its ids, those of ravi's that had been for everybody, and where others found the files."""

    posts: list[object] = field(default_factory=list[object])
    public: list[int] = field(default_factory=list[int])
    files: list[str] = field(default_factory=list[str])

    async def takes_back(self, v: Village) -> None:
        """With a picture, a poll, a new tag and a card; pinned, edited, liked, saved, reposted, quoted and answered by who deletes that
        as well; and gone before anybody else looks.
        """

        async def does(who: Villager, method: str, path: str = "", **sent: Any) -> Any:
            answer = await v.api(who, method, f"/api/v1/statuses{path}", **sent)
            assert answer.status_code == 200, answer.text
            await v.settle()
            return answer.json()

        photo = await media.attach(v.running.house.square, v.ravi.viewer, picture(), description="एक तस्वीर")
        said = await v.says(v.ravi, "@koel सबके लिए #वापस https://example.org/", pictures=[photo])
        asked = await does(v.ravi, "POST", status="कौन?", poll={"options": ["यह", "वह"], "expires_in": 600})
        few = await v.says(v.ravi, "अपनों से #वापस", visibility=PRIVATE)
        for act in ("pin", "favourite", "bookmark"):
            await does(v.ravi, "POST", f"/{said.id}/{act}")
        await does(v.ravi, "PUT", f"/{said.id}", status="सबके लिए, बदला हुआ #वापस", media_ids=[str(photo)])
        for act in ("favourite", "bookmark", "reblog"):
            await does(v.lata, "POST", f"/{said.id}/{act}")
        theirs = [
            (await v.says(v.lata, text, **about)).id
            for to in (said.id, v.asha.latest.id)
            for text, about in (("जवाब #वापस", {"reply_to": to}), ("देखिए #वापस", {"quoting": to}))
        ]
        for who in (None, v.koel):
            seen = (await v.api(who, "GET", f"/api/v1/statuses/{said.id}")).json()
            self.files += [seen["media_attachments"][0][name] for name in ("url", "preview_url")]
        assert {(await v.client.get(path)).status_code for path in self.files} == {200}
        self.public = [int(asked["id"]), said.id]
        for who, id_ in (*((v.lata, one) for one in theirs), *((v.ravi, one) for one in (*self.public, few.id))):
            await does(who, "DELETE", f"/{id_}")
            self.posts.append(id_)


def reported_by(handle: str) -> Callable[[Village], Awaitable[int]]:
    """Somebody reports the first post there is, and its author hears what came of it; the report's id."""

    async def reports(v: Village) -> int:
        post, court = v.asha.said[0], v.running.house.court
        sent = {
            "account_id": str(v.asha.id),
            "status_ids": [str(post.id)],
            "comment": "यह झूठ है।",
            "category": "violation",
        }
        report = (await v.api(v.cast[handle], "POST", "/api/v1/reports", **sent)).json()
        await v.settle()
        rule = rule_for(v, "remove_post")
        form = MatterForm(
            targets=post.path, rule=rule, grounds=REASON, source="user_report", report_id=int(report["id"])
        )
        await house.sanction(court, v.owner.viewer, form, draft(v, "remove_post"))
        return int(report["id"])

    return reports


def names_of(v: Village, gone: Gone) -> dict[str, list[object]]:
    posts: list[object] = [v.ravi.said[0].id, *(one.id for one in v.asha.said), *gone.posts]
    people: list[object] = [v.meera.id, v.ravi.id, v.koel.id]
    return {
        "/api/v1/statuses/ id": posts, "/posts/ id": posts, "/@ id": posts, "/api/v1/polls/ id": posts, "/cards/ id": posts,
        "/api/v1/accounts/ id": people, "/people/ id": people, "/api/v1/follow_requests/ id": people,
        "/api/v1/admin/accounts/ id": people, "account": people, "handle": ["meera", "ravi", "asha"],
        "tag": ["किसान_आंदोलन", "गुपचुप", "वापस"],
        "name": ["avatar.png"], "/api/v1/transparency/tables/ name": ["T1.json"], "/transparency/ table": ["t1"],
        "group_key": ["ungrouped-1"], "act": ["like"], "language": ["hi"], "rendition": ["original"], "secret": ["x"], "slug": ["x"],
        "path": ["x"], "index": [0], "ref": ["X-1"], "digest": ["0" * 64], "period": ["2021-01"], "revision": [1], "number": [1],
        "user_id": [1], "document_id": [1], "date": ["2021-02-11"], "kind": ["terms"], "quote_id": [1], "quoting_id": [1], "id": [1],
        "captions": [1], "picture": [1], "word": ["x"], "emoji": [1], "words": ["#गुपचुप", "अपनों", "सबके"],
    }  # fmt: skip


def eyes_of(v: Village) -> tuple[Eyes, ...]:
    staff = [Eyes(name, "IN", who) for name, who in v.cast.items() if name.startswith("staff_")]
    return (
        Eyes("stranger", "IN"), Eyes("somebody", "IN", v.koel), Eyes("who is answered", "DE", v.karl),
        Eyes("whose post it is", "IN", v.asha), *staff,
    )  # fmt: skip


async def played(
    on: Grounds, gone: Gone, reports: Callable[[Village], Awaitable[int]], *secrets: Secret
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with still_village(on) as v:
        for name in ("lata", "koel", "vani"):
            await v.joins(name, name)
        for role in sorted(STAFF - MAY["see_space"]):
            await v.joins(f"staff_{role.value}", "कर्मचारी", role=role)
        await v.follows(v.lata, v.ravi)
        await v.follows(v.karl, v.meera)
        await v.api(v.lata, "POST", f"/api/v1/accounts/{v.meera.id}/follow")
        await v.settle()
        await minute(v)
        await v.says(v.asha, "इस पर वह बात है, जो बाकी नहीं सुनते।")  # what is reported is the one before
        later = v.clock() + 20 * MINUTE
        for secret in secrets:
            await secret(v)
        await v.settle()
        v.clock.move(later - v.clock())
        report = await reports(v)
        await v.says(v.asha, "@karl सबसे")
        await hour(v)
        await hour(v)
        at_desk: dict[str, list[object]] = {"/office/reports/ id": [report], "/api/v1/admin/reports/ id": [report]}
        made = World(v, names_of(v, gone) | at_desk, {"post": v.asha.latest.id})
        everything = crawled("GET")
        for eyes in eyes_of(v):
            await minute(v)
            routes = [one for one in everything if one.may or not eyes.name.startswith("staff_")]
            seen = await look(made, eyes, routes)
            found |= {f"{eyes.name}: {path}": without_dice(one) for path, one in seen.items() if path != COUNTS_ALL}
        await minute(v)
        found |= {f"a file: {path}": answer_of(await v.client.get(path)) for path in gone.files}
        found |= {f"a server: {path}": one for path, one in (await as_server(made)).items()}
        await minute(v)
        if not v.running.house.settings.many:  # of two processes chance says which has counted what
            found["metrics"] = watched(untimed(answer_of(await v.client.get("/metrics", headers=watching()))))
    return found


def watched(metrics: tuple[Any, ...]) -> list[bytes]:
    """But for how often which route was asked: what is kept to oneself is asked for, too."""
    return [line for line in metrics[2].splitlines() if b"chaupal_request_seconds_count" not in line]


async def test_nobody_else_is_told_anything_of_what_somebody_keeps_from_them(grounds: Grounds, monkeypatch: Any):
    settings = grounds.settings
    monkeypatch.setattr(grounds, "settings", lambda: federating(settings()))
    gone = Gone()
    secrets = (gone.takes_back, says_to_a_few, shuts_out, keeps_to_oneself)
    vani = await played(grounds, gone, reported_by("vani"), *secrets)
    lata = await played(grounds, gone, reported_by("lata"))
    answered = {name.partition(": ")[2] for name, one in lata.items() if one[0] == 200}
    assert set(TO_SERVERS) <= answered, set(TO_SERVERS) - answered
    told = told_apart(vani, lata)
    told_who = [one for one in told if one.startswith(DESK) and one.split(": ")[1].startswith(OF_A_REPORT)]
    assert told_who, "the desk is told who reported"
    # Servers that took what was for everybody ask whether it is gone, and are told so (FEDERATION.md).
    was = {f"a server: /@ravi/{id_}{end}: status 410 and 404" for id_ in gone.public for end in ("", "/activity")}
    assert was <= set(told)
    told = [one for one in told if one not in {*told_who, *was}]
    assert not told, f"{len(told)}:\n" + "\n".join(told[:40])
