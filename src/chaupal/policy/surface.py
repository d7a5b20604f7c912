"""The surfaces: every place where words of people can come to a viewer's eyes."""

from enum import StrEnum


class Surface(StrEnum):
    """Each route names one of these; an unnamed one does not exist (architecture test)."""

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
