"""Whether this process lives, and whether it may be sent requests: for balancers and supervisors, who ask every second or two."""

from typing import Any

from chaupal.governance.readiness import lacking
from chaupal.http.answer import SOON
from chaupal.http.call import Answer, Call
from chaupal.http.route import Nothing, Route, Shape, get
from chaupal.policy.surface import Surface


async def healthz(call: Call[Nothing]) -> Answer:
    """200 as long as the process answers anything. Nothing else is asked: a database that is away is no reason to be killed."""
    return _plain("ok")


async def readyz(call: Call[Nothing]) -> Answer:
    """200 where requests may be sent here, else 503 with a word of why: `draining`, `store`, `schema` or `keys`."""
    missing = await lacking(call.house.court)
    return _plain(missing, 503) if missing else _plain("ready")


def _plain(word: str, status: int = 200) -> Answer:
    headers = [("cache-control", "no-store"), *([SOON] if status == 503 else [])]
    return Answer(f"{word}\n".encode(), status, "text/plain; charset=utf-8", headers)


BARE: dict[str, Any] = {"shape": Shape.FILE, "public": True, "bare": True}

ROUTES: tuple[Route, ...] = (
    get("/healthz", healthz, Surface.NONE, **BARE),
    get("/readyz", readyz, Surface.NONE, **BARE),
)
