"""The `cred` command. What a command needs is loaded when it runs, so that `cred serve` starts at once.

How it talks: a refusal is one sentence on stderr that says what to do, and exit 2. What was checked and found wrong is
exit 1. A traceback never shows what its variables held.
"""

import typer

from bot.cli import (
    credential,
    doctor,
    estates,
    exporting,
    importing,
    keys,
    operating,
    packing,
    policy,
    restoring,
    sandbox,
    verifying,
)

app = typer.Typer(
    name="cred",
    help="API credentials by chat: asked for, approved by other people, handed over once, watched and ended.",
    epilog="Begin with `cred sandbox`: a local workspace in the browser, with the bot in it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_policy = typer.Typer(
    help="The policy file, cred.toml: who may ask, who must approve, for how long.", no_args_is_help=True
)
_policy.command("check")(policy.check)
_credential = typer.Typer(help="The credentials, one by one.", no_args_is_help=True)


@_credential.callback()
def _credentials() -> None:
    """A name of its own for each question."""


_credential.command("why")(credential.why)
_estates = typer.Typer(help="The sub-estates that credentials are given for.", no_args_is_help=True)


@_estates.callback()
def _of_estates() -> None:
    """A name of its own for each verb."""


_estates.command("import")(estates.import_)
_export = typer.Typer(help="What happened, for other programs.", no_args_is_help=True)


@_export.callback()
def _exports() -> None:
    """A name of its own for each form."""


_export.command("ocsf")(exporting.ocsf)
_keys = typer.Typer(help="The ledger's keys: list them, change them.", no_args_is_help=True)
_keys.command("list")(keys.list_)
_keys.command("rotate-data")(keys.rotate_data)
_keys.command("rotate-encryption")(keys.rotate_encryption)
_keys.command("rotate-token")(keys.rotate_token)
_keys.command("rotate-log")(keys.rotate_log)

app.command(rich_help_panel="Try it")(sandbox.sandbox)
app.command(rich_help_panel="Run it")(operating.init)
app.command(rich_help_panel="Run it")(operating.serve)
app.command(rich_help_panel="Run it")(operating.migrate)
app.command(rich_help_panel="Run it")(operating.grants)
app.command(rich_help_panel="Run it")(operating.manifest)
app.add_typer(_policy, name="policy", rich_help_panel="Look after it")
app.add_typer(_credential, name="credential", rich_help_panel="Look after it")
app.add_typer(_estates, name="estates", rich_help_panel="Look after it")
app.command("import", rich_help_panel="Look after it")(importing.import_)
app.command(rich_help_panel="Look after it")(doctor.doctor)
app.command(rich_help_panel="Look after it")(verifying.verify)
app.command(rich_help_panel="Look after it")(packing.pack)
app.add_typer(_export, name="export", rich_help_panel="Look after it")
app.command(rich_help_panel="Look after it")(restoring.backup)
app.command(rich_help_panel="Look after it")(restoring.restore)
app.add_typer(_keys, name="keys", rich_help_panel="Look after it")
app.command(rich_help_panel="Look after it")(keys.erase)

__all__ = ["app"]
