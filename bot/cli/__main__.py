"""`python -m bot.cli` is `cred`."""

from bot.cli import app

app(prog_name="cred")
