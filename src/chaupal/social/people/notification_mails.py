"""Which notifications come by mail: chosen on a page, and ended by the link in each letter (RFC 8058), which needs no log-in."""

import hmac
from collections.abc import Collection

from chaupal.kernel.errors import NotFound
from chaupal.kernel.ids import parse_id
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.mail_proofs import proof_of
from chaupal.store.notifications import notification_mails
from chaupal.store.notifications.notification_mails import KINDS as KINDS


async def chosen(square: Square, viewer: Viewer) -> frozenset[str]:
    async with square.work.reading() as reading:
        return await notification_mails.chosen(reading, viewer.me)


async def choose(square: Square, viewer: Viewer, kinds: Collection[str]) -> None:
    """These kinds come by mail from now on; what is not known is left out."""
    async with square.work.writing() as w:
        await notification_mails.choose(w, viewer.me, [kind for kind in KINDS if kind in kinds])


def stop_path(settings: Settings, account: int) -> str:
    """The path of the link in each letter that ends them, for one account; it opens nothing else."""
    return f"/mail/stop/{account}-{_proof(settings, account)}"


def owner_of(settings: Settings, secret: str) -> int:
    """Whose letters a link ends. Raises NotFound."""
    number, _, proof = secret.partition("-")
    account = parse_id(number)
    if account is None or not proof.isascii() or not hmac.compare_digest(proof, _proof(settings, account)):
        raise NotFound
    return account


async def stop(square: Square, secret: str) -> None:
    """No notification comes by mail any more. Again: the same. Raises NotFound."""
    account = owner_of(square.settings, secret)
    async with square.work.writing() as w:
        if not await notification_mails.choose(w, account, ()):
            raise NotFound


def _proof(settings: Settings, account: int) -> str:
    return proof_of(settings, str(account), b"mail-stop")
