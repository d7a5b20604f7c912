"""What people of other servers say, for tests that take it in: notes as their servers write them, and the rooms that take them."""

from typing import Any

from chaupal.federation.context import Federation, FederationMemory
from chaupal.federation.reading.objects import PostRead, read_post
from chaupal.governance.http_client import Connections
from chaupal.ports.meter_local import LocalMeter
from neighbours import Street

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
HERE = "http://localhost:8000"


def fed_of(street: Street) -> Federation:
    """The rooms of a street, as they talk to other servers."""
    square = street.square
    return Federation(
        square.settings,
        square.work,
        square.clock,
        square.make_id,
        square,
        street.court,
        street.reads,
        Connections(private=True),
        FederationMemory(),
        LocalMeter(square.clock),
    )


def said(who: str, number: int, words: str, **more: Any) -> PostRead:
    """A post by `user@host`. `more`: properties of the note; `to`: for whom, everybody where it is not said."""
    user, _, host = who.partition("@")
    actor = f"https://{host}/users/{user}"
    note: dict[str, Any] = {
        "type": "Note",
        "id": f"{actor}/{number}",
        "url": f"https://{host}/@{user}/{number}",
        "attributedTo": actor,
        "to": [PUBLIC],
        "cc": [f"{actor}/followers"],
        "content": f"<p>{words}</p>",
        "contentMap": {"hi": f"<p>{words}</p>"},
    }
    return read_post(note | more, followers=f"{actor}/followers")


def mention(uri: str, name: str) -> dict[str, str]:
    return {"type": "Mention", "href": uri, "name": name}
