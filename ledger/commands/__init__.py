"""The `python -m ledger` command: what an auditor, a witness or an operator does with a log and no bot around it."""

import typer

from ledger.commands import checking, publishing, witnessing

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def ledger() -> None:
    """An append-only audit ledger: sealed, and verifiable without the key too."""


app.command(rich_help_panel="Check it")(checking.verify)
app.command(rich_help_panel="Check it")(checking.check)
app.command(rich_help_panel="Hand it out")(publishing.prove)
app.command(rich_help_panel="Hand it out")(publishing.export)
app.command(rich_help_panel="Be sure that nobody rolls it back")(witnessing.cosign)
app.command(rich_help_panel="Be sure that nobody rolls it back")(witnessing.witness)

__all__ = ["app"]
