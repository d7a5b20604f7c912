"""The number in `api_versions` is the one that stands on what is here: each that is claimed is held up by routes and fields."""

from collections.abc import Callable

import msgspec

from chaupal.api.mastodon.accounts import SourceSent
from chaupal.api.mastodon.instance import API_VERSION, COMPATIBLE
from chaupal.api.routes import ROUTES
from chaupal.social.people.filters import ACTIONS
from chaupal.store.notifications.notifications import ALERTS
from make_api import FACTS, HERE, api_version, shape


def has(*names: str) -> bool:
    return all(shape(name) in HERE for name in names)


def fields(struct: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(struct)}


def takes(name: str) -> set[str]:
    (route,) = [route for route in ROUTES if shape(route.name) == shape(name)]
    return fields(route.takes)


QUOTES = (
    "GET /api/v1/statuses/:id/quotes",
    "POST /api/v1/statuses/:id/quotes/:quoting/revoke",
    "PUT /api/v1/statuses/:id/interaction_policy",
)
GROUPS = (
    "GET /api/v2/notifications",
    "GET /api/v2/notifications/:key",
    "POST /api/v2/notifications/:key/dismiss",
    "GET /api/v2/notifications/:key/accounts",
    "GET /api/v2/notifications/unread_count",
)

# Number -> whether all that it stands for is here, by what can be seen in the code.
HELD: dict[int, Callable[[], bool]] = {
    1: lambda: has("GET /api/v2/instance"),
    2: lambda: has(*GROUPS) and {"grouped_types", "expand_accounts"} <= takes("GET /api/v2/notifications"),
    3: lambda: "attribution_domains" in takes("PATCH /api/v1/accounts/update_credentials"),
    4: lambda: has("DELETE /api/v1/media/:id") and "delete_media" in takes("DELETE /api/v1/statuses/:id"),
    5: lambda: "blur" in ACTIONS,
    6: lambda: True,
    7: lambda: (
        has(*QUOTES)
        and {"quoted_status_id", "quote_approval_policy"} <= takes("POST /api/v1/statuses")
        and {"quote", "quoted_update"} <= set(ALERTS)
        and "quote_policy" in fields(SourceSent)
    ),
    8: lambda: has("GET /api/v1/profile", "GET /api/v1/annual_reports/:year/state"),
    9: lambda: "avatar_description" in takes("PATCH /api/v1/accounts/update_credentials"),
    10: lambda: has("GET /api/v1/collections/:id") and "supported_types" in takes("GET /api/v1/notifications"),
}


def test_the_number_that_is_named_is_the_last_that_is_kept_whole():
    assert api_version() == API_VERSION and [one["number"] for one in FACTS["versions"]] == list(HELD)
    (release,) = [one["release"] for one in FACTS["versions"] if one["number"] == API_VERSION]
    assert COMPATIBLE.startswith(f"{release}.0 (compatible; ")


def test_what_the_table_says_of_each_number_is_what_is_here():
    for one in FACTS["versions"]:
        assert HELD[one["number"]]() == ("missing" not in one), one
