"""Whose notification is told, kept apart or dropped, by the policy of whoever is to be told; looked up only where there is one."""

from collections.abc import Sequence

from chaupal.fanout.context import Carrier
from chaupal.policy.gate import subjects_of
from chaupal.policy.rules import LIMITS
from chaupal.policy.viewer import Role
from chaupal.store.identity import accounts
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notification_policy
from chaupal.store.notifications.notification_policy import ACCEPT, DROP, FILTER, NEW, Policy
from chaupal.store.square import graph
from chaupal.store.square.people import sealed_people


async def sift(
    w: Writing, by: int, to: Sequence[int], *, private: bool = False, answers: int | None = None
) -> dict[int, str]:
    """Account -> accept, filter or drop. `private`: by a direct post; `answers`: whom it answers."""
    found = dict.fromkeys(to, ACCEPT)
    policies = await notification_policy.of_many(w, to) if to else {}
    # The house and its staff are heard: they tell people what was decided about them.
    if policies and await accounts.role_of(w, by) != Role.MEMBER:
        return found
    for account, policy in policies.items():
        found[account] = await _verdict(w, policy, account, by, private=private and answers != account)
    return found


async def keep_apart(carrier: Carrier, w: Writing, account: int, by: int) -> None:
    """Somebody's notification was: the account can say a word about them."""
    await notification_policy.ask(w, carrier.make_id, account, by)


async def _verdict(reading: Reading, policy: Policy, account: int, by: int, *, private: bool) -> str:
    tie = (await graph.ties(reading, account, [by]))[by]
    new = reading.now() - await notification_policy.made_at(reading, by) < NEW
    # Whoever one follows is never a stranger, and the strictest of what applies counts.
    said = [
        policy.not_following if not tie.following else ACCEPT,
        policy.not_followers if not tie.followed_by else ACCEPT,
        policy.new_accounts if new and not tie.following else ACCEPT,
        policy.private_mentions if private and not tie.following else ACCEPT,
        policy.limited_accounts if not tie.following and await _limited(reading, by) else ACCEPT,
    ]
    strictest = next((way for way in (DROP, FILTER) if way in said), ACCEPT)
    return ACCEPT if strictest != ACCEPT and await notification_policy.permitted(reading, account, by) else strictest


async def _limited(reading: Reading, account: int) -> bool:
    """By itself, or with its whole server."""
    rulings, sealed = await rulings_in_force(reading), await sealed_people(reading, [account])
    named = {account, *(subject.server for subject in subjects_of(list(sealed.values())))}
    return any(ruling.measure in LIMITS for id_ in named for ruling in rulings.on(id_))
