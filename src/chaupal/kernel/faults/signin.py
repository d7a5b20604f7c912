"""What can be wrong where somebody joins, comes in, proves who they are, or lets an app in."""

from chaupal.kernel.faults.fault import Fault, at, named, sentence, whole
from chaupal_audit.marked import N_

FAULTS: dict[str, Fault] = {
    # Joining.
    "handle_taken": at(
        "handle",
        "Username …",
        "has already been taken",
        N_("Somebody has this name already. Choose another."),
        "ERR_TAKEN",
    ),
    "handle_reserved": at(
        "handle",
        "Username …",
        "is reserved",
        N_("This name is kept for the people who run the server."),
        "ERR_RESERVED",
    ),
    "handle_invalid": at(
        "handle",
        "Username …",
        "must be 1 to 30 of the letters a-z, digits and _",
        N_("1 to 30 of the letters a-z, digits and _."),
    ),
    "email_taken": named(
        "email", "has already been taken", N_("There is an account with this address already."), "ERR_TAKEN"
    ),
    "email_invalid": named("email", "is not an e-mail address", N_("This is not an email address.")),
    "email_blocked": named("email", "is not taken here", N_("No accounts are made with this address."), "ERR_BLOCKED"),
    "password_too_short": at(
        "password",
        "Password must have %(fewest)s to %(most)s characters",
        "is too short: it must have %(fewest)s to %(most)s characters",
        N_("A password has %(fewest)s to %(most)s letters."),
        "ERR_TOO_SHORT",
    ),
    "password_too_long": at(
        "password",
        "Password must have %(fewest)s to %(most)s characters",
        "is too long: it must have %(fewest)s to %(most)s characters",
        N_("A password has %(fewest)s to %(most)s letters."),
        "ERR_TOO_LONG",
    ),
    "password_unreadable": named("password", "cannot be read", N_("This contains characters that cannot be taken.")),
    "reason_blank": named(
        "reason", "can't be blank", N_("Say in a sentence or two why you would like to join."), "ERR_BLANK"
    ),
    "reason_unreadable": named("reason", "cannot be read", N_("This contains characters that cannot be taken.")),
    "agreement_missing": named(
        "agreement", "must be accepted", N_("Agree to the rules of this server first."), "ERR_ACCEPTED"
    ),
    "joining_closed": sentence(N_("This server takes no new accounts now.")),
    "net_blocked": whole(N_("Requests from this network are not answered")),
    "net_no_accounts": whole(N_("This server takes no new accounts from this network")),
    "confirmed_already": sentence(N_("This address is confirmed already.")),
    "awaits_nothing": whole(
        "This method is only available while the e-mail is awaiting confirmation",
        N_("This address is confirmed already."),
    ),
    "house_handle_taken": whole(
        "@%(handle)s is somebody's; the house needs it", N_("@%(handle)s is somebody's; this server needs it.")
    ),
    # Coming in.
    "wrong_login": at("name", "…", "Wrong username or password", N_("Wrong username or password."), alone=True),
    "wrong_password": at("password", "…", "this is not your password", N_("This is not your password.")),
    "wrong_code": at(
        "code",
        "…",
        "This code is not right",
        N_("This code is wrong. Check that the clock of your phone is right."),
        alone=True,
    ),
    "wrong_passkey": at(
        "passkey", "…", "This passkey cannot be taken", N_("This passkey cannot be taken."), alone=True
    ),
    "too_many_passkeys": whole(
        "There are %(most)s passkeys already", N_("There are %(most)s passkeys already. Delete one first.")
    ),
    "log_in_again": sentence(N_("Log in again.")),
    "codes_on": sentence(N_("Codes are asked for already.")),
    "second_step_on": sentence(N_("Something is asked beside the password already.")),
    "second_step_off": sentence(N_("Nothing is asked beside the password.")),
    # Apps.
    "token_invalid": whole("The access token is invalid", N_("This app is not let in any more. Log in with it again.")),
    "scope_missing": whole(
        "This action is outside the authorized scopes", N_("You have not allowed this app to do that.")
    ),
    "for_apps": whole(
        "This is for an app by itself, with a token of its own",
        N_("This is for an app by itself, before anybody has logged in."),
    ),
    "app_unnamed": at("client_name", "Application name …", "can't be blank", N_("Give it a name."), "ERR_BLANK"),
    "app_name_too_long": at(
        "client_name", "Application name …", "is too long", N_("This name is too long."), "ERR_TOO_LONG"
    ),
    "scopes_unknown": named("scopes", "are not known here", N_("The app asks for something that is not known here.")),
    "redirect_blank": at(
        "redirect_uris",
        "Redirect URI …",
        "can't be blank",
        N_("The app does not say where to go back to."),
        "ERR_BLANK",
    ),
    "redirect_invalid": at(
        "redirect_uris", "Redirect URI …", "must be an absolute URI", N_("The app does not say where to go back to.")
    ),
    "portal_code_wrong": at(
        "code", "This code is not right", N_("is wrong; check that the clock of your device is right"), alone=True
    ),
}
