"""Reports that other servers send (Flag): they enter the desk as anybody's, and nothing follows from them by itself."""

from collections.abc import Sequence

from chaupal.federation import ours
from chaupal.federation.taking.acting import Deed
from chaupal.governance.people import reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.errors import or_not_found
from chaupal.store.federation import people
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming

# Who signs for a server and for no one on it: Mastodon's reports come from such an actor, so that nobody learns who wrote them.
OF_ITSELF = "Application"


async def flag(deed: Deed) -> None:
    """Somebody there, or their server, reports an account of ours or posts of it. Raises NotFound for nobody of ours, TooMany."""
    account, posts = await _about(deed, deed.act.objects)
    speaker = await people.remote_of(deed.w, deed.me)
    reporter = None if speaker is None or speaker.kind == OF_ITSELF else deed.me
    sent = Report(account=account, posts=posts, comment=deed.act.content)
    await reports.file_from_server(deed.fed.court, deed.by.server, reporter, sent)


async def _about(deed: Deed, uris: Sequence[str]) -> tuple[int, tuple[int, ...]]:
    """Whom it is about, and which of the posts. Some name the account and its posts, some the posts alone. Raises NotFound."""
    settings = deed.fed.settings
    named = [found for uri in uris if (found := await ours.person(deed.w, settings, uri)) is not None]
    ids = (ours.post_in(settings, uri) for uri in uris)
    posts = tuple(id_ for id_ in ids if id_ is not None)
    account = or_not_found(named[0] if named else await _author(deed.w, posts))
    return account, posts


async def _author(reading: Reading, posts: Sequence[int]) -> int | None:
    known = await naming.posts_named(reading, posts)
    return next((known[post][0] for post in posts if post in known), None)
