"""R: a raw ASGI app under the same server, sending the bytes it was given for each path; what everything is a ratio to."""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn


def app_for(answers: dict[str, tuple[bytes, list[tuple[bytes, bytes]]]]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, headers = answers[scope["path"]]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def main() -> None:
    """`python -m bench.raw FOLDER PORT`: FOLDER holds index.json {path: file}."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    answers: dict[str, tuple[bytes, list[tuple[bytes, bytes]]]] = {}
    for path, (file, mime) in json.loads((folder / "index.json").read_text()).items():
        body = (folder / file).read_bytes()
        answers[path] = (body, [(b"content-type", mime.encode()), (b"content-length", str(len(body)).encode())])
    uvicorn.run(
        app_for(answers),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="error",
    )


if __name__ == "__main__":
    main()
