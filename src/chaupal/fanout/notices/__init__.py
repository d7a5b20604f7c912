"""Who is told: notices in the app, direct posts from the house, mails and pushes, each at the moment that its law lets it be told."""
