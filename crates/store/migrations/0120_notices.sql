-- What is to be told of a finding. Written in the transaction of what it tells of; `told` in the one that writes the
-- messages. The key makes it the same notice when the calendar comes by again.
CREATE TABLE notice (
    id {ID},
    kind TEXT NOT NULL,
    finding BIGINT NOT NULL REFERENCES finding (id),
    at BIGINT NOT NULL,
    -- Who did what it tells of: they need not be told.
    actor BIGINT REFERENCES person (id),
    key TEXT NOT NULL UNIQUE,
    told BIGINT
);
CREATE INDEX notice_untold ON notice (id) WHERE told IS NULL;
CREATE INDEX notice_at ON notice (at, id);
CREATE INDEX notice_finding ON notice (finding, id);

-- A way out. What must be secret in it is sealed.
CREATE TABLE channel (
    id {ID},
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    -- Where and how: a JSON object, without secrets.
    config TEXT NOT NULL,
    secret TEXT NOT NULL DEFAULT '',
    -- Which kinds of notices go there: a JSON list. Mail goes by what people wish instead.
    hears TEXT NOT NULL DEFAULT '[]',
    severity BIGINT NOT NULL DEFAULT 0,
    department BIGINT REFERENCES department (id),
    active BIGINT NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created BIGINT NOT NULL
);

-- The outbox: each row is sent at least once, and its key tells a receiver that it comes again.
CREATE TABLE message (
    id {ID},
    key TEXT NOT NULL UNIQUE,
    channel BIGINT NOT NULL REFERENCES channel (id),
    person BIGINT REFERENCES person (id),
    -- The address of mail; '' elsewhere.
    address TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL,
    finding BIGINT REFERENCES finding (id),
    content TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    tries BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    -- Who sends it holds this until then; a late word with an old token counts for nothing.
    token TEXT NOT NULL DEFAULT '',
    held_until BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_ready ON message (next_at, id) WHERE state IN ('waiting', 'sending');
-- What is about one finding leaves one channel in its order.
CREATE INDEX message_order ON message (channel, finding, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_state ON message (state, id);

-- What a finding is called in somebody else's system.
CREATE TABLE ticket (
    channel BIGINT NOT NULL REFERENCES channel (id),
    finding BIGINT NOT NULL REFERENCES finding (id),
    key TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (channel, finding)
);

-- What somebody wishes otherwise than is usual: 'now', 'digest' or 'never'.
CREATE TABLE subscription (
    person BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('now', 'digest', 'never')),
    PRIMARY KEY (person, kind)
);

-- Whose things somebody wants to hear of who does not answer for them; department 0: everybody's.
CREATE TABLE follow (
    person BIGINT NOT NULL REFERENCES person (id),
    department BIGINT NOT NULL,
    PRIMARY KEY (person, department)
);
CREATE INDEX follow_department ON follow (department, person);

-- How often a department's digest goes out, where that is not the usual, and when it last did.
CREATE TABLE digest (
    department BIGINT PRIMARY KEY REFERENCES department (id),
    every TEXT NOT NULL CHECK (every IN ('day', 'week', 'never')),
    last BIGINT
);

-- A signed link that was used; it opens nothing any more.
CREATE TABLE acknowledgement (
    finding BIGINT NOT NULL REFERENCES finding (id),
    person BIGINT NOT NULL REFERENCES person (id),
    -- The end of the link, which makes it one of several.
    until BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (finding, person, until)
);
