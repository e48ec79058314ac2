CREATE TABLE finding (
    id {ID},
    flaw TEXT NOT NULL,
    check_id TEXT NOT NULL,
    asset BIGINT NOT NULL REFERENCES asset (id),
    -- What on the asset has it: 'service:17', 'file:/usr/lib/libssl.so.1.0.0'.
    cause TEXT NOT NULL,
    service BIGINT REFERENCES service (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'fixing', 'fixed', 'back', 'accepted', 'false_positive')),
    -- Whether somebody still has to do something: open, assigned, fixing, back.
    live BIGINT NOT NULL CHECK (live IN (0, 1)),
    severity BIGINT NOT NULL,
    -- The order in which findings matter here; the heavier first.
    weight BIGINT NOT NULL,
    -- What the last measurement said.
    verdict TEXT NOT NULL,
    basis TEXT NOT NULL,
    evidence TEXT NOT NULL,
    foreign_bytes BIGINT NOT NULL DEFAULT 0,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    measured_at BIGINT NOT NULL,
    visit BIGINT REFERENCES visit (id),
    fixed_at BIGINT,
    due BIGINT,
    -- What measurements have said 'inconclusive' in a row.
    inconclusive BIGINT NOT NULL DEFAULT 0,
    -- How often it came back.
    returns BIGINT NOT NULL DEFAULT 0,
    assignee BIGINT REFERENCES person (id),
    accepted_until BIGINT,
    -- Who must act next: 'triage', 'assignee', 'measure', 'approver', 'nobody', …
    next TEXT NOT NULL,
    site BIGINT,
    department BIGINT,
    UNIQUE (asset, flaw, cause)
);
-- The planner takes the index with the most columns that are asked for, so each filter of a list has its own, in the
-- order of the list; what stands behind the number is only there to be filtered by without a look at the row.
CREATE INDEX finding_live ON finding (live, weight, id);
CREATE INDEX finding_asset ON finding (asset, live, weight, id);
CREATE INDEX finding_state ON finding (state, live, weight, id);
CREATE INDEX finding_severity ON finding (severity, live, weight, id);
CREATE INDEX finding_flaw ON finding (flaw, live, weight, id, severity, department, site, state);
CREATE INDEX finding_site ON finding (site, live, weight, id, severity, department, flaw, state);
CREATE INDEX finding_site_severity ON finding (site, severity, live, weight, id);
CREATE INDEX finding_site_state ON finding (site, state, live, weight, id);
CREATE INDEX finding_department ON finding (department, live, weight, id, severity, flaw, site, state);
CREATE INDEX finding_department_severity ON finding (department, severity, live, weight, id);
CREATE INDEX finding_department_state ON finding (department, state, live, weight, id);
CREATE INDEX finding_assignee ON finding (assignee, live, weight, id) WHERE assignee IS NOT NULL;
CREATE INDEX finding_due ON finding (live, due, id) WHERE due IS NOT NULL;
CREATE INDEX finding_site_due ON finding (site, live, due, id) WHERE due IS NOT NULL;
CREATE INDEX finding_department_due ON finding (department, live, due, id) WHERE due IS NOT NULL;
CREATE INDEX finding_accepted ON finding (accepted_until, id) WHERE accepted_until IS NOT NULL;
CREATE INDEX finding_service ON finding (service, flaw);

-- Append-only: the life of a finding.
CREATE TABLE finding_event (
    id {ID},
    finding BIGINT NOT NULL REFERENCES finding (id),
    at BIGINT NOT NULL,
    actor BIGINT REFERENCES person (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    visit BIGINT REFERENCES visit (id),
    text TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX finding_event_finding ON finding_event (finding, id);

CREATE TABLE acceptance (
    id {ID},
    finding BIGINT NOT NULL REFERENCES finding (id),
    -- 'accepted' or 'false_positive'
    kind TEXT NOT NULL CHECK (kind IN ('accepted', 'false_positive')),
    reason TEXT NOT NULL,
    -- What holds the risk down meanwhile, or the evidence for a false positive.
    ground TEXT NOT NULL,
    until BIGINT,
    author BIGINT NOT NULL REFERENCES person (id),
    asked_at BIGINT NOT NULL,
    decided_by BIGINT REFERENCES person (id),
    decided_at BIGINT,
    approved BIGINT CHECK (approved IN (0, 1)),
    ended_at BIGINT,
    CHECK (decided_by IS NULL OR decided_by <> author)
);
CREATE INDEX acceptance_finding ON acceptance (finding, id);
CREATE INDEX acceptance_open ON acceptance (asked_at, id) WHERE decided_at IS NULL;

-- What only a person can decide.
CREATE TABLE task (
    id {ID},
    -- 'ambiguous_identity', 'inconclusive', …
    kind TEXT NOT NULL,
    -- What makes it the same task when it comes up again.
    key TEXT NOT NULL,
    finding BIGINT REFERENCES finding (id),
    asset BIGINT REFERENCES asset (id),
    department BIGINT REFERENCES department (id),
    text TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    created BIGINT NOT NULL,
    done_at BIGINT,
    done_by BIGINT REFERENCES person (id),
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX task_key ON task (kind, key) WHERE done_at IS NULL;
CREATE INDEX task_open ON task (created, id) WHERE done_at IS NULL;
CREATE INDEX task_finding ON task (finding, id);

-- How many findings there are of a kind, so that no page counts a million rows; 0 stands for "none named".
CREATE TABLE finding_tally (
    site BIGINT NOT NULL,
    department BIGINT NOT NULL,
    severity BIGINT NOT NULL,
    state TEXT NOT NULL,
    findings BIGINT NOT NULL,
    PRIMARY KEY (site, department, severity, state)
);
CREATE TABLE flaw_tally (
    flaw TEXT NOT NULL,
    state TEXT NOT NULL,
    findings BIGINT NOT NULL,
    PRIMARY KEY (flaw, state)
);
