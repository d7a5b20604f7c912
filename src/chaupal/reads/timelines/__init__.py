"""Lists of posts, and the conversation around one."""
