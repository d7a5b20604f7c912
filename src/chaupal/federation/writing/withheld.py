"""What we say of our own things that are withheld in a country (docs/fep-withheld-in.md): what everybody may know, and no more.

Of what is secret or may name nobody nothing is said: a thing with such a ruling is told of as one without it.
"""

from collections.abc import Iterable
from typing import Any

from chaupal.kernel.clock import iso
from chaupal.kernel.settings import Settings
from chaupal.policy.rulings import Ruling, RulingIndex
from chaupal.policy.sentences.placeholders import ABOUT_LIMITS, notice_path
from chaupal.policy.things import Picture

NAMESPACE = "https://w3id.org/fep/0c26"
TERMS: dict[str, Any] = {
    "withheldIn": {"@id": f"{NAMESPACE}#withheldIn", "@type": "@id", "@container": "@set"},
    "Withholding": f"{NAMESPACE}#Withholding",
    "country": f"{NAMESPACE}#country",
    "order": {"@id": f"{NAMESPACE}#order", "@type": "@id"},
}


def of_thing(settings: Settings, index: RulingIndex, id_: int) -> dict[str, Any]:
    """The property for a post or an account, to be put into its object; nothing where there is nothing to say."""
    return _property(settings, index.on(id_))


def of_picture(settings: Settings, index: RulingIndex, picture: Picture) -> dict[str, Any]:
    """The same for an attachment, which can be withheld by itself."""
    return _property(settings, (*index.on(picture.id), *index.covering(picture.content)))


def _property(settings: Settings, found: Iterable[Ruling]) -> dict[str, Any]:
    told = sorted({ruling.id: ruling for ruling in found if ruling.told_abroad}.values(), key=lambda one: one.id)
    said = [_statement(settings, ruling, country) for ruling in told for country in sorted(ruling.territory)]
    return {"withheldIn": said} if said else {}


def _statement(settings: Settings, ruling: Ruling, country: str) -> dict[str, Any]:
    page = notice_path(ruling)
    return {
        "type": "Withholding",
        "country": country,
        **({} if page == ABOUT_LIMITS else {"order": settings.origin + page}),
        "startTime": iso(ruling.starts_at),
        **({} if ruling.ends_at is None else {"endTime": iso(ruling.ends_at)}),
    }
