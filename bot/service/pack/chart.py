"""How many credentials expire in which month, as a drawing inside of the page. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.service.pack.markup import Html, element

_MONTHS = 12
_WIDE, _HIGH, _FOOT, _HEAD = 720, 220, 34, 22
_BAR = 0.62


def expiries(ends: Sequence[datetime], now: datetime) -> Html:
    """A column for each of the twelve months that begin with this one, and one for all that is later.

    What should have ended before, and did not yet, has a column of its own.
    """
    months = [_month(now, ahead) for ahead in range(_MONTHS)]
    counted = Counter((end.year, end.month) for end in ends)
    later = sum(1 for end in ends if (end.year, end.month) > months[-1])
    columns = [(datetime(year, month, 1).strftime("%b"), str(year), counted[year, month]) for year, month in months]  # noqa: DTZ001 - a name
    columns.append(("later", "", later))
    if earlier := sum(1 for end in ends if (end.year, end.month) < months[0]):
        columns.insert(0, ("due", "", earlier))
    most = max(1, *(count for _, _, count in columns))
    told = ", ".join(f"{name} {year}: {count}".replace(" :", ":") for name, year, count in columns if count) or "none"
    drawn = [_column(place, column, most, columns) for place, column in enumerate(columns)]
    ground = element("line", x1=0, x2=_WIDE, y1=_HIGH - _FOOT, y2=_HIGH - _FOOT, class_="ground")
    title = element("title", f"Credentials that expire, by month. {told}.")
    return element("svg", title, *drawn, ground, viewBox=f"0 0 {_WIDE} {_HIGH}", role="img", class_="chart")


def _column(place: int, column: tuple[str, str, int], most: int, columns: Sequence[tuple[str, str, int]]) -> Html:
    name, year, count = column
    wide = _WIDE / len(columns)
    middle = (place + 0.5) * wide
    height = (_HIGH - _FOOT - _HEAD) * count / most
    top = _HIGH - _FOOT - height
    parts = [_word(name, middle, _HIGH - _FOOT + 15, "name odd" if place % 2 else "name")]
    if year and (place == 0 or columns[place - 1][1] != year):
        parts.append(_word(year, middle, _HIGH - 4, "year"))
    if count:
        shape = {"x": round(middle - wide * _BAR / 2, 1), "y": round(top, 1), "rx": 2}
        parts.append(element("rect", **shape, width=round(wide * _BAR, 1), height=round(height, 1), class_="bar"))
        parts.append(_word(str(count), middle, top - 6, "count"))
    return element("g", *parts)


def _word(word: str, x: float, y: float, class_: str = "name") -> Html:
    return element("text", word, x=round(x, 1), y=round(y, 1), class_=class_, text_anchor="middle")


def _month(now: datetime, ahead: int) -> tuple[int, int]:
    years, month = divmod(now.month - 1 + ahead, 12)
    return now.year + years, month + 1
