"""The router: every row is found by its own path and method, and what is not there says so in the right shape."""

from typing import Any

import pytest

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Route, Shape, delete, get, post
from chaupal.http.router import MISSING, WRONG, RouteMatch, Router, router
from chaupal.policy.viewer import Surface


async def run(call: object) -> None: ...


def row(path: str, shape: Shape = Shape.API, **more: Any) -> Route:
    return get(path, run, Surface.NONE, shape=shape, **more)


PAGES = (
    row("/", Shape.PAGE),
    row("/@{handle}", Shape.PAGE),
    row("/@{handle}/{id}", Shape.PAGE),
    row("/{page}", Shape.PAGE),
    row("/posts/new", Shape.PAGE),
    row("/posts/{id}", Shape.PAGE),
    post("/posts/{id}", run, Surface.NONE, shape=Shape.PAGE),
    delete("/posts/{id}/likes", run, Surface.NONE, shape=Shape.PAGE),
    row("/files/{path}", Shape.FILE),
    row("/live", Shape.FILE, stream="page"),
)
FIND = Router(PAGES).find


def test_every_row_is_found_by_its_path_and_each_of_its_methods():
    find = router(ROUTES).find
    for route in ROUTES:
        holes = {part.split("{")[1][:-1]: "12" for part in route.path.split("/") if "{" in part}
        path = "/".join(part.split("{")[0] + "12" if "{" in part else part for part in route.path.split("/"))
        for method in route.methods:
            assert find(method, path)[:2] == (route, holes), (method, path)


def test_head_is_asked_of_whatever_gives_and_ends():
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        found = router(ROUTES).find("HEAD", path)
        if route.method == "GET":
            assert (found.route is route) is not bool(route.stream), route.name


@pytest.mark.parametrize(
    ("path", "row_path", "holes"),
    [
        ("/", "/", {}),
        ("", "/", {}),
        ("//", "/", {}),
        ("/@asha", "/@{handle}", {"handle": "asha"}),
        ("/@", "/@{handle}", {"handle": ""}),
        ("/asha", "/{page}", {"page": "asha"}),
        ("/@asha/7/", "/@{handle}/{id}", {"handle": "asha", "id": "7"}),
        ("/posts/new", "/posts/new", {}),
        ("//posts//new/", "/posts/new", {}),
        ("/posts/7", "/posts/{id}", {"id": "7"}),
        ("/files/a/b.css", "/files/{path}", {"path": "a/b.css"}),
        ("/files/क ख", "/files/{path}", {"path": "क ख"}),
    ],
)
def test_words_go_before_parameters_and_slashes_do_not_count(path: str, row_path: str, holes: dict[str, str]):
    found = FIND("GET", path)
    assert (found.route.path, found.holes, found.allow) == (row_path, holes, "")


def test_a_word_in_a_path_of_its_own_takes_nothing_from_the_parameters_beside_it():
    assert FIND("DELETE", "/posts/new/likes").holes == {"id": "new"}


@pytest.mark.parametrize("path", ["/nope/nope", "/posts", "/posts/7/nope", "/asha/7", "/files", "/@asha/7/8"])
def test_what_is_not_there_is_a_page_and_under_the_api_json(path: str):
    assert FIND("GET", path) == RouteMatch(MISSING[Shape.PAGE], {})
    assert FIND("GET", f"/api{path}") == RouteMatch(MISSING[Shape.API], {})
    assert router(ROUTES).find("GET", "/api") == RouteMatch(MISSING[Shape.API], {})


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/posts/7", "GET, HEAD, POST"),
        ("GET", "/posts/7/likes", "DELETE"),
        ("POST", "/posts/new", "GET, HEAD"),
        ("TRACE", "/", "GET, HEAD"),
        ("HEAD", "/live", "GET"),
        ("get", "/", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(method: str, path: str, allow: str):
    found = FIND(method, path)
    assert (found.route, found.allow) == (WRONG[FIND(allow.split(",")[0], path).route.shape], allow)


def test_servers_are_answered_by_a_row_of_their_own_where_they_say_that_they_read_activities():
    page, theirs, box = row("/@{handle}"), row("/@{name}", peer=True), row("/@{name}/outbox", peer=True)
    find = Router((theirs, page, box)).find
    for accept in ("application/activity+json", 'text/html;q=0.1, application/ld+json; profile="…"'):
        found = find("GET", "/@asha", accept)
        assert (found.route, found.holes, found.varies) == (theirs, {"name": "asha"}, True)
    for accept in ("", "*/*", "text/html", "application/json"):
        found = find("GET", "/@asha", accept)
        assert (found.route, found.holes, found.varies) == (page, {"handle": "asha"}, True)
        assert find("GET", "/@asha/outbox", accept).route == box  # where no page stands, it is for whoever asks
    assert find("HEAD", "/@asha", "application/activity+json").route == theirs
    assert find("POST", "/@asha", "application/activity+json").allow == "GET, HEAD"
    with pytest.raises(ValueError, match="declared twice"):
        Router((theirs, theirs))


def test_two_rows_for_one_method_and_path_are_a_mistake():
    for path in ("/x", "/x/{id}"):
        with pytest.raises(ValueError, match="declared twice"):
            Router((row(path), row(path.replace("id", "name"))))
