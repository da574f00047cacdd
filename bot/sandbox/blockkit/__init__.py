"""What Slack documents of blocks, elements and views, as tables, and the checks of them. Pure."""
