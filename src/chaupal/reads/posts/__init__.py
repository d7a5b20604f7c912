"""What belongs to a post besides its words."""
