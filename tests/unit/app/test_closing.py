"""A house that talks to other servers is closed while something is asked for there."""

import pytest

from chaupal.app.wiring import open_house
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.settings import Settings
from remotes import federating


async def test_whatever_is_in_hand_while_a_house_closes_can_ask_other_servers_until_it_is_done(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """Else each restart would count as a vain try of what was being fetched."""
    running = await open_house(federating(settings), run=False)
    fed, close = running.house.federation, running.runner.close
    assert fed is not None
    refused = list[str]()

    async def closing() -> None:
        with pytest.raises(NotAnswered) as problem:
            await fed.connections.ask("GET", fed.connections.place("http://localhost:9/"), {}, most=1, patience=5)
        refused.append(str(problem.value))
        await close()

    monkeypatch.setattr(running.runner, "close", closing)
    await running.close()
    assert refused == ["could not be called: ConnectionRefusedError"]
