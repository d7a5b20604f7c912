"""Keys by which our people sign: made when first needed, one for each whoever asks first, and nothing without the key on disk."""

import asyncio
from pathlib import Path

import pytest

from chaupal.federation.context import Federation
from chaupal.federation.signing import keys
from chaupal.federation.signing.algorithms import pem_of
from chaupal.kernel.errors import Problem
from chaupal.store.federation.keys import OwnKey, own as own_kept


async def test_the_house_signs_by_a_key_of_its_own_that_others_find_in_its_actor(fed: Federation):
    ours = await keys.own_key(fed, 0)
    assert ours.id == f"{fed.settings.origin}/actor#main-key"
    assert ours.key.key_size == 2_048
    assert await keys.public_key(fed, 0) == pem_of(ours.key.public_key())


async def test_of_many_who_ask_at_once_all_have_the_one_key(fed: Federation):
    made = await asyncio.gather(*(keys.public_key(fed, 0) for _ in range(4)))
    assert len({*made}) == 1
    fed.remembered.own.items.clear()
    assert pem_of((await keys.own_key(fed, 0)).key.public_key()) == made[0]


async def test_whoever_has_the_store_alone_can_sign_for_nobody(fed: Federation):
    await keys.own_key(fed, 0)
    async with fed.work.reading() as reading:
        kept = await own_kept(reading, 0)
    assert isinstance(kept, OwnKey) and "PRIVATE" not in kept.private
    keys._seed.cache_clear()
    fed.remembered.own.items.clear()
    file = Path(fed.settings.data) / "keys" / "federation.key"
    file.write_bytes(bytes(32))
    with pytest.raises(Problem, match=r"federation\.key is another key"):
        await keys.own_key(fed, 0)


async def test_a_key_of_one_account_is_sealed_for_nobody_else(fed: Federation):
    sealed = keys._sealed(fed.settings, 1, b"x")
    assert keys._unsealed(fed.settings, 1, sealed) == b"x"
    with pytest.raises(Problem):
        keys._unsealed(fed.settings, 2, sealed)
