"""How requests become calls and calls become answers: the same for apps, pages and files."""
