"""The register of authorities for staff's programs: proposed by one, agreed to by another, and so is every change."""

from typing import Any

import msgspec

from chaupal.governance.orders import authorities
from chaupal.governance.orders.authorities import Authority, AuthorityDetails, AuthorityForm
from chaupal.http.call import Call, Nothing, Route, get, post
from chaupal.http.paging import ById, Number
from chaupal.policy.viewer import Surface


class AuthorityChanged(AuthorityForm, kw_only=True):
    """What is to be known of it; its name and country stay."""

    id: Number


class AuthorityAgreed(msgspec.Struct, kw_only=True):
    """`seen`: the one of the authority as it was looked at; refused where something else waits by now."""

    id: Number
    seen: Number | None = None


class AuthorityKnown(msgspec.Struct, kw_only=True):
    """What an order of it is known by."""

    name_hi: str
    office: str
    email_domain: str
    issuer_class: str
    keys: list[str]
    contact: str


class AuthorityShown(AuthorityKnown, kw_only=True):
    """An authority. `state`: proposed (nothing is taken from it yet), agreed, or changing (a change waits for a second person).

    `proposed`: as it would be known by the change; `seen`: the log's entry of what waits, which whoever agrees sends along.
    """

    id: str
    name: str
    jurisdiction: str
    state: str
    proposed: AuthorityKnown | None
    seen: int | None
    log_index: int


async def listed(call: Call[Nothing]) -> list[AuthorityShown]:
    """All authorities by name, proposed ones too."""
    return [await _shown(call, one) for one in await authorities.every(call.house.court, call.viewer)]


async def register(call: Call[AuthorityForm]) -> AuthorityShown:
    """Propose an authority; nothing is taken from it until another person agrees."""
    return await _shown(call, await authorities.register(call.house.court, call.viewer, call.args))


async def change(call: Call[AuthorityChanged]) -> AuthorityShown:
    """Propose what is to be known of an authority; it holds once another person agrees, and its contact is told."""
    await authorities.change(call.house.court, call.viewer, call.args.id, call.args)
    return await _shown(call, await authorities.by_id(call.house.court, call.viewer, call.args.id))


async def agree(call: Call[AuthorityAgreed]) -> AuthorityShown:
    """Agree to what another person proposed of an authority."""
    args = call.args
    return await _shown(call, await authorities.agree(call.house.court, call.viewer, args.id, args.seen))


async def drop(call: Call[ById]) -> None:
    """Take back what is proposed of an authority."""
    await authorities.drop(call.house.court, call.viewer, call.args.id)


async def _shown(call: Call[Any], authority: Authority) -> AuthorityShown:
    waits = await authorities.proposed_of(call.house.court, call.viewer, authority.id)
    new = authority.agreed_by is None
    return AuthorityShown(
        id=str(authority.id),
        name=authority.name,
        jurisdiction=authority.jurisdiction,
        **_known_by(authority),
        state="proposed" if new else "changing" if waits else "agreed",
        proposed=AuthorityKnown(**_known_by(waits.body)) if waits else None,
        seen=authority.log_index if new else waits.log_index if waits else None,
        log_index=authority.log_index,
    )


def _known_by(one: Authority | AuthorityDetails) -> dict[str, Any]:
    return {
        "name_hi": one.name_hi,
        "office": one.office,
        "email_domain": one.email_domain,
        "issuer_class": one.issuer_class,
        "keys": list(one.keys),
        "contact": one.contact,
    }


API = "/api/v1/admin/authorities"
ENTER: dict[str, Any] = {"scope": "admin:write:orders", "may": "register_authority"}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, scope="admin:read:orders", may="see_office"),
    post(API, register, Surface.OFFICE, **ENTER),
    post(f"{API}/{{id}}", change, Surface.OFFICE, **ENTER),
    post(f"{API}/{{id}}/agree", agree, Surface.OFFICE, scope="admin:write:orders", may="agree_authority"),
    post(f"{API}/{{id}}/drop", drop, Surface.OFFICE, scope="admin:write:orders", may="see_office"),
)
