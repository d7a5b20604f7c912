"""A picture's file, as the gate judges it when it is asked for by its address; and the pass by which an address says who asks.

Apps ask for files without a token, so addresses of what is not for everybody carry a pass: whose account it was written for,
signed with the file's own key. It opens nothing by itself: it says as whom to judge, at every request, whoever brings it.
"""

import hmac
from base64 import urlsafe_b64encode
from typing import ClassVar, Self

from chaupal.policy.facts import Subject
from chaupal.policy.shell import Shelled
from chaupal.policy.verdict import Show


class Filed(Shelled, frozen=True):
    """Where a picture's bytes lie. `subject`: its post's, with this picture alone; in no post, its owner's.

    `stamp`: another one for other bytes. `key`: the file's, where it is not named by id and type. `away`: on another server.
    """

    STAYS: ClassVar = frozenset({"id", "subject"})
    id: int
    mime: str
    subject: Subject
    stamp: str = ""
    key: str = ""
    away: bool = False

    def altered(self, verdict: Show) -> Self:
        return self


def pass_of(key: str, account: int) -> str:
    """For an address that is shown to this account. `key`: the file's secret; without one there are no passes."""
    return f"{account}-{_signed(key, account)}" if key else ""


def bearer_of(key: str, given: str) -> int | None:
    """The account for which a pass was written; None for what is none."""
    account, dash, signature = given.partition("-")
    if not key or not dash or not account.isascii() or not account.isdigit() or len(account) > 19:
        return None
    signed = _signed(key, int(account)).encode()
    return int(account) if hmac.compare_digest(signature.encode("utf-8", "replace"), signed) else None


def _signed(key: str, account: int) -> str:
    return urlsafe_b64encode(hmac.digest(key.encode(), b"%d" % account, "sha256")[:15]).decode()
