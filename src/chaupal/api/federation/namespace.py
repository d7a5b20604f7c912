"""What those of our words mean that no other vocabulary has, for whoever looks them up (docs/fep-withheld-in.md)."""

from chaupal.federation.writing.withheld import TERMS
from chaupal.http.call import Answer, Call, json
from chaupal.http.route import Nothing, Route, get
from chaupal.policy.surface import Surface

LD = "application/ld+json; charset=utf-8"


async def show(call: Call[Nothing]) -> Answer:
    """A JSON-LD context. Nobody has to ask for it: what we send bears the same words."""
    answer = json({"@context": TERMS}, headers=[("cache-control", "public, max-age=86400")])
    answer.mime = LD
    return answer


ROUTES: tuple[Route, ...] = (get("/ns", show, Surface.NONE, peer=True, public=True),)
