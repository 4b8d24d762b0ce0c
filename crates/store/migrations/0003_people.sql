-- The numbers by which tools know teams and organizations. Each is given once:
-- what is made after something was deleted has a number of its own.
ALTER TABLE generation ADD COLUMN numbers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN description TEXT NOT NULL DEFAULT '';

UPDATE organizations SET number = (
    SELECT COUNT(*) FROM organizations AS other WHERE other.name <= organizations.name
);
UPDATE teams SET number = (SELECT COUNT(*) FROM organizations) + (
    SELECT COUNT(*) FROM teams AS other
    WHERE other.organization < teams.organization
        OR (other.organization = teams.organization AND other.name <= teams.name)
);
UPDATE generation SET numbers =
    (SELECT COUNT(*) FROM organizations) + (SELECT COUNT(*) FROM teams);

-- Invites that nobody has answered yet; an answer or a withdrawal ends the row.
CREATE TABLE invites (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    invitee TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    team TEXT,
    hash BYTEA NOT NULL UNIQUE,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX invites_of_organization ON invites (organization, lower(invitee));
