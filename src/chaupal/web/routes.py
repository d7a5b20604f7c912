"""Every page of the square, its office and its record; each module's rows say on which surface it shows words."""

from chaupal.web import installed, static
from chaupal.web.account import account_status as standing
from chaupal.web.account import (
    appearance,
    consent,
    entering,
    exports,
    filters,
    first_steps,
    hearing,
    hidden_servers,
    imports,
    joining,
    leaving,
    mails,
    moving,
    passwords,
    privacy,
    profile,
    push,
    security,
    settings,
)
from chaupal.web.court import (
    by_link,
    disputes,
    feed,
    logbook,
    portal,
    portal_orders,
    register,
    reports,
    servers,
    statements,
    transparency,
    verify,
)
from chaupal.web.design import designed, village
from chaupal.web.office import appeals as office_appeals
from chaupal.web.office import authorities as office_authorities
from chaupal.web.office import case as office_case
from chaupal.web.office import deamplify as office_deamplify
from chaupal.web.office import documents as office_documents
from chaupal.web.office import figures as office_figures
from chaupal.web.office import intake as office_intake
from chaupal.web.office import ip_blocks as office_doors
from chaupal.web.office import many as office_many
from chaupal.web.office import order as office_order
from chaupal.web.office import people as office_people
from chaupal.web.office import queue as office_queue
from chaupal.web.office import reports as office_reports
from chaupal.web.office import reviews as office_reviews
from chaupal.web.office import sanctions as office_sanctions
from chaupal.web.office import servers as office_servers
from chaupal.web.office import webhooks as office_webhooks
from chaupal.web.square import (
    announcing,
    composing,
    drafts,
    editing,
    embedding,
    explore,
    faraway,
    finding,
    forms,
    house_texts,
    lists,
    live,
    media,
    messages,
    own_tags,
    persons,
    post_feeds,
    reading,
    sitemap,
    threads,
    tongues,
    typing,
    writing,
)
from chaupal.wire.route import Route

ROUTES: tuple[Route, ...] = (
    *reading.ROUTES,
    *threads.ROUTES,
    *embedding.ROUTES,
    *persons.ROUTES,
    *finding.ROUTES,
    *typing.ROUTES,
    *explore.ROUTES,
    *faraway.ROUTES,
    *writing.ROUTES,
    *composing.ROUTES,
    *drafts.ROUTES,
    *editing.ROUTES,
    *forms.ROUTES,
    *tongues.ROUTES,
    *live.ROUTES,
    *filters.ROUTES,
    *lists.ROUTES,
    *own_tags.ROUTES,
    *settings.ROUTES,
    *profile.ROUTES,
    *privacy.ROUTES,
    *hidden_servers.ROUTES,
    *moving.ROUTES,
    *mails.ROUTES,
    *appearance.ROUTES,
    *security.ROUTES,
    *leaving.ROUTES,
    *imports.ROUTES,
    *messages.ROUTES,
    *announcing.ROUTES,
    *house_texts.ROUTES,
    *hearing.ROUTES,
    *push.ROUTES,
    *disputes.ROUTES,
    *by_link.ROUTES,
    *reports.ROUTES,
    *standing.ROUTES,
    *entering.ROUTES,
    *exports.ROUTES,
    *joining.ROUTES,
    *first_steps.ROUTES,
    *passwords.ROUTES,
    *consent.ROUTES,
    *office_intake.ROUTES,
    *portal.ROUTES,
    *portal_orders.ROUTES,
    *office_authorities.ROUTES,
    *office_documents.ROUTES,
    *office_queue.ROUTES,
    *office_order.ROUTES,
    *office_many.ROUTES,
    *office_case.ROUTES,
    *office_sanctions.ROUTES,
    *office_servers.ROUTES,
    *office_deamplify.ROUTES,
    *office_people.ROUTES,
    *office_appeals.ROUTES,
    *office_reports.ROUTES,
    *office_reviews.ROUTES,
    *office_webhooks.ROUTES,
    *office_doors.ROUTES,
    *office_figures.ROUTES,
    *register.ROUTES,
    *servers.ROUTES,
    *transparency.ROUTES,
    *verify.ROUTES,
    *logbook.ROUTES,
    *feed.ROUTES,
    *post_feeds.ROUTES,
    *sitemap.ROUTES,
    *statements.ROUTES,
    *media.ROUTES,
    *static.ROUTES,
    *installed.ROUTES,
    *village.ROUTES,
    *designed.ROUTES,
)
