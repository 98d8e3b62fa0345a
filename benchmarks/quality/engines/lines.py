"""Exact lines, as dolma's paragraphs and most pipelines have them: the hash of the line."""

from benchmarks.quality.paragraphs import Judge, main


def make(_threshold: float) -> Judge:
    seen: dict[str, int] = {}

    def judge(number: int, text: str, _words: list[str]) -> int | None:
        first = seen.setdefault(text, number)
        return first if first != number else None

    return judge


if __name__ == "__main__":
    main("", make)
