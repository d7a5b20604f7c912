"""Words marked where they stand, for the catalogues to be gathered from; they are translated where they are shown."""

from chaupal_audit.marked import N_ as N_
