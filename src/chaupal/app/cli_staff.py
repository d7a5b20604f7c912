"""Who acts on the command line: a member of the staff in their own role, and no more than that role opens."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from chaupal.app.cli import id_of, in_house
from chaupal.kernel.errors import NotAllowed

if TYPE_CHECKING:
    from chaupal.http.call import House
    from chaupal.policy.viewer import Viewer

seen_option = click.option(
    "--seen",
    type=click.IntRange(0, 1_000_000),
    help="The version of the case, or of the order, that you looked at (`order show`); refused where it moved.",
)


def about_a_target[F: Callable[..., Any]](command: F) -> F:
    """`REF NUMBER [--seen VERSION]`: what every command takes that moves the case of one target."""
    number = click.argument("number", type=click.IntRange(1, 1_000_000))
    return click.argument("ref")(number(seen_option(command)))


def by_staff(act: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A command with `--as HANDLE`: `act` is given the house and that member of staff, and by name what was typed."""

    @click.option("--as", "who", required=True, metavar="HANDLE", help="The member of staff who does this.")
    @in_house
    @wraps(act)
    async def command(house: "House", who: str, **typed: Any) -> None:
        await act(house, await staff(house, who), **typed)

    return command


async def staff(house: "House", handle: str) -> "Viewer":
    """The member of staff with this handle, in their own role. Raises NotFound, or NotAllowed where the account is not open."""
    from chaupal.governance.people import role_grants

    found = await role_grants.as_now(house.court, await id_of(house, handle))
    if found is None:
        raise NotAllowed("account_not_open", handle=handle)
    return found
