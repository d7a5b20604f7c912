"""What can be wrong with a file, and with what is said of it."""

from chaupal.kernel.faults.fault import Fault, alike, at, named, sentence
from chaupal_audit.marked import N_

TOO_FINE = N_("This has more pixels, or frames a second, than can be taken here.")

FAULTS: dict[str, Fault] = {
    # A file, and what is said of it.
    "file_blank": named("file", "can't be blank", N_("Choose a file."), "ERR_BLANK"),
    "file_too_large": at("file", "File is larger than %(most)s bytes", "too large", N_("This file is too large.")),
    "file_unprocessed": at(
        "file",
        "File could not be processed",
        "cannot be processed",
        N_("This video or sound could not be prepared. Try another file."),
    ),
    "film_not_taken": at(
        "file",
        "File is a video or sound, and this server takes none",
        "not taken here",
        N_("This server takes no video and no sound."),
    ),
    "film_unreadable": at(
        "file",
        "File is not a video or sound that can be read here",
        "cannot be read",
        N_("This file is not a video or sound that can be read here."),
    ),
    "film_too_long": at(
        "file",
        "File is longer than %(most)s seconds",
        "too long",
        N_("This video or sound is too long: %(most)s seconds are the most."),
        "ERR_TOO_LONG",
    ),
    "film_too_fine": at("file", "File has more than %(most)s pixels in a frame", "too many pixels", TOO_FINE),
    "film_too_fast": at("file", "File has more than %(most)s frames a second", "too many frames", TOO_FINE),
    "picture_too_fine": at("file", "File has more than %(most)s pixels", "too many pixels", TOO_FINE),
    "picture_unreadable": at(
        "file",
        "File is not an image that can be read here",
        "cannot be read",
        N_("This file is not a picture that can be read here."),
    ),
    "picture_unknown": at(
        "file",
        "File is not an image of a kind that is taken here",
        "unknown kind",
        N_("This kind of file is not taken here."),
    ),
    "description_too_long": at(
        "description",
        "Description is longer than %(most)s characters",
        "too long",
        N_("The description of a picture has at most %(most)s letters."),
        "ERR_TOO_LONG",
    ),
    "description_unreadable": at(
        "description",
        "Description %(why)s",
        "%(reason)s",
        N_("The description of a picture contains characters that cannot be taken."),
    ),
    "focus_invalid": at(
        "focus", "Focus must be two numbers from -1 to 1", "not a point", N_("Choose a point within the picture.")
    ),
    "file_not_ready": at(
        "media_ids",
        "Cannot attach files that have not finished processing. Try again in a moment!",
        "not ready",
        N_("A video or sound is not ready yet. Try again in a moment."),
        alone=True,
    ),
    "thumbnail_too_soon": at(
        "thumbnail",
        "Media is still being processed. Try again in a moment",
        "is still being processed",
        N_("A video or sound is not ready yet. Try again in a moment."),
    ),
    "file_in_use": at(
        "media",
        "Media attachment is currently used by a status",
        "is in a post",
        N_("This picture is in a post already."),
        alone=True,
    ),
    "file_in_other_post": at(
        "media_ids", "Media is in another post already", "in another post", N_("This picture is in a post already.")
    ),
    # What somebody brings along, and takes along.
    "archive_kind_unknown": named("kind", "is not known", N_("The file does not say what it is. Choose it yourself.")),
    "archive_part": named(
        "file", "is one file of an archive", N_("It is one file of an archive. Send it packed, as a ZIP file.")
    ),
    "archive_for_unknown": named("visibility", "is not known", N_("Choose who may see it.")),
    "archive_too_large": at(
        "file", "File is larger than %(most)s bytes", "too large", N_("The file is too large for this page.")
    ),
    "import_running": sentence(N_("Another file of yours is still being brought in.")),
    "export_running": sentence(N_("Another file of yours is still being made.")),
    # Words to read along with a film or sound.
    "captions_no_film": alike("captions", N_("Captions belong to a video or sound."), "not for this"),
    "captions_language": named("captions_language", "is not a language", N_("Choose the language of the captions.")),
    "captions_languages": alike("captions", N_("Captions can be in %(most)s languages at most."), "too many"),
    "captions_too_large": at(
        "captions", "Captions are larger than %(most)s bytes", "too large", N_("This file of captions is too large.")
    ),
    "captions_unreadable": at(
        "captions",
        "Captions are not a WebVTT file in UTF-8",
        "not WebVTT",
        N_("This is no file of captions. It must be a WebVTT file: its first line says WEBVTT."),
    ),
    "captions_timing": at(
        "captions",
        "Captions line %(line)s is no time of a cue",
        "line %(line)s",
        N_("In the captions, line %(line)s is no time like 00:01.000 --> 00:04.000."),
    ),
    "captions_order": at(
        "captions",
        "Captions line %(line)s ends before it begins, or begins before the one above",
        "line %(line)s",
        N_("In the captions, line %(line)s ends before it begins, or begins before the one above it."),
    ),
    "captions_late": at(
        "captions",
        "Captions line %(line)s begins after the end",
        "line %(line)s",
        N_("In the captions, line %(line)s begins after the video or sound is over."),
    ),
    "captions_cue_too_long": at(
        "captions",
        "Captions line %(line)s has more than %(most)s characters",
        "line %(line)s",
        N_("In the captions, what stands at line %(line)s is too long: at most %(most)s letters at a time."),
    ),
    "captions_too_many": at(
        "captions", "Captions have more than %(cues)s cues", "too many", N_("These captions have too many lines.")
    ),
    "captions_blank": at(
        "captions", "Captions have no words", "can't be blank", N_("No words stand in these captions."), "ERR_BLANK"
    ),
}
