"""Posts at the wire: the entity, and what can be done with one."""
