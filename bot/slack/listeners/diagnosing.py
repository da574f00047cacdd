"""The button *Diagnose*, for whoever may see the credential beside which it stands."""

from bot.domain.errors import Denied
from bot.service.logins.diagnosis import Doctor, Question
from bot.service.reading import inventory
from bot.slack import errors
from bot.slack.cards.diagnosis import diagnosed
from bot.slack.face import Face
from bot.slack.ids import parse_credential
from bot.slack.listeners.clicks import Click, answer, tell


def diagnose(face: Face, click: Click) -> None:
    """Say why it does not work, to this person alone."""
    world, credential = face.world, parse_credential(click.value)
    if credential is None:
        tell(face, click, errors.NOT_OURS)
        return
    found = inventory.credential(world, click.person.user, credential)
    if isinstance(found, Denied):
        tell(face, click, found.sentence)
        return
    with world.store.read() as reader:
        doctor = Doctor(reader=reader, history=world.store.history, policy=world.policy, now=world.clock.now())
        diagnosis = doctor.look_at(found, Question(client_id=found.client_id))
    answer(face, click, diagnosed(diagnosis, found))
