"""Pages for those who build: the API, the pieces of pages, the village's bar."""
