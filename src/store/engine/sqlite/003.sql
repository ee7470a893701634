-- Schema 3. Comes after schema 2; never edited, like every schema.

-- Within a priority deliveries go out by `place`: the time they were made, and for the nth alert of
-- one visit to a feed n minutes more. So feeds take turns, and a flood of one delays no other.
ALTER TABLE delivery ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
DROP INDEX delivery_next;
CREATE INDEX delivery_next ON delivery (receiver, priority DESC, place, id, due)
  WHERE state = 'pending';

-- From now on the payload of an alert names it, and the watches that tell it to the receiver; its
-- content stands in `alert` only. What was made before holds it whole, and is read too.
