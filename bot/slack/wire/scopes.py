"""Which scopes Slack has granted, as it says with the answer to `auth.test`."""

from slack_sdk.web import SlackResponse

_HEADER = "x-oauth-scopes"


def granted(answer: SlackResponse) -> frozenset[str] | None:
    """The scopes of the token; None where Slack did not say."""
    told = header(answer, _HEADER)
    return None if told is None else frozenset(scope.strip() for scope in told.split(","))


def header(answer: SlackResponse, name: str) -> str | None:
    """A header of an answer: the client gives their names as the server wrote them."""
    return next((str(value) for key, value in answer.headers.items() if key.casefold() == name), None)
