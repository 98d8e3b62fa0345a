"""Every script: one word changed is found, and what one reads as the same is the same text.

The words are everyday ones; texts are made of them at random, so that no two share a sentence.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import numpy
import oracle
import pytest

import dedup
from dedup import _core

# name: words, what stands between them (nothing where words are written together)
SCRIPTS: dict[str, tuple[str, str]] = {
    "English": ("river bridge office morning market school winter water letter garden", " "),
    "Vietnamese": ("người tiếng nước đường trường buổi sáng chợ những được viết", " "),
    "Greek": ("ποταμός γέφυρα γραφείο πρωί αγορά σχολείο χειμώνας νερό γράμμα κήπος", " "),
    "Cyrillic": ("река мост утро рынок школа зимой вода письмо сад чай ёлка", " "),
    "Armenian": ("գետ կամուրջ առավոտ շուկա դպրոց ձմեռ ջուր նամակ այգի քաղաք", " "),
    "Georgian": ("მდინარე ხიდი დილა ბაზარი სკოლა ზამთარი წყალი წერილი ბაღი ქალაქი", " "),
    "Arabic": ("نهر جسر مكتب صباح سوق مدرسة شتاء ماء رسالة حديقة الأولاد", " "),
    "Persian": ("می‌روم کتاب‌ها خانه پل بازار مدرسه زمستان آب نامه باغ", " "),
    "Hebrew": ("נהר גשר משרד בוקר שוק בית־ספר חורף מים מכתב גן שלום", " "),
    "Devanagari": ("नदी पुल सुबह बाज़ार विद्यालय सर्दी पानी चिट्ठी बग़ीचा शहर", " "),
    "Bengali": ("নদী সেতু সকাল বাজার বিদ্যালয় শীত জল চিঠি বাগান শহর গোলাপ", " "),
    "Gurmukhi": ("ਨਦੀ ਪੁਲ ਸਵੇਰ ਬਾਜ਼ਾਰ ਸਕੂਲ ਸਰਦੀ ਪਾਣੀ ਚਿੱਠੀ ਬਾਗ਼ ਸ਼ਹਿਰ", " "),
    "Gujarati": ("નદી પુલ સવાર બજાર શાળા શિયાળો પાણી પત્ર બગીચો શહેર", " "),
    "Tamil": ("ஆறு பாலம் காலை சந்தை பள்ளி குளிர்காலம் தண்ணீர் கடிதம் தோட்டம் கொடு", " "),
    "Telugu": ("నది వంతెన ఉదయం మార్కెట్ పాఠశాల శీతాకాలం నీరు లేఖ తోట నగరం", " "),
    "Kannada": ("ನದಿ ಸೇತುವೆ ಬೆಳಿಗ್ಗೆ ಮಾರುಕಟ್ಟೆ ಶಾಲೆ ಚಳಿಗಾಲ ನೀರು ಪತ್ರ ತೋಟ ಕೊಡು", " "),
    "Malayalam": ("നദി പാലം രാവിലെ ചന്ത സ്കൂൾ ശീതകാലം വെള്ളം കത്ത് തോട്ടം കൊടു", " "),
    "Sinhala": ("ගඟ පාලම උදෑසන වෙළඳපොළ පාසල ශීත ජලය ලිපිය උයන නගරය", " "),
    "Ethiopic": ("ወንዝ ድልድይ ጠዋት ገበያ ትምህርት ክረምት ውሃ ደብዳቤ አትክልት ከተማ", " "),
    "Tibetan": ("ཆུ ཟམ་པ ཞོགས་པ ཁྲོམ སློབ་གྲྭ དགུན་ཁ ཡི་གེ ལྡུམ་ར གྲོང་ཁྱེར", "་"),
    "Hangul": ("강가 다리 아침 시장 학교 겨울 마실물 편지 정원 도시에서", " "),
    "Thai": ("แม่น้ำ สะพาน ตอนเช้า ตลาด โรงเรียน ฤดูหนาว จดหมาย สวน เมือง ผู้คน", ""),
    "Lao": ("ແມ່ນ້ຳ ຂົວ ຕອນເຊົ້າ ຕະຫຼາດ ໂຮງຮຽນ ລະດູໜາວ ຈົດໝາຍ ສວນ ເມືອງ ຜູ້ຄົນ", ""),
    "Khmer": ("ទន្លេ ស្ពាន ព្រឹក ផ្សារ សាលារៀន រដូវរងា ទឹក សំបុត្រ សួន ទីក្រុង", ""),
    "Burmese": ("မြစ် တံတား မနက် ဈေး ကျောင်း ဆောင်းရာသီ ရေ စာ ဥယျာဉ် ခွင့် မြို့", ""),
    "Han": ("河流 桥梁 早晨 市场 学校 冬天 信件 花园 城市 茶馆", ""),
    "Japanese": ("かわ はし ガード 朝市 がっこう 冬ぞら パン屋 手紙 公園 まちなか", ""),
}


def words_of(script: str) -> tuple[list[str], str]:
    words, between = SCRIPTS[script]
    return words.split(), between


def text_of(script: str, seed: int, count: int = 60) -> str:
    """Words of a script, with a space here and there where they are written together."""
    words, between = words_of(script)
    chance = random.Random(f"{script} {seed}")
    text = ""
    for number in range(count):
        gap = between if number % 8 or between else " "
        text += (gap if number else "") + chance.choice(words)
    return text


def counts(texts: list[str], **policy: Any) -> dict[str, int]:
    return dedup.scan(texts, **policy).report["counts"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_one_word_changed_is_found(script: str) -> None:
    """The changed word is not of the ten, and the rest stays: near, and the second one goes."""
    words, between = words_of(script)
    text = text_of(script, 1)
    other = text_of(script, 2)
    old = next(word for word in words if word in text)
    new = between.join(word for word in words[-2:] if word != old)
    changed = text.replace(old, new, 1)
    result = dedup.scan([text, other, changed])
    (match,) = result.matches
    assert (match.relation, match.template) == ("near", False)
    assert result.report["counts"]["blocks_removed"] == 1
    judged = oracle.verdict(*oracle.blocks_of([text, changed], oracle.Rules()))
    assert judged == oracle.Verdict("near", match.resemblance, match.containment)


def sprinkled(text: str, mark: str, seed: int = 3) -> str:
    """A mark behind every fifth character or so that a letter or mark stands beside."""
    chance = random.Random(seed)
    made = ""
    for one, two in zip(text, [*text[1:], " "], strict=True):
        inside = one.strip() and two.strip() and two not in "་־"
        made += one + (mark if inside and chance.random() < 0.2 else "")
    return made


DISGUISES = {
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFKC": lambda text: unicodedata.normalize("NFKC", text),
    "NFKD": lambda text: unicodedata.normalize("NFKD", text),
    "soft hyphens": lambda text: sprinkled(text, "\u00ad"),
    "zero-width spaces": lambda text: sprinkled(text, "\u200b"),
    "zero-width non-joiners": lambda text: sprinkled(text, "\u200c"),
    "zero-width joiners": lambda text: sprinkled(text, "\u200d"),
    "word joiners": lambda text: sprinkled(text, "\u2060"),
    "marks of direction": lambda text: f"\u202b{sprinkled(text, chr(0x200F))}\u202c\u200e",
    "isolates": lambda text: f"\u2067{text}\u2069",
    "variation selectors": lambda text: sprinkled(text, "\ufe00"),
    "a byte order mark inside": lambda text: sprinkled(text, "\ufeff"),
    "capitals": str.upper,
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "ideographic spaces": lambda text: text.replace(" ", "\u3000"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_what_reads_the_same_is_the_same_text(script: str, disguise: str) -> None:
    text = text_of(script, 4)
    other = DISGUISES[disguise](text)
    assert _core.fold_tokens(other) == _core.fold_tokens(text)
    assert oracle.tokens(other) == oracle.tokens(text)
    assert _core.fingerprint(other) == _core.fingerprint(text)


# Of each pair the second one is in another order than Unicode's.
ORDERS = {
    "Burmese": ("\u1037\u103a", "\u103a\u1037"),
    "Thai": ("\u0e38\u0e48", "\u0e48\u0e38"),
    "Lao": ("\u0eb8\u0ec8", "\u0ec8\u0eb8"),
    "Khmer": ("\u17d2\u17dd", "\u17dd\u17d2"),
    "Devanagari": ("\u093c\u094d", "\u094d\u093c"),
    "Tibetan": ("\u0f71\u0f72\u0f74", "\u0f74\u0f72\u0f71"),
}


@pytest.mark.parametrize("script", ORDERS)
def test_marks_are_the_same_in_either_order(script: str) -> None:
    good, bad = ORDERS[script]
    words, between = words_of(script)
    texts = [between.join(word + marks for word in words) for marks in (good, bad)]
    assert unicodedata.normalize("NFC", texts[0]) == unicodedata.normalize("NFC", texts[1])
    assert _core.fold_tokens(texts[0]) == _core.fold_tokens(texts[1])
    assert oracle.tokens(texts[0]) == oracle.tokens(texts[1]) == _core.fold_tokens(texts[0])


@pytest.mark.parametrize("seed", range(200))
def test_marks_in_any_order_are_those_of_the_oracle(seed: int) -> None:
    chance = random.Random(seed)
    marks = "".join(map("".join, ORDERS.values()))
    text = "".join(
        chance.choice([chance.choice(marks), chance.choice("กक်ཀ a0 \u200b中")])
        for _ in range(chance.randint(1, 200))
    )
    assert _core.fold_tokens(text) == oracle.tokens(text)
    hashes = numpy.frombuffer(_core.token_hashes(text), numpy.uint32).tolist()
    assert hashes == [oracle.token_hash(one) for one in oracle.tokens(text)]


MIXED = ["English", "Han", "Thai", "Arabic", "Devanagari", "Hangul", "Khmer", "Hebrew", "Burmese"]


def mixed(seed: int) -> str:
    """A paragraph in which a few words of each script follow one another, some without a space."""
    chance = random.Random(seed)
    parts = [text_of(chance.choice(MIXED), 100 * seed + number, 5) for number in range(16)]
    return "".join(part + chance.choice([" ", "", "، ", "。", "-", "/"]) for part in parts)


@pytest.mark.parametrize("seed", range(8))
def test_scripts_mixed_in_one_paragraph(seed: int) -> None:
    text = mixed(seed)
    words = text.split()
    changed = text.replace(words[len(words) // 2], "another", 1)
    result = dedup.scan([text, mixed(seed + 100), changed])
    (match,) = result.matches
    judged = oracle.verdict(*oracle.blocks_of([text, changed], oracle.Rules()))
    assert judged == oracle.Verdict("near", match.resemblance, match.containment)
    assert result.report["counts"]["blocks_removed"] == 1
    for disguise in DISGUISES.values():
        assert _core.fold_tokens(disguise(text)) == oracle.tokens(disguise(text))


def forms(first: int, last: int) -> dict[str, str]:
    """What each character or ligature of a range is written for, the last form of each."""
    found = {}
    for code in range(first, last + 1):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code) and not plain.startswith(" "):
            found[plain] = chr(code)
    return found


FORMS = [
    (
        "English",
        "ligatures",
        "offices find waffles and stay on the first floor",
        forms(0xFB00, 0xFB06),
    ),
    ("English", "full width", text_of("English", 5), forms(0xFF01, 0xFF5E)),
    ("Armenian", "ligatures", "մնալ մեծ վնաս մխիթար", forms(0xFB13, 0xFB17)),
    ("Arabic", "presentation forms", text_of("Arabic", 5), forms(0xFE80, 0xFEFC)),
    ("Persian", "presentation forms", text_of("Persian", 5), forms(0xFB50, 0xFBFF)),
    (
        "Hebrew",
        "presentation forms",
        "שלום לאל בבית",
        {"א": "\ufb21", "ל": "\ufb25", "ם": "\ufb26"},
    ),
    ("Japanese", "half-width Kana", text_of("Japanese", 5), forms(0xFF66, 0xFF9D)),
    ("Hangul", "conjoining letters", text_of("Hangul", 5), {}),
]


@pytest.mark.parametrize(("script", "name", "text", "written"), FORMS)
def test_forms_of_letters_are_the_letters(
    script: str, name: str, text: str, written: dict[str, str]
) -> None:
    other = text
    for plain in sorted(written, key=len, reverse=True):
        other = other.replace(plain, written[plain])
    other = unicodedata.normalize("NFD", other) if not written else other
    assert other != text, (script, name)
    assert _core.fold_tokens(other) == _core.fold_tokens(text) == oracle.tokens(other)


@pytest.mark.parametrize("hyphen", ["-", "\u00ad", "\u2010"])
@pytest.mark.parametrize(
    "script", ["English", "Vietnamese", "Greek", "Cyrillic", "Armenian", "Georgian", "Devanagari"]
)
def test_words_that_a_line_end_parts_are_whole(script: str, hyphen: str) -> None:
    """As print of 1900 has them: every fifth word is parted, and the text was wrapped another way."""
    words, between = words_of(script)
    text = text_of(script, 6)
    parted = []
    for number, word in enumerate(text.split(between)):
        cut = len(word) // 2
        inner = number % 5 == 0 and len(word) > 3 and not unicodedata.combining(word[cut])
        parted.append(f"{word[:cut]}{hyphen}\n{word[cut:]}" if inner else word)
    other = between.join(parted)
    assert other != text
    assert words
    assert _core.fold_tokens(other) == _core.fold_tokens(text) == oracle.tokens(other)
