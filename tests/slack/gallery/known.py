"""What the cards of the gallery are made with."""

from uuid import UUID

from bot.domain.role import READ_ONLY
from bot.ports import Place
from bot.service.reading.listing import Wanted
from tests.slack import specimens
from tests.support import people

KNOWN = specimens.known()
ELSEWHERE = specimens.known_with_vendor()
NARROW = Wanted(words="job", role=READ_ONLY.key, estate=people.RETAIL, owner=people.OLGA, unused=90)
PLACES = (Place(key="job-0", id=UUID(int=0), backwards=True), Place(key="job-9", id=UUID(int=9)))
EVIL = "<!channel> <https://evil.example|click> & \u202etxt.exe\u202c *bold*\n\n> quoted\n@here"
