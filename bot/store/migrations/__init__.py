"""Migrations of the bot's tables. The ledger's are never part of them: batch mode would drop their triggers.

To change a table: change `bot.store.rows`, write the next file under `versions/` by hand (`batch_alter_table`, for
SQLite), add its revision to `bot.store.migrate.REVISIONS`. A test holds the migrations and the rows together.
"""
