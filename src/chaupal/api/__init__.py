"""Words in and out for programs: the Mastodon client API and ours, every route naming its surface."""
