"""What people asked to take along is made, one file after the other; killed in the midst, it is begun anew."""

import tempfile
from pathlib import Path

from chaupal.fanout.context import Carrier
from chaupal.kernel.logger import log
from chaupal.reads.exports import packing
from chaupal.social.archives import exports


async def carry_on(carrier: Carrier) -> bool:
    """Make what waits, or what a process that is no more had begun. False where nothing waits."""
    square = carrier.square
    held = await exports.take_up(square)
    if held is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        try:
            await packing.pack(
                carrier.reads,
                await exports.viewer_of(square, held),
                path,
                lambda at, total: exports.advance(square, held, at, total),
            )
        except packing.ExportUnwanted:
            return True
        except Exception:
            log.exception("an export could not be made", export=held.id)
            await exports.finish(square, held, None)
        else:
            await exports.finish(square, held, path, path.stat().st_size)
    return True
