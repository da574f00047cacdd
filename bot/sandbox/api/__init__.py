"""The bot's way in: Slack's Web API and the URLs that clicks are answered through."""
