-- The last row of the audit log, vouched for under the key that is not here, so that an end that was cut off is seen. One
-- row; none where nothing was written since this step.
CREATE TABLE audit_end (
    place BIGINT NOT NULL,
    mac TEXT NOT NULL
);
