"""The wire to a SIEM."""

from bot.siem.http import HttpSiem

__all__ = ["HttpSiem"]
