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
