"""The programs that the soak kills."""

from tests.support.keeping import keeper, name, program_of

__all__ = ["keeper", "name", "program_of"]
