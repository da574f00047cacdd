"""Where credentials live: one module per authority, each behind `bot.ports.Authority` and its contract tests."""
