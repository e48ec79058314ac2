INSERT INTO finding (flaw, check_id, asset, cause, service, state, live, severity, weight, verdict, basis, evidence,
    foreign_bytes, first_seen, last_seen, measured_at, visit, fixed_at, due, inconclusive, returns, assignee,
    accepted_until, next, site, department) VALUES
    ('CVE-2014-0160', 'heartbleed', 1, 'service:1', 1, 'back', 1, 4, 900, 'affected', 'behaviour', 'a <b>heartbeat</b>', 1, 11, 11, 11, 1, NULL, 500, 2, 1, 1, NULL, 'assignee', 1, 1),
    ('ROBOT', 'robot', 1, 'service:2', 2, 'accepted', 0, 3, 10, 'affected', 'behaviour', 'x', 0, 11, 11, 11, 1, NULL, NULL, 0, 0, NULL, 900, 'nobody', 1, 1),
    ('CLEAR-CLINICAL', 'clear', 2, 'service:3', 3, 'fixed', 0, 2, 10, 'not_affected', 'behaviour', 'x', 0, 11, 12, 12, NULL, 12, NULL, 0, 0, NULL, NULL, 'nobody', 2, 2);
INSERT INTO finding_event (finding, at, actor, kind, state, visit, text, detail) VALUES
    (1, 11, NULL, 'opened', 'open', 1, '', '{}'), (1, 12, 1, 'comment', 'open', NULL, 'who looks?', '{}'), (1, 13, NULL, 'returned', 'back', 1, '', '{}');
INSERT INTO acceptance (finding, kind, reason, ground, until, author, asked_at, decided_by, decided_at, approved, ended_at) VALUES
    (2, 'accepted', 'no patch', 'a firewall', 900, 1, 12, 2, 13, 1, NULL),
    (1, 'false_positive', 'a proxy', 'a capture', NULL, 2, 14, NULL, NULL, NULL, NULL);
INSERT INTO task (kind, key, finding, asset, department, text, detail, created, done_at, done_by, outcome) VALUES
    ('inconclusive', 'finding:1', 1, NULL, 1, 'look', '{}', 15, NULL, NULL, ''),
    ('ambiguous_identity', 'key:aa', NULL, 1, NULL, 'which?', '{"assets":[1,2]}', 15, 16, 1, 'merged');
INSERT INTO finding_tally (site, department, severity, state, findings) VALUES (1, 1, 4, 'back', 1), (1, 1, 3, 'accepted', 1), (2, 2, 2, 'fixed', 1);
INSERT INTO flaw_tally (flaw, state, findings) VALUES ('CVE-2014-0160', 'back', 1), ('ROBOT', 'accepted', 1), ('CLEAR-CLINICAL', 'fixed', 1);
