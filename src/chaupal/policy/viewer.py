"""Who is looking, from where, as whom and on which surface; what their role opens stands in one table, which is the verifier's too."""

import functools
from enum import StrEnum

import msgspec

from chaupal.kernel.errors import NotSignedIn
from chaupal.policy.rulings import Ruling
from chaupal_audit.law.roles import MAY as MAY, Role as Role

# How an account stands; `pending` before it has come in.
ACTIVE, FROZEN, SUSPENDED = "active", "frozen", "suspended"


# Where readers of other servers are: nobody knows. A code that is no country's (ISO 3166-1, user-assigned): what binds in one
# country does not bind there, what binds everywhere does.
ABROAD = "ZZ"

SYSTEM_HANDLE = "chaupal"  # the house's own account, which alone is the system's


class Surface(StrEnum):
    """Where words of people can meet a viewer's eyes. Each route names one of these; an unnamed one does not exist (architecture test)."""

    HOME = "home"
    STREAM = "stream"  # what open connections are told
    PUBLIC = "public"
    TAG = "tag"
    ACCOUNT = "account"  # the posts on a profile
    PROFILE = "profile"  # the person: name, note, pictures
    PEOPLE = "people"  # lists of people: followers, liked by, search
    STATUS = "status"
    THREAD = "thread"
    QUOTE = "quote"  # what another post quotes
    SAVED = "saved"  # one's own bookmarks and likes
    NOTIFICATIONS = "notifications"
    MESSAGES = "messages"  # one's conversations of direct posts
    SEARCH = "search"
    TRENDS = "trends"
    SUGGEST = "suggest"  # autocomplete and recommendations
    MEDIA = "media"
    MAIL = "mail"
    FEED = "feed"  # RSS and Atom
    PEER = "peer"  # what other servers are given
    OFFICE = "office"  # staff pages
    RECORD = "record"  # the public register and the log: no words of people
    OWN = "own"  # the viewer's own settings, drafts and reports
    NONE = "none"  # no words of people at all: sign-in, instance facts


class Viewer(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """A reader as the law sees them.

    `country` is already resolved: an unknown one counts as the server's own (`country_known` says which it was).
    """

    account: int | None = None
    country: str
    country_known: bool = True
    role: Role = Role.MEMBER
    language: str = "en"

    @property
    def me(self) -> int:
        """The account of whoever is signed in. Raises NotSignedIn where nobody is."""
        if self.account is None:
            raise NotSignedIn
        return self.account

    @property
    def staff(self) -> bool:
        return self.role is not Role.MEMBER

    @property
    def here(self) -> bool:
        """Whether it is somebody who is signed in at this server. From ABROAD look those of other servers, and whoever is judged as these
        are: by a link in a message, or of ours voting there.
        """
        return self.account is not None and self.country != ABROAD


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and how: by an app's token (with its scopes) or by the web cookie (with its CSRF word).

    `account` is None for an app acting for itself (client credentials).
    """

    account: int | None
    handle: str = ""
    role: Role = Role.MEMBER
    scopes: frozenset[str] = frozenset()
    app: int = 0
    app_name: str = ""
    app_site: str = ""
    csrf: str = ""
    language: str = ""
    appearance: str = ""  # how pages look to them
    reads: str = ""  # which languages they read
    unreached: bool = False  # mail to their address comes back
    leaves_at: int | None = None  # ms: when the account goes, as its owner asked
    second: bool = False  # something beside the password is asked of them
    seen_at: int = 0  # ms: when this session was last noted as in use
    state: str = ACTIVE  # or pending, frozen, suspended
    key: str = ""  # hash of the token or cookie, so that it can be ended
    device_in: str | None = None  # the country by which what is pushed to its device is judged; None: it has no device


@functools.lru_cache(10_000)
def allows(held: frozenset[str], needed: str) -> bool:
    """Whether scopes cover `needed` (`read:statuses` by itself and by `read`, `admin:read:accounts` by `admin:read`)."""
    family = needed.rpartition(":")[0] or needed
    # "follow" is the old name for what is now read and write of ties.
    old = "follow" in held and needed.partition(":")[2] in ("follows", "blocks", "mutes")
    return needed in held or family in held or old


def stranger(viewer: Viewer) -> Viewer:
    """Somebody who looks from the same place and has no account: for whom what is shown elsewhere is judged."""
    return Viewer(country=viewer.country, country_known=viewer.country_known, language=viewer.language)


STAFF = MAY["see_office"]


def may(viewer: Viewer, what: str) -> bool:
    """Whether the viewer's role opens `what`; a word that is not in the table opens nothing."""
    return viewer.account is not None and viewer.role in MAY.get(what, frozenset())


def may_know_of(viewer: Viewer, ruling: Ruling) -> bool:
    """The same of a ruling: of one that is told neutrally nobody whom its order is about knows as staff."""
    return not ruling.neutral or may_know(viewer, own=viewer.account in ruling.concerned)


def may_know(viewer: Viewer, *, own: bool) -> bool:
    """Whether somebody of the staff may know of a secret order or ruling; `own`: it is about something of theirs."""
    return may(viewer, "see_secret") and not own
