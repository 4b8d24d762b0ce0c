-- The teams of one member are looked up by the member, without their names
-- being fetched from elsewhere: else SQLite goes through all places in all
-- teams for each member of a list.
CREATE INDEX team_members_of_person ON team_members (organization, person, team);
DROP INDEX team_members_by_person;
