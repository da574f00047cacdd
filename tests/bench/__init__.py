"""Speed and memory, each figure beside a floor or a peer that was measured in the same run. Run by `make bench`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `ratio` is ours to the floor's, `aim` what should be; what falls short is printed as short."""

    name: str
    ours: float
    floor: float
    ratio: float
    aim: float | str
    ok: bool

    def __str__(self) -> str:
        aim = self.aim if isinstance(self.aim, str) else f"{self.aim:g}"
        verdict = "ok" if self.ok else "short"
        return f"{self.name} | {self.ours:.4g} | {self.floor:.4g} | {self.ratio:.2f} | {aim} | {verdict}"
