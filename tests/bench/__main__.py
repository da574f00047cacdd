"""`make bench`: every figure, a line each. `python -m tests.bench ack start` measures only those."""

import sys
from importlib import import_module

MODULES = (
    "start",
    "ack",
    "token",
    "token_timing",
    "busy",
    "ledger",
    "ledger_reading",
    "ledger_peers",
    "ledger_postgresql",
    "ledger_search",
    "sweep",
    "search",
    "importing",
    "face",
)
HEAD = "name | ours | floor or peer | ratio | aim | ok or short"


def main(chosen: list[str]) -> None:
    """Print the figures as they are measured. What falls short is printed, never left out."""
    print(HEAD)
    for name in chosen or MODULES:
        for figure in import_module(f"tests.bench.{name}").figures():
            print(figure, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
