"""Corpora that look like real text: what people write, and what scraping makes of it.

Small enough that the oracle's double loops stay fast: some tens of blocks a corpus. A few
shapes are hostile on purpose (`adversarial_corpora`).
"""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

FRENCH = (
    "le la les des une été où déjà hôtel garçon cœur forêt mairie commune conseil marché prix "
    "hausse élèves école bibliothèque rivière train gare ligne retard travaux printemps hiver pluie vent "
    "soleil habitants quartier place fontaine projet budget euros décision séance maire annonce juin dimanche"
).split()
ENGLISH = (
    "the a of and under river bank clock maker window light evening winter council harbour "
    "ferry bridge market baker bread price garden school teacher letter train station delay track engine "
    "smoke field naïve café report weather storm wind rain coast island village people "
    "meeting vote Monday don't"
).split()
ARABIC = (
    "مَدْرَسَةٌ قَرْيَةٌ المَدِينَةِ سُوقٌ كِتَابٌ نَهْرٌ بَيْتٌ شَمْسٌ مَطَرٌ رِيحٌ قال وصل مدير أهالي طريق جديد مشروع ماء"
    " واحة نخيل صباح مساء"
).split()
CHINESE = "茶館老闆每天早晨打開木門客人坐在窗邊喝茶說話週末天氣晴朗孩子們去河邊放風箏春節市場熱鬧"
THAI = "ตลาดน้ำเช้าวันอาทิตย์แม่ค้าขายผลไม้เด็กนักเรียนเดินทางไปโรงเรียนฝนตกหนักแม่น้ำสูงขึ้น"
EMOJI = "🙂 🎉 👍🏽 👩‍💻 ☀️ ⚽ 🇫🇷 ★ € ™ ©".split()
NUMBERS = "5 12 3,5 1.5 -5 −7 +3 2024 1 500 10:30 40% ½ 2½ x² ٣٫٥ C++ === ------".split(" ")
SHORT_LINES = (
    "}",
    "{",
    "Share",
    "***",
    "---",
    "synopsis",
    "Lire aussi",
    "0",
    "…",
    "© 2024",
    "Advertisement",
)
SENTENCES = (
    "La mairie a annoncé mardi que les travaux de la place commenceront au mois de mars prochain.",
    "Les habitants du quartier demandent depuis deux ans une fontaine et quelques arbres de plus.",
    "Le train de 7 h 42 ne s'arrêtera plus à la halte, a confirmé la compagnie dans un courrier.",
    "The clockmaker kept one lamp burning in the window long after the last ferry had gone home.",
    "Prices at the market rose by 3.5 percent in May, and bakers say that flour is the reason.",
    "Temperatures between 12 and 18 degrees, wind from the west at 30 kilometres an hour, light rain.",
    "وصل مدير المدرسة إلى القرية صباح اليوم وتحدث مع الأهالي عن مشروع الماء الجديد في الواحة.",
    "老茶館每天清晨五點打開木門,客人坐在窗邊喝茶,說起昨天河邊放風箏的孩子們和春節的市場。",
    "Subscribe to our newsletter and receive the best articles of the week in your mail on Friday.",
)
LINE_ENDS = ("\n", "\r\n", "\r")
BLANK_LINES = ("", "\n", "\n\n", " \n", "\n\t\n", "\u00a0\n")


def words() -> st.SearchStrategy[str]:
    """One word, number, symbol or run of an unspaced script."""
    unspaced = [
        text[start : start + size]
        for text in (CHINESE, THAI)
        for start in range(0, 30, 5)
        for size in (1, 4)
    ]
    weighted = FRENCH + FRENCH + ENGLISH + ENGLISH + ARABIC + unspaced + EMOJI + NUMBERS
    return st.sampled_from(weighted)


def spaces() -> st.SearchStrategy[str]:
    """What stands between two words, nearly always one space."""
    return st.sampled_from(
        [" "] * 12 + [", ", ". ", "\u00a0", "  ", " – ", "\u202f", "\u00ad", "\u200d", "'"]
    )


@st.composite
def phrases(draw: st.DrawFn, least: int = 1, most: int = 30) -> str:
    """Words in a row."""
    chosen = draw(st.lists(words(), min_size=least, max_size=most))
    separator = draw(spaces())
    return separator.join(chosen)


def paragraphs() -> st.SearchStrategy[str]:
    """A paragraph without line ends: sentences (which corpora share), or words in a row."""
    sentences = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(" ".join)
    mixed = st.tuples(st.sampled_from(SENTENCES), phrases(1, 12)).map(" ".join)
    return st.one_of(
        sentences, sentences, mixed, phrases(1, 40), phrases(6, 12), st.sampled_from(SHORT_LINES)
    )


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """The text with one small edit, of the kind that a second edition makes."""
    parts = text.split(" ")
    place = draw(st.integers(0, len(parts) - 1))
    kind = draw(st.sampled_from(EDITS))
    if kind == "change":
        parts[place] = draw(words())
    elif kind == "insert":
        parts.insert(place, draw(words()))
    elif kind == "remove":
        del parts[place]
    elif kind in ("number", "longer"):
        digits = str(draw(st.integers(0, 99)))
        parts = [digits if part.isdecimal() else part for part in parts]
        more = draw(st.lists(st.sampled_from(SENTENCES), min_size=2)) if kind == "longer" else []
        parts = [*more[::2], *parts, *more[1::2]]
    elif kind == "append":
        parts.append(draw(st.sampled_from(SENTENCES)))
    elif kind == "cut":
        parts = parts[: place + 1]
    return respelled(" ".join(parts), kind)


EDITS = (
    "change change insert insert remove remove number number longer append cut upper lower NFC NFD NFKC points "
    "hyphen no-break punctuation double"
).split()


def respelled(text: str, kind: str) -> str:
    """The same words, written otherwise."""
    if kind in ("NFC", "NFD", "NFKC"):
        return unicodedata.normalize(kind, text)
    changes = {
        "upper": str.upper,
        "lower": str.lower,
        "points": lambda t: "".join(
            c for c in unicodedata.normalize("NFD", t) if not unicodedata.combining(c)
        ),
        "hyphen": lambda t: "\u00ad".join(t) if len(t) < 40 else t[:3] + "\u200b" + t[3:],
        "no-break": lambda t: t.replace(" ", "\u00a0"),
        "punctuation": lambda t: "« " + t.replace(".", " !").replace(",", ";") + " »",
        "double": lambda t: t.replace(" ", "  "),
    }
    return changes[kind](text) if kind in changes else text


@st.composite
def wrapped(draw: st.DrawFn) -> str:
    """A paragraph broken by hand at a width, as in a mail or a man page."""
    width, end = draw(st.integers(20, 70)), draw(st.sampled_from(LINE_ENDS))
    rows = [""]
    for word in " ".join(draw(st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=4))).split(
        " "
    ):
        if len(rows[-1]) + 1 + len(word) > width:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".lstrip()
    return end.join(rows)


@st.composite
def printed(draw: st.DrawFn) -> str:
    """A paragraph as a scanner reads it from print: lines of any length, which part words."""
    words = draw(
        st.one_of(
            paragraphs(), st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=3).map(" ".join)
        )
    ).split(" ")
    end = draw(st.sampled_from(LINE_ENDS))
    made = []
    for word in words:
        kind = draw(st.integers(0, 9))
        if kind < 3 and len(word) > 3:
            cut = draw(st.integers(1, len(word) - 1))
            word = (
                word[:cut]
                + draw(st.sampled_from(["-", "-", "-", "\u00ad", "- "]))
                + end
                + word[cut:]
            )
        made.append(word + (end if kind == 9 else " "))
    return "".join(made).strip()


@st.composite
def tickers(draw: st.DrawFn) -> str:
    """Headlines in one line, glued by runs of spaces."""
    gap = draw(
        st.sampled_from(["\u00a0" * 4, "   ", "\t\t\t", " \u00a0 \u00a0", "\u3000" * 3, "  "])
    )
    headline = st.one_of(phrases(3, 9), st.sampled_from([sentence[:45] for sentence in SENTENCES]))
    return gap.join(draw(st.lists(headline, min_size=3, max_size=8)))


@st.composite
def pools(draw: st.DrawFn) -> list[str]:
    """The blocks that a corpus is made of: paragraphs and variants of them."""
    pool = draw(st.lists(paragraphs(), min_size=1, max_size=6))
    for _ in range(draw(st.integers(0, 4))):
        pool.append(draw(edited(draw(st.sampled_from(pool)))))
    if draw(st.integers(0, 3)) == 0:
        pool.append(draw(st.one_of(wrapped(), hyphenated(), tickers())))
    if draw(st.integers(0, 3)) == 0:
        pool += draw(st.lists(printed(), min_size=1, max_size=3))
    return pool


@st.composite
def documents(draw: st.DrawFn, pool: list[str]) -> str:
    """Blocks of the pool, now and then a passage twice, joined by one kind of line end."""
    blocks = draw(st.lists(st.sampled_from(pool), max_size=7))
    if blocks and draw(st.booleans()):
        first = draw(st.integers(0, len(blocks) - 1))
        last = draw(st.integers(first, len(blocks) - 1))
        place = draw(st.integers(0, len(blocks)))
        blocks[place:place] = blocks[first : last + 1]
    end = draw(st.sampled_from(LINE_ENDS))
    if blocks and draw(st.integers(0, 7)) == 0:
        place = draw(st.integers(0, len(blocks) - 1))
        blocks[place:] = [draw(quoted(blocks[place:]))]
    between = (end + draw(st.sampled_from(BLANK_LINES))).replace("\n", end)
    before, after = (
        draw(st.sampled_from(["", "", "", "\ufeff", end, "  "])),
        draw(st.sampled_from(["", end, end * 2])),
    )
    return before + between.join(blocks) + after


@st.composite
def quoted(draw: st.DrawFn, blocks: list[str]) -> str:
    """Blocks as a reply quotes them, blank lines included."""
    mark = draw(st.sampled_from(["> ", ">", ">> ", "> > ", " >"]))
    rows = "\n\n".join(blocks).splitlines()
    return "\n".join(f"{mark}{row}" for row in rows)


@st.composite
def corpora(draw: st.DrawFn, most: int = 6) -> list[str]:
    """Documents that share blocks, some of them equal or empty."""
    pool = draw(pools())
    made = draw(st.lists(documents(pool), min_size=1, max_size=most))
    if draw(st.integers(0, 4)) == 0:
        made.append(draw(st.sampled_from(made)))
    return made


@st.composite
def rewrapped_documents(draw: st.DrawFn, pool: list[str]) -> str:
    """Blocks of the pool one after the other in one paragraph, broken anew anywhere."""
    words = " ".join(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=5))).split(" ")
    first = draw(st.integers(0, len(words) - 1)) if draw(st.booleans()) else 0
    words = words[first:]
    breaks = draw(st.lists(st.integers(0, len(words)), max_size=3))
    for place in sorted(breaks, reverse=True):
        words.insert(place, draw(st.sampled_from(["\n", "\n\n"])))
    return " ".join(words)


def loose_documents(pool: list[str]) -> st.SearchStrategy[str]:
    """Documents whose blocks are those of the pool, or what is left of these."""
    return st.one_of(documents(pool), rewrapped_documents(pool))


@st.composite
def loose_corpora(draw: st.DrawFn, most: int = 6) -> list[str]:
    """Documents that share blocks, and text that ignores where blocks end."""
    pool = draw(pools())
    return draw(st.lists(loose_documents(pool), min_size=1, max_size=most))


@st.composite
def adversarial_corpora(draw: st.DrawFn) -> list[str]:
    """All blocks identical, a chain a~b~c whose ends do not match, or one text cut ever shorter."""
    chosen = " ".join(
        draw(st.lists(st.sampled_from(ENGLISH + FRENCH), min_size=24, max_size=40, unique=True))
    )
    parts, count = chosen.split(" "), draw(st.integers(2, 24))
    shape = draw(st.sampled_from(["identical", "chain", "shorter", "numbers"]))
    if shape == "identical":
        blocks = [chosen] * count
    elif shape == "chain":
        blocks = [
            " ".join(["changed" if n < step else part for n, part in enumerate(parts)])
            for step in range(count)
        ]
    elif shape == "shorter":
        blocks = [" ".join(parts[: max(1, len(parts) - step)]) for step in range(count)]
    else:
        blocks = [f"{chosen} {step}" for step in range(count)]
    blocks = draw(st.permutations(blocks)) if draw(st.booleans()) else blocks
    size = draw(st.integers(1, len(blocks)))
    return ["\n".join(blocks[start : start + size]) for start in range(0, len(blocks), size)]


def any_corpora() -> st.SearchStrategy[list[str]]:
    """Mostly real-looking, sometimes hostile."""
    return st.one_of(corpora(), corpora(), corpora(), adversarial_corpora())


@st.composite
def hyphenated(draw: st.DrawFn) -> str:
    """Printed lines: words parted at line ends."""
    ends = ["-\n", "-\n", "\u00ad\r\n", "\u2010\n  ", "- \r", "-\u200d\n", "-\n\n", " -\n", "\n"]
    parts = draw(
        st.lists(st.tuples(words(), st.sampled_from(ends), words()), min_size=1, max_size=9)
    )
    return " ".join("".join(part) for part in parts)


def texts() -> st.SearchStrategy[str]:
    """Any text: what people write, and any code points at all but surrogates."""
    odd = st.sampled_from(
        "-+−.,٫٬1２½٣aÀé\u0301\u0345ßİςａ漢かガーไทยກခក្អا\u064bـאָ€=^★🙂\u00ad\u200d\ufeff \u00a0\r\n\t\x0b\x85\u2028 "
    )
    signs = st.sampled_from("=<∈→★+−-⁄.12½⅟aé字≠∉⩵ \u0301\u200d\u0336\u0337\u0338\u20d2\u20e0")
    return st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.text(odd, max_size=30),
        st.text(signs, max_size=20),
        paragraphs(),
        pools().flatmap(documents),
        wrapped(),
        hyphenated(),
        tickers(),
    )
