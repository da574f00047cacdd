"""`python -m ledger`. Exit 0: it holds. 1: it does not, and the output says what. 2: it could not be run."""

from ledger.commands import app

if __name__ == "__main__":
    app(prog_name="python -m ledger")

__all__ = ["app"]
