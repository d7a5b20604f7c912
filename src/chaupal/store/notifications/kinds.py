"""Kinds of notifications, in the order in which they are offered, and of which of them a device can ask to be told."""

KINDS = (
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "moderation_warning",
    "severed_relationships",
    "admin.sign_up",
    "admin.report",
)
# https://docs.joinmastodon.org/methods/push/
ALERTS = tuple(kind for kind in KINDS if kind not in ("moderation_warning", "severed_relationships"))
