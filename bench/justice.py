"""W8: from a decision of the court, taken beside the server, to the first reader who meets the placeholder."""

import asyncio
import http.client
import statistics
import time

from bench.data import DataSet, account
from bench.process import Server
from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities, orders
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.orders import OrderForm
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.posts import posts
from chaupal.social.posts.posts import Draft
from chaupal.wire.call import House

TIMES = 5
REASON = "The post names a person as armed, which the order shows to be false."
PATIENCE = 5.0  # seconds


def measure(server: Server, data: DataSet) -> float:
    """Milliseconds, the median."""
    return statistics.median(asyncio.run(_sit(server, data)))


async def _sit(server: Server, data: DataSet) -> list[float]:
    async with visiting(data.settings) as house:
        clerk, one, other = [await _staff(house, role) for role in (Role.CLERK, Role.REVIEWER, Role.APPROVER)]
        ministry = await authorities.register(
            house.court, clerk, AuthorityForm(name="Ministry", name_hi="मंत्रालय", jurisdiction="IN")
        )
        times: list[float] = []
        for number in range(TIMES):
            me = data.people[0]
            post = await posts.publish(house.square, Viewer(account=me, country="IN"), Draft(text=f"बात {number}"))
            path = f"/@{data.handle}/{post}"
            form = OrderForm(
                authority=ministry.id, officer="A. Sharma", officer_rank="Joint Secretary", reference_no=str(number),
                legal_basis="IT Act 2000, section 69A", grounds="public order", territory="IN", dated="2021-02-10",
                targets=house.settings.origin + path,
                origin_note="The office confirmed it on the telephone.", regime="IN-69A", role="designated_officer",
                bases=("public_order",),
            )  # fmt: skip
            ref = await orders.receive(house.court, clerk, form)
            await decisions.propose(house.court, one, ref, 1, outcome="withhold_post", reason=REASON)
            await decisions.approve(house.court, other, ref, 1)
            times.append(_until_withheld(server, path))
        return times


async def _staff(house: House, role: Role) -> Viewer:
    id_ = await account(house.square, f"bench_{role}", role=role)
    return Viewer(account=id_, country="IN", role=role)


def _until_withheld(server: Server, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 451:
            return (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    raise SystemExit("a decision was not obeyed")
