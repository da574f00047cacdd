"""The programs that the scenarios walk through."""

from tests.support.keeping import keeper, mortal, name, over_http, program, program_of

__all__ = ["keeper", "mortal", "name", "over_http", "program", "program_of"]
