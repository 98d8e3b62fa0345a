"""A Scrapy item pipeline: of each page only what was not seen before goes on.

    pip install scrapy
    python examples/scrapy_pipeline.py seen.dedup https://example.org/ > pages.jsonl

In a project of your own only `SeenPipeline` is needed, and in its settings

    ITEM_PIPELINES = {"myproject.pipelines.SeenPipeline": 300}
    SEEN_INDEX = "seen.dedup"       # a folder; made where there is none
    SEEN_COMMIT_EVERY = 100         # items to a commit

An item needs `id` (its URL, say) and `text`. Where nothing of the text is new the item is dropped;
else its `text` becomes what is new of it, and `novel` the share that this is. Items without a text
pass as they are. The same page with the same text gets the same answer in the next crawl, so one
that was killed can be started again: pages since the last commit are judged anew, and none is lost.

An index that cannot be used (another process writes to it, or another release made it) ends the
crawl before its first request.
"""

import sys
from pathlib import Path
from typing import Any

import scrapy
from itemadapter import ItemAdapter
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import DropItem

import dedup


class SeenPipeline:
    """Judges items by an index, which it holds open for one crawl."""

    def __init__(self, index: dedup.Index, every: int) -> None:
        self._index, self._every, self._waiting = index, every, 0

    @classmethod
    def from_crawler(cls, crawler: Any) -> "SeenPipeline":
        """Open the index while the crawl is set up: what is wrong with it ends the crawl here."""
        index = dedup.Index.open(crawler.settings["SEEN_INDEX"], lock_timeout=5)
        return cls(index, crawler.settings.getint("SEEN_COMMIT_EVERY", 100))

    def process_item(self, item: Any) -> Any:
        fields = ItemAdapter(item)
        text = fields.get("text")
        if not isinstance(text, str):
            return item
        verdict = self._index.add(fields["id"], text)
        self._waiting += 1
        if self._waiting >= self._every:
            self._index.commit()
            self._waiting = 0
        if verdict.action == "drop":
            seen = ", ".join(sorted({match.document for match in verdict.matches}))
            raise DropItem(f"nothing new, seen in {seen}")
        fields["text"], fields["novel"] = verdict.clean_text, round(verdict.novelty, 3)
        return item

    def close_spider(self) -> None:
        self._index.close()


class Pages(scrapy.Spider):  # type: ignore[misc]
    """Every page of a site, as its headings and paragraphs."""

    name = "pages"

    def parse(self, response: Any) -> Any:
        blocks = [block.xpath("normalize-space()").get() for block in response.css("h1, h2, p")]
        yield {"id": response.url, "text": "\n\n".join(block for block in blocks if block)}
        yield from response.follow_all(css="a")


def main(index: str, start: str) -> int:
    settings = {
        "ITEM_PIPELINES": {SeenPipeline: 300},
        "SEEN_INDEX": index,
        "FEEDS": {"stdout:": {"format": "jsonlines"}},
        "DEPTH_LIMIT": 3,
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Pages, start_urls=[start])
    process.start()
    return 1 if process.bootstrap_failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {Path(sys.argv[0]).name} INDEX URL")
    sys.exit(main(*sys.argv[1:]))
