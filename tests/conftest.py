"""Fixtures that every room's tests share."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support import house as houses
from tests.support import memory, trusted

memory.hold_temporary_files()
trusted.read_once()
settings.register_profile(
    "unhurried",
    deadline=None,  # a busy machine is no failure
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),  # what is new is looked for here, and not where somebody waits for a merge
)
settings.load_profile("unhurried")


def pytest_generate_tests(metafunc):
    """A test marked with `engines` runs on each of them."""
    marker = metafunc.definition.get_closest_marker("engines")
    if marker is not None and "engine_name" in metafunc.fixturenames:
        metafunc.parametrize("engine_name", marker.args, indirect=True)


def pytest_collection_finish():
    """What was loaded stays to the end: no collection of garbage need look at it, which is a sixth of the whole run."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Where everything is installed, a test that is left out is a failure."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome, report.longrepr = "failed", f"left out: {report.longrepr[-1]}"
    return report


@pytest.fixture(scope="session")
def chromium():
    """One browser for all rooms: a process takes Playwright's loop only once."""
    from tests.support.chromium import launched  # noqa: PLC0415 - most tests need no browser, and it is slow to load

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this worker's own."""
    from tests.support.postgres import running  # noqa: PLC0415 - most tests need none

    with running() as server:
        yield server


@pytest.fixture
def engine_name(request):
    """Which database a test runs on."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database_url(request, engine_name, tmp_path):
    """An empty database of the test's own."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'cred.db'}"
        return
    with request.getfixturevalue("postgres").schema() as url:
        yield url


@pytest.fixture
def house(tmp_path, database_url, monkeypatch):
    """The use cases over a real store and ledger in a database of their own."""
    monkeypatch.setattr("bot.store.store._PATIENCE", 60.0)  # on a busy machine nobody is turned away
    built = houses.build(tmp_path, database_url)
    yield built
    built.close()
