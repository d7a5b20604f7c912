"""Chaupal: a microblog server in which every limit on speech is decided in the open."""
