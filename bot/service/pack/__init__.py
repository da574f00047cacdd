"""The report of the auditor's pack: the life of each credential, what was verified, and how to check it without us."""

from bot.service.pack.page import Checked, PackedLog, page
from bot.service.pack.timeline import Book, Chapter, Line, People

__all__ = ["Book", "Chapter", "Checked", "Line", "PackedLog", "People", "page"]
