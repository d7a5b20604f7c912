"""What can be wrong with what was sent, by code: the one registry. A code and its values are raised; words come at the edge.

`Invalid("text_too_long", most=500)`: programs read the English of `api`, which Mastodon's clients know; people read `page` in
their language. A test walks every code in both languages.
"""

from typing import NamedTuple

from chaupal.kernel.marked import N_


class Fault(NamedTuple):
    """`field`: which one is wrong, unless whoever raises it names another (`field=…`). `{…}` and `%(…)s`: its values.

    `api` and `brief` (what is wrong with the field, in two words) are for programs, `page` is a key of the catalogues.
    """

    field: str
    api: str
    brief: str
    page: str


TOO_FINE = N_("This has more pixels, or frames a second, than can be taken here.")

FAULTS: dict[str, Fault] = {
    # What the post itself is.
    "text_too_long": Fault("text", "Text is longer than {most} characters", "too long",
        N_("This is too long. A post has at most %(most)s letters, its warning among them."),
    ),
    "text_too_big": Fault("text", "Text is longer than {bytes} bytes", "too long", N_("This text is far too long.")),
    "text_blank": Fault("text", "Text can't be blank", "can't be blank", N_("Write something, or add a picture.")),
    "text_unreadable": Fault("text", "Text {why}", "{why}", N_("This text holds characters that cannot be taken.")),
    "too_many_files": Fault(
        "media_ids", "At most {most} files can be attached", "too many", N_("At most %(most)s pictures go into one post.")
    ),
    "file_missing": Fault(
        "media_ids", "A file is missing or already attached", "not found", N_("A picture has been lost. Choose it again.")
    ),
    "film_with_others": Fault(
        "media_ids", "A video or sound is attached alone", "mixed",
        N_("A video or sound goes into a post alone, without other files."),
    ),
    "quoted_unnamed": Fault(
        "quoted_status_id", "Quoted user needs to be mentioned", "not mentioned",
        N_("A message that quotes somebody must mention them."),
    ),
    "tag_invalid": Fault(
        "name", "Tag is not valid", "is not valid",
        N_("This cannot be a hashtag: letters, digits and _ without spaces, and not digits alone."),
    ),
    "too_many_tags": Fault(
        "name", "There can be {most} at most", "are too many", N_("There can be at most %(most)s of them. Delete some first.")
    ),
    "too_many_pins": Fault(
        "base", "You have already pinned the maximum number of posts", "too many",
        N_("%(most)s posts are pinned already. Take one off first."),
    ),
    # Its poll, and votes in one.
    "poll_with_pictures": Fault(
        "poll", "A poll and pictures cannot go into one post", "not with pictures",
        N_("A poll and pictures cannot go into one post."),
    ),
    "poll_options": Fault("poll", "A poll has {fewest} to {most} options", "options", N_("A poll has %(fewest)s to %(most)s options.")),
    "poll_same_twice": Fault(
        "poll", "Two options of the poll are the same", "the same twice", N_("Two options of the poll are the same.")
    ),
    "poll_open_for": Fault(
        "poll", "A poll is open for {shortest} to {longest} seconds", "expires_in",
        N_("A poll is open for five minutes at least, and for a month at most."),
    ),
    "option_blank": Fault("poll", "An option of the poll is empty", "can't be blank", N_("An option of the poll is empty.")),
    "option_too_long": Fault(
        "poll", "An option of the poll is longer than {most} characters", "too long",
        N_("An option of the poll has at most %(most)s letters."),
    ),
    "option_unreadable": Fault(
        "poll", "Options {why}", "{why}", N_("An option of the poll holds characters that cannot be taken.")
    ),
    "choice_unknown": Fault(
        "choices", "The chosen vote option does not exist", "does not exist", N_("Choose one of the options.")
    ),
    "choice_single": Fault("choices", "Only one option can be chosen", "only one", N_("Only one option can be chosen.")),
    "vote_own": Fault("choices", "You cannot vote in your own polls", "your own", N_("You cannot vote in your own poll.")),
    "vote_over": Fault(
        "choices", "The poll has already ended", "has ended", N_("The poll is over; no more votes are taken.")
    ),
    "vote_twice": Fault(
        "choices", "You have already voted on this poll", "voted already", N_("You have voted in this poll already.")
    ),
    # Several posts written in one go.
    "series_too_long": Fault("more", "More are too many: {most} posts go in one", "too many", N_("At most %(most)s posts go in one.")),
    # What is kept to be said later.
    "too_many_drafts": Fault(
        "base", "Too many drafts are kept already", "too many drafts", N_("You keep %(most)s drafts already. Delete some first.")
    ),
    "draft_too_long": Fault(
        "text", "Text is longer than {most} characters", "too long", N_("This is too long. A draft has at most %(most)s letters.")
    ),
    "draft_poll_too_long": Fault("poll", "The poll is too long", "too long", N_("The poll is too long.")),
    "time_unreadable": Fault("scheduled_at", "Scheduled at is not a time", "is not a time", N_("Choose a day and a time.")),
    "time_out_of_reach": Fault(
        "scheduled_at", "Scheduled at The scheduled date must be in the future", "too soon or too late",
        N_("Choose a time that is five minutes from now at least, and five years at most."),
    ),
    "plan_gone": Fault(
        "base", "The scheduled post is there no longer", "not found",
        N_("This was posted or deleted meanwhile. Save it as a draft to keep it."),
    ),
    "too_many_scheduled": Fault(
        "scheduled_at", "You have exceeded the limit of scheduled posts", "too many",
        N_("Too many posts wait for their time already: %(most)s in all, and %(a_day)s on one day, are the most."),
    ),
    # A message.
    "message_for_nobody": Fault("to", "Name whom the message is for", "can't be blank", N_("Say whom the message is for.")),
    "message_for_too_many": Fault(
        "to", "A message is for {most} people at most", "too many", N_("A message is for %(most)s people at most.")
    ),
    "nobody_called": Fault(
        "to", "Nobody here is called @{name}", "not found",
        N_("Nobody here has this username. Look at how it is spelled."),
    ),
    # A file, and what is said of it.
    "file_blank": Fault("file", "File can't be blank", "can't be blank", N_("Choose a file.")),
    "file_too_large": Fault("file", "File is larger than {most} bytes", "too large", N_("This file is too large.")),
    "file_unprocessed": Fault(
        "file", "File could not be processed", "cannot be processed",
        N_("This video or sound could not be prepared. Try another file."),
    ),
    "film_not_taken": Fault(
        "file", "File is a video or sound, and this server takes none", "not taken here",
        N_("This server takes no video and no sound."),
    ),
    "film_unreadable": Fault(
        "file", "File is not a video or sound that can be read here", "cannot be read",
        N_("This file is not a video or sound that can be read here."),
    ),
    "film_too_long": Fault(
        "file", "File is longer than {most} seconds", "too long",
        N_("This video or sound is too long: %(most)s seconds are the most."),
    ),
    "film_too_fine": Fault("file", "File has more than {most} pixels in a frame", "too many pixels", TOO_FINE),
    "film_too_fast": Fault("file", "File has more than {most} frames a second", "too many frames", TOO_FINE),
    "picture_too_fine": Fault("file", "File has more than {most} pixels", "too many pixels", TOO_FINE),
    "picture_unreadable": Fault(
        "file", "File is not an image that can be read here", "cannot be read",
        N_("This file is not a picture that can be read here."),
    ),
    "picture_unknown": Fault(
        "file", "File is not an image of a kind that is taken here", "unknown kind",
        N_("This file is not a picture that can be read here."),
    ),
    "description_too_long": Fault(
        "description", "Description is longer than {most} characters", "too long",
        N_("The description of a picture has at most %(most)s letters."),
    ),
    "description_unreadable": Fault(
        "description", "Description {why}", "{reason}",
        N_("The description of a picture holds characters that cannot be taken."),
    ),
    # Words to read along with a film or sound.
    "captions_no_film": Fault(
        "captions", "Captions belong to a video or sound", "not for this", N_("Captions belong to a video or sound.")
    ),
    "captions_language": Fault(
        "captions_language", "Captions language is not a language", "is not a language", N_("Choose the language of the captions.")
    ),
    "captions_languages": Fault(
        "captions", "Captions can be in {most} languages at most", "too many", N_("Captions can be in %(most)s languages at most.")
    ),
    "captions_too_large": Fault(
        "captions", "Captions are larger than {most} bytes", "too large", N_("This file of captions is too large.")
    ),
    "captions_unreadable": Fault(
        "captions", "Captions are not a WebVTT file in UTF-8", "not WebVTT",
        N_("This is no file of captions. It must be a WebVTT file: its first line says WEBVTT."),
    ),
    "captions_timing": Fault(
        "captions", "Captions line {line} is no time of a cue", "line {line}",
        N_("In the captions, line %(line)s is no time like 00:01.000 --> 00:04.000."),
    ),
    "captions_order": Fault(
        "captions", "Captions line {line} ends before it begins, or begins before the one above", "line {line}",
        N_("In the captions, line %(line)s ends before it begins, or begins before the one above it."),
    ),
    "captions_late": Fault(
        "captions", "Captions line {line} begins after the end", "line {line}",
        N_("In the captions, line %(line)s begins after the video or sound is over."),
    ),
    "captions_cue_too_long": Fault(
        "captions", "Captions line {line} has more than {most} characters", "line {line}",
        N_("In the captions, what stands at line %(line)s is too long: at most %(most)s letters at a time."),
    ),
    "captions_too_many": Fault(
        "captions", "Captions have more than {cues} cues", "too many", N_("These captions have too many lines.")
    ),
    "captions_blank": Fault("captions", "Captions have no words", "can't be blank", N_("No words stand in these captions.")),
    "focus_invalid": Fault(
        "focus", "Focus must be two numbers from -1 to 1", "not a point", N_("Choose a point within the picture.")
    ),
    # What somebody says of themselves, and how they are set.
    "note_too_long": Fault("note", "Note is too long", "is too long", N_("This is too long. About you: at most %(most)s letters.")),
    "too_many_fields": Fault(
        "fields_attributes", "Fields can be {most} at most", "are too many", N_("The table has at most %(most)s lines.")
    ),
    "fields_too_long": Fault("fields_attributes", "Fields are too long", "are too long", N_("A line of the table is too long.")),
    "site_invalid": Fault(
        "attribution_domains", "Attribution domains {typed} is not a valid domain name", "is not a valid domain name",
        N_("One of these is no name of a site, like example.org."),
    ),
    "too_many_sites": Fault(
        "attribution_domains", "Attribution domains can be {most} at most", "are too many",
        N_("There can be at most %(most)s of them. Delete some first."),
    ),
    "privacy_unknown": Fault("privacy", "Privacy is not known", "is not known", N_("Choose who may see it.")),
    "language_unknown": Fault("language", "Language is not known", "is not known", N_("Choose a language from the list.")),
    "quote_policy_unknown": Fault("quote_policy", "Quote policy is not known", "is not known", N_("Choose who may quote them.")),
    "list_unnamed": Fault("title", "Title can't be blank", "can't be blank", N_("Give it a name.")),
    "list_name_too_long": Fault("title", "Title is too long", "is too long", N_("A name has at most %(most)s letters.")),
}  # fmt: skip
