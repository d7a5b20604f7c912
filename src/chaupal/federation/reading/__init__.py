"""What other servers say, read: JSON of any shape becomes checked structs, or Unreadable. Pure, without input or output."""
