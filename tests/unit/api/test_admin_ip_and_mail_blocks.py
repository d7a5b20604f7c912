"""Blocks of nets and mails: set by staff's apps, and really in the way of whoever comes from there."""

from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.social.people import accounts
from chaupal.social.people.accounts import NewAccount
from chaupal.social.signin import sessions
from chaupal.store.court import ledger
from chaupal.store.machine import auditing
from disputes import send
from village import Village, Villager

HERE = "127.0.0.1"  # from where the tests come


async def as_staff(v: Village, who: Villager, method: str, path: str, **sent: Any) -> httpx2.Response:
    token = await sessions.issue_token(v.running.house.square, who.id, "read write admin:read admin:write")
    asked: dict[str, Any] = {"params": sent} if method == "GET" else {"json": sent}
    headers = {"authorization": f"Bearer {token}"}
    return await v.client.request(method, f"/api/v1/admin/{path}", headers=headers, **asked)


def asks(email: str, handle: str = "newcomer") -> NewAccount:
    return NewAccount(handle=handle, email=email, password="long enough", reason="I live here.")


async def test_a_block_of_a_net_is_set_changed_listed_and_ended(village: Village):
    v = village
    made = (
        await as_staff(v, v.owner, "POST", "ip_blocks", ip="192.0.2.77/24", severity="sign_up_block", comment="spam")
    ).json()
    assert (made["ip"], made["severity"], made["expires_at"]) == ("192.0.2.0/24", "sign_up_block", None)
    path = f"ip_blocks/{made['id']}"
    changed = (await as_staff(v, v.owner, "PUT", path, severity="no_access", expires_in=86_400)).json()
    assert (changed["severity"], changed["comment"]) == ("no_access", "spam") and changed["expires_at"]
    assert (
        (await as_staff(v, v.owner, "GET", path)).json()
        == changed
        == (await as_staff(v, v.owner, "GET", "ip_blocks")).json()[0]
    )
    again = await as_staff(v, v.owner, "POST", "ip_blocks", ip="192.0.2.0/24", severity="no_access")
    assert again.status_code == 422
    assert (await as_staff(v, v.owner, "DELETE", path)).json() == {}
    assert (await as_staff(v, v.owner, "GET", path)).status_code == 404


async def test_what_cannot_be_read_is_refused_by_field(village: Village):
    v = village
    for sent in (
        {"ip": "x", "severity": "no_access"},
        {"ip": "192.0.2.1"},
        {"ip": "0.0.0.0/0", "severity": "no_access"},
    ):
        assert (await as_staff(v, v.owner, "POST", "ip_blocks", **sent)).status_code == 422, sent
    assert (await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="no domain")).status_code == 422
    assert (await as_staff(v, v.owner, "POST", "canonical_email_blocks", canonical_email_hash="abc")).status_code == 422


async def test_only_those_who_may_block_addresses_do(village: Village):
    v = village
    assert (await as_staff(v, v.asha, "GET", "ip_blocks")).status_code == 404
    assert (await as_staff(v, v.chitra, "POST", "ip_blocks", ip="192.0.2.1", severity="no_access")).status_code in (
        403,
        404,
    )


async def test_nobody_is_answered_from_a_net_without_access_until_it_ends(village: Village):
    v = village
    await as_staff(v, v.owner, "POST", "ip_blocks", ip=HERE, severity="no_access", expires_in=86_400)
    for path in ("/", "/api/v2/instance", "/style.css"):
        assert (await v.client.get(path)).status_code == 403, path
    # But whoever was limited reads why, and appeals: a net is no way to keep somebody from that.
    mine = {"cookie": f"chaupal={v.asha.cookie}"}
    for path, status in (("/disputes/strikes", 200), ("/settings/export", 200), ("/settings/profile", 403)):
        assert (await v.client.get(path, headers=mine)).status_code == status, path
    for path, status in (("/login", 200), ("/signup", 403)):
        assert (await v.client.get(path)).status_code == status, path
    # Nobody has looked whose browser it is: their session is not said to be over.
    assert "/logout" not in (await v.client.get("/settings/profile", headers=mine)).text
    v.clock.move(2 * DAY)
    assert (await v.client.get("/api/v2/instance")).status_code == 200


async def test_a_net_that_may_not_sign_up_may_still_read(village: Village):
    v, square = village, village.running.house.square
    await as_staff(v, v.owner, "POST", "ip_blocks", ip="198.51.100.0/24", severity="sign_up_block")
    with pytest.raises(NotAllowed, match="network"):
        await accounts.sign_up(square, asks("a@b.example"), "198.51.100.7")
    assert await accounts.sign_up(square, asks("a@b.example"), "203.0.113.7")


async def test_no_account_is_made_with_a_blocked_domain_or_mail_however_it_is_spelt(village: Village):
    v, square = village, village.running.house.square
    await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="Throwaway.example")
    await as_staff(v, v.owner, "POST", "canonical_email_blocks", email="some.one@mail.example")
    for email in ("x@throwaway.example", "x@deep.throwaway.example", "SomeOne+again@mail.example"):
        with pytest.raises(Invalid, match="not taken"):
            await accounts.sign_up(square, asks(email))
    found = (await as_staff(v, v.owner, "POST", "canonical_email_blocks/test", email="so.me.one@mail.example")).json()
    assert len(found) == 1 and len(found[0]["canonical_email_hash"]) == 64
    assert await accounts.sign_up(square, asks("someone@else.example"))


async def test_the_office_blocks_addresses_and_lifts_it_without_scripts(village: Village):
    v, desk = village, "/office/blocked-addresses"
    assert (await v.look("IN", "/office/doors", v.owner)).headers["location"] == desk  # as it was called before
    assert desk in await v.page_as("IN", desk, v.owner)
    wrong = await send(v, v.owner, desk, kind="ip", what="nowhere", severity="no_access")
    assert wrong.status_code == 422 and 'value="nowhere"' in wrong.text
    done = await send(v, v.owner, desk, kind="ip", what="192.0.2.0/24", severity="no_access")
    assert done.status_code == 303
    assert "192.0.2.0/24" in await v.page_as("IN", desk, v.owner)
    (block,) = (await as_staff(v, v.owner, "GET", "ip_blocks")).json()
    assert (await send(v, v.owner, desk, f"{desk}/{block['id']}/end")).status_code == 303
    assert (await as_staff(v, v.owner, "GET", "ip_blocks")).json() == []
    mail = await send(v, v.owner, desk, kind="email", what="some.one@mail.example")
    assert mail.status_code == 303 and (await as_staff(v, v.owner, "GET", "canonical_email_blocks")).json()


async def test_each_step_of_a_block_is_in_the_log_and_no_address_is(village: Village):
    """Whoever holds the disclosure can prove which address it was; the entry alone tells nobody, not even by guessing."""
    v = village
    work = v.running.house.court.work
    async with work.reading() as reading:
        before = await ledger.size(reading)
    made = (
        await as_staff(
            v, v.owner, "POST", "ip_blocks", ip="192.0.2.77/24", severity="no_access", comment="शोर", expires_in=86_400
        )
    ).json()
    await as_staff(v, v.owner, "PUT", f"ip_blocks/{made['id']}", severity="sign_up_block")
    await as_staff(v, v.owner, "DELETE", f"ip_blocks/{made['id']}")
    await as_staff(v, v.owner, "POST", "email_domain_blocks", domain="spam.example")
    async with work.reading() as reading:
        found = await auditing.entries_with_openings(reading, before, 100)
    told = [(msgspec.json.decode(body), opens) for _, body, opens in found]
    doors = [one for one, _ in told if one["t"] == "door"]
    assert [(one["public"]["step"], one["public"]["kind"]) for one in doors] == [
        ("shut", "ip"),
        ("changed", "ip"),
        ("opened", "ip"),
        ("shut", "domain"),
    ]
    assert {one["ref"] for one in doors[:3]} == {f"door-{made['id']}"} and doors[0]["public"]["by"].startswith("staff-")
    assert (doors[0]["public"]["severity"], doors[1]["public"]["severity"]) == ("no_access", "sign_up_block")
    whole = b"".join(body for _, body, _ in found).decode()
    assert all(word not in whole for word in ("192.0.2", "शोर", "spam.example"))
    for one, opens in told:
        assert len(one["_sd"]) == 2 and set(opens) == {"what", "comment"}, "only who holds these can say which it was"
