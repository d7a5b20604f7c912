"""The register of authorities for staff's programs: proposed by one, agreed to by another, and so is every change."""

from typing import Any

import msgspec

from chaupal.governance.orders import authorities
from chaupal.governance.orders.authorities import Authority, AuthorityForm
from chaupal.http.call import Call, Nothing, Route, get, post
from chaupal.http.paging import ById, Number
from chaupal.policy.surface import Surface


class AuthorityChanged(AuthorityForm, kw_only=True):
    """What is to be known of it; its name and country stay."""

    id: Number


class AuthorityShown(msgspec.Struct, kw_only=True):
    """An authority. `state`: proposed (nothing is taken from it yet), agreed, or changing (a change waits for a second person)."""

    id: str
    name: str
    name_hi: str
    jurisdiction: str
    office: str
    email_domain: str
    issuer_class: str
    keys: list[str]
    contact: str
    state: str
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


async def agree(call: Call[ById]) -> AuthorityShown:
    """Agree to what another person proposed of an authority."""
    return await _shown(call, await authorities.agree(call.house.court, call.viewer, call.args.id))


async def drop(call: Call[ById]) -> None:
    """Take back what is proposed of an authority."""
    await authorities.drop(call.house.court, call.viewer, call.args.id)


async def _shown(call: Call[Any], authority: Authority) -> AuthorityShown:
    waits = await authorities.proposed_of(call.house.court, call.viewer, authority.id) is not None
    return AuthorityShown(
        id=str(authority.id),
        name=authority.name,
        name_hi=authority.name_hi,
        jurisdiction=authority.jurisdiction,
        office=authority.office,
        email_domain=authority.email_domain,
        issuer_class=authority.issuer_class,
        keys=list(authority.keys),
        contact=authority.contact,
        state="proposed" if authority.agreed_by is None else "changing" if waits else "agreed",
        log_index=authority.log_index,
    )


API = "/api/v1/admin/authorities"
ENTER: dict[str, Any] = {"scope": "admin:write:orders", "may": "register_authority"}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, scope="admin:read:orders", may="see_office"),
    post(API, register, Surface.OFFICE, **ENTER),
    post(f"{API}/{{id}}", change, Surface.OFFICE, **ENTER),
    post(f"{API}/{{id}}/agree", agree, Surface.OFFICE, scope="admin:write:orders", may="agree_authority"),
    post(f"{API}/{{id}}/drop", drop, Surface.OFFICE, scope="admin:write:orders", may="see_office"),
)
