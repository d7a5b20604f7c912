"""Who acts on the command line: a member of the staff in their own role, and no more than that role opens."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from chaupal.app.cli import id_of
from chaupal.kernel.errors import NotAllowed
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Role, Viewer

if TYPE_CHECKING:
    from chaupal.http.call import House

as_option = click.option("--as", "who", required=True, metavar="HANDLE", help="The member of staff who does this.")

seen_option = click.option(
    "--seen",
    type=click.IntRange(0, 1_000_000),
    help="The version of the case, or of the order, that you looked at (`order show`); refused where it moved.",
)


def about_a_target[F: Callable[..., Any]](command: F) -> F:
    """`REF NUMBER --as HANDLE [--seen VERSION]`: what every command takes that moves the case of one target."""
    number = click.argument("number", type=click.IntRange(1, 1_000_000))
    return click.argument("ref")(number(as_option(seen_option(command))))


async def staff(house: "House", handle: str) -> Viewer:
    """The member of staff with this handle, in their own role. Raises NotFound, or NotAllowed where the account is not open."""
    from chaupal.store.identity.accounts import role_of
    from chaupal.store.square.people import sealed_people

    id_ = await id_of(house, handle)
    viewer = Viewer(account=id_, country=house.settings.home_country)
    async with house.court.work.reading() as reading:
        sealed = await sealed_people(reading, [id_])
        role = Role(await role_of(reading, id_) or Role.MEMBER)
    for seen in reveal(viewer, Surface.OWN, sealed.values(), Facts()):
        if seen.item.state == "active":
            return Viewer(account=id_, country=viewer.country, role=role)
    raise NotAllowed("account_not_open", handle=handle)
