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
    load_policy,
    read_places,
    read_settings,
)
from bot.domain.policy import Policy
from bot.main.process import forbid_core_dumps, stop_when_stdin_ends

_NOT_SPLIT = (
    "On SQLite one process is all of it, so it cannot be split: run `cred serve` alone. "
    "(PostgreSQL, over which it can be, comes with a later version.)"
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

    Needs SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode at /slack/events). Reads
    the policy from CRED_CONFIG (cred.toml), listens on CRED_BIND (127.0.0.1) and PORT (7341), and tells clients to come
    to CRED_PUBLIC_URL. What is missing or wrong is said at once, with exit 2.
    """
    if web or worker:
        refuse(_NOT_SPLIT)
    forbid_core_dumps()
    if bound:
        stop_when_stdin_ends()
    with refusing():
        gc.disable()  # loading makes objects that stay: looking for garbage among them is a quarter of the start
        settings, policy = _settings_and_policy()
        from bot.main.logs import set_up_logging  # noqa: PLC0415 - see bot.cli
        from bot.main.serving import serve as run  # noqa: PLC0415 - the same

        set_up_logging()
        run(settings, policy)


def migrate() -> None:
    """Bring the database to this version of Cred. Stop `cred serve` and make a backup first."""
    with refusing():
        places = read_places(os.environ)
        from bot.main.opening import exclusively, told_of  # noqa: PLC0415 - see bot.cli
        from bot.store import open_engine  # noqa: PLC0415 - the same
        from bot.store.migrate import HEAD, Standing, standing, upgrade  # noqa: PLC0415 - the same

        with told_of(places.database), exclusively(places.database):
            engine = open_engine(places.database_url)
            try:
                found = standing(engine)
                if found is Standing.AHEAD:
                    refuse(f"{places.database} is of a newer version of Cred. Install that version.")
                if found is Standing.ABSENT:
                    refuse(f"{places.database} is empty. Run `cred init` once.")
                upgrade(engine)
            finally:
                engine.dispose()
    done = "was at" if found is Standing.CURRENT else "is now at"
    typer.echo(f"{places.database} {done} revision {HEAD}.")


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
) -> None:
    """Print the app's manifest, for Slack's "Create an app", "From a manifest"."""
    from bot.slack.manifest import to_yaml  # noqa: PLC0415 - see bot.cli

    if http is not None and not http.startswith("https://"):
        refuse("Slack calls https:// addresses only: cred manifest --http https://cred.example.com")
    typer.echo(to_yaml(http, history=history), nl=False)


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
