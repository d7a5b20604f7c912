"""Whether this process lives, and whether it may be sent requests: for balancers and supervisors, who ask every second or two. And
`/metrics`: the gauges of the court and what processes count of themselves, for Prometheus, with the setting's token.
"""

import asyncio
import base64
import binascii
import hmac
from typing import Any

from chaupal.api.admin.figures import head, line, of_all
from chaupal.governance.gauges import Gauge, gauges
from chaupal.governance.readiness import lacking
from chaupal.http.answer import SOON
from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface

# https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
METRICS_MIME = "text/plain; version=0.0.4; charset=utf-8"


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


async def metrics(call: Call[Nothing]) -> Answer:
    """The gauges of the court, and what processes count of themselves. Without the token this address does not exist."""
    wanted = call.house.settings.metrics_token
    if not wanted or not hmac.compare_digest(_password(call.headers.get("authorization", "")), wanted.encode()):
        raise NotFound
    court = call.house.court
    text = "".join(written(gauge) for gauge in await gauges(court))
    text += await asyncio.to_thread(of_all, court.settings, court.work.vitals, court.clock())
    return Answer(text.encode(), mime=METRICS_MIME, headers=[("cache-control", "no-store")])


def written(gauge: Gauge) -> str:
    """One gauge with its samples; none where it has none."""
    samples = [line(gauge.name, dict(labels), value) for value, labels in gauge.samples]
    return "".join(f"{one}\n" for one in (*head(gauge.name, "gauge", gauge.help), *samples))


def _password(header: str) -> bytes:
    """Of HTTP basic authentication (RFC 7617): a bearer token would be taken for an app's. Whatever name comes with it."""
    kind, _, sent = header.partition(" ")
    try:
        return base64.b64decode(sent, validate=True).partition(b":")[2] if kind.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


BARE: dict[str, Any] = {"shape": Shape.FILE, "public": True, "bare": True}

ROUTES: tuple[Route, ...] = (
    get("/healthz", healthz, Surface.NONE, **BARE),
    get("/livez", healthz, Surface.NONE, **BARE),
    get("/readyz", readyz, Surface.NONE, **BARE),
    get("/metrics", metrics, Surface.NONE, shape=Shape.FILE, public=True, limit=(120, 60)),
)
