"""The programs that the soak kills."""

from tests.support.keeping import keeper, program_of

__all__ = ["keeper", "program_of"]
