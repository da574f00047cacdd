"""The Bolt app: which payload goes to which listener, and what happens around every one of them.

A listener validates, commits and acknowledges; what is slow runs after it. None raises: an exception after `ack()`
would take the acknowledgement back, so it is caught here and the person is told.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from bot.domain.errors import Denied
from bot.slack import errors
from bot.slack.cards import plain
from bot.slack.face import Face, Payload, introduced
from bot.slack.ids import COMMAND, Action, Callback, Shortcut
from bot.slack.listeners import (
    absences,
    actions,
    answers,
    changes,
    commands,
    diagnosing,
    events,
    glass,
    handover,
    home,
    life,
    old_secrets,
    shortcuts,
    submissions,
    tracked,
    watching,
)
from bot.slack.listeners.clicks import Click, click_of, tell
from bot.slack.wire.directory import SlackDirectory
from bot.slack.wire.quiet import bolt_logger

Ack = Callable[..., Any]

PRESSES: dict[Action, Callable[[Face, Click], None]] = {
    Action.APPROVE: actions.approve,
    Action.DENY: actions.deny,
    Action.MORE: actions.more,
    Action.DETAILS: actions.details,
    Action.PAGE: actions.page,
    Action.ADD: actions.add,
    Action.HOME_PAGE: home.turn,
    Action.CHANGE: changes.change,
    Action.CHOSEN: changes.change_chosen,
    Action.JUSTIFIED: glass.justified,
    Action.UNJUSTIFIED: glass.unjustified,
    Action.AGAIN: answers.again,
    Action.ANSWER: answers.answered,
    Action.SEE_ALL: answers.see_all,
    Action.AUDIT: actions.audit,
    Action.PROOF: actions.proof,
    Action.REVEAL: handover.reveal,
    Action.REISSUE: handover.reissue,
    Action.ACCEPT: life.accept,
    Action.DECLINE: life.decline,
    Action.UNDO: life.undo,
    Action.SUSPEND: life.suspend,
    Action.DIAGNOSE: diagnosing.diagnose,
    Action.STORED: handover.stored,
    Action.KEEP_OLD: old_secrets.keep_longer,
    Action.RETIRE_OLD: old_secrets.let_go,
    Action.LEAKED_OLD: old_secrets.leaked,
    Action.MADE: tracked.made,
    Action.GONE: tracked.gone,
    Action.ESTATE: actions.form_changed,
    Action.ROLE: actions.form_changed,
    Action.OWNER: actions.form_changed,
}
"""What each button and menu does."""

SUBMISSIONS: dict[Callback, Callable[[Face, Ack, Payload], None]] = {
    Callback.ADD: submissions.add_sent,
    Callback.TERMS: submissions.terms_sent,
    Callback.DENY: submissions.denial_sent,
    Callback.WITHDRAW: submissions.withdrawal_sent,
    Callback.CHANGE: changes.change_sent,
    Callback.GLASS: glass.sent,
    Callback.UNJUSTIFIED: glass.refusal_sent,
    Callback.MADE: tracked.made_sent,
    Callback.SUSPEND: life.suspension_sent,
    Callback.LET_EXPIRE: submissions.let_expire_sent,
    Callback.DELEGATE: absences.sent,
    Callback.DELEGATION_END: absences.end_sent,
}
"""What each form does when it is sent."""

SHORTCUTS: dict[Shortcut, Callable[[Face, Payload], None]] = {
    Shortcut.ADD: shortcuts.add,
    Shortcut.LEAKED: shortcuts.leaked,
}
"""What is started without a command."""

_NO_ROOM = BoltResponse(status=503)
"""Too much to do: unacknowledged, so that Slack shows the person that nothing was done."""
_log = logging.getLogger(__name__)


def build_app(face: Face, directory: SlackDirectory, *, check_token: bool = True) -> App:
    """The app, ready to be served by `bot.slack.wire.http` or `bot.slack.wire.socket`.

    Asks Slack who the token belongs to, unless `check_token` is off; raises `slack_bolt.error.BoltError` if nobody.
    """
    app = App(
        name="cred",
        logger=bolt_logger(),
        client=face.client,
        request_verification_enabled=False,  # done before anything is read: see `bot.slack.wire.http`
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        token_verification_enabled=check_token,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(_unhandled)
    app.command(COMMAND)(_command(face))
    for action, press in PRESSES.items():
        app.action(re.compile(rf"{re.escape(action.value)}(\.[a-z]+)?\Z"))(_press(face, press))
    app.action(Action.ENTRY.value)(_nothing)
    app.view_closed(re.compile(""))(_nothing)
    for callback, submission in SUBMISSIONS.items():
        app.view(callback.value)(_submission(face, submission))
    for shortcut, started in SHORTCUTS.items():
        app.shortcut(shortcut.value)(_shortcut(face, started))
    _listen(app, face, directory)
    return app


def _command(face: Face) -> Callable[[Ack, Payload], None]:
    def listener(ack: Ack, body: Payload) -> None:
        try:
            commands.command(face, ack, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person who typed is told
            ack(text=errors.sentence_for(error, face.world.entropy), response_type="ephemeral")

    return listener


def _submission(face: Face, submission: Callable[[Face, Ack, Payload], None]) -> Callable[[Ack, Payload], None]:
    def listener(ack: Ack, body: Payload) -> None:
        try:
            submission(face, ack, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person who sent the form is told
            submissions.apologise(ack, errors.sentence_for(error, face.world.entropy))

    return listener


def _press(face: Face, press: Callable[[Face, Click], None]) -> Callable[[Ack, Payload], BoltResponse]:
    def listener(ack: Ack, body: Payload) -> BoltResponse:
        click = click_of(body)

        def admitted_press() -> None:
            decision = introduced(face, click.person)
            if isinstance(decision, Denied):
                tell(face, click, decision.sentence)
            else:
                press(face, click)

        if face.later(admitted_press, lambda sentence: _quietly(lambda: tell(face, click, sentence))):
            return _acknowledged(ack)
        return _NO_ROOM

    return listener


def _shortcut(face: Face, started: Callable[[Face, Payload], None]) -> Callable[[Ack, Payload], BoltResponse]:
    def listener(ack: Ack, body: Payload) -> BoltResponse:
        reply = str(body.get("response_url") or "")

        def tell_them(sentence: str) -> None:
            if reply:
                face.replies.privately(reply, plain.refusal(sentence))

        if face.later(lambda: started(face, body), lambda sentence: _quietly(lambda: tell_them(sentence))):
            return _acknowledged(ack)
        return _NO_ROOM

    return listener


def _acknowledged(ack: Ack) -> BoltResponse:
    answer: BoltResponse = ack()
    return answer


def _listen(app: App, face: Face, directory: SlackDirectory) -> None:
    seen = events.Seen()

    def on(kind: str, happened: Callable[[Payload], None]) -> None:
        def listener(body: Payload) -> None:
            if seen.first_time(body.get("event_id")):
                # Nobody waits for an answer to an event: what fails is in the log.
                face.later(lambda: happened(body), lambda _sentence: None)

        app.event(kind)(listener)

    on("app_home_opened", lambda body: events.home_opened(face, body))
    on("user_change", lambda body: events.account_changed(directory, body))
    on("subteam_updated", lambda body: events.group_changed(face, body))
    on("subteam_members_changed", lambda body: events.group_changed(face, body))
    app.event(watching.EVENT)(_watch(face))


def _watch(face: Face) -> Callable[[Ack, Payload], BoltResponse]:
    def listener(ack: Ack, body: Payload) -> BoltResponse:
        try:
            watching.heard(face, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, Slack tells again
            _log.error("A message could not be looked through: %s. Slack tells of it again.", type(error).__name__)
            return _NO_ROOM
        return _acknowledged(ack)

    return listener


def _nothing(ack: Ack) -> None:
    """A field that is read when its form is sent, or a form that was closed."""
    ack()


def _quietly(task: Callable[[], object]) -> None:
    """Telling somebody of a failure may fail for the same reason: then the log has it, and that is all."""
    try:
        task()
    except Exception as error:  # noqa: BLE001 - the end of the line
        _log.error("Somebody could not be told of a failure: %s.", type(error).__name__)


def _unhandled(error: Exception, request: BoltRequest) -> BoltResponse:
    """What no listener takes, and what fails outside of one. Never the body: it can hold what a person typed."""
    if isinstance(error, BoltUnhandledRequestError):
        _log.info("Slack sent something that nobody here listens to: %s", request.body.get("type", "a command"))
        return BoltResponse(status=404)
    _log.error("A request of Slack's failed before it was understood: %s", type(error).__name__)
    return BoltResponse(status=500)
