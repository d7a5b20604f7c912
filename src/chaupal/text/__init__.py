"""How language is written: tags, mentions, folding, length, language, search terms. Imports nothing of ours."""
