"""The real program behind the real page, and a real browser before it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.playground import Playground
from tests.support.walker import Walker

Visit = Callable[..., Walker]


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Playground]]:
    """Starts `cred sandbox`, each time on the same folder."""
    with ExitStack() as started:

        def begin(*, http: bool) -> Playground:
            playground = Playground(tmp_path / "sandbox", http=http)
            started.callback(playground.close)
            return playground

        yield begin


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens an address; what a script there throws, or the browser complains of, fails the test that caused it."""
    walkers: list[Walker] = []

    def visited(address: str, **context: Any) -> Walker:
        walkers.append(Walker(chromium, address, **context))
        return walkers[-1]

    yield visited
    for walker in walkers:
        walker.close()
    assert [problem for walker in walkers for problem in walker.problems] == []
