"""What every answer to another server has in common: who asks, and in which form it is answered."""

from collections.abc import Sequence
from typing import Any

from chaupal.federation import viewing
from chaupal.federation.context import Federation
from chaupal.federation.writing.terms import alone
from chaupal.http.call import Answer, Call, json
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Viewer

ACTIVITY = "application/activity+json; charset=utf-8"

type Json = dict[str, Any]


def federation(call: Call[Any]) -> Federation:
    """These routes are there only where other servers are talked to. Raises NotFound."""
    if (found := call.house.federation) is None:
        raise NotFound
    return found


async def asker(call: Call[Any]) -> Viewer:
    """Whoever signed the request; else a stranger from nobody knows where. Raises NotSigned, NotAllowed."""
    return await viewing.viewer(federation(call), "GET", call.target, call.headers)


def activity_answer(thing: Json, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """A thing by itself, as servers read it."""
    answer = json(alone(thing), status, list(headers))
    answer.mime = ACTIVITY
    return answer
