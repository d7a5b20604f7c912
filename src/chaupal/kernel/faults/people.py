"""What can be wrong with what people say of themselves, and with how they are set: profiles, lists, filters, moving."""

from chaupal.kernel.faults.fault import Fault, at, named, sentence, whole
from chaupal_audit.marked import N_

FAULTS: dict[str, Fault] = {
    # What somebody says of themselves, and how they are set.
    "name_too_long": at(
        "display_name",
        "Display name is too long (maximum is %(most)s characters)",
        "is too long",
        N_("A name has at most %(most)s letters."),
        "ERR_TOO_LONG",
    ),
    "note_too_long": named(
        "note", "is too long", N_("This is too long. About you: at most %(most)s letters."), "ERR_TOO_LONG"
    ),
    "too_many_fields": at(
        "fields_attributes",
        "Fields can be %(most)s at most",
        "are too many",
        N_("The table has at most %(most)s lines."),
    ),
    "fields_too_long": at(
        "fields_attributes", "Fields …", "are too long", N_("A line of the table is too long."), "ERR_TOO_LONG"
    ),
    "name_elsewhere": named(
        "from",
        "is not a name on another server",
        N_("This is no name on another server. It has two parts, such as @ravi@server.example."),
    ),
    "server_silent": named(
        "from",
        "is on a server that does not say where it lets people follow",
        N_(
            "%(name)s knows nobody of this name, or does not say where it lets people follow. Search there for the name above."
        ),
    ),
    "site_invalid": at(
        "attribution_domains",
        "Attribution domains %(typed)s …",
        "is not a valid domain name",
        N_("One of these is no name of a site, like example.org."),
    ),
    "too_many_sites": at(
        "attribution_domains",
        "Attribution domains can be %(most)s at most",
        "are too many",
        N_("There can be at most %(most)s of them. Delete some first."),
    ),
    "privacy_unknown": named("privacy", "is not known", N_("Choose who may see it.")),
    "language_unknown": named("language", "is not known", N_("Choose a language from the list.")),
    "follow_language_unknown": named("languages", "are not known", N_("Choose languages from the list.")),
    "quote_policy_unknown": named("quote_policy", "is not known", N_("Choose who may quote them.")),
    "list_unnamed": named("title", "can't be blank", N_("Give it a name."), "ERR_BLANK"),
    "list_name_too_long": named("title", "is too long", N_("A name has at most %(most)s letters."), "ERR_TOO_LONG"),
    "field_unreadable": at(
        "fields_attributes", "Fields …", "cannot be read", N_("This contains characters that cannot be taken.")
    ),
    "note_unreadable": named("note", "cannot be read", N_("This contains characters that cannot be taken.")),
    "title_unreadable": named("title", "cannot be read", N_("This contains characters that cannot be taken.")),
    "too_many_lists": at(
        "base",
        "There can be %(most)s at most",
        "are too many",
        N_("There can be at most %(most)s of them. Delete some first."),
    ),
    "replies_unknown": at(
        "replies_policy",
        "Replies policy is not included in the list",
        "is not known",
        N_("Choose whose answers it shows."),
    ),
    # Filters.
    "keyword_blank": named("keyword", "can't be blank", N_("Type at least one word."), "ERR_BLANK"),
    "keyword_too_long": named("keyword", "is too long", N_("One of these words is too long."), "ERR_TOO_LONG"),
    "keyword_unreadable": named("keyword", "cannot be read", N_("This contains characters that cannot be taken.")),
    "context_unknown": at(
        "context", "Context None or invalid context supplied", "is not known", N_("Choose where it is to work.")
    ),
    "filter_action_unknown": at(
        "filter_action",
        "Action is not included in the list",
        "is not known",
        N_("Choose what is to become of such posts."),
    ),
    "too_many_in_filter": at(
        "filter",
        "There can be %(most)s at most",
        "are too many",
        N_("There can be at most %(most)s of them. Delete some first."),
    ),
    # What one says of others, and hears from them.
    "comment_too_long": named("comment", "is too long", N_("This is too long."), "ERR_TOO_LONG"),
    "comment_unreadable": named("comment", "cannot be read", N_("This contains characters that cannot be taken.")),
    "endorsed_unfollowed": at(
        "base",
        "You must be already following the person you want to endorse",
        "is not followed",
        N_("You can recommend only people whom you follow."),
    ),
    "emoji_unknown": named("name", "is not a recognized emoji", N_("This is no emoji that is known here.")),
    "too_many_emojis": at(
        "base",
        "There are too many different reactions",
        "too many",
        N_("There are too many different reactions already."),
    ),
    "endpoint_invalid": at(
        "endpoint",
        "Endpoint must be the https address of a push service",
        "is not an address",
        N_("This browser's address for notifications cannot be taken."),
    ),
    "push_keys_invalid": at(
        "keys",
        "Keys are not those of a push subscription",
        "cannot be used",
        N_("This browser's keys for notifications cannot be taken."),
    ),
    "push_policy_unknown": at(
        "policy", "Policy must be one of %(known)s", "is not known", N_("Choose from whom you are told.")
    ),
    "notification_policy_unknown": at(
        "base", "%(name)s must be one of %(known)s", "is not known", N_("Choose from whom you are told.")
    ),
    # What stands between two people.
    "tie_forbidden": whole("This action is not allowed", N_("This is not possible between you and them.")),
    # Moving and leaving.
    "move_gone": whole(
        "This account has moved and neither posts nor follows anew",
        N_("Your account points at another one: it reads, and neither posts nor follows anew."),
    ),
    "move_nobody": at(
        "handle", "Account …", "there is nobody of this name here", N_("There is nobody of this name here.")
    ),
    "move_itself": at("handle", "Account …", "this is the account itself", N_("This is your account itself.")),
    "move_unnamed": at(
        "handle",
        "Account …",
        "has not named this account",
        N_("This account has not named yours. Log in there first and name this one under “Move to another account”."),
    ),
    "move_elsewhere": at("handle", "Account …", "it has moved itself", N_("This account has moved itself.")),
    "moved_already": whole("This account has moved already", N_("Your account points at another one already.")),
    "moved_lately": sentence(N_("An account moves once in thirty days.")),
    "too_many_aliases": whole(
        "An account names %(most)s others at most", N_("At most %(most)s accounts are named. Take one off first.")
    ),
    "leaving_staff": whole(
        "Whoever has a part in the office hands it in first", N_("You have a part in the office: hand it in first.")
    ),
    "not_your_name": at("word", "…", "this is not your name", N_("This is not your name here.")),
}
