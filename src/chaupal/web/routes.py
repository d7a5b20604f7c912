"""Every page of the square, its office and its record: the rows (`ROUTES`) of the modules in these folders, each of which says on which
surface it shows words.
"""

from chaupal.http.call import Route
from chaupal.http.router import rows_of
from chaupal.web import account, court, installed, office, square, static
from chaupal.web.design import village

ROUTES: tuple[Route, ...] = rows_of(square, account, court, office, static, installed, village)
