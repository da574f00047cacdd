"""What `cred doctor` looks at at home: settings, policy, keys, database, ledger. Nothing here writes.

Each finding is one line: passed, or what is wrong and what to do about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from bot.config import Places, PolicyError, SettingsError, SlackSettings, load_policy, read_places, read_slack
from bot.config.settings import Environment
from bot.domain.policy import Policy
from bot.main.databases import said
from bot.main.opening import RESTORE, Keys, NotReadyError, check_standing, read_keys
from bot.main.slack_checkup import slack_findings
from bot.main.tls import ends_at
from bot.store import SCHEMAS
from bot.store.granting import lacking, too_much
from ledger import Ledger, LedgerError, TrustPolicy, open_to_read


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `said`: what was seen, or what is wrong and what to do."""

    subject: str
    passed: bool
    said: str


def findings(environ: Environment) -> Iterator[Finding]:
    """Everything, as it is found. What rests on something that failed is left out: that comes first."""
    places, slack, policy = _places(environ), _slack(environ), None
    if isinstance(places, Places):
        policy = _policy(places)
        yield Finding("settings", passed=True, said=f"listens at {places.bind}:{places.port} as {places.public_url}")
        yield policy if isinstance(policy, Finding) else _sound(policy)
        yield from _tls(places)
        yield from _at_home(places)
    else:
        yield from places
    if isinstance(slack, SlackSettings):
        known = policy if isinstance(policy, Policy) else None
        yield from (Finding(subject, passed, said) for subject, passed, said in slack_findings(slack, known))
    else:
        yield from slack


def _places(environ: Environment) -> Places | list[Finding]:
    try:
        return read_places(environ)
    except SettingsError as error:
        return [Finding("settings", passed=False, said=problem) for problem in error.problems]


def _slack(environ: Environment) -> SlackSettings | list[Finding]:
    try:
        return read_slack(environ)
    except SettingsError as error:
        return [Finding("tokens", passed=False, said=problem) for problem in error.problems]


def _policy(places: Places) -> Policy | Finding:
    try:
        return load_policy(places.policy)
    except PolicyError as error:
        first, count = error.mistakes[0], len(error.mistakes)
        more = f" And {count - 1} more: run `cred policy check`." if count > 1 else ""
        return Finding("policy", passed=False, said=f"{first}{more}")


def _sound(policy: Policy) -> Finding:
    return Finding("policy", passed=True, said=f"{policy.organization.name}, digest {policy.digest[:8]}")


def _tls(places: Places) -> Iterator[Finding]:
    if places.tls is None:
        return
    try:
        until = ends_at(places.tls)
    except NotReadyError as error:
        yield Finding("TLS", passed=False, said=str(error))
        return
    passed = datetime.now(UTC) < until
    said = (
        f"the certificate is valid until {until:%Y-%m-%d}" if passed else f"the certificate ended on {until:%Y-%m-%d}"
    )
    yield Finding("TLS", passed=passed, said=said if passed else f"{said}. Replace it: no restart is needed.")


def _at_home(places: Places) -> Iterator[Finding]:
    try:
        keys = read_keys(places)
    except NotReadyError as error:
        yield Finding("keys", passed=False, said=str(error))
        return
    yield from _witnesses(places)
    yield Finding("keys", passed=True, said="both are there, and open to nobody else")
    try:
        yield from _database(places, keys)
    except NotReadyError as error:
        yield Finding("database", passed=False, said=str(error))
    except LedgerError as error:
        yield Finding("ledger", passed=False, said=str(error))
    except DatabaseError as error:
        yield Finding("database", passed=False, said=f"{places.shown} cannot be read: {said(error)}. {RESTORE}")


def _witnesses(places: Places) -> Iterator[Finding]:
    if places.witnesses is None:
        return
    try:
        asked = [witness.name for witness in TrustPolicy.read(places.witnesses).witnesses if witness.url is not None]
    except LedgerError as error:
        yield Finding("witnesses", passed=False, said=f"CRED_WITNESSES cannot be used: {error}")
        return
    said = f"{', '.join(asked)}: asked at each checkpoint" if asked else "the policy names none with an address to ask"
    yield Finding("witnesses", passed=bool(asked), said=said)


def _database(places: Places, keys: Keys) -> Iterator[Finding]:
    if not places.on_postgres and not places.database.is_file():
        raise NotReadyError(f"There is no database at {places.database}. Run `cred init` once.")
    engine = open_to_read(places.database_url)
    try:
        check_standing(engine, places.shown)
        yield Finding("database", passed=True, said=f"{places.shown} is of this version")
        with engine.connect() as connection, connection.begin():
            if places.on_postgres:
                yield _rights(connection)
            ledger = Ledger.open(
                connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS, checkpoints=places.checkpoints
            )
            size = ledger.size(connection)
    finally:
        engine.dispose()
    yield Finding("ledger", passed=True, said=f"{ledger.origin}, {size} entries, no older than any checkpoint known")


def _rights(connection: Connection) -> Finding:
    """Of the role that CRED_DATABASE_URL names."""
    missing, more = lacking(connection), too_much(connection)
    if missing:
        told = ", ".join(missing[:3]) + (" and more" if missing[3:] else "")
        remedy = "Let the tables' owner run what `cred grants ROLE` prints."
        return Finding("rights", passed=False, said=f"the role lacks {told}. {remedy}")
    if more:
        words = "all that is needed; and it could change entries: `cred grants --help` says how not"
        return Finding("rights", passed=True, said=words)
    return Finding("rights", passed=True, said="it may add entries to the ledger, and change none")
