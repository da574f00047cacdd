"""Slack's side of the wire: what comes in, what is called, and what its failures mean."""
