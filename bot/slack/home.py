"""The Home tab, made anew each time that somebody opens it."""

from bot.domain.errors import Denied
from bot.service import inventory
from bot.service.inventory import HomeView
from bot.slack.cards.home import home
from bot.slack.face import Face, Person, introduced


def publish(face: Face, person: Person) -> None:
    """Show the tab to one person as things are now."""
    decision = introduced(face, person)
    view = HomeView(decision=decision) if isinstance(decision, Denied) else inventory.home(face.world, person.user)
    face.client.views_publish(user_id=person.user, view=home(view, face.known))
