"""The sandbox's own doors: the page, its API, the tests' control, and who may come in."""
