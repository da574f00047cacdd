"""A secret on its way: minted, shown once, confirmed, replaced, and ended."""
