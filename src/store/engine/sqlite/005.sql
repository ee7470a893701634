-- Schema 5. Comes after schema 4; never edited, like every schema.

-- The fencing token of a claim: it counts up with each, and who comes with an older one writes nothing.
ALTER TABLE origin RENAME COLUMN turn TO fence;
ALTER TABLE delivery RENAME COLUMN turn TO fence;

-- The last time that a watch was off (`enabled = false`); `until` is NULL while it is. What came
-- meanwhile it was not asked about.
CREATE TABLE watch_off (
  name  TEXT    PRIMARY KEY,
  since INTEGER NOT NULL,
  until INTEGER
) STRICT, WITHOUT ROWID;

-- Which receiver was notified of which health issue of a feed, and when; `receiver` is '' where
-- nobody knows which, or there was none. `delivery` is what was sent; no foreign key, for it may be
-- pruned first. `suppressed_by` is the mute of the feed that was in force where it was held; no
-- foreign key either.
CREATE TABLE notification (
  feed          INTEGER NOT NULL REFERENCES feed (id),
  issue         TEXT    NOT NULL CHECK (issue IN ('failing', 'silent', 'empty')),
  receiver      TEXT    NOT NULL,
  sent_at       INTEGER NOT NULL,
  delivery      INTEGER,
  suppressed_by INTEGER,
  PRIMARY KEY (feed, issue, receiver)
) STRICT, WITHOUT ROWID;

-- Until now a flag for each issue said that it was told. What a mute that is open has held of it was
-- found by its text, under every name that the feed has had since.
WITH told (feed, name, issue, sent_at) AS (
  SELECT id, name, 'failing', coalesce(polled_at, 0) FROM feed WHERE told_failing = 1
  UNION ALL
  SELECT id, name, 'silent', coalesce(polled_at, 0) FROM feed
   WHERE CASE WHEN json_valid(health) THEN json_extract(health, '$.told_silent') END = 1
  UNION ALL
  SELECT id, name, 'empty', coalesce(polled_at, 0) FROM feed
   WHERE CASE WHEN json_valid(health) THEN json_extract(health, '$.empty.told') END = 1
), held (issue, delivery, created_at, feed_name) AS (
  SELECT substr(d.kind, 6), d.id, d.created_at,
         CASE WHEN json_valid(d.payload) THEN json_extract(d.payload, '$.data.feed') END
    FROM delivery d
   WHERE d.state = 'muted' AND d.kind IN ('feed.failing', 'feed.silent', 'feed.empty')
  UNION ALL
  SELECT substr(d.kind, 6), d.id, d.created_at, also.value
    FROM delivery d, json_each(CASE WHEN json_valid(d.payload) THEN d.payload ELSE '{}' END,
                               '$.data.also') also
   WHERE d.state = 'muted' AND d.kind = 'feed.failing'
), names (mute, since, name, alias) AS (
  SELECT id, since, name, name FROM mute WHERE kind = 'feed' AND ended_at IS NULL
  UNION ALL
  SELECT m.id, m.since, m.name, former.value
    FROM mute m JOIN meta ON meta.key = 'mute-' || m.id || '-names',
         json_each(CASE WHEN json_valid(meta.value) THEN meta.value ELSE '[]' END) former
   WHERE m.kind = 'feed' AND m.ended_at IS NULL
), suppressed (name, issue, delivery, mute) AS (
  SELECT n.name, h.issue, min(h.delivery), n.mute
    FROM names n JOIN held h ON h.feed_name = n.alias AND h.created_at >= n.since
   GROUP BY n.name, h.issue, n.mute
)
INSERT INTO notification (feed, issue, receiver, sent_at, delivery, suppressed_by)
SELECT t.feed, t.issue, '', t.sent_at, s.delivery, s.mute
  FROM told t LEFT JOIN suppressed s ON s.name = t.name AND s.issue = t.issue;
DELETE FROM meta WHERE key LIKE 'mute-%-names';

DROP INDEX feed_troubled;
ALTER TABLE feed DROP COLUMN told_failing;
CREATE INDEX feed_origin ON feed (origin, name) WHERE active = 1 AND gone = 0;

-- Whether items may have been missed, and no two documents have joined since.
ALTER TABLE feed RENAME COLUMN told_missed TO in_gap;

-- Whether someone asked for a poll that has not been yet; `due_reason` said so until now.
ALTER TABLE feed ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
UPDATE feed SET asked = 1 WHERE due_reason = 'asked';

-- Whether others were notified that a receiver fails.
ALTER TABLE receiver RENAME COLUMN told_failing TO notified_failing;
