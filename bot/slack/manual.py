"""Every command: its names, what it does, how it is typed. Help, “did you mean” and the answers read this table."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NAMES = (
    "NAME is the credential's name as `/cred list` shows it. Where two estates have one of that name, say which: "
    "`ESTATE/NAME`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One command, for whoever wants to know it."""

    does: str
    """In a line, for the list of all."""
    typed: tuple[str, ...]
    """What can be typed after `/cred`: the form first, then examples."""
    more: str
    """What else is good to know."""
    also: tuple[str, ...] = ()
    """Other words for it."""
    few: bool = False
    """Only some people may do it, and only they are told of it."""


MANUAL: Mapping[str, Topic] = {
    "add": Topic(
        does="ask for a new credential",
        typed=("add",),
        more="A form opens. Under it you see who must approve before you send it; the secret goes to the owner alone.",
        also=("new",),
    ),
    "list": Topic(
        does="the credentials that you may see, ten a page",
        typed=(
            "list",
            "list pay",
            'list "night job"',
            "list role:read-only estate:retail",
            "list owner:me expiring:30d",
            "list unused:90d",
        ),
        more=(
            "Words are the beginning of a name. `expiring:30d` finds what expires within 30 days, the soonest first; "
            "`unused:90d` what nobody has used for 90 days; `owner:` takes `@somebody` or `me`. What has spaces goes "
            'into quotation marks: `estate:"Harbour Retail"`. All that you say must be so.'
        ),
        also=("ls", "find"),
    ),
    "show": Topic(
        does="one of them: its dates, its secrets, and what you can do with it",
        typed=("show NAME", "show payroll-sync", "show retail/payroll-sync"),
        more=_NAMES,
        also=("get",),
    ),
    "rotate": Topic(
        does="another secret for one; the old one works for a while yet",
        typed=("rotate NAME", "rotate payroll-sync"),
        more="The form says whether it needs an approval, and when the old secret stops.",
    ),
    "suspend": Topic(
        does="stop one at once",
        typed=("suspend NAME", "suspend payroll-sync"),
        more="It needs nobody's approval. To work again it does: `/cred resume NAME`.",
        also=("stop",),
    ),
    "resume": Topic(
        does="let a suspended one work again",
        typed=("resume NAME", "resume payroll-sync"),
        more="Once it is approved it works again with the secrets that it has.",
    ),
    "transfer": Topic(
        does="give one to another owner, who must accept it",
        typed=("transfer NAME", "transfer payroll-sync"),
        more="The secret stays the same: the new owner can rotate it.",
    ),
    "extend": Topic(
        does="let one work longer",
        typed=("extend NAME", "extend payroll-sync"),
        more="You choose its new last day in a form. The secret stays the same.",
        also=("renew",),
    ),
    "delete": Topic(
        does="end one for good; for a while that can be undone",
        typed=("delete NAME", "delete payroll-sync"),
        more="It takes one approval. If it must stop now, suspend it first: `/cred suspend NAME`.",
        also=("rm", "revoke"),
    ),
    "audit": Topic(
        does="for auditors: what the ledger says of one, with proofs",
        typed=("audit NAME", "audit payroll-sync"),
        more="Each entry has a proof to take away. That you read them is an entry, too.",
        also=("log",),
    ),
    "delegate": Topic(
        does="for approvers: who decides in your stead while you are away",
        typed=("delegate",),
        more="You say who, from when until when. The same command ends it.",
        also=("away", "stand-in"),
    ),
    "pending": Topic(
        does="what waits for you, and what you wait for",
        typed=("pending",),
        more="The Home tab of this app shows the same, and what expires soon.",
        also=("todo",),
    ),
    "break-glass": Topic(
        does="a credential at once, in an emergency: everybody is told, and others review it",
        typed=("break-glass",),
        more="A form opens. You have the secret at once, for a day at most; two others review it afterwards.",
        also=("breakglass", "emergency"),
        few=True,
    ),
    "terms": Topic(
        does="the terms of use, and whether you have accepted them",
        typed=("terms",),
        more="They are accepted once, before your first request, and again when they change.",
    ),
    "help": Topic(
        does="this list; `help COMMAND` says more about one of them",
        typed=("help", "help rotate", "rotate help"),
        more="Every command has a page like this one.",
        also=("?",),
    ),
    "about": Topic(
        does="version, policy and ledger",
        typed=("about",),
        more="It says which policy is in force, and how far the ledger is signed.",
        also=("version",),
    ),
}
"""In the order in which they are shown."""

_NAMED: Mapping[str, str] = {word: name for name, topic in MANUAL.items() for word in (name, *topic.also)}


def called(word: str) -> str | None:
    """The command that goes by a word, however it is spelled; None if there is none."""
    return _NAMED.get(word.casefold())


def told_of(*, few: bool) -> Iterator[tuple[str, Topic]]:
    """The commands that somebody is told of. `few`: by one of those who may do what few may."""
    return ((name, topic) for name, topic in MANUAL.items() if few or not topic.few)


def nearest(word: str, *, few: bool) -> str | None:
    """The command whose name, or another word for it, is spelled most like this."""
    known = {other: name for name, topic in told_of(few=few) for other in (name, *topic.also)}
    near = difflib.get_close_matches(word.casefold(), known, n=1)
    return known[near[0]] if near else None
