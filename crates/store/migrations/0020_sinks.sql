-- Whoever brings a scan in holds it until then, and again before that; of whom is not heard any more, it was broken off.
ALTER TABLE scan ADD COLUMN held_until BIGINT;
ALTER TABLE scan ADD COLUMN broken_off BIGINT NOT NULL DEFAULT 0;
-- What scans that ask the same have in common; '' is not known.
ALTER TABLE scan ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
CREATE INDEX scan_fingerprint ON scan (fingerprint, started, id) WHERE fingerprint <> '';
-- Where it looked and found nothing to remember.
ALTER TABLE scan ADD COLUMN endpoints BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scan ADD COLUMN nothing_there BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scan ADD COLUMN spared BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scan ADD COLUMN left_alone BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scan ADD COLUMN not_asked BIGINT NOT NULL DEFAULT 0;
-- The first of what was named and said nothing: a JSON list of pairs, what was named and why it is silent.
ALTER TABLE scan ADD COLUMN silent TEXT NOT NULL DEFAULT '[]';

-- Conversations that were heard on it, over all captures.
ALTER TABLE interface ADD COLUMN flows BIGINT NOT NULL DEFAULT 0;
-- What one capture heard of an interface, so that the same one counts once.
CREATE TABLE interface_heard (
    interface BIGINT NOT NULL REFERENCES interface (id) ON DELETE CASCADE,
    scan BIGINT NOT NULL REFERENCES scan (id),
    flows BIGINT NOT NULL,
    PRIMARY KEY (interface, scan)
);

-- When a service first and last showed a key of session tickets: only time gives it a meaning.
CREATE TABLE ticket_key (
    service BIGINT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    fact TEXT NOT NULL,
    method TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (service, key)
);

CREATE INDEX task_asset ON task (asset, id) WHERE done_at IS NULL AND finding IS NULL;
