"""What an app can be allowed, in the words of Mastodon's clients."""

# https://docs.joinmastodon.org/api/oauth-scopes/
READ = "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses"
WRITE = f"{READ} conversations media reports".replace(" search", "")
ADMIN = "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"
COURT = "orders webhooks"  # ours, not Mastodon's
SCOPES: tuple[str, ...] = (
    "profile",
    "read",
    *(f"read:{s}" for s in READ.split()),
    "write",
    *(f"write:{s}" for s in WRITE.split()),
    "follow",
    "push",
    "admin:read",
    *(f"admin:read:{s}" for s in f"{ADMIN} {COURT}".split()),
    "admin:write",
    *(f"admin:write:{s}" for s in f"{ADMIN} {COURT}".split()),
)
KNOWN = frozenset(SCOPES)


def covers(held: str, wanted: str) -> bool:
    """Whether every wanted scope is held, itself or by its family (`read` covers `read:statuses`)."""
    mine = frozenset(held.split())
    return all(_family(scope) & mine for scope in wanted.split())


def _family(scope: str) -> frozenset[str]:
    """`admin:read:accounts` -> itself, `admin:read`. `admin` alone is nobody's."""
    parts = scope.split(":")
    return frozenset(":".join(parts[:n]) for n in range(1, len(parts) + 1))
