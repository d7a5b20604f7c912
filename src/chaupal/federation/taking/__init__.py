"""What other servers say is taken in here: checked against whoever said it, then done by the square's own functions."""
