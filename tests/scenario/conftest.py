"""The programs that the scenarios walk through."""

from tests.support.keeping import keeper, name, over_http, program

__all__ = ["keeper", "name", "over_http", "program"]
