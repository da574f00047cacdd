"""Every card, form and Home in every state, by the names of their snapshots."""

from tests.slack.gallery import expiries, glasses, logins, lookups, requests, secrets, vendors, views

CARDS = {
    name: card.message()
    for room in (requests, secrets, logins, lookups, glasses, vendors, expiries)
    for name, card in room.cards().items()
}
ALL = CARDS | views.cards()
