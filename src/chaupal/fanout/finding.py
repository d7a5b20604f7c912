"""The search index follows posts: public ones in, edited ones anew, deleted ones out."""

# Descriptions of pictures are not indexed: where the pictures are withheld, being found by them would tell what they show.

from chaupal.fanout.context import Carrier
from chaupal.policy.facts import Visibility
from chaupal.social.events import PostDeleted, PostEdited, PostPublished
from chaupal.store.machine.work import Writing
from chaupal.store.square import finding
from chaupal.text.analyse import terms


async def index(carrier: Carrier, w: Writing, event: PostPublished | PostEdited) -> None:
    """As the post stands now: handled late or twice, it comes to the same. What others bring came with its words."""
    if event.visibility != Visibility.PUBLIC or (isinstance(event, PostPublished) and event.indexed):
        return
    post = await finding.source(w, event.post)
    if post is not None and post.boost_of is None:
        words = terms(f"{post.spoiler}\n{post.text}")
        await finding.index(w, event.post, words, again=isinstance(event, PostEdited))


async def drop(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    await finding.unindex(w, event.post)
