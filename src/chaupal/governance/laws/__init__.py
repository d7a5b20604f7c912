"""The laws, the house's own rules and its texts."""
