"""Who is out in a storm: members who write, members who only read, staff, and those about whom staff decide."""

import asyncio
from dataclasses import dataclass, field

import httpx2

from chaupal.app.rooms import visiting
from chaupal.governance.orders import authorities
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.signin import sessions
from serving import Member, join
from waiting import PATIENCE

WRITERS = ("asha", "binod", "chitra", "devika")
READERS = ("karl", "lata", "mohan")
SUSPECTS = ("sitara", "tara")  # suspended and let in again
SHUNNED = (("gita", "hari"), ("hari", "gita"))  # (who blocks, whom)
STAFF = {"clerk": Role.CLERK, "ravi": Role.REVIEWER, "dev": Role.APPROVER, "owner": Role.OWNER}
OF_STAFF = "read write follow push admin:read admin:write"


@dataclass
class Cast:
    """`cookie`: the clerk's, with the word of their forms. `app`: (client_id, client_secret) that may take tokens back."""

    members: dict[str, Member]
    authority: int
    cookie: tuple[str, str]
    app: tuple[str, str]
    tokens: list[str]  # teja's, one for each time that one is taken back
    words: dict[str, str] = field(default_factory=dict[str, str])  # of every post that is known: its id -> its word
    revoked: int = 0  # how many of the tokens were taken back, or are about to be
    reported: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # (by whom, whom)
    storms: int = 0  # how many they were out in
    first_token: int = 0  # of those that this storm takes back

    def go_out(self) -> None:
        """Into the next storm: what was said in the last one is no news."""
        self.storms += 1
        self.words.clear()
        self.first_token = self.revoked

    @property
    def mark(self) -> str:
        """What stands in every word of this storm, and in none of another."""
        return f"r{self.storms}n"

    def token(self, handle: str) -> str:
        return self.members[handle].token


def gather(settings: Settings, url: str, *, tokens: int) -> Cast:
    """Everybody joins; an authority is registered; the clerk is logged in. `settings`: of the store; `url`: where it is served."""
    members = join(settings, *WRITERS, *READERS, *SUSPECTS, "gita", "hari", "meera", "teja")
    for handle, role in STAFF.items():
        members |= join(settings, handle, role=role, scopes=OF_STAFF)
    made = httpx2.post(
        f"{url}/api/v1/apps",
        data={"client_name": "storm", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"},
        timeout=PATIENCE,
    )
    app = made.raise_for_status().json()
    return asyncio.run(_gather(settings, members, app, tokens))


async def _gather(settings: Settings, members: dict[str, Member], app: dict[str, str], tokens: int) -> Cast:
    async with visiting(settings) as house:
        clerk = Viewer(account=int(members["clerk"].id), country="IN", role=Role.CLERK)
        approver = Viewer(account=int(members["dev"].id), country="IN", role=Role.APPROVER)
        ministry = await authorities.register(house.court, clerk, AuthorityForm(name="Ministry", jurisdiction="IN"))
        ministry = await authorities.agree(house.court, approver, ministry.id)
        session = await sessions.begin_session(house.square, clerk.me)
        caller = await sessions.caller_by_cookie(house.square, digest(session.secret))
        assert caller is not None
        teja, app_id = int(members["teja"].id), int(app["id"])
        issued = [await sessions.issue_token(house.square, teja, "read", app=app_id) for _ in range(tokens)]
        return Cast(
            members,
            ministry.id,
            (f"{sessions.COOKIE}={session.secret}", caller.csrf),
            (app["client_id"], app["client_secret"]),
            issued,
        )
