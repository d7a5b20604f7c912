"""Who may quote a post: its author says so for others, and its audience is never widened by it."""

from msgspec.structs import replace

from chaupal.policy.facts import Facts, Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer

PUBLIC, FOLLOWERS, NOBODY = "public", "followers", "nobody"
POLICIES = (PUBLIC, FOLLOWERS, NOBODY)

# How a quote stands.
ACCEPTED, REVOKED, DELETED = "accepted", "revoked", "deleted"
# Of one across servers: whoever is quoted was asked, and has said nothing yet, or no (FEP-044f).
PENDING, REJECTED = "pending", "rejected"
# How one that stands looks to a viewer who may not see it, or does not want to.
UNAUTHORIZED, MUTED, BLOCKED = "unauthorized", "muted_account", "blocked_account"


def policy_of(wished: str, visibility: Visibility) -> str:
    """What is kept: what is not for everybody is quoted by its author alone."""
    if visibility > Visibility.UNLISTED:
        return NOBODY
    return wished if wished in POLICIES else PUBLIC


def begun(quoted: Post, by: int) -> str:
    """How a quote of ours stands at first: whoever is quoted here has said beforehand who may; on another server they are asked."""
    return PENDING if quoted.server and quoted.author != by else ACCEPTED


def may_quote(viewer: Viewer, post: Post, facts: Facts) -> bool:
    """Of a post that the viewer sees."""
    if viewer.account is None or post.visibility is Visibility.DIRECT:
        return False
    if viewer.account == post.author:
        return True
    if post.visibility is Visibility.PRIVATE or post.author in facts.relations.blocking:
        return False
    return post.quote_policy == PUBLIC or (post.quote_policy == FOLLOWERS and post.author in facts.relations.following)


def unfolded(facts: Facts) -> Facts:
    """The same, had the viewer neither muted nor blocked anybody: what of a quote they folded away themselves."""
    ties = facts.relations
    apart = ties.blocked_by | ties.hidden_servers
    return replace(facts, relations=replace(ties, muting=frozenset(), blocking=frozenset(), apart=apart))
