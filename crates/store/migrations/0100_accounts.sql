-- An account is how a person comes in. Of passwords and tokens only hashes are here; what must be read again is sealed.
CREATE TABLE account (
    id {ID},
    person BIGINT NOT NULL UNIQUE REFERENCES person (id),
    -- In lower case: nobody remembers how it was written.
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner', 'compliance', 'admin')),
    -- '' until the person has chosen one.
    password TEXT NOT NULL DEFAULT '',
    -- The sealed secret of one-time codes; '': none is asked for.
    second TEXT NOT NULL DEFAULT '',
    -- The last step of the clock whose code was used.
    second_step BIGINT NOT NULL DEFAULT 0,
    active BIGINT NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created BIGINT NOT NULL,
    seen BIGINT
);

CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_account ON session (account, created);
CREATE INDEX session_expires ON session (expires);

-- Links that open once: to choose a password.
CREATE TABLE invitation (
    hash TEXT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE api_token (
    id {ID},
    hash TEXT NOT NULL UNIQUE,
    account BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    -- What it may do at most; never more than its account may.
    role TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT
);
CREATE INDEX api_token_account ON api_token (account, id);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Append-only, and each row vouches for the one before it.
CREATE TABLE audit (
    place BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    address TEXT NOT NULL,
    deed TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    mac TEXT NOT NULL
);
CREATE INDEX audit_deed ON audit (deed, place);
CREATE INDEX audit_actor ON audit (actor, place);
