"""The one place where the parts are put together: `build` gives a program, `serve` runs it."""
