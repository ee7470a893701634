-- Schema 7. Comes after schema 6; never edited, like every schema.

-- Where an item says it was first published: the URL of RSS `<source url>` or Atom `<source>`.
ALTER TABLE item ADD COLUMN source TEXT;

-- The delivery that must be settled first: nobody hears that something is over before hearing that it
-- began. `story` is that of its alert. `awaits` is what a watch with `corroborate` waits for, as JSON.
ALTER TABLE delivery ADD COLUMN follows INTEGER;
ALTER TABLE delivery ADD COLUMN story INTEGER;
ALTER TABLE delivery ADD COLUMN awaits TEXT;
CREATE INDEX delivery_follows ON delivery (follows) WHERE follows IS NOT NULL AND state = 'pending';
CREATE INDEX delivery_awaits ON delivery (receiver, due) WHERE awaits IS NOT NULL AND state = 'pending';
CREATE INDEX delivery_story ON delivery (story) WHERE awaits IS NOT NULL AND state = 'pending';

-- A story is called by its first item. One that was merged into another names it, and stays: receivers
-- know its number. `revision` counts what was added to it.
CREATE TABLE story (
  id         INTEGER PRIMARY KEY,
  merged     INTEGER,
  revision   INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX story_last ON story (last_at);
CREATE INDEX story_merged ON story (merged) WHERE merged IS NOT NULL;

-- An item that a watch matched, in its story. It outlives the item, which is therefore no foreign key.
-- `root` is the first item with the same text, itself where it is no copy; `near` is the item that it was
-- found by, and `evidence` says how. `publisher` is who published it, `origin` whose report it is; both
-- are '' where nobody knows.
CREATE TABLE story_item (
  item      INTEGER PRIMARY KEY,
  story     INTEGER NOT NULL,
  root      INTEGER NOT NULL,
  near      INTEGER,
  evidence  TEXT,
  feed      INTEGER NOT NULL,
  publisher TEXT    NOT NULL,
  origin    TEXT    NOT NULL,
  seen_at   INTEGER NOT NULL,
  sketch    BLOB    NOT NULL
) STRICT;
CREATE INDEX story_item_story ON story_item (story, item);
CREATE INDEX story_item_seen ON story_item (seen_at) WHERE sketch <> x'';

-- By what an item of a story is found: hashes of its addresses, its text and its rarest words.
CREATE TABLE story_key (
  key  INTEGER NOT NULL,
  item INTEGER NOT NULL,
  PRIMARY KEY (key, item)
) STRICT, WITHOUT ROWID;

-- What a receiver was sent of a story: the deliveries that were not folded as copies. `said` is what they
-- said, as JSON: watches, terms and priority. It outlives its delivery, which is therefore no foreign key.
CREATE TABLE story_notice (
  story    INTEGER NOT NULL,
  receiver INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  root     INTEGER NOT NULL,
  said     TEXT    NOT NULL,
  PRIMARY KEY (story, receiver, delivery)
) STRICT, WITHOUT ROWID;
