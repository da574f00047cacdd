"""The face in Slack. It decides nothing: every press and every word is checked by the use cases it calls."""
