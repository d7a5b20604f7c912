"""The inboxes: where other servers bring what happened there. Who signed it is found out first; what is nothing to us costs little."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chaupal.federation.context import Federation
from chaupal.federation.reading.activities import Activity
from chaupal.federation.reading.values import MOST_BYTES, Unreadable
from chaupal.federation.signing import verifying
from chaupal.federation.signing.asked import NotSigned
from chaupal.federation.taking import inbox, unproven
from chaupal.federation.taking.acting import Doer
from chaupal.http.call import Answer, Call, Route, post
from chaupal.kernel.errors import Malformed, NotAllowed, Unavailable, or_not_found
from chaupal.kernel.logger import log
from chaupal.policy.viewer import Surface


class ActivitySent(msgspec.Struct):
    """An activity as it was sent: what it says is signed, so nobody writes it anew. `handle`: in whose inbox; all are one."""

    body: Annotated[str, Meta(max_length=MOST_BYTES)] = ""
    handle: Annotated[str, Meta(max_length=100)] = ""


async def take(call: Call[ActivitySent]) -> Answer:
    """202 for whatever was heard, also where it is refused here or nobody's business; 401 where nobody signed it so that it holds;
    503 where that cannot be told now, since the key cannot be had: many servers send again what is answered so, and few a 401.

    A deletion is answered alike whoever it is about: else anybody could ask in turn who is known here.
    """
    fed = or_not_found(call.house.federation)
    body = call.args.body.encode()
    try:
        act = inbox.read(body)
        if act is not None and act.kind == "Delete":
            await _take_deletion(call, fed, act, body)
        elif act is not None:
            await _take(call, fed, act, body)
    except Unreadable as problem:
        raise Malformed("activity_unreadable", why=problem.why) from problem
    except NotSigned as problem:
        if problem.passing:
            raise Unavailable from problem
        raise
    return Answer(b"", 202, "text/plain")


async def _take(call: Call[ActivitySent], fed: Federation, act: Activity, body: bytes) -> None:
    signer = await verifying.verify(fed, "POST", call.target, call.headers, body)
    await inbox.take(fed, Doer(*signer), act, body)


async def _take_deletion(call: Call[ActivitySent], fed: Federation, act: Activity, body: bytes) -> None:
    """What only the request itself says is refused; whether its signature holds is looked at for those who are known alone, and shows
    in no answer. Raises NotSigned where it says of nobody that they have signed it.

    No key is fetched before the answer: how long that took, and that whoever has the key was asked for it, would tell that it is about
    somebody who is known. And nobody sends again what is answered so. So it waits for its key here.
    """
    claims = verifying.claimed(fed, "POST", call.target, call.headers, body)
    if await inbox.is_nothing(fed, act):
        return
    try:
        if (signer := await verifying.known_signer(fed, claims)) is not None:
            await inbox.take(fed, Doer(*signer), act, body)
        else:
            await unproven.let_wait(fed, act, claims, call.address)
    except (NotAllowed, Unreadable) as problem:
        log.info("a deletion is not believed", why=getattr(problem, "why", problem.args))


ROUTES: tuple[Route, ...] = (
    post("/inbox", take, Surface.NONE, public=True, peer=True, raw=True, body=MOST_BYTES),
    post("/@{handle}/inbox", take, Surface.NONE, public=True, peer=True, raw=True, body=MOST_BYTES),
)
