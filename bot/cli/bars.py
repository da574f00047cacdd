"""The bar on stderr for what takes its time; gone when it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Steps = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much, where that is known."""


@contextmanager
def steps() -> Iterator[Steps]:
    """One bar for several things after one another."""
    from rich.console import Console  # noqa: PLC0415 - see bot.cli
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - the same

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=None)
        yield lambda doing, done, total: shown.update(task, description=doing, completed=done, total=total)
