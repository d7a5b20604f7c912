"""The play of the village, read from `village.toml`: its cast, its scenes, its orders, in checked shapes."""

from pathlib import Path
from typing import Literal

import msgspec

from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.policy.viewer import Role

PLAY = Path(__file__).with_name("village.toml")


class Villager(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the cast. Lists of handles are separated by spaces; `grants`: who may follow a locked account."""

    handle: str
    name: str
    part: str
    note: str
    follows: str = ""
    grants: str = ""
    locked: bool = False
    portrait: str = ""
    role: Role = Role.MEMBER
    country: str = "IN"
    language: str = "hi"


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One post: `wait` minutes after the line before. `to` is the `id` of the line that it answers."""

    by: str
    text: str
    id: str = ""
    to: str = ""
    cw: str = ""
    lang: str = ""
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    picture: str = ""
    alt: str = ""
    likes: str = ""
    reposts: str = ""
    wait: float = 3


class Scene(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines that belong together; the first is said `ago` hours before the village is founded."""

    ago: float
    lines: tuple[Line, ...]


class StoryTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target and what is decided about it. `what`: a handle with its @, the `id` of a line, or an address."""

    what: str
    outcome: str = ""
    reason: str = ""
    code: str = ""
    finding: str = ""
    first_reason: str = ""
    return_reason: str = ""
    lifted_because: str = ""


class Ordered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order and its course, in hours before the village is founded; what has no hour has not happened.

    `holds`: hours until it ends by itself.
    """

    received: float
    officer: str
    officer_rank: str
    reference_no: str
    legal_basis: str
    grounds: str
    reasons: str
    target: tuple[StoryTarget, ...]
    regime: str = ""
    role: str = ""
    bases: str = ""
    proposed: float | None = None
    returned: float | None = None
    approved: float | None = None
    lifted: float | None = None
    holds: float | None = None


class Protected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the cast who is protected as a speaker, so many hours before the village is founded."""

    ago: float
    handle: str
    speaker_class: str
    evidence: str


class Matter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What broke a rule of the house and what was done about it. `what`: a handle or a #tag; `days`: until it ends.

    `appeal`: what was written against it, `appealed` hours before the founding.
    """

    ago: float
    what: str
    rule: int
    source: str
    grounds: str
    outcome: str
    reason: str
    territory: str = ""
    days: float | None = None
    permanent: bool = False
    appeal: str = ""
    appealed: float = 0
    appeal_outcome: str = ""
    appeal_reason: str = ""


class Stated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public statement about orders (by their number in the play), and what the authority replied."""

    ago: float
    slug: str
    title: str
    title_hi: str
    body: str
    body_hi: str
    orders: tuple[int, ...]
    replied: float
    reply: str


class Play(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    cast: tuple[Villager, ...]
    scene: tuple[Scene, ...]
    authority: AuthorityForm
    order: tuple[Ordered, ...]
    speaker: tuple[Protected, ...] = ()
    matter: tuple[Matter, ...] = ()
    statement: tuple[Stated, ...] = ()

    def with_role(self, role: Role) -> str:
        """The handle of the first of the cast who has it."""
        return next(villager.handle for villager in self.cast if villager.role is role)


def load_play() -> Play:
    """Raises msgspec.ValidationError with the place of what is wrong."""
    return msgspec.toml.decode(PLAY.read_bytes(), type=Play)
