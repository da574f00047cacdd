"""What happens when somebody answers a warning: put off, let expire, the whole list, another one like it."""

from zoneinfo import ZoneInfo

from bot.domain.credential import Credential
from bot.domain.errors import Denied
from bot.service import beforehand
from bot.service.expiry import deciding
from bot.service.reading import inventory
from bot.slack import errors
from bot.slack.cards import warning
from bot.slack.face import Face
from bot.slack.forms import small as small_forms
from bot.slack.ids import Answer, AnswerMark, ChangeMark, GroupMark
from bot.slack.listeners import changes
from bot.slack.listeners.clicks import Click, answer, tell
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.opening import to_open
from bot.slack.text import day

_DAYS = {Answer.SNOOZE_DAY: deciding.DAY, Answer.SNOOZE_WEEK: deciding.WEEK}


def answered(face: Face, click: Click) -> None:
    """An entry of a warning's menu."""
    change, mark = ChangeMark.parse(click.value), AnswerMark.parse(click.value)
    if change is not None:
        changes.open_change(face, click, change)
    elif mark is None or mark.answer is Answer.AGAIN:
        tell(face, click, errors.NOT_OURS)
    elif mark.answer is Answer.LET_EXPIRE:
        _ask(face, click, beforehand.expirable(face.world, mark.credential, click.person.user))
    else:
        put_off = deciding.snooze(face.world, mark.credential, _DAYS[mark.answer], click.person.user)
        tell(face, click, put_off.sentence if isinstance(put_off, Denied) else _silent(face, put_off))


def see_all(face: Face, click: Click) -> None:
    """A page of everything that a card is about, to whoever asked for it alone."""
    mark = GroupMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    group = inventory.group(face.world, click.person.user, mark.group, skipped=mark.skipped)
    if isinstance(group, Denied):
        tell(face, click, group.sentence)
        return
    page = warning.everything(group, face.known, skipped=mark.skipped)
    if click.on_ephemeral:
        face.replies.in_place(click.reply, page)
    else:
        answer(face, click, page)


def again(face: Face, click: Click) -> None:
    """The add form, filled as for a credential that has ended."""
    mark, user = AnswerMark.parse(click.value), click.person.user
    if mark is None or mark.answer is not Answer.AGAIN:
        tell(face, click, errors.NOT_OURS)
        return
    model = inventory.credential(face.world, user, mark.credential)
    view = model if isinstance(model, Denied) else to_open(face, user, model=model)
    if isinstance(view, Denied):
        tell(face, click, view.sentence)
    else:
        open_view(face, click.body, view, lambda sentence: tell(face, click, sentence))


def _ask(face: Face, click: Click, credential: Credential | Denied) -> None:
    if isinstance(credential, Denied):
        tell(face, click, credential.sentence)
    else:
        form = small_forms.let_expire(credential, face.known)
        open_view(face, click.body, form, lambda sentence: tell(face, click, sentence))


def _silent(face: Face, credential: Credential) -> str:
    until = credential.plan.snoozed_until
    if until is None:
        return f"I am quiet about “{credential.name}”."
    hours = face.world.policy.schedule(credential.role, credential.estate, credential.expires_at).hours
    return f"I am quiet about “{credential.name}” until {day(until.astimezone(ZoneInfo(hours.zone)).date())}."
