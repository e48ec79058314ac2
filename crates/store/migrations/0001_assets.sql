-- {ID} is a number that the database gives; {NUMBER} and the rest are the same everywhere. Times are microseconds
-- since 1970 UTC, truths are 0 or 1, JSON is TEXT, an unknown is NULL and a text that is not there is ''.

CREATE TABLE site (
    id {ID},
    name TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL DEFAULT ''
);

CREATE TABLE department (
    id {ID},
    name TEXT NOT NULL UNIQUE,
    site BIGINT REFERENCES site (id),
    note TEXT NOT NULL DEFAULT ''
);

CREATE TABLE person (
    id {ID},
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    department BIGINT REFERENCES department (id),
    active BIGINT NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
);
CREATE INDEX person_name ON person (name, id);

CREATE TABLE vendor (
    id {ID},
    name TEXT NOT NULL UNIQUE,
    contact TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
);

CREATE TABLE product (
    id {ID},
    vendor BIGINT REFERENCES vendor (id),
    name TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT '',
    UNIQUE (vendor, name, version)
);

CREATE TABLE asset (
    id {ID},
    name TEXT NOT NULL,
    site BIGINT REFERENCES site (id),
    department BIGINT REFERENCES department (id),
    owner BIGINT REFERENCES person (id),
    product BIGINT REFERENCES product (id),
    role TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    criticality BIGINT CHECK (criticality BETWEEN 0 AND 4),
    fragility BIGINT CHECK (fragility BETWEEN 0 AND 3),
    holds_ephi BIGINT CHECK (holds_ephi IN (0, 1)),
    internet_facing BIGINT CHECK (internet_facing IN (0, 1)),
    at_home BIGINT CHECK (at_home IN (0, 1)),
    front_door BIGINT CHECK (front_door IN (0, 1)),
    -- Fields that a person has set, which no scan and no import writes over: a JSON list of their names.
    by_hand TEXT NOT NULL DEFAULT '[]',
    -- What a search looks through: names, addresses, role, in lower case.
    search TEXT NOT NULL DEFAULT '',
    created BIGINT NOT NULL,
    seen BIGINT,
    merged_into BIGINT REFERENCES asset (id),
    -- Kept in step by whoever writes findings and services.
    services BIGINT NOT NULL DEFAULT 0,
    live_findings BIGINT NOT NULL DEFAULT 0,
    weight BIGINT NOT NULL DEFAULT 0
);
-- With what is searched in it: a search reads this index and no row.
CREATE INDEX asset_weight ON asset (weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_site ON asset (site, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_department ON asset (department, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_criticality ON asset (criticality, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_owner ON asset (owner, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_product ON asset (product, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_merged ON asset (merged_into) WHERE merged_into IS NOT NULL;

-- What an asset is known by: 'address', 'name', 'key' (SHA-256 of a public key), 'host_key', 'import'.
CREATE TABLE asset_mark (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    asset BIGINT NOT NULL REFERENCES asset (id),
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (kind, value, asset)
);
CREATE INDEX asset_mark_asset ON asset_mark (asset, kind, value);

CREATE TABLE asset_event (
    id {ID},
    asset BIGINT NOT NULL REFERENCES asset (id),
    at BIGINT NOT NULL,
    actor BIGINT REFERENCES person (id),
    -- 'created', 'edited', 'moved', 'merged', 'split', 'imported'
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX asset_event_asset ON asset_event (asset, id);

CREATE TABLE service (
    id {ID},
    asset BIGINT NOT NULL REFERENCES asset (id),
    address TEXT NOT NULL,
    port BIGINT NOT NULL CHECK (port BETWEEN 0 AND 65535),
    transport TEXT NOT NULL CHECK (transport IN ('tcp', 'udp')),
    name TEXT NOT NULL DEFAULT '',
    protocol TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT '',
    -- SHA-256 of the public key that it last showed.
    key TEXT NOT NULL DEFAULT '',
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    last_visit BIGINT,
    UNIQUE (address, port, transport, name)
);
CREATE INDEX service_asset ON service (asset, id);
CREATE INDEX service_key ON service (key) WHERE key <> '';
CREATE INDEX service_name ON service (name) WHERE name <> '';

CREATE TABLE interface (
    id {ID},
    from_asset BIGINT NOT NULL REFERENCES asset (id),
    to_asset BIGINT NOT NULL REFERENCES asset (id),
    protocol TEXT NOT NULL,
    port BIGINT NOT NULL DEFAULT 0,
    -- 'found' by listening, or 'declared' by a person.
    source TEXT NOT NULL CHECK (source IN ('found', 'declared')),
    encrypted BIGINT CHECK (encrypted IN (0, 1)),
    purpose TEXT NOT NULL DEFAULT '',
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    UNIQUE (from_asset, to_asset, protocol, port)
);
CREATE INDEX interface_to ON interface (to_asset, id);

-- How many assets there are of a kind; 0 stands for "none named".
CREATE TABLE asset_tally (
    site BIGINT NOT NULL,
    department BIGINT NOT NULL,
    criticality BIGINT NOT NULL,
    assets BIGINT NOT NULL,
    PRIMARY KEY (site, department, criticality)
);
