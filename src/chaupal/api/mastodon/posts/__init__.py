"""Posts in the API: the entity, and what can be done with one."""
