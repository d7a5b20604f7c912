"""A cluster on one machine, the storm that is let loose on it, and the judge of what was seen."""
