"""`cred.toml` parsed into the policy that the rules work with, or every mistake in it at once.

The file's text goes whole into one entry of the ledger when it changes, hence the limit on its size. There it is JSON,
which at most doubles it: TOML allows none of the control characters that would take more than two bytes.
"""

import codecs
import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from bot.config.composing import compose
from bot.config.draft import draft
from bot.config.mistakes import Finding, Mistake, PolicyError
from bot.config.rules import crossed
from bot.domain.policy import Policy

SIZE_MOST = 60_000
"""Of a policy file, by `size_of`. Its text stands in one entry of the ledger, which holds 65,535 bytes."""
_TWICE = (b'"', b"\\", b"\n", b"\r", b"\t")

T = TypeVar("T")


def load_policy(path: Path) -> Policy:
    """The policy in a file. Raises `PolicyError` with all its mistakes."""
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_MOST + 1)
    except OSError as error:
        remedy = "Set CRED_CONFIG to the policy file, or begin with the example cred.toml of the repository."
        problem = f"It cannot be read ({error.strerror or error})."
        raise PolicyError(str(path), [Mistake(key="", line=None, problem=problem, remedy=remedy)]) from None
    return parse_policy(content, source=str(path))


def parse_policy(content: bytes, *, source: str) -> Policy:
    """The policy in a file's bytes. `source` names the file in what `PolicyError` says."""
    if size_of(content) > SIZE_MOST:
        problem = f"It is longer than {SIZE_MOST} bytes, of which quotes, backslashes and line ends take two."
        raise _whole(source, problem, "Shorten the comments or the terms.")
    try:
        return _parsed(content, source)
    except RecursionError:  # the parsers and the reading of their tables call themselves at each level
        raise _whole(source, "It is nested too deeply to be read.", "Look for brackets that nobody closed.") from None


def size_of(content: bytes) -> int:
    """How many bytes a policy file takes as JSON, its quotes left out. No other character of TOML takes more there."""
    return len(content) + sum(map(content.count, _TWICE))


def _parsed(content: bytes, source: str) -> Policy:
    text = _decode(content, source)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(source, [_syntax(str(error), text)]) from None
    made = draft(tables)
    findings = [*made.findings, *crossed(made)]
    if findings:
        raise PolicyError(source, _place(findings, content))
    return compose(made, text=text, digest=hashlib.sha256(content).hexdigest())


def _decode(content: bytes, source: str) -> str:
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()  # some editors put it first, and it means nothing
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        mistake = Mistake(key="", line=line, problem="This is not UTF-8.", remedy="Save the file as UTF-8.")
        raise PolicyError(source, [mistake]) from None


def _syntax(message: str, text: str) -> Mistake:
    """The parser says where, in its own words: `… (at line 3, column 7)` or `… (at end of document)`."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    problem = f"This is not TOML: {message[: found.start()] if found else message}."
    return Mistake(key="", line=line, problem=problem, remedy="Look for a quote, a bracket or an = out of place.")


def _whole(source: str, problem: str, remedy: str) -> PolicyError:
    return PolicyError(source, [Mistake(key="", line=None, problem=problem, remedy=remedy)])


def _place(findings: Iterable[Finding], content: bytes) -> list[Mistake]:
    from bot.config.positions import line_of, lines  # noqa: PLC0415 - a sound file never pays for the second parser

    known = lines(content.removeprefix(codecs.BOM_UTF8))
    mistakes = [
        Mistake(
            key=".".join(str(part) for part in finding.path if isinstance(part, str)),
            line=line_of(finding.path, known),
            problem=finding.problem,
            remedy=finding.remedy,
        )
        for finding in findings
    ]
    return sorted(mistakes, key=lambda mistake: (mistake.line or 0, mistake.key))
