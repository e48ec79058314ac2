CREATE TABLE scan (
    id {ID},
    -- What makes it the same scan when it is handed in twice.
    key TEXT NOT NULL UNIQUE,
    -- 'active', 'passive', 'file', 'statement'
    method TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    -- What it set out to do: a JSON object with targets, checks, profile.
    scope TEXT NOT NULL DEFAULT '{}',
    actor BIGINT REFERENCES person (id),
    sensor TEXT NOT NULL DEFAULT '',
    started BIGINT NOT NULL,
    ended BIGINT,
    -- Whether it came to the end of what it set out to do.
    whole BIGINT NOT NULL DEFAULT 0 CHECK (whole IN (0, 1)),
    services BIGINT NOT NULL DEFAULT 0,
    completed BIGINT NOT NULL DEFAULT 0,
    affected BIGINT NOT NULL DEFAULT 0,
    inconclusive BIGINT NOT NULL DEFAULT 0,
    observations BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX scan_started ON scan (started DESC, id DESC);
CREATE INDEX scan_unended ON scan (id) WHERE ended IS NULL;

-- What one scan achieved at one service: with the scan's scope, this is coverage.
CREATE TABLE visit (
    id {ID},
    scan BIGINT NOT NULL REFERENCES scan (id),
    service BIGINT NOT NULL REFERENCES service (id),
    target TEXT NOT NULL,
    started BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    connections BIGINT NOT NULL,
    bytes_sent BIGINT NOT NULL,
    bytes_received BIGINT NOT NULL,
    attempt TEXT NOT NULL,
    trouble TEXT NOT NULL DEFAULT '',
    oddities TEXT NOT NULL DEFAULT '[]',
    -- What the checks made of it when it came in: a JSON list. Judging again writes a new one.
    judgements TEXT NOT NULL DEFAULT '[]',
    judged_by TEXT NOT NULL DEFAULT '',
    UNIQUE (service, started)
);
CREATE INDEX visit_scan ON visit (scan, id);
CREATE INDEX visit_unsettled ON visit (scan, id) WHERE judged_by = '';

-- Append-only.
CREATE TABLE observation (
    id {ID},
    visit BIGINT NOT NULL REFERENCES visit (id),
    at BIGINT NOT NULL,
    method TEXT NOT NULL,
    fact TEXT NOT NULL
);
CREATE INDEX observation_visit ON observation (visit, id);

-- What the last visits that said something said, check by check.
CREATE TABLE coverage (
    service BIGINT NOT NULL REFERENCES service (id),
    check_id TEXT NOT NULL,
    visit BIGINT NOT NULL REFERENCES visit (id),
    at BIGINT NOT NULL,
    -- The worst verdict of its flaws.
    verdict TEXT NOT NULL,
    PRIMARY KEY (service, check_id)
);

-- "Measure now": a row that the server takes up.
CREATE TABLE measurement (
    id {ID},
    service BIGINT NOT NULL REFERENCES service (id),
    finding BIGINT,
    checks TEXT NOT NULL DEFAULT '[]',
    asked_by BIGINT REFERENCES person (id),
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    -- Who has taken it up holds this until then; a late answer with an old token counts for nothing.
    token TEXT NOT NULL DEFAULT '',
    held_until BIGINT,
    ended_at BIGINT,
    visit BIGINT REFERENCES visit (id),
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX measurement_waiting ON measurement (state, asked_at, id);
CREATE INDEX measurement_finding ON measurement (finding, id);
