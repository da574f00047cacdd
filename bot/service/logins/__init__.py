"""Logins: whether a client gets a token, what a token is worth, and what the logins of a credential tell of it."""
