"""Every route of the API on one screen; each names its surface in its own room."""

from chaupal.api import described, discovery, health, oauth, oembed
from chaupal.api.admin import accounts as admin_accounts
from chaupal.api.admin import authorities as admin_authorities
from chaupal.api.admin import bulk as admin_bulk
from chaupal.api.admin import counts as admin_counts
from chaupal.api.admin import domain_blocks as admin_servers
from chaupal.api.admin import ip_blocks as admin_doors
from chaupal.api.admin import metrics, webhooks
from chaupal.api.admin import orders as admin_orders
from chaupal.api.admin import protected as admin_protected
from chaupal.api.admin import trends as admin_trends
from chaupal.api.court import disputes, log, orders, record, reports, transparency, visibility
from chaupal.api.mastodon import (
    accounts,
    announcements,
    conversations,
    domain_blocks,
    filters,
    instance,
    joining,
    lists,
    own_tags,
    profile,
    search,
    streaming,
    suggestions,
    ties,
    timelines,
    trends,
)
from chaupal.api.mastodon.notifications import notice_policy, notices_grouped, notifications, push
from chaupal.api.mastodon.posts import editing, media, polls, posting, quoting, reactions, scheduled
from chaupal.api.own import drafts, exports, house_texts, imports
from chaupal.wire.route import Route

ROOMS: tuple[Route, ...] = (
    *timelines.ROUTES,
    *posting.ROUTES,
    *editing.ROUTES,
    *polls.ROUTES,
    *scheduled.ROUTES,
    *drafts.ROUTES,
    *quoting.ROUTES,
    *reactions.ROUTES,
    *ties.ROUTES,
    *domain_blocks.ROUTES,
    *filters.ROUTES,
    *lists.ROUTES,
    *own_tags.ROUTES,
    *accounts.ROUTES,
    *profile.ROUTES,
    *joining.ROUTES,
    *notifications.ROUTES,
    *notices_grouped.ROUTES,
    *notice_policy.ROUTES,
    *conversations.ROUTES,
    *announcements.ROUTES,
    *push.ROUTES,
    *disputes.ROUTES,
    *imports.ROUTES,
    *exports.ROUTES,
    *reports.ROUTES,
    *streaming.ROUTES,
    *search.ROUTES,
    *trends.ROUTES,
    *suggestions.ROUTES,
    *media.ROUTES,
    *oauth.ROUTES,
    *orders.ROUTES,
    *instance.ROUTES,
    *house_texts.ROUTES,
    *discovery.ROUTES,
    *log.ROUTES,
    *metrics.ROUTES,
    *health.ROUTES,
    *transparency.ROUTES,
    *record.ROUTES,
    *visibility.ROUTES,
    *admin_bulk.ROUTES,
    *admin_orders.ROUTES,
    *admin_authorities.ROUTES,
    *admin_protected.ROUTES,
    *admin_accounts.ROUTES,
    *admin_counts.ROUTES,
    *admin_trends.ROUTES,
    *admin_doors.ROUTES,
    *admin_servers.ROUTES,
    *webhooks.ROUTES,
    *oembed.ROUTES,
)

ROUTES: tuple[Route, ...] = (*ROOMS, *described.routes(ROOMS))
