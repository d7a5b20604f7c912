"""Words marked where they stand, for the catalogues to be gathered from; they are translated where they are shown."""


def N_(text: str) -> str:  # noqa: N802 (the name by which catalogues are gathered)
    """The text as it is."""
    return text
