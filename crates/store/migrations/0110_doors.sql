-- Codes that open once in place of the telephone. Of each only a keyed hash is here.
CREATE TABLE recovery_code (
    hash TEXT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id)
);
CREATE INDEX recovery_code_account ON recovery_code (account);

-- Who failed to come in, and how often: the hash of a name or of a network, so that a password that was typed for a name
-- does not stay.
CREATE TABLE failure (
    who TEXT PRIMARY KEY,
    count BIGINT NOT NULL,
    last BIGINT NOT NULL
);
CREATE INDEX failure_last ON failure (last);

-- Whom a provider of sign-ins vouches for. A subject is only unique with the one who vouches.
CREATE TABLE subject (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account BIGINT NOT NULL REFERENCES account (id),
    bound BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX subject_account ON subject (account);
