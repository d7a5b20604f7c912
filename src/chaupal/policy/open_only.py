"""Things that are shown whole or not at all: files, frames, what other servers are told."""

from typing import Any

from chaupal.kernel.errors import Gone, WithheldByLaw
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences.placeholders import notice_path
from chaupal.policy.verdict import Placeholder


def check_open(seen: Visible[Any], origin: str) -> None:
    """Raises Gone for somebody who is suspended, and WithheldByLaw with the address where one reads why."""
    if seen.suspended:
        raise Gone
    if isinstance(seen.verdict, Placeholder):
        raise WithheldByLaw(notice_url=origin + notice_path(seen.verdict.ruling))
