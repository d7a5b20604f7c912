"""What can be wrong with a request before anybody looks at what it asks for, and with what programs alone send."""

from chaupal.kernel.faults.fault import Fault, whole
from chaupal.kernel.marked import N_

UNREADABLE = N_("This request cannot be read")
NOT_NOW = N_("Nothing was half done. Try again in a moment.")

FAULTS: dict[str, Fault] = {
    # The form in which it came.
    "too_many_parameters": Fault("", "Too many parameters", "", UNREADABLE),
    "nested_too_deeply": Fault("", "Parameters are nested too deeply", "", UNREADABLE),
    "body_unknown_type": Fault("", "Cannot read a body of type %(type)s", "", UNREADABLE),
    "body_cut_off": Fault("", "The body was cut off", "", UNREADABLE),
    "body_not_utf8": Fault("", "The body is not UTF-8", "", UNREADABLE),
    "body_not_json": Fault("", "The body is not JSON in UTF-8", "", UNREADABLE),
    "body_no_object": Fault("", "The body must be a JSON object", "", UNREADABLE),
    "form_unreadable": Fault("", "The form is not UTF-8, or has too many fields", "", UNREADABLE),
    "parts_unreadable": Fault("", "The form cannot be read", "", UNREADABLE),
    "too_many_words": Fault("", "The form has too many words", "", UNREADABLE),
    "not_json": Fault("", "`%(name)s` is not JSON", "", UNREADABLE),
    "no_json_object": Fault("", "`%(name)s` must be a JSON object", "", UNREADABLE),
    # A field of it.
    "field_missing": Fault("", "", "can't be blank", N_("Fill this in."), "ERR_BLANK"),
    "field_holds_nul": Fault("", "", "cannot be read", N_("This holds characters that cannot be taken.")),
    "field_wrong_kind": Fault("", "", "%(why)s", N_("This cannot be taken as it is.")),
    "field_too_long": Fault("", "", "%(why)s", N_("This is too long."), "ERR_TOO_LONG"),
    # Who asks.
    "login_unready": Fault(
        "",
        "Your login is missing a confirmed e-mail address or approval",
        "",
        N_("Your account is not open yet: confirm your email address first."),
    ),
    "staff_second_step": Fault(
        "",
        "Staff need a second step for logging in; set it up under /settings/security",
        "",
        N_("Staff need a second step for logging in. Set it up in your settings, under “Security”."),
    ),
    "not_your_role": whole(N_("This is not for your role to do")),
    "account_limited": Fault("", "%(said)s", "", N_("A decision limits your account. %(said)s")),
    "form_out_of_date": Fault(
        "",
        "This form is out of date; please open the page again",
        "",
        N_("This form is out of date. Open the page again."),
    ),
    # What other servers bring.
    "not_signed": Fault("", "The signature does not hold: %(why)s", "", UNREADABLE),
    "activity_unreadable": Fault("", "This activity cannot be taken: %(why)s", "", UNREADABLE),
    "server_limited": Fault("", "This server is not heard here", "", UNREADABLE),
    "wrong_method": Fault("", "Method not allowed", "", N_("This address takes forms only.")),
    # Streams.
    "channel_unknown": Fault("", "Unknown channel requested", "", UNREADABLE),
    "message_unreadable": Fault("", "The message is not one that this server knows", "", UNREADABLE),
    "message_unknown": Fault("", "Unknown message type", "", UNREADABLE),
    "too_many_on_connection": Fault("", "Too many streams on one connection", "", N_("Too many at once")),
    "too_many_streams": Fault("", "Too many open streams", "", N_("Too many at once")),
    "no_websocket": Fault("", "This address is for WebSockets; events are at the streams below it", "", UNREADABLE),
    "tag_missing": Fault("", "Missing tag name parameter", "", UNREADABLE),
    # The store.
    "changed_at_once": Fault(
        "", "This was changed at the same moment; please try again", "", N_("This has changed meanwhile")
    ),
    "nothing_kept": Fault("", "The store could not keep this; nothing was changed", "", NOT_NOW),
    "not_up_to_date": Fault("", "This server cannot know at the moment what holds; please try again", "", NOT_NOW),
    "store_busy": Fault("", "The store is busy; please try again", "", NOT_NOW),
    "files_unreached": Fault("", "The store of files cannot be reached; nothing was kept", "", NOT_NOW),
    # What is asked for.
    "acct_unreadable": Fault("", "Resource must be acct:name@server, or the address of a profile", "", UNREADABLE),
    "oembed_json": Fault("", "Only the format json is spoken here", "", UNREADABLE),
    "table_unknown": Fault(
        "", "There is no such table: it is one of %(known)s, as .json or .csv", "", N_("There is no such table.")
    ),
    "nothing_signed": Fault("", "Nothing is signed yet", "", N_("Nothing is signed yet.")),
    # Numbers and trends, for staff's programs.
    "date_missing": Fault("", "%(name)s can't be blank", "can't be blank", N_("Fill this in."), "ERR_BLANK"),
    "date_unreadable": Fault("", "%(name)s is not a date", "is not a date", N_("Choose a day.")),
    "span_backwards": Fault(
        "end_at",
        "End at must not be before start at",
        "must not be before start at",
        N_("The end is before the beginning."),
    ),
    "span_too_long": Fault(
        "end_at",
        "End at is too far from start at",
        "is too far from start at",
        N_("The end is too far from the beginning."),
    ),
    "id_missing": Fault("", "%(name)s[id] is missing", "is missing", N_("Fill this in.")),
    "trend_by_two": Fault(
        "",
        "One person cannot keep something out of trends here. Open a matter at /office/deamplified: it names a rule, a place, "
        "an end and a reason, and a second person approves it.",
        "",
        N_(
            "One person cannot keep something out of trends here. Open a matter in the office: a second person approves it."
        ),
        alone=True,
    ),
    "trend_kept_out": Fault(
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
    "no_such_scope": Fault("", "There is no scope %(scopes)s", "", N_("There is no scope %(scopes)s"), alone=True),
    "no_authority_called": whole(N_("There is no authority %(name)s")),
    "no_such_order": whole(N_("There is no order %(ref)s")),
    "rows_cannot_be_done": Fault(
        "", "%(many)s rows cannot be done", "", N_("%(many)s rows cannot be done"), alone=True
    ),
    "rows_left_undone": Fault(
        "",
        "%(many)s rows cannot be done; nothing was entered",
        "",
        N_("%(many)s rows cannot be done; nothing was entered"),
        alone=True,
    ),
}
