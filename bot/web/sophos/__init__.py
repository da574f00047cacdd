"""The door for existing clients of Sophos Central: the same addresses, answers and errors, for our own credentials."""

from bot.web.sophos.door import routes
from bot.web.sophos.rate import Limiter

__all__ = ["Limiter", "routes"]
