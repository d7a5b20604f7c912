"""What can be wrong with what somebody says: posts, polls, drafts, messages, tags."""

from chaupal.kernel.faults.fault import Fault, alike, at, named, whole
from chaupal_audit.marked import N_

FAULTS: dict[str, Fault] = {
    # What the post itself is.
    "text_too_long": at(
        "text",
        "Text is longer than %(most)s characters",
        "too long",
        N_("This is too long. A post has at most %(most)s letters, its warning among them."),
        "ERR_TOO_LONG",
    ),
    "text_too_big": at(
        "text", "Text is longer than %(bytes)s bytes", "too long", N_("This text is far too long."), "ERR_TOO_LONG"
    ),
    "text_blank": named("text", "can't be blank", N_("Write something, or add a picture."), "ERR_BLANK"),
    "text_unreadable": named("text", "%(why)s", N_("This text contains characters that cannot be taken.")),
    "too_many_files": at(
        "media_ids",
        "At most %(most)s files can be attached",
        "too many",
        N_("At most %(most)s pictures go into one post."),
    ),
    "file_missing": at(
        "media_ids",
        "A file is missing or already attached",
        "not found",
        N_("A picture has been lost. Choose it again."),
    ),
    "alt_missing": at(
        "media_ids",
        "A file has no description, and you asked for one in your settings",
        "have no description",
        N_("Describe what can be seen or heard: you asked in your settings to be reminded."),
    ),
    "film_with_others": at(
        "media_ids",
        "A video or sound is attached alone",
        "is attached with other files",
        N_("A video or sound goes into a post alone, without other files."),
    ),
    "local_for_few": named(
        "local_only", "is for public or unlisted posts", N_("Only a public post can stay at this server.")
    ),
    "local_quotes_elsewhere": at(
        "quoted_status_id",
        "Quoted user …",
        "is on another server, which must be asked",
        N_("A post that stays at this server cannot quote somebody of another: their server would have to be asked."),
    ),
    "quoted_unnamed": at(
        "quoted_status_id",
        "Quoted user needs to be mentioned",
        "not mentioned",
        N_("A message that quotes somebody must mention them."),
    ),
    "tag_invalid": at(
        "name",
        "Tag …",
        "is not valid",
        N_("This cannot be a hashtag: letters, digits and _ without spaces, and not digits alone."),
    ),
    "too_many_tags": at(
        "name",
        "There can be %(most)s at most",
        "are too many",
        N_("There can be at most %(most)s of them. Delete some first."),
    ),
    "too_many_pins": at(
        "base",
        "You have already pinned the maximum number of posts",
        "too many",
        N_("%(most)s posts are pinned already. Take one off first."),
    ),
    # Its poll, and votes in one.
    "poll_with_pictures": alike("poll", N_("A poll and pictures cannot go into one post."), "not with pictures"),
    "poll_options": alike("poll", N_("A poll has %(fewest)s to %(most)s options."), "has too few or too many options"),
    "poll_same_twice": alike("poll", N_("Two options of the poll are the same."), "the same twice"),
    "poll_open_for": at(
        "poll",
        "A poll is open for %(shortest)s to %(longest)s seconds",
        "is open for too short or too long",
        N_("A poll is open for five minutes at least, and for a month at most."),
    ),
    "option_blank": alike("poll", N_("An option of the poll is empty."), "can't be blank", "ERR_BLANK"),
    "option_too_long": at(
        "poll",
        "An option of the poll is longer than %(most)s characters",
        "too long",
        N_("An option of the poll has at most %(most)s letters."),
        "ERR_TOO_LONG",
    ),
    "option_unreadable": at(
        "poll", "Options …", "%(why)s", N_("An option of the poll contains characters that cannot be taken.")
    ),
    "choice_unknown": at("choices", "The chosen vote option …", "does not exist", N_("Choose one of the options.")),
    "choice_single": alike("choices", N_("Only one option can be chosen."), "only one"),
    "vote_own": at("choices", "You cannot vote in your own polls", "your own", N_("You cannot vote in your own poll.")),
    "vote_over": at(
        "choices", "The poll has already ended", "has ended", N_("The poll is over; no more votes are taken.")
    ),
    "vote_twice": at(
        "choices", "You have already voted on this poll", "voted already", N_("You have voted in this poll already.")
    ),
    # Several posts written in one go.
    "series_too_long": at(
        "more", "More are too many: %(most)s posts go in one", "too many", N_("At most %(most)s posts go in one.")
    ),
    "plan_gone": at(
        "base",
        "The scheduled post is there no longer",
        "not found",
        N_("This was posted or deleted meanwhile. Save it as a draft to keep it."),
    ),
    # What is kept to be said later.
    "too_many_drafts": at(
        "base",
        "Too many drafts are kept already",
        "too many drafts",
        N_("You keep %(most)s drafts already. Delete some first."),
    ),
    "draft_too_long": at(
        "text",
        "Text is longer than %(most)s characters",
        "too long",
        N_("This is too long. A draft has at most %(most)s letters."),
        "ERR_TOO_LONG",
    ),
    "draft_poll_too_long": at("poll", "The poll is …", "too long", N_("The poll is too long."), "ERR_TOO_LONG"),
    "time_unreadable": named("scheduled_at", "is not a time", N_("Choose a day and a time.")),
    "time_too_soon": at(
        "scheduled_at",
        "Scheduled at The scheduled date must be in the future",
        "too soon",
        N_("Choose a time that is five minutes from now at least."),
    ),
    "too_many_scheduled": at(
        "scheduled_at",
        "You have exceeded the limit of scheduled posts",
        "too many",
        N_("Too many posts wait for their time already: %(most)s in all, and %(a_day)s on one day, are the most."),
    ),
    # A message.
    "message_for_nobody": at(
        "to", "Name whom the message is for", "can't be blank", N_("Say whom the message is for."), "ERR_BLANK"
    ),
    "message_for_too_many": alike("to", N_("A message is for %(most)s people at most."), "too many"),
    "nobody_called": at(
        "to",
        "Nobody here is called @%(name)s",
        "not found",
        N_("Nobody here has this username. Look at how it is spelled."),
    ),
    "names_elsewhere": at(
        "text",
        "@%(name)s is on another server, and this one talks to none",
        "names somebody who cannot be reached",
        N_(
            "This server talks to no other server now: @%(name)s would never get this. Name people of this server only."
        ),
    ),
    "repost_direct": at(
        "visibility", "A repost …", "cannot be direct", N_("A repost cannot be only for the people it names.")
    ),
    "repost_forbidden": whole(
        "This post cannot be reposted", N_("This post cannot be reposted: its author chose who may see it.")
    ),
    "quote_forbidden": whole("This post cannot be quoted", N_("The author of this post does not let you quote it.")),
    "post_quotes_unknown": named("quote_approval_policy", "is none", N_("Choose who may quote them.")),
    "answered_missing": whole(
        "The post you are replying to does not exist", N_("The post that you answer is not there any more.")
    ),
    "quoted_missing": whole(
        "The post you are quoting does not exist", N_("The post that you quote is not there any more.")
    ),
    "unexpected_mentions": at(
        "allowed_mentions",
        "Post would be sent to unexpected accounts",
        "more are mentioned",
        N_("This mentions people whom you may not have meant."),
        alone=True,
    ),
    "pin_of_others": at(
        "base", "Someone else's post cannot be pinned", "not yours", N_("Only your own posts can be pinned.")
    ),
    "pin_direct": at(
        "base",
        "Posts that are only visible to mentioned users cannot be pinned",
        "is only visible to mentioned users",
        N_("A post that only the people it names can see cannot be pinned."),
    ),
    "tag_unreadable": at("name", "Tag …", "cannot be read", N_("This contains characters that cannot be taken.")),
    "poll_of_blocked": whole("You have blocked whoever asks", N_("You have blocked whoever asks this.")),
}
