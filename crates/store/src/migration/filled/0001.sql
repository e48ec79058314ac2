INSERT INTO site (name, note) VALUES ('West', ''), ('Ost', 'ü; ''--');
INSERT INTO department (name, site) VALUES ('Radiology', 1), ('Laboratory', 2), ('Surgery', NULL);
INSERT INTO person (name, email, department, active) VALUES ('Mira', 'mira@hospital.example', 1, 1), ('Noor', NULL, NULL, 0);
INSERT INTO vendor (name, contact) VALUES ('Acme', 'psirt@acme.example');
INSERT INTO product (vendor, name, version) VALUES (1, 'PACS', '2.1'), (NULL, 'Printer', '');
INSERT INTO asset (name, site, department, owner, product, role, note, criticality, fragility, holds_ephi,
    internet_facing, at_home, front_door, by_hand, search, created, seen, services, live_findings, weight) VALUES
    ('pacs', 1, 1, 1, 1, 'archive', 'a note', 4, 2, 1, 0, 0, 1, '["name","owner"]', 'pacs archive 192.0.2.1', 1, 2, 2, 2, 900),
    ('lis', 2, 2, NULL, 2, '', '', NULL, NULL, NULL, NULL, NULL, NULL, '[]', 'lis 192.0.2.2', 1, NULL, 1, 0, 0),
    ('ris', NULL, 3, NULL, NULL, '', '', 0, 0, 0, 1, 1, 0, '[]', 'ris', 1, 2, 0, 0, 0),
    ('twin', 1, NULL, NULL, NULL, '', '', NULL, NULL, NULL, NULL, NULL, NULL, '[]', 'twin', 1, 2, 0, 0, 0);
-- The first is found to be one that came after it.
INSERT INTO asset (name, search, created, merged_into) VALUES ('pacs-old', '', 1, 1);
UPDATE asset SET merged_into = 4 WHERE id = 3;
INSERT INTO asset_mark (kind, value, asset, first_seen, last_seen) VALUES
    ('address', '192.0.2.1', 1, 1, 2), ('name', 'pacs.hospital.example', 1, 1, 2), ('key', 'aa', 1, 1, 2),
    ('key', 'aa', 2, 1, 2), ('host_key', 'bb', 2, 1, 2), ('import', 'cmdb:7', 4, 1, 2);
INSERT INTO asset_event (asset, at, actor, kind, detail) VALUES (1, 1, NULL, 'created', '{}'), (1, 2, 1, 'edited', '{"note":"a note"}');
INSERT INTO service (asset, address, port, transport, name, protocol, role, key, first_seen, last_seen) VALUES
    (1, '192.0.2.1', 443, 'tcp', '', 'https', 'portal', 'aa', 1, 2),
    (1, '192.0.2.1', 2762, 'tcp', 'pacs.hospital.example', 'dicom', '', 'aa', 1, 2),
    (2, '192.0.2.2', 443, 'udp', '', 'dtls', '', '', 1, 2);
INSERT INTO interface (from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, last_seen) VALUES
    (1, 2, 'mllp', 2575, 'found', 0, 'orders', 1, 2),
    (2, 1, 'mllp', 2575, 'declared', 1, 'results', 1, 2),
    (2, 1, 'dicom', 104, 'found', NULL, '', 1, 2),
    (4, 1, 'dicom', 104, 'found', 0, '', 1, 2),
    (4, 2, 'dicom', 104, 'found', 0, '', 1, 2);
INSERT INTO asset_tally (site, department, criticality, assets) VALUES (1, 1, 4, 1), (2, 2, -1, 1), (1, 0, -1, 1);
