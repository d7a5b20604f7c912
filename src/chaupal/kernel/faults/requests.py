"""What can be wrong with a request before anybody looks at what it asks for, and with what programs alone send."""

from chaupal.kernel.faults.fault import Fault, alike, at, named, sentence, whole
from chaupal_audit.marked import N_

UNREADABLE = N_("This request cannot be read")
NOT_NOW = N_("Nothing was half done. Try again in a moment.")

FAULTS: dict[str, Fault] = {
    # The form in which it came.
    "too_many_parameters": whole("Too many parameters", UNREADABLE),
    "nested_too_deeply": whole("Parameters are nested too deeply", UNREADABLE),
    "body_unknown_type": whole("Cannot read a body of type %(type)s", UNREADABLE),
    "body_cut_off": whole("The body was cut off", UNREADABLE),
    "body_not_utf8": whole("The body is not UTF-8", UNREADABLE),
    "body_not_json": whole("The body is not JSON in UTF-8", UNREADABLE),
    "body_no_object": whole("The body must be a JSON object", UNREADABLE),
    "form_unreadable": whole("The form is not UTF-8, or has too many fields", UNREADABLE),
    "parts_unreadable": whole("The form cannot be read", UNREADABLE),
    "too_many_words": whole("The form has too many words", UNREADABLE),
    "not_json": whole("`%(name)s` is not JSON", UNREADABLE),
    "no_json_object": whole("`%(name)s` must be a JSON object", UNREADABLE),
    # A field of it.
    "field_missing": at("", "", "can't be blank", N_("Fill this in."), "ERR_BLANK"),
    "field_holds_nul": at("", "", "cannot be read", N_("This contains characters that cannot be taken.")),
    "field_wrong_kind": at("", "", "%(why)s", N_("This cannot be taken as it is.")),
    "field_too_long": at("", "", "%(why)s", N_("This is too long."), "ERR_TOO_LONG"),
    # Who asks.
    "login_unready": whole(
        "Your login is missing a confirmed e-mail address or approval",
        N_("Your account is not open yet: confirm your email address first."),
    ),
    "staff_second_step": whole(
        "Staff need a second step for logging in; set it up under /settings/security",
        N_("Staff need a second step for logging in. Set it up in your settings, under “Security”."),
    ),
    "not_your_role": whole(N_("This is not for your role to do")),
    "account_limited": whole("%(said)s", N_("A decision limits your account. %(said)s")),
    "form_out_of_date": whole(
        "This form is out of date; please open the page again", N_("This form is out of date. Open the page again.")
    ),
    # What other servers bring.
    "not_signed": whole("The signature does not hold: %(why)s", UNREADABLE),
    "activity_unreadable": whole("This activity cannot be taken: %(why)s", UNREADABLE),
    "server_limited": whole("This server is not heard here", UNREADABLE),
    "wrong_method": whole("Method not allowed", N_("This address takes forms only.")),
    # Streams.
    "channel_unknown": whole("Unknown channel requested", UNREADABLE),
    "message_unreadable": whole("The message is not one that this server knows", UNREADABLE),
    "message_unknown": whole("Unknown message type", UNREADABLE),
    "too_many_on_connection": whole("Too many streams on one connection", N_("Too many at once")),
    "too_many_streams": whole("Too many open streams", N_("Too many at once")),
    "no_websocket": whole("This address is for WebSockets; events are at the streams below it", UNREADABLE),
    "tag_missing": whole("Missing tag name parameter", UNREADABLE),
    # The store.
    "changed_at_once": whole("This was changed at the same moment; please try again", N_("This has changed meanwhile")),
    "against_rule": whole(
        "This is against a rule that the database keeps: %(rule)s", N_("This is against a rule that the database keeps")
    ),
    "nothing_kept": whole("The store could not keep this; nothing was changed", NOT_NOW),
    "not_up_to_date": whole("This server cannot know at the moment what holds; please try again", NOT_NOW),
    "store_busy": whole("The store is busy; please try again", NOT_NOW),
    "files_unreached": whole("The store of files cannot be reached; nothing was kept", NOT_NOW),
    # What is asked for.
    "acct_unreadable": whole("Resource must be acct:name@server, or the address of a profile", UNREADABLE),
    "oembed_json": whole("Only the format json is spoken here", UNREADABLE),
    "table_unknown": whole(
        "There is no such table: it is one of %(known)s, as .json or .csv", N_("There is no such table.")
    ),
    "nothing_signed": sentence(N_("Nothing is signed yet.")),
    # Numbers and trends, for staff's programs.
    "date_missing": at("", "%(name)s …", "can't be blank", N_("Fill this in."), "ERR_BLANK"),
    "date_unreadable": at("", "%(name)s …", "is not a date", N_("Choose a day.")),
    "span_backwards": named("end_at", "must not be before start at", N_("The end is before the beginning.")),
    "span_too_long": named("end_at", "is too far from start at", N_("The end is too far from the beginning.")),
    "id_missing": at("", "%(name)s[id] …", "is missing", N_("Fill this in.")),
    "trend_by_two": at(
        "",
        "One person cannot keep something out of trends here. Open a matter at /office/deamplified: it names a rule, a place, "
        "an end and a reason, and a second person approves it.",
        "",
        N_(
            "One person cannot keep something out of trends here. Open a matter in the office: a second person approves it."
        ),
        alone=True,
    ),
    "trend_kept_out": at(
        "",
        "This is kept out of trends by a decision. Whoever may lift it does so on the page of its matter.",
        "",
        N_("This is kept out of trends by a decision. Whoever may lift it does so on the page of its matter."),
        alone=True,
    ),
    # What commands say.
    "no_account_called": whole(N_("There is no account %(handle)s")),
    "account_not_open": whole(N_("The account %(handle)s is not open")),
    "not_waiting": whole(N_("%(handle)s does not wait for approval with a confirmed address")),
    "no_such_scope": alike("", N_("There is no scope %(scopes)s"), "", alone=True),
    "no_authority_called": whole(N_("There is no authority %(name)s")),
    "no_such_order": whole(N_("There is no order %(ref)s")),
    "rows_cannot_be_done": alike("", N_("%(many)s rows cannot be done"), "", alone=True),
    "rows_left_undone": alike("", N_("%(many)s rows cannot be done; nothing was entered"), "", alone=True),
}
