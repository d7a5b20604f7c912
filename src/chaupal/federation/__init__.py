"""What servers say to one another (ActivityPub): signed, read as any input, and written as the gate lets each of them see it."""
