"""Which tokens are numbers."""

from __future__ import annotations

import re
from functools import cache

from told_apart import NUMBER_WORDS

from oracle.fold import is_numeric

# Numerals of Chinese and Japanese. In a text alone they are words; two texts differ in numbers by them.
NUMERALS = frozenset("一二三四五六七八九十百千万萬亿億零两兩廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟壱弐")
MEASURES = "元圆円倍年月日天人米吨次岁周名户度克里亩秒"


@cache
def is_number_token(token: str) -> bool:
    """A token with a digit, a word for a number, or a numeral."""
    return is_amount(token) or token in NUMERALS


@cache
def is_amount(token: str) -> bool:
    """A token with a digit, or a word for a number."""
    return is_numeric(token) or token in NUMBER_WORDS


def measured(tokens: list[str]) -> list[str]:
    """The numerals of Chinese that count something, with that."""
    text = "".join(token if len(token) == 1 else " " for token in tokens)
    numerals = "".join(sorted(NUMERALS))
    return re.findall(f"(?<![{numerals}第])[{numerals}]+[{MEASURES}]", text)
