-- Where both ends of an interface belong, so that a department's are found without its systems; 0: nobody has said.
-- Kept in step by whoever moves an asset.
ALTER TABLE interface ADD COLUMN from_site BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interface ADD COLUMN to_site BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interface ADD COLUMN from_department BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interface ADD COLUMN to_department BIGINT NOT NULL DEFAULT 0;
-- The order of lists: 2 is in clear text, 1 not known, 0 encrypted.
ALTER TABLE interface ADD COLUMN bare BIGINT NOT NULL DEFAULT 1;
UPDATE interface SET
    from_site = (SELECT COALESCE(site, 0) FROM asset WHERE asset.id = from_asset),
    to_site = (SELECT COALESCE(site, 0) FROM asset WHERE asset.id = to_asset),
    from_department = (SELECT COALESCE(department, 0) FROM asset WHERE asset.id = from_asset),
    to_department = (SELECT COALESCE(department, 0) FROM asset WHERE asset.id = to_asset),
    bare = CASE encrypted WHEN 0 THEN 2 WHEN 1 THEN 0 ELSE 1 END;

-- Each way to come to a list has an index in the list's order, with what else is filtered by behind it.
DROP INDEX interface_to;
CREATE INDEX interface_bare ON interface (bare, id, protocol);
CREATE INDEX interface_protocol ON interface (protocol, bare, id);
CREATE INDEX interface_from ON interface (from_asset, bare, id, to_department);
CREATE INDEX interface_to ON interface (to_asset, bare, id, from_department);
CREATE INDEX interface_from_department ON interface (from_department, bare, id, to_department, protocol, from_site);
CREATE INDEX interface_to_department ON interface (to_department, bare, id, from_department, protocol, to_site);
CREATE INDEX interface_from_site ON interface (from_site, bare, id, to_site, protocol);
CREATE INDEX interface_to_site ON interface (to_site, bare, id, from_site, protocol);

-- How many interfaces lead from one place to another; `fold` says of what sort the places are: 'department' or 'site'.
CREATE TABLE interface_tally (
    fold TEXT NOT NULL,
    from_place BIGINT NOT NULL,
    to_place BIGINT NOT NULL,
    protocol TEXT NOT NULL,
    bare BIGINT NOT NULL,
    interfaces BIGINT NOT NULL,
    PRIMARY KEY (fold, from_place, to_place, protocol, bare)
);
INSERT INTO interface_tally (fold, from_place, to_place, protocol, bare, interfaces)
    SELECT 'department', from_department, to_department, protocol, bare, COUNT(*) FROM interface
    GROUP BY from_department, to_department, protocol, bare;
INSERT INTO interface_tally (fold, from_place, to_place, protocol, bare, interfaces)
    SELECT 'site', from_site, to_site, protocol, bare, COUNT(*) FROM interface
    GROUP BY from_site, to_site, protocol, bare;
