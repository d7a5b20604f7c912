"""Protected speakers for staff's programs: granted by two, ended by two. Evidence is read in the office only."""

from typing import Any

import msgspec

from chaupal.governance.people import speakers
from chaupal.governance.people.speakers import Speaker, SpeakerForm
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, post
from chaupal.http.paging import ById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.kernel.errors import or_not_found
from chaupal.policy.viewer import Surface


class Protected(msgspec.Struct, kw_only=True):
    """Whom the law guards most, as what and until when. `state`: proposed, protected, or ending (protected until another agrees)."""

    id: str
    account_id: str
    speaker_class: str
    state: str
    at: str
    until: str | None
    log_index: int | None


async def listed(call: Call[Nothing]) -> list[Protected]:
    """All who are protected, or proposed to be."""
    return [_shown(one) for one in await speakers.listed(call.house.court, call.viewer)]


async def propose(call: Call[SpeakerForm]) -> Protected:
    """Propose to protect somebody; nothing changes until another person agrees."""
    return await _speaker(call, await speakers.propose(call.house.court, call.viewer, call.args))


async def second(call: Call[ById]) -> Protected:
    """Grant what another person proposed."""
    await speakers.second(call.house.court, call.viewer, call.args.id)
    return await _speaker(call, call.args.id)


async def ask_end(call: Call[ById]) -> Answer:
    """Propose that a protection ends, for which another person must agree; or drop a proposal."""
    over = await speakers.ask_end(call.house.court, call.viewer, call.args.id)
    return json({} if over else await _speaker(call, call.args.id))


async def end(call: Call[ById]) -> None:
    """Agree that a protection ends, as another person proposed."""
    await speakers.end(call.house.court, call.viewer, call.args.id)


async def keep(call: Call[ById]) -> Protected:
    """A protection does not end after all."""
    await speakers.keep(call.house.court, call.viewer, call.args.id)
    return await _speaker(call, call.args.id)


async def _speaker(call: Call[Any], id_: int) -> Protected:
    found = or_not_found(
        next((one for one in await speakers.listed(call.house.court, call.viewer) if one.id == id_), None)
    )
    return _shown(found)


def _shown(speaker: Speaker) -> Protected:
    return Protected(
        id=str(speaker.id),
        account_id=str(speaker.account_id),
        speaker_class=speaker.speaker_class,
        at=iso(speaker.granted_at),
        state="proposed" if speaker.seconded_by is None else "protected" if speaker.ending_by is None else "ending",
        until=iso_or_none(speaker.ends_at),
        log_index=speaker.log_index,
    )


API = "/api/v1/admin/protected"
WRITE: dict[str, Any] = {"scope": "admin:write:orders", "may": "protect_speaker"}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, scope="admin:read:orders", may="see_office"),
    post(API, propose, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/second", second, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/end", ask_end, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/end/second", end, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/keep", keep, Surface.OFFICE, **WRITE),
)
