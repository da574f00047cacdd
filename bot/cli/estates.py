"""`cred estates import`: sub-estates that Sophos Central knows, into the policy file. Looked at first, all or none."""

import difflib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusing import FOUND_WRONG, refuse, refusing
from bot.config import Masked, PolicyError, UnusableAddress, central_url, load_policy, parse_policy
from bot.domain.policy import Policy

if TYPE_CHECKING:
    from bot.central import Login
    from bot.config.estates import Merged, Tenant

_ID_URL, _API_URL = "https://id.sophos.com", "https://api.central.sophos.com"


def import_(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file. Without it: CRED_CONFIG, else cred.toml.")
    ] = None,
    *,
    channel: Annotated[
        str | None,
        typer.Option(help="The channel (C…) for the cards of new estates. Without it: the one that all others have."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it, without being asked.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
) -> None:
    """Take the organization's sub-estates from Sophos Central into the policy file: new ones, and changed names.

    Estates go by their ID: a key stays as it is, and what stands only in the file stays there. Your comments and your
    order are kept. First everything is looked at, and every row that cannot be taken is told; then all of it is
    written, or nothing, and only what `cred policy check` finds sound. `cred serve` reads it when it starts again.

    Needs CRED_CENTRAL_CLIENT_ID and CRED_CENTRAL_CLIENT_SECRET, of a credential of the organization (Service Principal
    Read-Only is enough). CRED_CENTRAL_URL is another address than Sophos Central's own, such as another Cred's;
    CRED_CENTRAL_ID_URL, where the login is elsewhere again.

    Exit 0: nothing to do, or done. 1: mistakes. 2: could not run.
    """
    if yes and dry_run:
        refuse("Say --yes or --dry-run, not both.")
    path = file or Path(os.environ.get("CRED_CONFIG") or "cred.toml")
    with refusing():
        policy = load_policy(path)
        content = _bytes(path)
        found = _merged(content, policy, _tenants(_login()), _channel(policy, channel))
        _check(found, path)
        _tell(found, content, path)
        if found.content == content:
            return
        if dry_run or not (yes or _asked()):
            typer.echo(f"\nNothing was written. To write it: cred estates import {path} --yes")
            return
        _write(path, content, found.content)
    typer.echo(f"\n{path} is written, and sound. Restart `cred serve` for it.")


def _bytes(path: Path) -> bytes:
    """The file as it is now."""
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(f"{path} cannot be read: {error.strerror}.")


def _login() -> "Login":
    from bot.central import Login  # noqa: PLC0415 - see bot.cli

    client_id, secret = (os.environ.pop(f"CRED_CENTRAL_CLIENT_{name}", "").strip() for name in ("ID", "SECRET"))
    if not client_id or not secret:
        refuse("Set CRED_CENTRAL_CLIENT_ID and CRED_CENTRAL_CLIENT_SECRET: a credential of the organization.")
    named = os.environ.get("CRED_CENTRAL_URL", "").strip()
    id_url = os.environ.get("CRED_CENTRAL_ID_URL", "").strip() or named or _ID_URL
    try:
        return Login(
            id_url=central_url("CRED_CENTRAL_ID_URL", id_url),
            api_url=central_url("CRED_CENTRAL_URL", named or _API_URL),
            client_id=client_id,
            secret=Masked(secret),
        )
    except UnusableAddress as error:
        refuse(str(error))


def _tenants(login: "Login") -> "list[Tenant]":
    from bot.central import CentralClient  # noqa: PLC0415 - see bot.cli
    from bot.cli.bars import steps  # noqa: PLC0415 - the same

    client = CentralClient(login, sleep=time.sleep)
    try:
        with steps() as step:
            return client.tenants(lambda done, total: step("Reading sub-estates", done, total))
    finally:
        client.close()


def _merged(content: bytes, policy: Policy, tenants: "list[Tenant]", channel: str) -> "Merged":
    from bot.config.estates import merge  # noqa: PLC0415 - see bot.cli

    return merge(content, policy, tenants, channel)


def _channel(policy: Policy, given: str | None) -> str:
    """A mistake in it is found with all others, when the new file is read."""
    channels = {str(estate.channel) for estate in policy.estates.values()}
    if given is None and len(channels) > 1:
        refuse("The estates of the file have several channels: say --channel and one for the new ones.")
    return given or min(channels)


def _check(found: "Merged", path: Path) -> None:
    """What is wrong, and then nothing more. The new file must be as sound as if it had been written by hand."""
    problems = list(found.faults)
    if not problems:
        try:
            parse_policy(found.content, source=str(path))
        except PolicyError as error:
            problems = [str(mistake) for mistake in error.mistakes]
    if problems:
        for problem in problems:
            typer.echo(problem, err=True)
        typer.echo(
            f"\n{len(problems)} {'mistake' if len(problems) == 1 else 'mistakes'}. Nothing was written.", err=True
        )
        raise typer.Exit(FOUND_WRONG)


def _tell(found: "Merged", content: bytes, path: Path) -> None:
    old, new = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (content, found.content))
    typer.echo("".join(difflib.unified_diff(old, new, str(path), f"{path} (new)")), nl=False)
    told = [f"{len(found.added)} new, {len(found.renamed)} with another name."]
    if found.only_here:
        told.append(f"Only in the file, and kept: {', '.join(found.only_here)}.")
    typer.echo("\n".join(told))


def _asked() -> bool:
    """Whether somebody is there, and says yes."""
    return sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm("\nWrite it now?")


def _write(path: Path, seen: bytes, content: bytes) -> None:
    """Whole or not at all, with the rights of the file; not over what somebody wrote in between."""
    from ledger import write_whole  # noqa: PLC0415 - see bot.cli

    if _bytes(path) != seen:
        refuse(f"{path} has changed in between. Nothing was written. Run the command again.")
    target = path.resolve()
    try:
        write_whole(target, content, mode=target.stat().st_mode & 0o777)
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}. It is as it was.")
