"""Two worlds of acts: whatever people try with what a secret order withholds is answered as where there is no such order, byte for byte,
and takes as many questions to the store: of everybody abroad, and of whoever it is about in its country, too."""

import sqlite3
from typing import Any

import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.cases.evidence import KEY
from chaupal.kernel.clock import SECOND
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.social.media import media
from chaupal.store.machine import work_sqlite
from painted import picture
from surfaces.test_two_worlds import GAG, SAID, WHY
from surfaces.worlds import Answer, Grounds, answer_of, difference, hour, minute, still_village
from village import Village, VillagePost, Villager

ON_A_POST = ("favourite", "unfavourite", "bookmark", "unbookmark", "mute", "unmute", "pin", "unpin")
ON_A_PERSON = ("follow", "unfollow", "mute", "unmute", "block", "unblock", "note", "remove_from_followers")

type Tried = dict[str, tuple[Answer, int]]  # what was tried -> the answer, and how many statements it took


class Statements:
    """How many the embedded store was asked since somebody last looked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.many = 0
        connect = work_sqlite.connect

        def traced(*args: Any) -> sqlite3.Connection:
            db = connect(*args)
            db.set_trace_callback(self._heard)
            return db

        patch.setattr(work_sqlite, "connect", traced)

    def _heard(self, _: str) -> None:
        self.many += 1

    def taken(self) -> int:
        many, self.many = self.many, 0
        return many


async def in_secret(v: Village, about: str, outcome: str) -> None:
    ref = await v.receives(about, gag_until=GAG)
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome=outcome, reason=WHY, finding=WHY)
    v.clock.move(SECOND)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()


def tries(v: Village, post: VillagePost, whom: Villager) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and body of all that can be tried with either, in order."""
    here, of_post, of_person = (
        v.running.house.settings.origin,
        f"/api/v1/statuses/{post.id}",
        f"/api/v1/accounts/{whom.id}",
    )
    new, report = "/api/v1/statuses", "/api/v1/reports"
    looks = (
        f"{of_post}/source", f"{of_post}/history", f"{of_post}/context", f"{of_person}/statuses", "/api/v1/notifications",
        f"/api/v2/search?q={here}{post.path}", f"/api/v1/accounts/lookup?acct={whom.handle}", "/api/v1/timelines/home",
        f"/api/v1/accounts/relationships?id[]={whom.id}", "/api/v1/suggestions", "/api/v1/directory",
    )  # fmt: skip
    return [
        *(("POST", f"{of_post}/{act}", {}) for act in ON_A_POST),
        ("POST", new, {"status": "जवाब", "in_reply_to_id": str(post.id)}),
        ("POST", new, {"status": "देखिए", "quoted_status_id": str(post.id)}),
        ("POST", new, {"status": f"देखिए {here}{post.path} @{whom.handle}"}),
        ("PUT", of_post, {"status": f"{SAID} फिर से"}),
        *(("POST", f"{of_person}/{act}", {}) for act in ON_A_PERSON),
        ("POST", report, {"account_id": str(v.meera.id), "status_ids": [str(post.id)]}),
        ("POST", report, {"account_id": str(whom.id)}),
        ("POST", f"{of_post}/reblog", {}),
        *(("GET", path, {}) for path in looks),
        ("POST", f"{of_post}/unreblog", {}),
        ("DELETE", of_post, {}),
    ]


async def played(on: Grounds, patch: pytest.MonkeyPatch, outcome: str, *, secret: bool) -> tuple[Tried, bool]:
    """What came of it; and whether it is withheld."""
    found: Tried = {}
    of_post = outcome == "withhold_post"
    with patch.context() as patched:
        statements = Statements(patched)
        async with still_village(on) as v:
            await v.joins("koel", "koel")
            await v.says(v.koel, SAID, language="hi")
            photo = await media.attach(v.running.house.square, v.meera.viewer, picture(), description="प्रहरी")
            post = await v.says(v.meera, SAID, language="hi", pictures=[photo])
            await hour(v)
            # Whether its key is there is asked in a house that has never sealed anything, and then no more.
            load_or_make_seed(v.running.house.court.keys.folder / KEY)
            if secret:
                await in_secret(v, post.path if of_post else "@koel", outcome)
            await hour(v)
            shown = await v.client.get(
                f"/api/v1/statuses/{(post if of_post else v.koel.latest).id}", headers={"x-country": "IN"}
            )
            for who in (v.karl, v.koel, v.meera):
                country = "IN" if who is (v.meera if of_post else v.koel) else "DE"
                await minute(v)
                headers = {"authorization": f"Bearer {who.token}", "x-country": country}
                for method, path, body in tries(v, post, v.koel):
                    v.clock.move(1)
                    statements.taken()
                    answer = await v.client.request(method, path, headers=headers, **({"json": body} if body else {}))
                    found[f"{who.handle}: {method} {path} {body}"] = answer_of(answer), statements.taken()
                    await v.settle()
    return found, SAID not in shown.text


@pytest.mark.parametrize("grounds", ["sqlite"], indirect=True)
@pytest.mark.parametrize("outcome", ["withhold_post", "withhold_account"])
async def test_whatever_is_tried_with_what_is_withheld_in_secret_is_answered_as_ever_and_takes_no_longer(
    grounds: Grounds, monkeypatch: pytest.MonkeyPatch, outcome: str
):
    with_, withheld = await played(grounds, monkeypatch, outcome, secret=True)
    without, withheld_too = await played(grounds, monkeypatch, outcome, secret=False)
    assert (withheld, withheld_too) == (True, False), "the test is about something"
    assert sum(many for _, many in without.values()) > 500
    apart = {what: difference(one, with_[what][0]) for what, (one, _) in without.items() if one != with_[what][0]}
    assert not apart, "\n".join(f"{what}: {how}" for what, how in apart.items())
    assert {what: many for what, (_, many) in without.items()} == {what: many for what, (_, many) in with_.items()}
