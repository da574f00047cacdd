"""Migrations lead to exactly the tables that the program works with, and leave the ledger's alone."""

from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.store import open_engine
from bot.store.engine import WRITING
from bot.store.migrate import HEAD, REVISIONS, BrokenMigrationError, Standing, config, revision, standing, upgrade
from bot.store.rows import METADATA

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@contextmanager
def writing(engine):
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        yield connection


def test_migrations_and_tables_agree(engine):
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_revisions_known_are_the_revisions_there_are(engine):
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(config(connection))
        assert [script.revision for script in scripts.walk_revisions()][::-1] == list(REVISIONS)
        assert scripts.get_current_head() == HEAD


def test_an_empty_database_is_absent_and_then_current(engine):
    assert (revision(engine), standing(engine)) == (None, Standing.ABSENT)
    upgrade(engine)
    assert (revision(engine), standing(engine)) == (HEAD, Standing.CURRENT)


def test_a_revision_of_a_newer_program_is_told(engine):
    upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert standing(engine) is Standing.AHEAD


def test_upgrading_twice_changes_nothing(engine):
    upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO name VALUES ('retail', 'ci', 'x')"))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM name")).scalar() == 1


@pytest.mark.engines("sqlite")
def test_a_migration_that_leaves_rows_pointing_to_nothing_changes_nothing(engine, monkeypatch):
    upgrade(engine)

    def breaking(connection):
        connection.execute(text("INSERT INTO vote VALUES ('none', 'u', 'approve', 1, '', NULL)"))

    monkeypatch.setattr("bot.store.migrate.apply", breaking)
    with pytest.raises(BrokenMigrationError, match="A row of vote"):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM vote")).scalar() == 0


@pytest.mark.engines("postgresql")
def test_a_migration_that_fails_changes_nothing(engine, monkeypatch):
    def failing(connection):
        connection.execute(text("CREATE TABLE halfway (id int)"))
        raise ZeroDivisionError

    monkeypatch.setattr("bot.store.migrate.apply", failing)
    with pytest.raises(ZeroDivisionError):
        upgrade(engine)
    assert standing(engine) is Standing.ABSENT
    with engine.connect() as connection:
        assert not inspect(connection).has_table("halfway")


@pytest.mark.engines("sqlite")
def test_foreign_keys_hold_on_every_connection_after_an_upgrade(engine):
    upgrade(engine)
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.engines("sqlite")
def test_tables_that_are_not_ours_survive(engine):
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE ledger_entry (id INTEGER)"))
        connection.execute(
            text("CREATE TRIGGER stays BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE name IN ('ledger_entry', 'stays')"))
        assert len(found.all()) == 2
