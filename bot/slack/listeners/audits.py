"""`/cred audit NAME`, and the button *Proof* beside each entry that it shows. Only the auditor sees either."""

from bot.domain.errors import Denied
from bot.service.reading import auditing, inventory
from bot.slack import errors
from bot.slack.cards import audit as cards
from bot.slack.cards import listing as list_cards
from bot.slack.cards import plain
from bot.slack.cards.pieces import Card
from bot.slack.face import Face, Later, Person
from bot.slack.ids import EntryMark, parse_credential

_LONG = (
    "The proof is too long for a message. Where Cred runs: "
    "`python -m ledger prove {index} --database … --vkey {verifier}`"
)


def answered(face: Face, person: Person, rest: str) -> Card | Later:
    """The newest entries about a credential, once it is an entry that somebody read them."""
    if not rest:
        return plain.refusal("Say which one: `/cred audit NAME`. `/cred list` has the names.")
    return Later(lambda: _read(face, person, rest))


def _read(face: Face, person: Person, rest: str) -> Card:
    found = auditing.audit(face.world, person.user, rest)
    if isinstance(found, Denied):
        return plain.refusal(found.sentence)
    if isinstance(found, inventory.Choice):
        return list_cards.choice(found.items, face.known, command="audit")
    return cards.audited(found, face.known)


def of_one(face: Face, person: Person, value: object) -> Card:
    """The same of the credential beside which the button stood."""
    credential = parse_credential(value)
    if credential is None:
        return plain.refusal(errors.NOT_OURS)
    found = auditing.audit_one(face.world, person.user, credential)
    return plain.refusal(found.sentence) if isinstance(found, Denied) else cards.audited(found, face.known)


def proven(face: Face, person: Person, value: object) -> Card:
    """The proof of an entry."""
    mark = EntryMark.parse(value)
    if mark is None:
        return plain.refusal(errors.NOT_OURS)
    credential = inventory.credential(face.world, person.user, mark.credential)
    if isinstance(credential, Denied):
        return plain.refusal(credential.sentence)
    proof = auditing.prove(face.world, person.user, mark.credential, mark.place)
    if isinstance(proof, Denied):
        return plain.refusal(proof.sentence)
    long = _LONG.format(index=proof.place.index, verifier=proof.verifier)
    return cards.proof(credential, proof) or plain.refusal(long)
