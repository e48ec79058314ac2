-- What is due and of a rare flaw, or of a rare state, was looked for row by row among all that is due. The first has an
-- order of its own; the others are found in the index alone.
DROP INDEX finding_due;
CREATE INDEX finding_due ON finding (live, due, id, severity, state, assignee, site, department) WHERE due IS NOT NULL;
CREATE INDEX finding_flaw_due ON finding (flaw, live, due, id, severity, department, site, state) WHERE due IS NOT NULL;

-- A department's systems of one criticality were looked for among everybody's.
CREATE INDEX asset_department_criticality ON asset (department, criticality, weight, id, search) WHERE merged_into IS NULL;
CREATE INDEX asset_site_criticality ON asset (site, criticality, weight, id, search) WHERE merged_into IS NULL;
