#!/usr/bin/env python3
"""Writes what feedparser 6.0.14 shows of the feeds of a folder, for `corpus DIR --words FILE`.

    python3 -m venv venv && venv/bin/pip install feedparser==6.0.14
    venv/bin/python examples/corpus/feedparser_words.py DIR > words.jsonl

DIR holds `expected.jsonl` (see main.rs). A line for each file with items: its name, and of each
item the id, the link, the title and the text of title, summary and content, plain as a browser would show it.
"""

import json
import pathlib
import re
import sys
import warnings
from html.parser import HTMLParser

import feedparser

# Elements that stand between words, and the source beside a formula, which no browser shows. All
# others end no word: `Koi<b>zu</b>mi` is one.
BETWEEN = set(
    "address annotation article aside blockquote body br caption center dd details dialog dir div"
    " dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup"
    " hr html legend li listing main marquee menu nav ol option p pre search section summary"
    " table tbody td tfoot th thead title tr ul xmp".split()
)


class Text(HTMLParser):
    """The text between the tags."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces = []

    def handle_starttag(self, tag, attrs):
        if tag in BETWEEN:
            self.pieces.append(" ")

    def handle_endtag(self, tag):
        self.handle_starttag(tag, [])

    def handle_data(self, data):
        self.pieces.append(data)


def plain(detail):
    """The text of one of feedparser's text constructs, which says whether it is HTML."""
    value = detail.get("value") or ""
    if detail.get("type") not in ("text/html", "application/xhtml+xml"):
        return value
    parser = Text()
    parser.feed(value)
    parser.close()
    return "".join(parser.pieces)


def item(entry):
    title = plain(entry.get("title_detail") or {})
    details = [entry.get("summary_detail"), *entry.get("content", [])]
    return {
        "id": entry.get("id"),
        "link": entry.get("link"),
        "title": title,
        "text": "\n".join([title, *(plain(detail) for detail in details if detail)]),
    }


def headers(document):
    """The headers with which a file of feedparser's own tests wants to be served."""
    lines = re.findall(rb"(?m)^\s*Header:\s*([\w-]+):\s*(.*?)\s*$", document.replace(b"\0", b""))
    served = {name.decode().lower(): value.decode("latin-1") for name, value in lines}
    return {"content-type": served["content-type"]} if "content-type" in served else {}


def main():
    if feedparser.__version__ != "6.0.14":
        sys.exit(f"feedparser 6.0.14 is wanted, not {feedparser.__version__}")
    warnings.simplefilter("ignore")
    folder = pathlib.Path(sys.argv[1])
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        if not expected["items"]:
            continue
        document = (folder / expected["file"]).read_bytes()
        try:
            feed = feedparser.parse(document, response_headers=headers(document))
        except Exception as error:  # it raises what its parsers raise
            print(f"{expected['file']}: {error!r}", file=sys.stderr)
            continue
        items = [item(entry) for entry in feed.entries]
        print(json.dumps({"file": expected["file"], "items": items}, ensure_ascii=False))


if __name__ == "__main__":
    main()
