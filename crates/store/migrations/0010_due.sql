-- What is due and of a rare flaw, or of a rare state, was looked for row by row among all that is due. The first has an
-- order of its own; the others are found in the index alone.
DROP INDEX finding_due;
CREATE INDEX finding_due ON finding (live, due, id, severity, state, assignee, site, department) WHERE due IS NOT NULL;
CREATE INDEX finding_flaw_due ON finding (flaw, live, due, id, severity, department, site, state) WHERE due IS NOT NULL;
