"""What one takes along: all that is one's own in one file, in shapes that other servers take in."""
