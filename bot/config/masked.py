"""A setting that is a secret: it does not print, does not pickle, and is asked for by name where it is used."""


class Masked:
    """Text that must not reach a log, a traceback or a message."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def disclose(self) -> str:
        """The secret itself. Called where it is used, and nowhere else."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Masked(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")
