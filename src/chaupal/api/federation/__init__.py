"""What other servers ask for and send: people, posts, lists of them, and the inbox."""
