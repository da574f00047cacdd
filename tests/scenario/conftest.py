"""The programs that the scenarios walk through."""

from tests.support.keeping import keeper, name, over_http, program, program_of

__all__ = ["keeper", "name", "over_http", "program", "program_of"]
