"""How somebody who has no account here appeals: by the link in the message that told them of a ruling.

Their server brings them that message, so whoever runs it can follow the link as well, as they can read and write everything
else there. The link opens one ruling, to read of it and to appeal against it, and nothing else.
"""

import hmac

from chaupal.governance.context import Court
from chaupal.kernel.base64url import text_of
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.court import rulings
from chaupal.store.notifications import notifications

PAGE = "/appeal/{id}/{word}"


def path(court: Court, ruling: int, account: int) -> str:
    """Where the account reads of a ruling on it, and appeals."""
    return PAGE.format(id=ruling, word=_word(court, ruling, account))


async def viewer(court: Court, ruling: int, word: str, language: str) -> Viewer:
    """The viewer that a link stands for. Raises NotFound for a link that we did not make, and for people of this server."""
    async with court.work.reading() as reading:
        row = await rulings.ruling(reading, ruling)
        owner = None if row is None else row.owner_id
        if owner is None or "@" not in await notifications.handle(reading, owner):
            raise NotFound
    if not hmac.compare_digest(_word(court, ruling, owner).encode(), word.encode()):
        raise NotFound
    return Viewer(account=owner, country=ABROAD, language=language)


def _word(court: Court, ruling: int, account: int) -> str:
    said = b"link to appeal %d %d" % (ruling, account)
    return text_of(hmac.digest(court.keys.pseudonyms, said, "sha256")[:18])
