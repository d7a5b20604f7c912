"""What one says, and what one does with what others said."""
