"""Staff in a storm: they withhold and lift, suspend and let in, shut doors and open them; members block, tokens are taken back.

Each is a law for whoever reads from then on. What broke is looked at before it is tried again, as people do.
"""

import asyncio
import random
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from cluster.asking import Asker, Notebook
from cluster.cast import SHUNNED, SUSPECTS, Cast

REASON = "The post names a person as armed, which the order shows to be false."
DESPITE = "The office was asked for what is missing, and answered on the telephone."
LIFTING = "The court has looked at it again: it is a report of what happened."
HELD = (0.3, 2.5)  # seconds that something stays as it was decided
MOST_TRIES = 100
DOORS = 6  # addresses that are shut and opened
NET = "203.0.113."


class Judges:
    """All of them, on one notebook; `over` ends them between two acts."""

    def __init__(self, cast: Cast, book: Notebook, chance: random.Random, over: asyncio.Event) -> None:
        self.cast, self.book, self.chance, self.over = cast, book, chance, over
        self.posts: list[str] = []  # ids of posts that orders are about, newest last
        self.decided: list[tuple[str, float]] = []  # (post id, when its withholding was answered)

    def lives(self) -> list[Awaitable[None]]:
        """What goes on at once."""
        blocks = (self._forever(self.block, who, whom) for who, whom in SHUNNED)
        suspensions = (self._forever(self.suspend, whom) for whom in SUSPECTS)
        doors = (self._forever(self.shut, f"{NET}{n}") for n in range(1, DOORS + 1))
        orders = (self._orders(number) for number in range(2))
        return [*orders, *suspensions, *blocks, *doors, self._forever(self.revoke)]

    async def _forever(self, act: Callable[..., Awaitable[None]], *about: str) -> None:
        with self.book.asker() as asker:
            while not self.over.is_set():
                await act(asker, *about)
                await self.rest()

    async def begin(self) -> None:
        """Everything is as if nothing had been decided yet."""
        with self.book.asker() as asker:
            for whom in SUSPECTS:
                account = self.cast.members[whom].id
                await self._law(
                    asker, "dev", f"law account {whom}", "shown", f"/api/v1/admin/accounts/{account}/unsuspend", {}
                )
            for who, whom in SHUNNED:
                other = self.cast.members[whom].id
                await self._law(asker, who, f"law block {who} {whom}", "shown", f"/api/v1/accounts/{other}/unblock", {})
            for number in range(1, DOORS + 1):
                await self.open(asker, f"{NET}{number}")

    async def rest(self) -> None:
        await asyncio.sleep(self.chance.uniform(*HELD))

    # --- orders ---

    async def _orders(self, line: int) -> None:
        with self.book.asker() as asker:
            for number in count(1):
                if self.over.is_set():
                    return
                await self._order(asker, f"law{line}{self.cast.mark}{number}x")

    async def _order(self, asker: Asker, word: str) -> None:
        """A post, an order about it, a decision by two, and its lift."""
        id_ = await self._target(asker, word)
        ref = await self._receive(asker, word, id_) if id_ else ""
        if not ref:
            return
        self.posts.append(id_)
        case = f"/api/v1/admin/orders/{ref}/targets/1"
        await self._until(asker, "clerk", f"/api/v1/admin/orders/{ref}/steps", {"verb": "check"})
        draft = {"outcome": "withhold_post", "reason": REASON, "despite": DESPITE}
        if not await self._until(asker, "ravi", f"{case}/propose", draft, case=case, state="measure_proposed"):
            return
        in_force = self._is(asker, case, "in_force")
        if await self._law(asker, "dev", f"law post {word}", "hidden", f"{case}/approve", {}, in_force):
            self.decided.append((id_, time.monotonic()))
            await self.rest()
            lifted = self._is(asker, case, "lifted")
            await self._law(asker, "dev", f"law post {word}", "shown", f"{case}/lift", {"reason": LIFTING}, lifted)
            await self.rest()

    async def _target(self, asker: Asker, word: str) -> str:
        for _ in range(MOST_TRIES):
            answer = await self.book.do(
                asker,
                "meera",
                f"post {word}",
                "there",
                "POST",
                "/api/v1/statuses",
                token=self.cast.token("meera"),
                body={"status": f"{word} किसान"},
                headers={"idempotency-key": word},
                brings=(f"post {word}",),
            )
            if answer is not None and answer.status == 200:
                self.cast.words[answer.json()["id"]] = word
                return str(answer.json()["id"])
            await asyncio.sleep(0.2)
        return ""

    async def _receive(self, asker: Asker, word: str, post: str) -> str:
        """The order's reference. Where the answer broke there may be one, and it is left alone."""
        cookie, csrf = self.cast.cookie
        typed = {
            "authority": self.cast.authority,
            "officer": "A. Sharma",
            "officer_rank": "Joint Secretary",
            "reference_no": word,
            "regime": "IN-69A",
            "role": "designated_officer",
            "bases[]": "public_order",
            "legal_basis": "IT Act 2000, s. 69A",
            "grounds": "public order",
            "territory": "IN",
            "dated": "2021-02-04",
            "origin_note": "Confirmed on the telephone.",
            "targets": f"http://127.0.0.1:{self.book.port}/@meera/{post}",
            "csrf": csrf,
        }
        answer = await self.book.do(
            asker,
            "clerk",
            f"order {word}",
            "there",
            "POST",
            "/office/orders",
            form=typed,
            headers={"cookie": cookie},
            done=(303,),
            brings=(f"order {word}", f"entry order {word}"),
        )
        if answer is None:
            return ""
        if answer.status != 303:
            self.book.strange.append(f"{answer.status} to an order: {answer.body[-1500:]!r}")
            return ""
        return answer.headers["location"].partition("?")[0].rpartition("/")[2]

    async def _until(
        self, asker: Asker, who: str, path: str, said: dict[str, Any], *, case: str = "", state: str = ""
    ) -> bool:
        """Do something until it is done; where it broke, one looks first whether it is."""
        for _ in range(MOST_TRIES):
            answer = await self.book.ask(asker, "POST", path, token=self.cast.token(who), body=said)
            if answer is not None and answer.status in (200, 202):
                return True
            if answer is not None and answer.status not in (409, 422, 429):
                self.book.strange.append(f"{answer.status} {path}: {answer.body[:300]!r}")
                return False
            if case and await self._state(asker, case) == state:
                return True
            if answer is not None and not case:
                return True  # it is done: a step that was taken already is refused
            await asyncio.sleep(0.2)
        return False

    async def _state(self, asker: Asker, case: str) -> str:
        answer = await self.book.ask(asker, "GET", case, token=self.cast.token("dev"))
        return answer.json()["state"] if answer is not None and answer.status == 200 else ""

    async def _law(
        self,
        asker: Asker,
        who: str,
        what: str,
        value: str,
        path: str,
        said: dict[str, Any],
        holds: Callable[[], Awaitable[bool]] | None = None,
    ) -> bool:
        """Make a law. Where its answer broke or it was refused one looks whether it holds, before one tries again."""
        for _ in range(MOST_TRIES):
            answer = await self.book.do(asker, who, what, value, "POST", path, token=self.cast.token(who), body=said)
            if answer is not None and answer.status == 200:
                return True
            if holds is not None and await holds():
                return True
            if answer is not None and answer.status not in (409, 422, 429):
                self.book.strange.append(f"{answer.status} {path}: {answer.body[:300]!r}")
                return False
            if self.over.is_set():
                return False
            await asyncio.sleep(0.2)
        return False

    def _is(self, asker: Asker, case: str, state: str) -> Callable[[], Awaitable[bool]]:
        async def holds() -> bool:
            return await self._state(asker, case) == state

        return holds

    # --- people ---

    async def suspend(self, asker: Asker, whom: str) -> None:
        """The house's own rules: proposed by one, approved by another, ended."""
        account, what = self.cast.members[whom].id, f"law account {whom}"
        path = f"/api/v1/admin/accounts/{account}"
        said = {"type": "suspend", "text": "Forty accounts of one hand post the same sentence every minute."}
        answer = await self.book.ask(asker, "POST", f"{path}/action", token=self.cast.token("ravi"), body=said)
        if answer is None or answer.status != 202:
            if answer is not None and answer.status not in (409, 422):
                self.book.strange.append(f"{answer.status} to a suspension: {answer.body[:300]!r}")
            await self._law(asker, "dev", what, "shown", f"{path}/unsuspend", {})
            return
        case = f"/api/v1/admin/orders/{answer.json()['ref']}/targets/1"
        if await self._law(asker, "dev", what, "hidden", f"{case}/approve", {}, self._is(asker, case, "in_force")):
            await self.rest()
            await self._law(asker, "dev", what, "shown", f"{path}/unsuspend", {}, self._is(asker, case, "lifted"))

    async def block(self, asker: Asker, who: str, whom: str) -> None:
        other = self.cast.members[whom].id
        for value, verb in (("hidden", "block"), ("shown", "unblock")):
            await self._law(asker, who, f"law block {who} {whom}", value, f"/api/v1/accounts/{other}/{verb}", {})
            await self.rest()

    async def shut(self, asker: Asker, address: str) -> None:
        what, path = f"law door {address}", "/api/v1/admin/ip_blocks"

        async def is_shut() -> bool:
            return bool(await self._door(asker, address))

        said = {"ip": f"{address}/32", "severity": "no_access"}
        await self._law(asker, "owner", what, "hidden", path, said, is_shut)
        await self.rest()
        await self.open(asker, address)

    async def open(self, asker: Asker, address: str) -> None:
        """Nothing shuts an address any more."""
        what, path = f"law door {address}", "/api/v1/admin/ip_blocks"
        for _ in range(MOST_TRIES):
            door = await self._door(asker, address)
            if door == "":
                return
            if door is not None:
                answer = await self.book.do(
                    asker,
                    "owner",
                    what,
                    "shown",
                    "DELETE",
                    f"{path}/{door}",
                    token=self.cast.token("owner"),
                    done=(200, 404),
                )
                if answer is not None:
                    return
            await asyncio.sleep(0.2)

    async def _door(self, asker: Asker, address: str) -> str | None:
        """The id of what shuts an address; "" where it is open, None where nobody could say."""
        answer = await self.book.ask(asker, "GET", "/api/v1/admin/ip_blocks?limit=100", token=self.cast.token("owner"))
        if answer is None or answer.status != 200:
            return None
        return next((str(door["id"]) for door in answer.json() if door["ip"] == f"{address}/32"), "")

    async def revoke(self, asker: Asker) -> None:
        if self.cast.revoked >= len(self.cast.tokens):
            return
        number, (id_, secret) = self.cast.revoked, self.cast.app
        self.cast.revoked += 1
        await self.rest()
        basic = {"authorization": "Basic " + b64encode(f"{id_}:{secret}".encode()).decode()}
        form = {"token": self.cast.tokens[number]}
        for _ in range(MOST_TRIES):
            what = f"law token {number}"
            answer = await self.book.do(
                asker, "teja", what, "hidden", "POST", "/oauth/revoke", form=form, headers=basic
            )
            if answer is not None:
                return
            await asyncio.sleep(0.2)
