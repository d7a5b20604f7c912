"""What the log only committed to is opened field by field, checked with nothing but a hash, or destroyed for good."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec
import pytest

from chaupal.governance import log, opening
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from court import Bench

REASON = "The court ended the secrecy of this order today."


async def secret_order(bench: Bench) -> int:
    async with bench.court.work.writing() as w:
        index, _ = await log.append(
            bench.court, w, "order", "IN-2021-0042", {"law": "69A", "grounds": "public order"}, private={"officer": "A. Sharma"},
            regime="IN-69A@1", secret=True,
        )  # fmt: skip
    return index


async def entry(bench: Bench, index: int) -> dict[str, object]:
    return json.loads(await log.entry(bench.court, index))


async def test_an_opened_field_is_checked_by_hashing_alone(bench: Bench):
    """RFC 9901: the digest of a disclosure's own letters stands among the digests of the entry."""
    index = await secret_order(bench)
    opened = await opening.open_(bench.court, bench.dev, index, ["act", "public.grounds"], REASON)
    published = await entry(bench, opened)
    assert (published["t"], published["prev"]) == ("open", index)
    committed = (await entry(bench, index))["_sd"]
    found = {}
    for text in published["public"]["disclosures"]:  # pyright: ignore
        digest = urlsafe_b64encode(sha256(text.encode("ascii")).digest()).decode().rstrip("=")
        assert digest in committed  # pyright: ignore
        salt, name, value = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        assert len(urlsafe_b64decode(salt + "==")) == 16
        found[name] = value
    assert found == {
        "act": {"t": "order", "ref": "IN-2021-0042", "at": "2021-02-10T15:00Z", "regime": "IN-69A@1", "prev": None},
        "public.grounds": "public order",
    }
    assert "Sharma" not in json.dumps(published) and "69A" not in json.dumps(await entry(bench, index))
    known = await opening.sealed(bench.court, bench.dev, index)
    assert {name for name, at in known.items() if at is not None} == {"act", "public.grounds"}


async def test_what_is_erased_opens_nothing_and_its_digest_stays(bench: Bench):
    index = await secret_order(bench)
    before = await log.entry(bench.court, index)
    erased = await opening.erase(bench.court, bench.dev, index, ["officer"], REASON)
    assert (await entry(bench, erased))["public"]["erased"] == 1  # pyright: ignore
    assert await log.entry(bench.court, index) == before
    with pytest.raises(NotFound):
        await opening.open_(bench.court, bench.dev, index, ["officer"], REASON)
    assert set(await opening.sealed(bench.court, bench.dev, index)) == {"act", "public.law", "public.grounds"}


async def test_a_proposal_is_opened_as_its_disclosures_say(bench: Bench):
    """What was only proposed is a commitment, too, and is kept in the same unit as its entry."""
    async with bench.court.work.writing() as w:
        index, leaf = await log.append(bench.court, w, "decision", "IN-2021-0001", {}, private={"outcome": "refuse"})
    opened = await opening.open_(bench.court, bench.dev, index, ["outcome"], REASON, ref="IN-2021-0001")
    assert (await entry(bench, opened))["public"]["disclosures"] == [leaf.disclosures["outcome"]]  # pyright: ignore


async def test_only_those_who_may_open(bench: Bench):
    index = await secret_order(bench)
    for ask in (
        opening.open_(bench.court, bench.clerk, index, ["officer"], REASON),
        opening.erase(bench.court, bench.clerk, index, ["officer"], REASON),
        opening.sealed(bench.court, bench.asha, index),
        opening.open_(bench.court, msgspec.structs.replace(bench.dev, account=None), index, ["officer"], REASON),
    ):
        with pytest.raises(NotAllowed):
            await ask
    with pytest.raises(Invalid):
        await opening.open_(bench.court, bench.dev, index, [], REASON)
    with pytest.raises(Invalid):
        await opening.open_(bench.court, bench.dev, index, ["officer"], "no")
    with pytest.raises(NotFound):
        await opening.open_(bench.court, bench.dev, 0, ["officer"], REASON)
