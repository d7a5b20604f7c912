"""An authority's own people for tests: one who is enrolled at the portal, with a browser and a token."""

from typing import Any

import httpx2
import pyotp
import regex

from chaupal.governance.orders import authorities, portal
from chaupal.governance.orders.authorities import Authority, AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.kernel.clock import SECOND
from chaupal.policy.passwords import STEP
from mails import mails_of, secret_in
from village import AUTHORITY, Village

PASSWORD = "a-long-password"
EMAIL = "sharma@meity.gov.in"
ORDER: dict[str, Any] = {
    "regime": "IN-69A",
    "role": "designated_officer",
    "officer": "A. Sharma",
    "officer_rank": "Joint Secretary",
    "reference_no": "16(1)/2021",
    "legal_basis": "IT Act 2000, section 69A",
    "bases": ["public_order"],
    "grounds": "public order",
    "reasons": "It is said to inflame.",
    "dated": "2021-02-10",
}


class Office:
    """Somebody of the ministry. `browser` sends their cookies along; `asks` calls the API with their token."""

    def __init__(self, village: Village, authority: Authority) -> None:
        self.village = village
        self.authority = authority
        self.cookies: dict[str, str] = {"language": "en"}
        self.secret = ""
        self.token = ""

    async def get(self, path: str) -> httpx2.Response:
        return self._kept(await self.village.client.get(path, headers=self.cookie()))

    async def post(self, path: str, page: str = "", files: Any = None, **fields: Any) -> httpx2.Response:
        """Send a form to `path` as it stands on `page` (else on `path`)."""
        word = regex.search(r'name="csrf" value="([^"]+)"', (await self.get(page or path)).text)
        assert word
        answer = await self.village.client.post(
            path, data={"csrf": word[1], **fields}, files=files, headers=self.cookie()
        )
        return self._kept(answer)

    async def ask(self, method: str, path: str, token: str = "", kind: str = "", **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token or self.token}"} | ({"content-type": kind} if kind else {})
        return await self.village.client.request(method, path, headers=headers, **more)

    async def file(self, *targets: str | dict[str, str], **fields: Any) -> httpx2.Response:
        return await self.ask("POST", "/api/v1/orders", json={**ORDER, "targets": list(targets), **fields})

    def code(self) -> str:
        return pyotp.TOTP(self.secret).generate_otp(self.village.clock() // SECOND // STEP)

    def cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


async def ministry(village: Village) -> Authority:
    court, owner = village.running.house.court, village.owner.viewer
    known = await authorities.named(court, owner, AUTHORITY.name)
    if known is None:
        known = await authorities.register(court, owner, AUTHORITY)
        await authorities.agree(court, village.dev.viewer, known.id)
    if known.email_domain:
        return known
    form = AuthorityForm(
        name_hi=known.name_hi, office=known.office, email_domain="meity.gov.in", issuer_class="government"
    )
    await authorities.change(court, owner, known.id, form)
    return await authorities.agree(court, village.dev.viewer, known.id)


async def open_office(village: Village, email: str = EMAIL, authority: Authority | None = None) -> Office:
    """Invited, enrolled over the pages, logged in, with a token."""
    office = Office(village, authority or await ministry(village))
    form = InviteForm(name="A. Sharma", rank="Joint Secretary", email=email)
    await portal.invite(village.running.house.court, village.owner.viewer, office.authority.id, form)
    await village.settle()
    *_, invitation = (mail for mail in mails_of(village.running) if "/portal/enrol/" in mail)  # others go out, too
    path = "/portal/enrol/" + secret_in(invitation, "portal/enrol")
    shown = regex.search(r"<code[^>]*>([A-Z2-7]{32})</code>", (await office.get(path)).text)
    assert shown
    office.secret = shown[1]
    done = await office.post(path, password=PASSWORD, code=office.code())
    assert (done.status_code, done.headers["location"]) == (303, "/portal"), done.text
    made = regex.search(r"chaupal-office-[\w-]+", (await office.post("/portal/token", act="make")).text)
    assert made
    office.token = made[0]
    return office
