"""A client of Sophos Central, or of whatever speaks as it does: which sub-estates there are."""

from bot.central.client import CentralClient, CentralError, Login

__all__ = ["CentralClient", "CentralError", "Login"]
