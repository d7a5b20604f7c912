"""What can be wrong with a file that somebody brings along, and why some of it could not be brought."""

from chaupal.kernel.faults.fault import Fault, whole
from chaupal.kernel.marked import N_


def _why(api: str, page: str) -> Fault:
    return whole(api, page)


FAULTS: dict[str, Fault] = {
    # The file as a whole.
    "archive_gone": _why("the file is gone", N_("The file is gone. Bring it again.")),
    "archive_unknown": _why(
        "it is neither an archive of Mastodon (outbox.json) nor of Twitter (data/tweets.js)",
        N_("It is neither an archive of Mastodon (outbox.json) nor of Twitter (data/tweets.js)."),
    ),
    "archive_zip_damaged": _why("the ZIP file is damaged", N_("The ZIP file is damaged.")),
    "archive_tar_damaged": _why("the tar.gz file is damaged", N_("The tar.gz file is damaged.")),
    "archive_no_archive": _why(
        "it is neither a ZIP file nor a tar.gz file that can be read",
        N_("It is neither a ZIP file nor a tar.gz file that can be read."),
    ),
    "archive_links": _why("it holds links to other files", N_("It holds links to other files.")),
    "archive_locked": _why("it is locked with a password", N_("It is locked with a password.")),
    "archive_leads_out": _why("it holds names that lead out of it", N_("It holds names that lead out of it.")),
    "archive_many_files": _why("it holds more than %(most)s files", N_("It holds too many files.")),
    "archive_unpacked": _why("unpacked it is larger than %(most)s bytes", N_("Unpacked it is too large.")),
    "archive_no_json": _why("it cannot be read as JSON", N_("It cannot be read.")),
    "archive_file_damaged": _why("it is damaged", N_("It is damaged.")),
    "archive_file_large": _why("it is larger than %(most)s bytes", N_("It is too large.")),
    "archive_many_things": _why(
        "it holds more things than anybody has posted", N_("It holds more things than anybody has posted.")
    ),
    "list_no_text": _why("it is not a text file in UTF-8", N_("It is no text in UTF-8.")),
    "list_no_csv": _why("it is not a CSV file", N_("It is no CSV file.")),
    "list_too_long": _why("it has more than %(most)s lines", N_("It has too many lines.")),
    "import_withdrawn": _why("you stopped it", N_("You stopped it.")),
    "import_account_limited": _why("your account is limited", N_("Your account is limited.")),
    # One thing of it.
    "past_others": _why("a repost of somebody else's post", N_("It is a repost of somebody else’s post.")),
    "past_broken": _why("it cannot be read", N_("It cannot be read.")),
    "past_short": _why(
        "the archive holds only its beginning", N_("Twitter’s archive holds only its beginning; that came.")
    ),
    "past_undated": _why("its date cannot be read", N_("Its date cannot be read.")),
    "past_empty": _why(
        "nothing is left of it without what cannot be brought",
        N_("Nothing is left of it without what cannot be brought."),
    ),
    "past_long": _why("it is longer than %(most)s bytes", N_("It is longer than the server keeps posts.")),
    "past_later": _why("its date is in the future or long past", N_("Its date is in the future or long past.")),
    "past_limited": _why("a decision of this server limits it", N_("A decision of this server limits it.")),
    "past_file_gone": _why("the file is not in the archive", N_("It is not in the archive.")),
    "past_many_files": _why("more than %(most)s", N_("At most %(most)s pictures go into one post.")),
    "past_elsewhere": _why("it is on another server", N_("It is on another server.")),
    "past_nobody": _why("there is nobody of this name here", N_("There is nobody of this name here.")),
    "past_asked": _why(
        "they were asked and have not let you follow them yet; a list holds whom one follows",
        N_("They were asked and have not let you follow them yet; a list holds whom you follow."),
    ),
}
