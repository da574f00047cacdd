"""A vendor at which credentials live, and the road to one of them."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.credential import Credential
from bot.domain.estate import Vendor
from bot.domain.ids import AuthorityKey, UserId
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.service import requests
from bot.service.changing import ChangeCommand
from bot.service.vendors import importing, spreadsheet, tracking
from bot.service.vendors.importing import Desk
from bot.service.vendors.tracking import MadeCommand
from tests.support.house import House
from tests.support.people import OLGA

SOPHOS = AuthorityKey("sophos-central")
VENDOR = Vendor(
    key=SOPHOS,
    name="Sophos Central",
    url="https://central.sophos.com/manage/config/settings/credentials",
    to_add=("Open *API Credentials Management* and press *Add Credential*.", "Give it the name and the role."),
    to_delete=("Open *API Credentials Management*.", "Delete the credential and confirm."),
    to_extend=("Ask the support for the later day.",),
)
CLIENT_ID = "0d4a7c1e-9b1f-4c55-8c7e-3f1f5a2b6c7d"


def with_vendor(house: House) -> House:
    """The same house under a policy that knows a vendor."""
    return house.under(replace(house.world.policy, vendors={SOPHOS: VENDOR}))


def said(house: House, request, **changes) -> MadeCommand:
    """The owner's form, filled."""
    values = {
        "request": request.id,
        "digest": request.digest,
        "actor": request.asked.owner,
        "client_id": CLIENT_ID,
        "expires_on": house.world.policy.last_day(request.asked.expires_at),
    }
    return MadeCommand(**{**values, **changes})


def tracked(house: House, **changes) -> Credential:
    """Olga's, at the vendor."""
    ends = {"expires_on": changes.pop("expires_on")} if "expires_on" in changes else {}
    client = changes.pop("client_id", CLIENT_ID)
    request = house.approved(**{"owner": OLGA, "authority": SOPHOS, **changes})
    made = tracking.made(house.world, said(house, request, client_id=client, **ends))
    assert isinstance(made, Credential), made
    return made


def prolonging(house: House, credential: Credential, *, days: int = 100, by: UserId = OLGA) -> Request:
    """More time is asked for it; in the house's world nobody has decided yet."""
    command = ChangeCommand(
        submission=f"extend-{credential.id}-{days}",
        kind=Kind.EXTEND,
        credential=credential.id,
        requester=by,
        reason="Must be",
        expires_on=in_days(house, days),
    )
    opened = requests.open_change(house.world, command)
    assert isinstance(opened, Request), opened
    return opened


def desk(house: House) -> Desk:
    """At which a spreadsheet is taken over."""
    world = house.world
    return Desk(
        policy=world.policy, people=house.directory, store=house.store, clock=house.clock, entropy=world.entropy
    )


def taken_over(house: House) -> None:
    """One of Olga's, from a spreadsheet."""
    header = "name,estate,vendor,client_id,role,owner,expires,description"
    row = f"old job,retail,{SOPHOS},old-client,read-only,{OLGA},{in_days(house, 90)},Reads"
    sheet = spreadsheet.read(f"{header}\n{row}\n".encode(), source="old.csv")
    importing.take_over(desk(house), importing.look(desk(house), sheet, lambda _done: None))


def in_days(house: House, days: int):
    """That day."""
    return house.world.policy.today(house.clock.now()) + timedelta(days=days)
