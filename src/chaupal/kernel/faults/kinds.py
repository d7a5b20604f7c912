"""What is said where a problem is of a kind and nothing else: one code for each kind, named like its slug."""

from chaupal.kernel.faults.fault import Fault, whole
from chaupal_audit.marked import N_

FAULTS: dict[str, Fault] = {
    "problem": whole(N_("Something went wrong on our side")),
    "invalid": whole(N_("This cannot be taken as it is.")),
    "malformed": whole(N_("This request cannot be read")),
    "not_signed_in": whole("This method requires an authenticated user", N_("Log in first")),
    "not_allowed": whole("not allowed", N_("This is not possible for you")),
    "closed": whole(N_("Your account is suspended")),
    "not_found": whole("Record not found", N_("There is nothing here")),
    "conflict": whole(N_("This has changed meanwhile")),
    "stale": whole(N_("This has changed meanwhile")),
    "too_large": whole("Too many bytes", N_("This is too large")),
    "too_many": whole("Too many requests", N_("Wait a little, then try again.")),
    "guessed_at": whole("Too many requests", N_("Somebody guesses at this name")),
    "unavailable": whole(N_("Not possible at the moment")),
    "full": whole(
        "There is no room left on this server; nothing was kept",
        N_("Nothing was kept of what you sent. Whoever runs this server has to make room; try again later."),
    ),
    "suspended": whole("This account is suspended", N_("Account suspended")),
    "withheld": whole("Unavailable For Legal Reasons", N_("Not shown in your country")),
}
