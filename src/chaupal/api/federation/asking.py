"""What every answer to another server has in common: who asks, in which form it is answered, and what is not shown to them."""

from collections.abc import Sequence
from typing import Any

from chaupal.federation import viewing
from chaupal.federation.context import Federation
from chaupal.federation.writing.terms import alone
from chaupal.kernel.errors import Gone, NotFound, WithheldByLaw
from chaupal.policy import epitaph
from chaupal.policy.sealed import Visible
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Viewer
from chaupal.wire.call import Answer, Call, json

ACTIVITY = "application/activity+json; charset=utf-8"

type Json = dict[str, Any]


def federation(call: Call[Any]) -> Federation:
    """These routes are there only where other servers are talked to."""
    if (found := call.house.federation) is None:
        raise NotFound
    return found


async def asker(call: Call[Any]) -> Viewer:
    """Whoever signed the request; else a stranger from nobody knows where. Raises NotSigned, NotAllowed."""
    return await viewing.viewer(federation(call), "GET", call.target, call.headers)


def told(thing: Json, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """A thing by itself, as servers read it."""
    answer = json(alone(thing), status, list(headers))
    answer.mime = ACTIVITY
    return answer


def check_shown(call: Call[Any], seen: Visible[Any] | None) -> None:
    """Raises NotFound, Gone for somebody who is suspended, WithheldByLaw with where it is read why."""
    if seen is None:
        raise NotFound
    if isinstance(seen.verdict, Placeholder):
        if seen.verdict.scope == "suspended":
            raise Gone
        raise WithheldByLaw(notice_url=call.house.settings.origin + epitaph.notice_path(seen.verdict.ruling))
