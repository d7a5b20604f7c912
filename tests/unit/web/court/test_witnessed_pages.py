"""Pages that show a checkpoint say how many witnesses signed it, and mark one that none has."""

import msgspec
import pytest

from chaupal.governance.log import cosigned as log_cosigned, log
from chaupal.store.court import witnesses
from chaupal_audit import tlog
from village import open_village

WITNESSES = [tlog.Cosigner.from_seed(f"w{n}.example/witness", bytes([n] * 32)) for n in (1, 2, 3)]


@pytest.mark.parametrize("path", ["/verify", "/transparency", "/orders/{ref}", "/log", "/log/entries/1"])
async def test_a_page_says_how_many_witnesses_signed_the_checkpoint(settings, clock, path):
    lines = tuple(f"{witness.public} https://w.example/log" for witness in WITNESSES)
    named = msgspec.structs.replace(settings, log_witnesses=lines, log_witnesses_needed=2)
    async with open_village(named, clock) as village:
        post = await village.says(village.asha, "किसान आंदोलन")
        ref = await village.withhold(post=post, by=village.chitra, second=village.dev)
        court = village.running.house.court
        page = path.format(ref=ref)
        _, text, _ = tlog.parse_checkpoint(await log.checkpoint(court))
        for signed, witness in enumerate(WITNESSES, 1):
            before = await village.page_as("DE", page)
            assert f'data-witnessed="{signed - 1}"' in before
            assert ("बिना गवाह" in before) is (signed - 1 < 2)
            standing = await log_cosigned.standing(court)
            assert standing is not None
            async with court.work.writing() as w:
                await witnesses.keep(w, standing.size, witness.name, witness.cosign(text, 1_612_969_200), clock())
        assert 'data-witnessed="3"' in await village.page_as("DE", page)


@pytest.mark.parametrize("path", ["/verify?entry=1", "/log", "/log/entries/1"])
async def test_a_log_that_nobody_watches_says_so(village, path):
    await village.withhold(post=await village.says(village.asha, "किसान आंदोलन"), by=village.chitra, second=village.dev)
    page = await village.page_as("IN", path)
    assert "कोई दूसरा सर्वर इस लॉग पर नज़र नहीं रखता" in page and "0 दूसरे सर्वर" not in page
