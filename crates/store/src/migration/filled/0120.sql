INSERT INTO notice (kind, finding, at, actor, key, told) VALUES ('new', 1, 11, NULL, 'new:1', 12), ('back', 1, 13, 1, 'back:1:3', NULL);
INSERT INTO channel (kind, name, config, secret, hears, severity, department, active, created) VALUES
    ('mail', 'post', '{"host":"mail.hospital.example"}', 'sealed', '[]', 0, NULL, 1, 1),
    ('jira', 'tickets', '{}', '', '["new"]', 3, 1, 0, 1);
INSERT INTO message (key, channel, person, address, subject, finding, content, state, tries, next_at, token, held_until,
    created, ended_at, outcome) VALUES
    ('m1', 1, 1, 'mira@hospital.example', 'New', 1, '{}', 'sent', 1, 12, '', 0, 12, 13, ''),
    ('m2', 1, 1, 'mira@hospital.example', 'Back', 1, '{}', 'sending', 1, 14, 'token', 15, 14, NULL, ''),
    ('m3', 2, NULL, '', 'New', NULL, '{}', 'failed', 9, 12, '', 0, 12, 90, '404');
INSERT INTO ticket (channel, finding, key, created) VALUES (2, 1, 'HOS-1', 12);
INSERT INTO subscription (person, kind, how) VALUES (1, 'new', 'digest'), (1, 'back', 'now');
INSERT INTO follow (person, department) VALUES (1, 0), (2, 1);
INSERT INTO digest (department, every, last) VALUES (1, 'day', 12), (2, 'never', NULL);
INSERT INTO acknowledgement (finding, person, until, at) VALUES (1, 2, 99, 15);
