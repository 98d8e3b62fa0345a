"""The report as a person reads it: what repeats, where, how much, and what to do next.

Plain values in, lines of at most 80 columns out, understandable without colour. Texts and
names come from files and are made safe here; the caller makes the result encodable.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.search_text import hot_lines, recall_lines
from dedup.story_head import source_in
from dedup.terminal import WIDTH, cells, shorten, shorten_name, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.model.clusters import Cluster, LargeCluster, Member

# Places of one cluster and near-duplicate documents that are listed before "and N more".
MOST_PLACES = 3
MOST_DOCUMENTS = 5

KINDS = {
    "self-repeat": "again inside one document",
    "shared": "in several documents",
    "boilerplate": "site furniture",
    "template": "other numbers, names; stays",
}

# Numbers of `kinds` in the report, and what they are called in the table.
COLUMNS = {"clusters": "clusters", "copies": "repeats", "characters": "characters"}

# Why a repeat stays although it was found (`kept` in clusters.jsonl).
STAYS = {
    "min_tokens": "shorter than min_tokens",
    "boilerplate": "boilerplate",
    "numbers": "other numbers or names",
    "protect": "protected",
    "contained": "holds what the other lacks",
    "layout": "the rest would split in another way",
}


# The characters of all rows of kinds, as a multiple of those that repeat, from which on it is said
# that some count in several rows. Of most corpora it is 1.1, and nobody asks why.
MUCH_MORE = 1.25

# What no block does where nothing repeats, by the scope that was looked at.
STANDS = {
    "both": "stands twice",
    "within": "stands twice inside one document",
    "across": "stands in two documents",
    "against": "stands in what the corpus is held against",
}


class Summary(NamedTuple):
    """What the summary is made of.

    largest: the largest clusters, largest first. action: how the line about removal begins.
    output: the folder that was written, or empty. next_command: what to run now, or empty.
    bold: marks headings; the identity where there is no colour. stories: the lines on versions
    of one text.
    """

    report: Mapping[str, Any]
    largest: Sequence[LargeCluster]
    action: str = "dedup clean would remove"
    output: str = ""
    next_command: str = ""
    bold: Callable[[str], str] = str
    stories: Sequence[str] = ()


def summary_lines(summary: Summary) -> Iterator[str]:
    """The summary, line by line, without line ends."""
    counts = summary.report["counts"]
    yield from _read_lines(summary.report)
    if not counts["clusters"]:
        yield ""
        yield summary.bold("Nothing was read" if _is_unreadable(counts) else "Nothing repeats")
        yield from _nothing_lines(summary.report)
        if summary.output:
            bad = " but for the bad records" if counts["records_skipped"] else ""
            yield f"Written to {_folder(summary.output)} as it was{bad}"
        return
    yield ""
    yield from _total_lines(summary)
    yield from _kind_lines(summary.report.get("kinds", {}), counts["characters_repeated"])
    if summary.largest:
        yield ""
        yield from _cluster_lines(summary)
    yield from hot_lines(summary.report.get("hot", {}), summary.bold)
    yield from _document_lines(summary)
    if summary.stories:
        yield ""
        yield from summary.stories
    yield ""
    yield from _removal_lines(summary)
    if summary.output:
        folder = _folder(summary.output)
        yield f"Written to {folder}; what went stands in {folder}/_dedup/removed.jsonl"
    if summary.next_command:
        yield f"Next: {visible(summary.next_command)}"


def _folder(name: str) -> str:
    return visible(name.rstrip("/") or name)


def _read_lines(report: Mapping[str, Any]) -> Iterator[str]:
    counts = report["counts"]
    files = len(report.get("inputs", ()))
    where = f" in {plural(files, 'file')}" if files else ""
    yield (
        f"Read {plural(counts['documents_read'], 'document')}{where}: "
        f"{plural(counts['blocks'], 'block')}, {plural(counts['characters_read'], 'character')}"
    )
    seconds = report["seconds"].get("total", 0.0)
    speed = ""
    rate = counts["characters_read"] / max(seconds, 1e-9) / 1e6
    # Below a tenth of a second the start of the program is all that a rate would show.
    if seconds >= 0.1 and rate >= 0.05:
        speed = f", {rate:,.1f} million characters a second"
    yield f"in {seconds:,.2f} s{speed}"
    if counts["records_skipped"]:
        yield f"Skipped {plural(counts['records_skipped'], 'bad record')}"
    for entry in report.get("against", ()):
        documents = plural(entry["documents"], "document")
        yield f"Held against {documents} of {shorten_name(entry['name'], WIDTH - 40)}"


def _is_unreadable(counts: Mapping[str, Any]) -> bool:
    return bool(0 < counts["records_skipped"] == counts["documents_read"])


def _nothing_lines(report: Mapping[str, Any]) -> Iterator[str]:
    policy, counts = report["policy"], report["counts"]
    if _is_unreadable(counts):
        yield "No record could be read"
        return
    if not counts["blocks"]:
        yield "There is no text in the input"
        return
    yield from wrap(
        f"No {policy['unit']} {STANDS[policy['scope']]}, and none of {policy['min_tokens']} words "
        f"or more nearly so (threshold {policy['threshold']})",
        WIDTH,
    )
    if policy["group_by"] is not None:
        inside = "inside" if policy["group_scope"] == "within" else "across"
        yield from wrap(f"Compared {inside} groups of {visible(policy['group_by'])} only", WIDTH)
    if policy["window"] is not None:
        yield from wrap(f"Compared within {visible(policy['window'])} only", WIDTH)
    if policy["threshold"] > 0.5:
        lower = round(policy["threshold"] - 0.2, 2)
        yield f"Looser matches: --threshold {lower}"


def _total_lines(summary: Summary) -> Iterator[str]:
    counts = summary.report["counts"]
    yield summary.bold("What repeats")
    for name in ("block", "character"):
        total = counts[f"{name}s" if name == "block" else "characters_read"]
        repeated = counts[f"{name}s_repeated"]
        yield f"  {repeated:,} of {plural(total, name)} ({percent(repeated, total)})"
    for entry in summary.report.get("against", ()):
        name = shorten_name(entry["name"], WIDTH - 40)
        repeated = entry["blocks_repeated"]
        verb = "repeats" if repeated == 1 else "repeat"
        yield f"  {repeated:,} of these blocks {verb} {name}"
    yield from recall_lines(summary.report)


def _kind_lines(kinds: Mapping[str, Mapping[str, int]], repeated: int) -> Iterator[str]:
    """A row for each kind; repeated: characters that repeat anything, each counted once."""
    if not kinds:
        return
    yield ""
    columns = [name for name in COLUMNS if any(name in row for row in kinds.values())]
    yield f"  {'kind':<12}" + "".join(f"{COLUMNS[name]:>12}" for name in columns)
    for kind in KINDS:
        if kind in kinds:
            numbers = "".join(f"{kinds[kind].get(name, 0):>12,}" for name in columns)
            yield f"  {kind:<12}{numbers}  {KINDS[kind]}"
    if sum(row.get("characters", 0) for row in kinds.values()) > MUCH_MORE * repeated:
        yield "  (what several repeats share counts in each)"


def _cluster_lines(summary: Summary) -> Iterator[str]:
    total = summary.report["counts"]["clusters"]
    more = total - len(summary.largest)
    threshold = summary.report["policy"]["threshold"]
    yield summary.bold("Largest clusters" if more > 0 else "Clusters, largest first")
    width = len(str(len(summary.largest)))
    for number, one in enumerate(summary.largest, 1):
        cluster = one.cluster
        yield (
            f"{number:>{width}}. {_kind(cluster)}, {plural(cluster.tokens, 'token')}: "
            f"{plural(one.members, 'time')} in {plural(cluster.documents, 'document')}"
        )
        indent = " " * (width + 2)
        yield f'{indent}"{shorten(one.text, WIDTH - width - 4)}"'
        yield from (f"{indent}{line}" for line in _places(one, threshold, WIDTH - width - 2))
    if more > 0:
        yield f"... and {plural(more, 'more cluster')}: --top {total}, or --format jsonl for all"


def _kind(cluster: Cluster) -> str:
    """`self-repeat, identical`; a template says enough."""
    return cluster.kind if cluster.kind == "template" else f"{cluster.kind}, {cluster.relation}"


def _places(shown: LargeCluster, threshold: float, width: int) -> Iterator[str]:
    """Where a cluster's members stand: the keeper first, then the others in input order."""
    placed = list(zip(shown.cluster.members, shown.lines, strict=True))
    keepers = [(member, lines) for member, lines in placed if member.keeper]
    others = [(member, lines) for member, lines in placed if not member.keeper]
    for member, lines in (*keepers, *others[:MOST_PLACES]):
        label, note = ("kept", "") if member.keeper else ("again", _score(member, threshold))
        if member.against is not None:
            label, note = "in", f" ({shorten_name(member.against, width // 2)})"
        where = _where(member, lines)
        room = width - 7 - cells(where)
        source = shorten_name(member.source, room)
        # A name is worth more than the rest of its line: the note takes the next one.
        if cells(source) + cells(note) > room:
            yield f"{label:<6} {source}{where}"
            yield f"{'':<6}{note}"
        else:
            yield f"{label:<6} {source}{where}{note}"
        if member.differences:
            pairs = [(one.text, one.keeper_text) for one in member.differences]
            count = member.differing or len(pairs)
            yield f"{'':<6} {differing_line(pairs, count, ' for ', width - 7)}"
    more = shown.members - len(keepers) - min(len(others), MOST_PLACES)
    if more:
        yield f"{'':<6} and {more:,} more"


def differing_line(pairs: Sequence[tuple[str, str]], count: int, word: str, width: int) -> str:
    """The first of `count` differences, as many as fit into a line, and how many more there are.

    >>> differing_line([("7 °C", "9 °C"), ("Ulm", "Bonn")], 6, " for ", 60)
    '7 °C for 9 °C, Ulm for Bonn, and 4 more'
    """
    shown: list[str] = []
    for pair in pairs:
        room = (width - len(word) - 16) // 2
        item = word.join(shorten(text, room) for text in pair)
        if shown and cells(", ".join([*shown, item])) > width - 16:
            break
        shown.append(item)
    more = count - len(shown)
    return ", ".join([*shown, f"and {more:,} more"] if more else shown)


def _where(member: Member, lines: tuple[int, int] | None) -> str:
    """The lines of a text file, which an editor finds; else the blocks of the document."""
    what, (first, last) = ("block", member.blocks) if lines is None else ("line", lines)
    return f", {what} {first:,}" if first == last else f", {what}s {first:,}–{last:,}"


def _score(member: Member, threshold: float) -> str:
    """How alike a copy is, and why it stays if it does; less by words than by characters."""
    notes = []
    if member.relation in ("near", "contained"):
        score = member.resemblance if member.relation == "near" else member.containment
        # Cut, not rounded: 1.00 is for equal texts only.
        by_characters = member.relation == "near" and (score or 0) < threshold
        by = " by words, more by characters" if by_characters else ""
        notes.append(f"{member.relation} {int((score or 0) * 100) / 100:.2f}{by}")
    if member.gaps:
        notes.append(plural(len(member.gaps), "gap"))
    if member.elsewhere:
        notes.append(f"{plural(len(member.elsewhere), 'part')} told elsewhere")
    if member.kept is not None:
        notes.append(f"stays: {STAYS.get(member.kept, member.kept)}")
    return f" ({', '.join(notes)})" if notes else ""


def _document_lines(summary: Summary) -> Iterator[str]:
    similar = summary.report.get("similar_documents", ())
    if not similar:
        return
    yield ""
    yield summary.bold("Near-duplicate documents")
    for entry in similar[:MOST_DOCUMENTS]:
        share = f"{int(entry['share'] * 100):>3}% of "
        # The share and " repeats " leave the rest of the line to the two names.
        room = (WIDTH - 2 - len(share) - 9) // 2
        yield f"  {share}{_name(entry, room)} repeats {_name(entry['kept'], room)}"
    if len(similar) > MOST_DOCUMENTS:
        yield f"  and {len(similar) - MOST_DOCUMENTS:,} more"


def _name(entry: Mapping[str, Any], width: int) -> str:
    return shorten_name(
        source_in(entry["source"] or entry["document"], entry.get("against")), width
    )


def _removal_lines(summary: Summary) -> Iterator[str]:
    counts = summary.report["counts"]
    removed = counts["characters_removed"]
    if summary.report["policy"]["linkage"] == "chain":
        yield "Chains of matches are for reports: dedup clean needs --linkage keeper"
        return
    if not removed:
        yield f"{summary.action} nothing: every repeat is of a kind that stays"
        return
    share = percent(removed, counts["characters_read"])
    yield (
        f"{summary.action} {plural(counts['spans_removed'], 'passage')}, "
        f"{plural(removed, 'character')} ({share})"
    )
    dropped = counts["documents_dropped"]
    if dropped:
        few = summary.report["policy"]["min_kept"]
        why = f"less than {few:.0%} is left" if few else "nothing else is left"
        yield f"and {plural(dropped, 'document')} of which {why}"
    lost = counts["characters_without_copy"]
    if lost:
        yield f"{plural(lost, 'character')} of that have no copy that stays"


def plural(count: int, noun: str) -> str:
    """The count with its noun.

    >>> plural(1200, "block")
    '1,200 blocks'
    """
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def percent(part: int, whole: int) -> str:
    """A share in per cent with one digit; never 100 % or 0 % where it is not.

    >>> percent(1, 3), percent(99999, 100000), percent(0, 0)
    ('33.3%', 'over 99.9%', '0%')
    """
    if part == 0 or part == whole:
        return "100%" if part else "0%"
    share = 100 * part / whole
    if share < 0.1:
        return "under 0.1%"
    return "over 99.9%" if share > 99.9 else f"{share:.1f}%"
