UPDATE scan SET held_until = 99, broken_off = 1, fingerprint = 'print', endpoints = 256, nothing_there = 253, spared = 1,
    left_alone = 2, not_asked = 3, silent = '[["192.0.2.9","timeout"]]' WHERE id = 2;
UPDATE interface SET flows = 7 WHERE id = 1;
INSERT INTO interface_heard (interface, scan, flows) VALUES (1, 2, 7), (3, 2, 0);
INSERT INTO ticket_key (service, key, fact, method, first_seen, last_seen) VALUES (1, 'name', '{}', 'active', 1, 2);
