"""Split: text to the spans of its blocks."""

from __future__ import annotations

from itertools import groupby

from oracle.characters import WHITE_SPACE, code_points
from oracle.fold import tokens
from oracle.hyphens import in_parted_words

HORIZONTAL = frozenset(map(chr, code_points("9 20 A0 1680 2000-200A 202F 205F 3000")))


# Han and Kana, and the mark between syllables of Tibetan, behind any of which a line may end.
LINES_END_BEHIND = code_points(
    "F0B 2E80-2FDF 3005-3007 3031-3035 303B 3041-30FF 31F0-31FF 3400-4DBF"
) | (code_points("4E00-9FFF F900-FAFF FF66-FF9F 1AFF0-1B16F 20000-3FFFD"))

# Thai, Lao, Burmese, Khmer: words are written together, and have eight characters at most.
WORDS_TOGETHER = code_points("E00-EFF 1000-109F 1780-17FF A9E0-A9FF AA60-AA7F")
CLOSING = "\"')]}»”’“›」』）】》〉"
SENTENCE_ENDS = frozenset(".!?:;…。．｡！？：；") | frozenset(
    map(chr, code_points("589 61B 61F 6D4 964-965 F0D-F0E 104A-104B 1362 17D4-17D5"))
)


def is_space(text: str, place: int) -> bool:
    """White space, or the byte order mark at the very start."""
    return text[place] in WHITE_SPACE or (place == 0 and text[0] == "\ufeff")


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends; empty where it is all white space."""
    while start < end and is_space(text, start):
        start += 1
    while start < end and is_space(text, end - 1):
        end -= 1
    return start, end


def line(text: str, start: int, end: int) -> tuple[int, int]:
    """The trimmed span of a line, behind marks of quotation; one mark before a number compares."""
    start, end = trim(text, start, end)
    said = start
    while said < end and text[start] == ">" and (text[said] == ">" or is_space(text, said)):
        said += 1
    first = said + (text[said:end][:1] in set("+-−$€£¥"))
    compares = text[said:end].startswith("=") or text[first:end][:1].isnumeric()
    return (start, end) if compares and text[start:said].count(">") == 1 else (said, end)


def is_quoted(text: str, start: int) -> bool:
    """Whether a mark of quotation stands before a place on its line."""
    return ">" in text[max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1 : start]


def lines(text: str) -> list[tuple[int, int]]:
    """Trimmed spans of all lines; these end at CR LF, LF or CR only. Blank ones are empty."""
    spans, start, place = [], 0, 0
    while place < len(text):
        if text[place] in "\r\n":
            spans.append(line(text, start, place))
            place += text[place : place + 2] == "\r\n"
            start = place + 1
        place += 1
    return [*spans, line(text, start, len(text))]


def is_hard_wrapped(text: str, group: list[tuple[int, int]]) -> bool:
    """Three lines or more, none quoted or too long; none could have taken the next one's first word, and one
    of these ends inside of a sentence.

    Of Han and Kana a character is a word; of Thai and the like eight are.
    """
    widths = [end - start for start, end in group]
    if len(group) < 3 or max(widths) > 100 or any(is_quoted(text, start) for start, _ in group):
        return False
    for width, (start, end) in zip(widths, group[1:], strict=False):
        word, together = start, 0
        while word < end and not is_space(text, word):
            together += ord(text[word]) in WORDS_TOGETHER
            word += 1
            if ord(text[word - 1]) in LINES_END_BEHIND or together == 8:
                break
        if width + 1 + word - start <= max(widths):
            return False
    ends = [text[start:end].rstrip(CLOSING)[-1:] for start, end in group[:-1]]
    return not all(end and end in SENTENCE_ENDS for end in ends)


def gap_items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The line at its gaps of three or more horizontal spaces, if that makes a ticker of it."""
    items, item, place = [], start, start
    while place < end:
        stop = place
        while stop < end and text[stop] in HORIZONTAL:
            stop += 1
        if stop - place >= 3:
            items.append(trim(text, item, place))
            item = stop
        place = max(stop, place + 1)
    items = [span for span in [*items, trim(text, item, end)] if span[0] < span[1]]
    long = [span for span in items if len(tokens(text[span[0] : span[1]])) >= 4]
    return items if len(items) >= 4 and 2 * len(long) >= len(items) else [(start, end)]


def split(text: str, unit: str = "paragraph") -> list[tuple[int, int]]:
    """The blocks of a text, as half-open spans of code points without white space at the ends."""
    if unit == "document":
        whole = trim(text, 0, len(text))
        return [whole] if whole[0] < whole[1] else []
    if unit == "line":
        return [(start, end) for start, end in lines(text) if start < end]
    blocks: list[tuple[int, int]] = []
    parted = in_parted_words(text) if "\n" in text or "\r" in text else set()
    for blank, spans in groupby(lines(text), lambda span: span[0] == span[1]):
        group = list(spans)
        if blank:
            continue
        if is_hard_wrapped(text, group):
            blocks.append((group[0][0], group[-1][1]))
            continue
        before: list[tuple[int, int]] = []
        for line in group:
            items = gap_items(text, *line)
            between = range(before[0][1], line[0]) if len(before) == 1 else range(0)
            if len(items) == 1 and any(n in parted and text[n] in "\r\n" for n in between):
                blocks[-1] = (blocks[-1][0], line[1])
            else:
                blocks += items
            before = items
    return blocks
