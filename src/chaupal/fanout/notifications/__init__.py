"""Who is told: notifications in the app, direct posts, mails and pushes, each at the moment that its law lets it be told."""
