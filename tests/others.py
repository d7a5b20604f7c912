"""People of other servers in a store, as if they had been met: for tests in which no other server has to answer."""

from typing import Any

from chaupal.kernel.ids import MakeId
from chaupal.store.federation import people, servers, uris
from chaupal.store.federation.people import Shown
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Work
from chaupal.text.analyse import name_words


async def met(work: Work, make_id: MakeId, handle: str, **shown: Any) -> int:
    """The account of `user@host`; `shown`: what is not as usual (fields of `Shown`)."""
    user, _, host = handle.partition("@")
    uri = shown.pop("uri", f"https://{host}/users/{user}")
    usual = {
        "url": f"https://{host}/@{user}", "kind": "Person", "name": user.title(), "note": "", "note_html": "",
        "inbox": f"{uri}/inbox", "shared_inbox": f"https://{host}/inbox", "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers", "following": f"{uri}/following", "featured": f"{uri}/featured",
        "discoverable": True, "indexable": True,
    }  # fmt: skip
    async with work.writing() as w:
        server = await servers.met(w, make_id, host)
        account = make_id()
        await uris.add(w, uri, uris.ACCOUNT, account)
        await people.add(w, account, server, handle, Shown(uri=uri, **usual | shown), w.now())
        await accounts.find_by(w, account, name_words(str((usual | shown)["name"]), user))
    return account
