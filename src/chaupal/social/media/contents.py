"""What uploads are known by that were taken in before it was written down: the digests of their files, a few at a time."""

import asyncio
import tempfile
from pathlib import Path

from chaupal.kernel.errors import no_room
from chaupal.kernel.logger import log
from chaupal.social.context import Square
from chaupal.social.media import painting
from chaupal.store.square import media

AT_ONCE = 20  # files read in one step


class Walk:
    """Through all such uploads once, the oldest first; whatever is taken in meanwhile is known from its beginning."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._above = 0
        self.done = False

    async def step(self) -> int:
        """The next few; how many there were. What has no file any more stays unknown, and so does what this machine cannot read:
        the next start tries again.
        """
        if self.done:
            return 0
        async with self._square.work.scanning() as reading:
            found = await media.unknown(reading, self._above, AT_ONCE)
        for id_, _, mime in found:
            digest = await self._digest(id_, mime)
            if digest:
                async with self._square.work.writing() as w:
                    await media.know_late(w, id_, digest)
            self._above = id_
        self.done = len(found) < AT_ONCE
        return len(found)

    async def _digest(self, id_: int, mime: str) -> str:
        key = media.file_keys(id_, mime)[0]
        with tempfile.TemporaryDirectory(prefix="chaupal-known-") as folder:
            path = Path(folder) / "file"
            try:
                if await self._square.files.fetch(key, path):
                    return await asyncio.to_thread(painting.digest_of, path)
                log.warning("an upload has no file", upload=id_)
            except OSError as error:
                if no_room(error):
                    raise
                log.warning("an upload cannot be read", upload=id_, error=error)
            return ""
