INSERT INTO scan (key, method, label, scope, actor, sensor, started, ended, whole, services, completed, affected,
    inconclusive, observations) VALUES
    ('a', 'active', 'weekly', '{"targets":["192.0.2.0/24"]}', 1, '', 10, 20, 1, 3, 2, 1, 1, 2),
    ('b', 'passive', '', '{}', NULL, 'ward', 30, NULL, 0, 0, 0, 0, 0, 0);
INSERT INTO visit (scan, service, target, started, elapsed_ms, connections, bytes_sent, bytes_received, attempt, trouble,
    oddities, judgements, judged_by) VALUES
    (1, 1, '192.0.2.1', 11, 12, 3, 4700, 9800, 'completed', '', '[]', '[{"check":"heartbleed"}]', '1'),
    (1, 2, '192.0.2.1', 12, 5, 1, 10, 0, 'timeout', 'it said nothing', '["odd"]', '[]', '');
UPDATE service SET last_visit = 1 WHERE id = 1;
INSERT INTO observation (visit, at, method, fact) VALUES (1, 11, 'active', '{"heartbeat":1}'), (1, 12, 'active', '{"heartbeat":2}');
INSERT INTO coverage (service, check_id, visit, at, verdict) VALUES (1, 'heartbleed', 1, 11, 'affected'), (1, 'robot', 1, 11, 'not_affected');
INSERT INTO measurement (service, finding, checks, asked_by, asked_at, state, token, held_until, ended_at, visit, outcome) VALUES
    (1, 1, '["heartbleed"]', 1, 13, 'done', '', NULL, 14, 1, 'affected'),
    (1, 1, '[]', 1, 15, 'waiting', '', NULL, NULL, NULL, ''),
    (1, 1, '[]', 1, 16, 'running', 'token', 99, NULL, NULL, '');
