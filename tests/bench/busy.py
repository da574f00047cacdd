"""Tokens while twenty commands a second are typed, beside none: the one must not wait for the other."""

import asyncio
import statistics
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.config import load_policy, read_settings
from bot.domain.ids import UserId
from bot.domain.request import Verdict
from bot.domain.voting import Ballot
from bot.main.assembly import build
from bot.service import requests, terms
from bot.service.asking import AddCommand
from bot.service.handover import issuance
from tests.bench import Figure, wire
from tests.bench.programs import POLICY, environment, prepare, running
from tests.bench.slack_side import ANA, MAYA, HttpCaller, SlackSide

TURNS = 4
SECONDS = 2.0
CONNECTIONS = 4
COMMANDS_A_SECOND = 20
AIM = 1.5


def figures() -> Iterator[Figure]:
    """The p99 of a token in milliseconds, with commands beside it and without."""
    seen = asyncio.run(_measure())
    ours, floor = (statistics.median(seen[which]) for which in (True, False))
    ratio = ours / floor
    name = f"token: p99 ms beside {COMMANDS_A_SECOND} commands a second"
    yield Figure(name=name, ours=ours, floor=floor, ratio=ratio, aim=f"≤ {AIM:g} x", ok=ratio <= AIM)


async def _measure() -> dict[bool, list[float]]:
    seen: dict[bool, list[float]] = {True: [], False: []}
    with TemporaryDirectory() as folder:
        async with SlackSide() as slack:
            prepare(Path(folder), slack)
            pair = await asyncio.to_thread(_credential, Path(folder), slack)
            async with running("ours", "http", Path(folder), slack) as program:
                await _tokens(program.port, pair, 0.5)
                for _ in range(TURNS):
                    for beside in (True, False):
                        seen[beside].append(await _p99(program.port, pair, slack, beside=beside))
    return seen


async def _p99(port: int, pair: tuple[str, str], slack: SlackSide, *, beside: bool) -> float:
    typing = asyncio.create_task(_type(port, slack)) if beside else None
    taken = await _tokens(port, pair, SECONDS)
    if typing is not None:
        typing.cancel()
        await asyncio.wait([typing])
    return statistics.quantiles(taken, n=100)[98] * 1000


async def _tokens(port: int, pair: tuple[str, str], seconds: float) -> list[float]:
    request = wire.post("/oauth2/token", "grant_type=client_credentials", wire.basic(*pair))
    return await wire.load(port, [request.encode()], seconds, CONNECTIONS)


async def _type(port: int, slack: SlackSide) -> None:
    caller = await HttpCaller(port, slack).open()
    while True:
        await caller.ack("list")
        await asyncio.sleep(1 / COMMANDS_A_SECOND)


def _credential(folder: Path, slack: SlackSide) -> tuple[str, str]:
    """A working pair, made by the real use cases before the program starts."""
    policy = load_policy(POLICY)
    program = build(read_settings(environment(folder, slack, "http", 7341)), policy)
    world, maya = program.world, UserId(MAYA)
    try:
        program.face.directory.read_everybody(policy)
        terms.accept(world, maya, policy.terms.digest)
        role = next(iter(policy.roles))
        estate = next(iter(policy.estates))
        command = AddCommand(
            submission="bench",
            requester=maya,
            owner=maya,
            estate=estate,
            role=role,
            name="bench",
            description="",
            reason="to measure",
            expires_on=policy.today(world.clock.now()) + timedelta(days=7),
        )
        opened = requests.open_add(world, command)
        ballot = Ballot(request=opened.id, digest=opened.digest, voter=UserId(ANA), verdict=Verdict.APPROVE)
        approved = requests.vote(world, ballot)
        claim = issuance.Claim(request=approved.id, digest=approved.digest, actor=maya)
        shown = issuance.reveal(world, claim)
        return str(shown.credential.client_id), shown.secret.disclose()
    finally:
        program.stop()
