INSERT INTO audit_end (place, mac) VALUES (1, 'mac');
