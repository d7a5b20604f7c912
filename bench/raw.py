"""R: a raw ASGI app under the same server, sending the bytes it was given for each work; what everything is a ratio to.

It is asked with the very same requests (path, token, headers) behind the number of the work, so that reading them is in R.
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn

type Answers = dict[str, tuple[bytes, list[tuple[bytes, bytes]]]]


def app_for(answers: Answers) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, headers = answers[scope["path"].split("/", 2)[1]]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def read(folder: Path) -> Answers:
    """`folder` holds index.json (number of the work -> headers) and the bodies, N.body."""
    index: dict[str, list[list[str]]] = json.loads((folder / "index.json").read_text())
    return {
        path: (
            (folder / f"{path}.body").read_bytes(),
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        for path, headers in index.items()
    }


def main() -> None:
    """`python -m bench.raw FOLDER PORT`, under the server and with the options of the real one."""
    config = uvicorn.Config(
        app_for(read(Path(sys.argv[1]))),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
