INSERT INTO account (person, name, role, password, second, second_step, active, created, seen) VALUES
    (1, 'mira', 'admin', '$argon2id$', 'sealed', 7, 1, 1, 2), (2, 'noor', 'viewer', '', '', 0, 0, 1, NULL);
INSERT INTO session (hash, account, created, seen, expires, address, agent) VALUES ('session', 1, 1, 2, 9000000000000000, '192.0.2.7', 'a browser');
INSERT INTO invitation (hash, account, created, expires) VALUES ('link', 2, 1, 9000000000000000);
INSERT INTO api_token (hash, account, name, role, created, expires, used) VALUES ('token', 1, 'a script', 'viewer', 1, 9000000000000000, NULL);
INSERT INTO setting (name, value) VALUES ('deadlines', 'proposed');
INSERT INTO audit (place, at, actor, address, deed, subject, detail, mac) VALUES (1, 1, 'mira', '192.0.2.7', 'set-up', '', '', 'mac');
