"""As much SVG as a line chart needs: scales, lines, points and text as strings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

# Text takes the colour that the reader's background asks for; lines are mid-tones.
HEAD = """<style>
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-size: 15px; font-weight: 600 }
.axis { fill: #666 } .tick { font-size: 11px; fill: #666 }
text.ours { font-weight: 700 }
path { fill: none; stroke-width: 1.8 } path.ours { stroke-width: 3.2 }
path.grid { stroke-width: 1; opacity: .25 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis, .tick { fill: #aaa } }
</style>"""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values above 0 from `low` to `high` to pixels from `start` to `end`, logarithmically."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; the middle where there is but one value."""
        if self.low == self.high:
            return (self.start + self.end) / 2
        share = log10(value / self.low) / log10(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> Iterator[float]:
        """The values 1, 2 and 5 times a power of ten within the scale."""
        for power in range(floor(log10(self.low)), floor(log10(self.high)) + 1):
            for step in (1, 2, 5):
                value = step * 10.0**power
                if self.low <= value <= self.high:
                    yield value


def spread(places: Mapping[str, float], least: float) -> dict[str, float]:
    """The same names in the order of their places, moved down until they stand apart."""
    result: dict[str, float] = {}
    last = float("-inf")
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        last = max(place, last + least)
        result[name] = last
    return result


def element(name: str, content: str = "", **attributes: object) -> str:
    """One element; an underscore in an attribute's name stands for a hyphen."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def text(
    x: float, y: float, content: str, *, kind: str, anchor: str = "start", colour: str = ""
) -> str:
    """A line of text; with a colour of its own it keeps it on every background."""
    style = {"style": f"fill: {colour}"} if colour else {}
    return element("text", escape(content), x=x, y=y, text_anchor=anchor, class_=kind, **style)


def path(places: Sequence[tuple[float, float]], *, colour: str, kind: str) -> str:
    """A line through some places."""
    return element(
        "path", d="M" + " L".join(f"{x:g} {y:g}" for x, y in places), stroke=colour, class_=kind
    )


def circle(x: float, y: float, *, colour: str) -> str:
    """A point."""
    return element("circle", cx=x, cy=y, r=3, fill=colour)
