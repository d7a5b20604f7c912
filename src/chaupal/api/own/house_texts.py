"""Texts of the house in the API: what it says of itself, its privacy policy, its terms, in the viewer's language.

https://docs.joinmastodon.org/methods/instance/
"""

from html import escape
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.laws import house_texts
from chaupal.governance.laws.house_texts import ABOUT, HouseText
from chaupal.http.call import Call, Nothing, Route, get
from chaupal.kernel.clock import iso
from chaupal.policy.viewer import Surface
from chaupal.text import html


class TermsAsked(msgspec.Struct):
    """The day from which terms hold: `2026-11-26`."""

    date: Annotated[str, Meta(max_length=20)]


class HouseTextShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/ExtendedDescription/, /PrivacyPolicy/"""

    updated_at: str
    content: str


class TermsOfService(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/TermsOfService/"""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


async def extended(call: Call[Nothing]) -> HouseTextShown:
    """What this server says of itself; its description where it has said no more."""
    court, settings = call.house.court, call.house.settings
    found = await house_texts.latest(court, ABOUT)
    if found is not None and found.text:
        return HouseTextShown(iso(found.published_at), html.markdown_html(found.text_in(call.viewer.language)))
    return HouseTextShown(iso(court.clock()), f"<p>{escape(settings.description, quote=False)}</p>")


async def privacy(call: Call[Nothing]) -> HouseTextShown:
    """What is kept of people, and who sees it."""
    found = await house_texts.privacy(call.house.court)
    return HouseTextShown(iso(found.published_at), html.markdown_html(found.text_in(call.viewer.language)))


async def terms(call: Call[Nothing]) -> TermsOfService:
    """The terms in force."""
    return _terms(call, *await house_texts.terms(call.house.court))


async def terms_of(call: Call[TermsAsked]) -> TermsOfService:
    """The terms that hold from a day."""
    return _terms(call, *await house_texts.on(call.house.court, call.args.date))


def _terms(call: Call[Any], text: HouseText, after: HouseText | None) -> TermsOfService:
    return TermsOfService(
        effective_date=text.effective_on,
        effective=house_texts.is_effective(call.house.court, text),
        content=html.markdown_html(text.text_in(call.viewer.language)),
        succeeded_by=after.effective_on if after else None,
    )


API = "/api/v1/instance"
OPEN: dict[str, Any] = {"public": True}

ROUTES: tuple[Route, ...] = (
    get(f"{API}/extended_description", extended, Surface.NONE, **OPEN),
    get(f"{API}/privacy_policy", privacy, Surface.NONE, **OPEN),
    get(f"{API}/terms_of_service", terms, Surface.NONE, **OPEN),
    get(f"{API}/terms_of_service/{{date}}", terms_of, Surface.NONE, **OPEN),
)
