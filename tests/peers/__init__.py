"""Tried against real peers: other servers started beside ours, the same acts at each, and a table of what came of them."""
