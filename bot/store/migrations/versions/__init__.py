"""One file a revision, in the order of `bot.store.migrate.REVISIONS`."""
