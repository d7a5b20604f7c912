"""Change the square: accounts, posts, reactions, follows, media, reports."""
