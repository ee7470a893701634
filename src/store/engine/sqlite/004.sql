-- Schema 4. Comes after schema 3; never edited, like every schema.

-- Those behind a receiver who get nothing while others do, as a JSON array: a mail address that its
-- server refuses, or services that one notice is passed on to.
ALTER TABLE receiver ADD COLUMN unreached TEXT NOT NULL DEFAULT '[]';

-- Notices that a receiver has refused in a row, with none taken between them: of two, the fault is the
-- receiver's.
ALTER TABLE receiver ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;

-- Of a delivery that was delivered: who behind the receiver has not got it, and why, in words.
ALTER TABLE delivery ADD COLUMN missing TEXT;

-- Who muted it, as the system calls them; NULL where nobody knows.
ALTER TABLE mute ADD COLUMN made_by TEXT;
