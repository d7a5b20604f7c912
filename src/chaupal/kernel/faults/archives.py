"""What can be wrong with a file that somebody brings along, and why some of it could not be brought."""

from chaupal.kernel.faults.fault import Fault, whole
from chaupal_audit.marked import N_


def _it(page: str) -> Fault:
    """Programs read the sentence behind the name of the file, or of the thing, that it is about."""
    return whole(page[0].lower() + page[1:].rstrip("."), page)


FAULTS: dict[str, Fault] = {
    # The file as a whole.
    "archive_gone": whole("the file is gone", N_("The file is no longer here. Upload it again.")),
    "archive_unknown": _it(N_("It is neither an archive of Mastodon (outbox.json) nor of Twitter (data/tweets.js).")),
    "archive_zip_damaged": _it(N_("The ZIP file is damaged.")),
    "archive_tar_damaged": _it(N_("The tar.gz file is damaged.")),
    "archive_no_archive": _it(N_("It is neither a ZIP file nor a tar.gz file that can be read.")),
    "archive_links": whole("it holds links to other files", N_("It contains links to other files.")),
    "archive_locked": _it(N_("It is locked with a password.")),
    "archive_leads_out": whole("it holds names that lead out of it", N_("It contains names that lead out of it.")),
    "archive_many_files": whole("it holds more than %(most)s files", N_("It contains too many files.")),
    "archive_unpacked": whole("unpacked it is larger than %(most)s bytes", N_("Unpacked it is too large.")),
    "archive_no_json": whole("it cannot be read as JSON", N_("It cannot be read.")),
    "archive_file_damaged": _it(N_("It is damaged.")),
    "archive_file_large": whole("it is larger than %(most)s bytes", N_("It is too large.")),
    "archive_many_things": whole(
        "it holds more things than anybody has posted", N_("It contains more things than anybody has posted.")
    ),
    "archive_no_list": whole("no such list is in it", N_("There is no such list in it.")),
    "list_no_text": whole("it is not a text file in UTF-8 or UTF-16", N_("It is no text in UTF-8 or UTF-16.")),
    "list_no_csv": whole("it is not a CSV file", N_("It is no CSV file.")),
    "list_too_long": whole("it has more than %(most)s lines", N_("It has too many lines.")),
    "import_withdrawn": _it(N_("You stopped it.")),
    "import_account_limited": _it(N_("Your account is limited.")),
    "import_in_vain": whole(
        "the server has tried several times, and could not",
        N_("The server has tried several times, and could not bring it."),
    ),
    # One thing of it.
    "past_others": whole("a repost of somebody else's post", N_("It is a repost of somebody else’s post.")),
    "past_broken": _it(N_("It cannot be read.")),
    "past_short": whole(
        "the archive holds only its beginning", N_("Twitter’s archive holds only its beginning; that came.")
    ),
    "past_poll": whole(
        "a poll: its options came as words", N_("It was a poll. What could be chosen stands in it as words.")
    ),
    "past_undated": _it(N_("Its date cannot be read.")),
    "past_empty": _it(N_("Nothing is left of it without what cannot be brought.")),
    "past_long": whole("it is longer than %(most)s bytes", N_("It is longer than the server keeps posts.")),
    "past_later": _it(N_("Its date is in the future or long past.")),
    "past_limited": _it(N_("A decision of this server limits it.")),
    "past_file_gone": whole("the file is not in the archive", N_("It is not in the archive.")),
    "past_many_files": whole("more than %(most)s", N_("At most %(most)s pictures go into one post.")),
    "past_elsewhere": _it(N_("It is on another server.")),
    "past_nobody": _it(N_("There is nobody of this name here.")),
}
