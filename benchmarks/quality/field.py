"""The field that is planted: all pages, with donors and gaps to be had at random."""

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from benchmarks.quality.hosts import Host
from benchmarks.quality.page import Page, Piece
from benchmarks.quality.planted import LookAlike, Place, Planted, Repeat
from benchmarks.quality.words import words

SEPARATORS = ("\n", "\n", "\n\n", "\r\n")
SITE_PAGES = 14  # documents of one language in a row that count as one site
UNTOUCHED = 8  # every so many documents one is left as it is


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a page; piece i is 2i, the gap after it 2i + 1."""

    page: Page
    place: int


@dataclass(frozen=True, slots=True)
class Promise:
    """A repeat by the names of its marks, until the pages are rendered."""

    kind: str
    family: int
    sides: tuple[Hashable, Hashable]
    may_go: bool
    stays: Hashable | None  # None: whichever comes first
    regions: tuple[Hashable, Hashable]


class NoRoomError(Exception):
    """The hosts hold no more of what a class asks for."""


class Field:
    """Pages to be planted, and what was planted so far."""

    def __init__(self, hosts: Sequence[Host], furniture: dict[str, list[str]], seed: int) -> None:
        self.random = random.Random(seed)
        self.furniture = {
            kind: self.random.sample(lines, len(lines)) for kind, lines in furniture.items()
        }
        self.pages: list[Page] = []
        self.headlines: list[str] = []
        self.vocabulary: dict[str, list[str]] = {}
        self.promises: list[Promise] = []
        self.look_alikes: list[tuple[str, Hashable, Hashable]] = []
        self.fresh: list[Hashable] = []
        self.extra: list[tuple[str, str, Hashable]] = []
        self.families = 0
        self.reserved: set[int] = set()
        self.lay_out(hosts)

    def lay_out(self, hosts: Sequence[Host]) -> None:
        """A page for each host, in random order, and a site for each dozen of a language."""
        counts: dict[str, int] = defaultdict(int)
        for host in hosts:
            number = counts[host.language]
            counts[host.language] += 1
            if host.language == "en" and host.title:
                self.headlines.append(host.title)
            site = f"{host.language}{number // SITE_PAGES:03d}.example"
            page = Page(
                f"{site}/{number % SITE_PAGES}", site, host.language,
                self.random.choice(SEPARATORS), list(host.paragraphs),
            )  # fmt: skip
            self.pages.append(page)
        self.random.shuffle(self.pages)
        self.random.shuffle(self.headlines)
        # They are found by nobody and go to nobody: what stays as it was.
        self.reserved = {id(page) for page in self.pages[::UNTOUCHED]}
        self.spots: dict[str, list[Spot]] = defaultdict(list)
        for page in self.pages:
            self.spots[page.language] += [
                Spot(page, place) for place in range(2 * len(page.paragraphs))
            ]
        for language, spots in sorted(self.spots.items()):
            self.random.shuffle(spots)
            self.vocabulary[language] = vocabulary(spots, language)

    def family(self) -> int:
        """A number for a new family of repeats."""
        self.families += 1
        return self.families

    def donors(
        self, language: str, accept: Callable[[str], bool], count: int = 1
    ) -> tuple[Page, int, list[str]]:
        """So many free paragraphs in a row, the first of them accepted: page, first, texts."""
        for spot in self.spots[language]:
            page, place = spot.page, spot.place
            if place % 2 or id(page) in self.reserved:
                continue
            last = place + 2 * (count - 1)
            if last >= 2 * len(page.paragraphs) or not page.is_free(place, last):
                continue
            texts = page.paragraphs[place // 2 : last // 2 + 1]
            if accept(texts[0]):
                return page, place, texts
        raise NoRoomError(language)

    def site_edges(self, count: int) -> list[Spot]:
        """Free beginnings or ends of so many pages of one site."""
        while True:
            site = self.random.choice(self.pages).site
            found = []
            for page in self.pages:
                if page.site == site and id(page) not in self.reserved:
                    edges = [-1, 2 * len(page.paragraphs) - 1]
                    found += [Spot(page, at) for at in edges if page.is_free(at, at)][:1]
            if len(found) >= count:
                return found[:count]

    def gap(self, language: str, other_than: Sequence[Page] = ()) -> Spot:
        """A free gap in another page."""
        avoided = set(map(id, other_than)) | self.reserved
        spots = self.spots[language]
        for _ in range(20 * len(spots)):
            spot = self.random.choice(spots)
            is_gap = spot.place % 2 and id(spot.page) not in avoided
            if is_gap and spot.page.is_free(spot.place, spot.place):
                return spot
        raise NoRoomError(language)

    def promise(
        self, kind: str, sides: tuple[Hashable, Hashable], *, may_go: bool = True,
        stays: Hashable | None = None, family: int | None = None,
        regions: tuple[Hashable, Hashable] | None = None,
    ) -> None:  # fmt: skip
        """Note a repeat between two marks."""
        number = self.family() if family is None else family
        self.promises.append(Promise(kind, number, sides, may_go, stays, regions or sides))

    def put(self, spot: Spot, pieces: list[Piece]) -> None:
        """Put pieces into a gap."""
        spot.page.take(spot.place, spot.place, pieces)

    def harvest(self) -> Planted:
        """The corpus as it now stands."""
        planted = Planted()
        places: dict[Hashable, Place] = {}
        for page in self.pages:
            text, found = page.render(len(planted.texts))
            places |= found
            planted.texts.append(text)
            planted.ids.append(page.identity)
            planted.sites.append(page.site)
        for identity, text, name in self.extra:
            places[name] = Place(len(planted.texts), 0, len(text))
            planted.texts.append(text)
            planted.ids.append(identity)
            planted.sites.append(identity.partition("/")[0])
        for promise in self.promises:
            left, right = sorted(promise.sides, key=lambda name: places[name])
            regions = sorted(places[name] for name in promise.regions)
            stays = places[promise.stays if promise.stays is not None else left]
            # Where one side says more, only the other may go, and only where it comes second.
            may_go = promise.may_go and stays == places[left]
            planted.repeats.append(
                Repeat(
                    promise.kind, promise.family, places[left], places[right], may_go, stays,
                    (regions[0], regions[1]),
                )
            )  # fmt: skip
        for kind, left, right in self.look_alikes:
            planted.look_alikes.append(LookAlike(kind, places[left], places[right]))
        planted.fresh = [places[name] for name in self.fresh]
        return planted


def vocabulary(spots: list[Spot], language: str) -> list[str]:
    """Words to put in the place of others: as they come in some of the paragraphs."""
    texts = [spot.page.paragraphs[spot.place // 2] for spot in spots[:600] if spot.place % 2 == 0]
    least = 1 if language == "zh" else 4
    return [word for text in texts for word in words(text) if len(word) >= least and word.isalpha()]
