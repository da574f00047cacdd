"""The commands that make and run the program: init, serve, migrate, manifest."""

import gc
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusing import COULD_NOT_RUN, refuse, refusing
from bot.config import (
    Places,
    PolicyError,
    Settings,
    SettingsError,
    UnusableAddress,
    load_policy,
    manifest_url,
    read_places,
    read_settings,
)
from bot.domain.policy import Policy
from bot.main.process import forbid_core_dumps, stop_when_stdin_ends

_NOT_SPLIT = (
    "On SQLite one process is all of it, so it cannot be split: run `cred serve` alone, or name a PostgreSQL database "
    "in CRED_DATABASE_URL."
)


def init(
    origin: Annotated[
        str | None,
        typer.Option(
            help="The ledger's name in the world, for ever: best an address of yours, such as "
            "cred.example.com/ledger. Without it: made of the organization's name in the policy file."
        ),
    ] = None,
) -> None:
    """Make keys, database and ledger, once. Overwrites nothing; a key that is there already is used.

    Two key files (mode 0600): CRED_KEY_FILE, without which nothing can be read, and CRED_LOG_KEY_FILE, which signs the
    ledger. Back both up, apart from the database: whoever has all three has everything.
    """
    with refusing():
        places = read_places(os.environ)
        from bot.main.initialising import default_origin, initialise  # noqa: PLC0415 - see bot.cli

        name = default_origin(load_policy(places.policy).organization.name) if origin is None else origin
        made = initialise(places, name, now=datetime.now(UTC))
    for key in made.keys:
        typer.echo(f"Key       {key} (back it up, apart from the database)")
    typer.echo(f"Database  {made.database}")
    typer.echo(f"Ledger    {made.origin}")
    typer.echo(f"Verifier  {made.verifier} (give it to whoever checks the ledger)")
    typer.echo(
        "\nNext: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, then `cred serve`. `cred doctor` says what is missing."
    )


def serve(
    *,
    web: Annotated[bool, typer.Option("--web", help="Only the HTTP side. Needs PostgreSQL.")] = False,
    worker: Annotated[bool, typer.Option("--worker", help="Only what happens by the clock. Needs PostgreSQL.")] = False,
    bound: Annotated[bool, typer.Option("--stop-when-stdin-ends", hidden=True)] = False,
) -> None:
    """Run all of it in this one process: Slack, access tokens, and what happens by the clock. Ctrl-C stops it.

    Over PostgreSQL as many may run as you like, of the whole or of each part; what happens by the clock is done by one
    of them, and by another once that one ends.

    Needs SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode at /slack/events). Reads
    the policy from CRED_CONFIG (cred.toml), listens on CRED_BIND (127.0.0.1) and PORT (7341), and tells clients to come
    to CRED_PUBLIC_URL. What is missing or wrong is said at once, with exit 2.
    """
    if web and worker:
        refuse("Say --web or --worker. Without either, one process does both.")
    forbid_core_dumps()
    if bound:
        stop_when_stdin_ends()
    with refusing():
        gc.disable()  # loading makes objects that stay: looking for garbage among them is a quarter of the start
        settings, policy = _settings_and_policy()
        if (web or worker) and not settings.places.on_postgres:
            refuse(_NOT_SPLIT)
        from bot.main.logs import set_up_logging  # noqa: PLC0415 - see bot.cli
        from bot.main.program import Part  # noqa: PLC0415 - the same
        from bot.main.serving import serve as run  # noqa: PLC0415 - the same

        set_up_logging()
        run(settings, policy, Part.WEB if web else Part.WORKER if worker else Part.ALL)


def migrate() -> None:
    """Bring the database to this version of Cred. Stop `cred serve` and make a backup first."""
    with refusing():
        places = read_places(os.environ)
        from bot.main.databases import alone, check_there  # noqa: PLC0415 - see bot.cli
        from bot.main.opening import told_of  # noqa: PLC0415 - the same
        from bot.store import open_engine  # noqa: PLC0415 - the same
        from bot.store.migrate import HEAD, Standing, standing, upgrade  # noqa: PLC0415 - the same

        check_there(places)
        with told_of(places):
            engine = open_engine(places.database_url)
            lock = alone(places, engine)
            try:
                found = standing(engine)
                if found is Standing.AHEAD:
                    refuse(f"{places.shown} is of a newer version of Cred. Install that version.")
                if found is Standing.ABSENT:
                    refuse(f"{places.shown} is empty. Run `cred init` once.")
                upgrade(engine)
            finally:
                lock.release()
                engine.dispose()
    done = "was at" if found is Standing.CURRENT else "is now at"
    typer.echo(f"{places.shown} {done} revision {HEAD}.")


def grants(
    role: Annotated[str, typer.Argument(help="The role that CRED_DATABASE_URL names for `cred serve`.")],
) -> None:
    """Print, for PostgreSQL, the GRANTs with which `cred serve` can add entries to the ledger and change none.

    Run `cred init` and `cred migrate` as the owner of the tables, and after each of them, as the same, what this
    prints: cred grants cred_bot | psql ... Then let CRED_DATABASE_URL name that role for `cred serve`. Only to erase
    people and to change the key-encryption key, be the owner again.
    """
    from bot.store.granting import grants as statements  # noqa: PLC0415 - see bot.cli

    for statement in statements(role):
        typer.echo(statement)


def manifest(
    http: Annotated[
        str | None,
        typer.Option(help="Your public https:// address: the manifest for HTTP mode instead of Socket Mode."),
    ] = None,
    *,
    history: Annotated[
        bool,
        typer.Option(
            "--history",
            help="Also let the bot read its channels, so that after a lost answer it looks before it sends again.",
        ),
    ] = False,
    watch_channels: Annotated[
        bool,
        typer.Option(
            "--watch-channels",
            help="Also let the bot hear all that is said in its channels, to find secrets that were pasted there.",
        ),
    ] = False,
) -> None:
    """Print the app's manifest, for Slack's "Create an app", "From a manifest"."""
    from bot.slack.manifest import to_yaml  # noqa: PLC0415 - see bot.cli

    try:
        address = None if http is None else manifest_url(http)
    except UnusableAddress as unusable:
        refuse(str(unusable))
    typer.echo(to_yaml(address, history=history, watch=watch_channels), nl=False)


def _settings_and_policy() -> tuple[Settings, Policy]:
    """Both, or every mistake of both."""
    problems: list[str] = []
    settings = policy = None
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        problems += error.problems
    try:
        policy = load_policy(_policy_file(settings))
    except PolicyError as error:
        problems.append(str(error))
    if settings is None or policy is None:
        for problem in problems:
            typer.echo(f"cred: {problem}", err=True)
        raise typer.Exit(COULD_NOT_RUN)
    return settings, policy


def _policy_file(settings: Settings | None) -> Path:
    places: Places | None = None if settings is None else settings.places
    return Path(os.environ.get("CRED_CONFIG") or "cred.toml") if places is None else places.policy
