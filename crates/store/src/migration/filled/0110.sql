INSERT INTO recovery_code (hash, account) VALUES ('code one', 1), ('code two', 1);
INSERT INTO failure (who, count, last) VALUES ('hash', 3, 2);
INSERT INTO subject (issuer, subject, account, bound) VALUES ('https://id.example', '17', 1, 1);
