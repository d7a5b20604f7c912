"""A client of a house in this process: httpx's own, past what only a network needs. That took a tenth of the tests that look everywhere."""

import asyncio
from typing import Any

import httpx2

from chaupal.http.asgi_scope import App


class Inside(httpx2.AsyncClient):
    """All as in httpx. What is asked for as a stream, with redirects followed, with a password or by a stream goes httpx's own way, too."""

    def __init__(
        self, app: App, base_url: str, *, headers: Any = None, client: tuple[str, int] = ("127.0.0.1", 123)
    ) -> None:
        transport = httpx2.ASGITransport(app=app, client=client)
        super().__init__(transport=transport, base_url=base_url, headers=headers)
        self._app: Any = app
        self._asker = client
        # Addresses: the same ones are asked for by one kind of viewer after the other.
        self._known = dict[Any, httpx2.URL]()

    def _merge_url(self, url: Any) -> httpx2.URL:
        if url not in self._known:
            self._known[url] = super()._merge_url(url)
        return self._known[url]

    async def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        unasked = how.get("auth") in (None, httpx2.USE_CLIENT_DEFAULT) and not how.get("stream")
        redirects = how.get("follow_redirects") is True or self.follow_redirects
        if redirects or not unasked or not isinstance(request.stream, httpx2.ByteStream):
            return await super().send(request, **how)
        exchange = Exchange(request)
        await self._app(exchange.scope(self._asker), exchange.receive, exchange.send)
        response = exchange.response()
        if "set-cookie" in response.headers:
            self.cookies.extract_cookies(response)
        return response


class Exchange:
    """A request as the application hears it, and its answer."""

    def __init__(self, request: httpx2.Request) -> None:
        self._request = request
        self._heard, self._over = False, asyncio.Event()
        self._status, self._headers, self._body = 0, list[tuple[bytes, bytes]](), list[bytes]()

    def scope(self, asker: tuple[str, int]) -> dict[str, Any]:
        request, url = self._request, self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": asker,
            "root_path": "",
        }

    async def receive(self) -> dict[str, Any]:
        if self._heard:
            await self._over.wait()
            return {"type": "http.disconnect"}
        self._heard = True
        return {"type": "http.request", "body": self._request.content, "more_body": False}

    async def send(self, message: Any) -> None:
        assert not self._over.is_set(), "nothing follows the end of an answer"
        if message["type"] == "http.response.start":
            assert not self._status, "it is begun once"
            self._status, self._headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._over.set()

    def response(self) -> httpx2.Response:
        assert self._status and self._over.is_set(), "it was answered to its end"
        body = b"" if self._request.method == "HEAD" else b"".join(self._body)
        stream = httpx2.ByteStream(body)
        response = httpx2.Response(self._status, headers=self._headers, stream=stream, request=self._request)
        response.read()
        return response
