"""Every page of the square, its office and its record; each module's rows say on which surface it shows words."""

from chaupal.web import (
    consent,
    finding,
    forms,
    joining,
    media,
    office,
    passwords,
    persons,
    reading,
    register,
    settings,
    static,
    threads,
    village,
    writing,
)
from chaupal.wire.route import Route

ROUTES: tuple[Route, ...] = (
    *reading.ROUTES,
    *threads.ROUTES,
    *persons.ROUTES,
    *finding.ROUTES,
    *writing.ROUTES,
    *forms.ROUTES,
    *settings.ROUTES,
    *joining.ROUTES,
    *passwords.ROUTES,
    *consent.ROUTES,
    *office.ROUTES,
    *register.ROUTES,
    *media.ROUTES,
    *static.ROUTES,
    *village.ROUTES,
)
