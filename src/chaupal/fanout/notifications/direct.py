"""Direct posts from the house's own account: written by the same function as everybody's, so apps show them as any other."""

from chaupal.fanout.context import Carrier
from chaupal.kernel.event import Event
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.people.accounts import SYSTEM_MARK
from chaupal.social.posts import posts
from chaupal.store.machine import marks


class WordDue(Event, frozen=True):
    """The house has something to tell an account: `text` of its own, that begins with their handle. `key`: said once to each.

    `noticed`: a notification of its own says the same, so the post stands among their messages and makes no second one.
    """

    shared = False

    account: int
    text: str
    key: str
    language: str
    noticed: bool = False


async def say(carrier: Carrier, event: WordDue) -> None:
    """Publish it to that one person. Nothing follows from such a post but that they are told."""
    async with carrier.work.reading() as reading:
        house = await marks.read(reading, SYSTEM_MARK)
    if not house:
        return
    viewer = Viewer(
        account=int(house), country=carrier.settings.home_country, role=Role.SYSTEM, language=event.language
    )
    draft = posts.Draft(
        text=event.text,
        visibility=Visibility.DIRECT,
        language=event.language,
        key=f"{event.account}:{event.key}",
        quiet=event.noticed,
    )
    await posts.publish(carrier.square, viewer, draft)
