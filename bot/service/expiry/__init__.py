"""An expiry that comes, and use that does not: who is warned, when, and what they decide."""
