"""What staff, authorities and the public read of the court."""
