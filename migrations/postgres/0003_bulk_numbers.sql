-- Who looks a number up looks for the open request that holds it: port_numbers_open has it. A second index over all numbers
-- is not needed, and costs something for each row. (SQLite's words for the same step also make a CHECK cheaper.)
DROP INDEX port_numbers_number;
