"""Whom a reader trusts: a log's keys, its witnesses, and how many of them must have signed (c2sp.org/tlog-policy)."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from chaupal_audit.errors import Malformed
from chaupal_audit.tlog.cosignatures import WitnessKey
from chaupal_audit.tlog.notes import VerifyingKey, parse_checkpoint

NONE = "none"  # the quorum that asks for no witness
MOST_LINES = 1_000
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Party[K: (VerifyingKey, WitnessKey)](NamedTuple):
    """A log or a witness, and where it is, if that is said."""

    key: K
    url: str = ""


class Group(NamedTuple):
    """So many of these witnesses or groups."""

    least: int
    members: tuple[str, ...]


class Policy:
    """What a checkpoint needs to be believed. `witnesses` and `groups` by the name that the policy gives them."""

    def __init__(self) -> None:
        self.logs: list[Party[VerifyingKey]] = []
        self.witnesses: dict[str, Party[WitnessKey]] = {}
        self.groups: dict[str, Group] = {}
        self.quorum = ""

    @property
    def key(self) -> str | None:
        """The vkey of the log, where the policy names one log."""
        return str(self.logs[0].key) if len(self.logs) == 1 else None

    @property
    def least(self) -> int:
        """How few witnesses can make the quorum."""
        return self._least(self.quorum)

    def signed_by(self, note: str) -> dict[str, int]:
        """Witness -> when (seconds since 1970) it signed this checkpoint. Raises Malformed for what is no checkpoint."""
        _, text, signatures = parse_checkpoint(note)
        found: dict[str, int] = {}
        for name, witness in self.witnesses.items():
            times = [at for one in signatures if (at := witness.key.cosigned(one, text)) is not None]
            found |= {name: max(times)} if times else {}
        return found

    def holds(self, names: Iterable[str]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._holds(self.quorum, frozenset(names))

    def _holds(self, name: str, signed: frozenset[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self._holds(member, signed) for member in group.members) >= group.least

    def _least(self, name: str) -> int:
        group = self.groups.get(name)
        if group is None:
            return int(name != NONE)
        return sum(sorted(map(self._least, group.members))[: group.least])


def parse_policy(text: str) -> Policy:
    """A policy from the text of its file. Raises Malformed, saying in which line."""
    policy = Policy()
    if _FORBIDDEN.search(text):
        raise Malformed("a policy has no control characters")
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip(" \t").replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        read = LINES.get(words[0])
        if read is None or number > MOST_LINES:
            raise Malformed(f"line {number}: neither log, witness, group nor quorum")
        try:
            read(policy, words[1:])
        except Malformed as error:
            raise Malformed(f"line {number}: {error.message}") from error
    if not policy.quorum:
        raise Malformed("a policy says its quorum")
    return policy


def policy_of(witnesses: Iterable[str], quorum: int | None = None) -> Policy:
    """A policy of these witnesses' vkeys, `quorum` of whom must have signed: by default more than half. Raises Malformed."""
    keys = [WitnessKey.parse(vkey) for vkey in witnesses]
    if len({key.name for key in keys}) < len(keys):
        raise Malformed("two witnesses have the same name")
    needed = len(keys) // 2 + 1 if quorum is None else quorum
    lines = [f"witness {number} {key}" for number, key in enumerate(keys, 1)]
    members = " ".join(str(number) for number in range(1, len(keys) + 1))
    end = [f"group all-of-them {needed} {members}", "quorum all-of-them"] if needed else [f"quorum {NONE}"]
    policy = parse_policy("\n".join([*lines, *end]))
    # What is shown is the name by which a witness signs.
    policy.witnesses = {party.key.name: party for party in policy.witnesses.values()}
    policy.groups = {name: Group(group.least, tuple(key.name for key in keys)) for name, group in policy.groups.items()}
    return policy


def write_policy(logs: Iterable[Party[VerifyingKey]], witnesses: Iterable[Party[WitnessKey]], quorum: int) -> str:
    """The file of a policy in which each witness counts once."""
    named = list(witnesses)
    names = [party.key.name for party in named]
    lines = [
        *(f"log {party.key} {party.url}".rstrip() for party in logs),
        *(f"witness {party.key.name} {party.key} {party.url}".rstrip() for party in named),
    ]
    enough = min(quorum, len(names))
    lines += [f"group witnesses {enough} {' '.join(names)}", "quorum witnesses"] if enough else [f"quorum {NONE}"]
    return "\n".join(lines) + "\n"


def _log(policy: Policy, words: list[str]) -> None:
    if len(words) not in (1, 2):
        raise Malformed("log, its key, and where it is")
    key = VerifyingKey.parse(words[0])
    if any(known.key.public == key.public for known in policy.logs):
        raise Malformed("this log is named twice")
    policy.logs.append(Party(key, *words[1:]))


def _witness(policy: Policy, words: list[str]) -> None:
    if len(words) not in (2, 3):
        raise Malformed("witness, its name, its key, and where it is")
    name, key = _fresh(policy, words[0]), WitnessKey.parse(words[1])
    if any(known.key.public == key.public for known in policy.witnesses.values()):
        raise Malformed("this witness is named twice")
    policy.witnesses[name] = Party(key, *words[2:])


def _group(policy: Policy, words: list[str]) -> None:
    if len(words) < 3:
        raise Malformed("group, its name, all, any or a number, and its members")
    name, how, members = _fresh(policy, words[0]), words[1], words[2:]
    taken = {one for group in policy.groups.values() for one in group.members}
    for member in members:
        if member not in policy.witnesses and member not in policy.groups:
            raise Malformed(f"{member} is not defined before")
        if member in taken or members.count(member) > 1:
            raise Malformed(f"{member} counts once only")
    least = {"all": len(members), "any": 1}.get(how) or (int(how) if re.fullmatch("[1-9][0-9]{0,2}", how) else 0)
    if not 1 <= least <= len(members):
        raise Malformed(f"{how} of {len(members)} is no number of them")
    policy.groups[name] = Group(least, tuple(members))


def _quorum(policy: Policy, words: list[str]) -> None:
    if len(words) != 1 or policy.quorum:
        raise Malformed("one quorum, one name")
    if words[0] != NONE and words[0] not in policy.witnesses and words[0] not in policy.groups:
        raise Malformed(f"{words[0]} is not defined before")
    policy.quorum = words[0]


def _fresh(policy: Policy, name: str) -> str:
    if name == NONE or name in policy.witnesses or name in policy.groups:
        raise Malformed(f"{name} is taken")
    return name


LINES: dict[str, Callable[[Policy, list[str]], None]] = {
    "log": _log,
    "witness": _witness,
    "group": _group,
    "quorum": _quorum,
}
