-- How many hosted numbers wait for the desk is counted for each of its pages.
CREATE INDEX hosted_numbers_waiting ON hosted_numbers (id) WHERE state = 'requested';
-- A number whose voice has moved here is no hosted number any more; until now nothing ended those.
UPDATE hosted_numbers SET state = 'ended', is_live = 0, asked_by = NULL, asked_by_name = NULL,
    reason = 'It was ported: its texts come with its port.', version = version + 1
WHERE is_live AND EXISTS (SELECT 1 FROM port_numbers n JOIN ports p ON p.id = n.port_id
    WHERE n.number = hosted_numbers.number AND n.voice = 'ported' AND p.account_id = hosted_numbers.account_id);
