-- With which key a robot registered, by the name that a key keeps when it is rotated: while the robot is live, nobody with
-- another key can take its name.
alter table robot add column key_name text;
