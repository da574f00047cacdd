"""Everything that reaches a person, as pure functions from what holds now to Slack's blocks. No query hides here."""
