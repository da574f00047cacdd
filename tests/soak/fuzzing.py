"""`python -m tests.soak.fuzzing PARSER [libFuzzer's options] CORPUS`: coverage leads it into a parser's branches."""

import sys

import atheris

with atheris.instrument_imports(include=["ledger"]):
    from tests.support.parsers import PARSERS


def main() -> None:
    """Runs until its time is over, or something is raised that no parser may raise: then it exits with another code."""
    parser = PARSERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, parser.look)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
