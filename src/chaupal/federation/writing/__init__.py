"""What we say to other servers, as JSON: made of what the gate lets the one who is told see. Pure, without input or output."""
