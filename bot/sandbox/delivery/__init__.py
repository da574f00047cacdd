"""The way to the bot: payloads as Slack documents them, over signed HTTP or Socket Mode."""
