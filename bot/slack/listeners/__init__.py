"""One listener a payload: who may, the use case, and the answer."""
