-- A token can be switched off and on again; what an organization's lists
-- bounds it to some repositories.
ALTER TABLE access_tokens ADD COLUMN status TEXT NOT NULL DEFAULT 'on'
    CHECK (status IN ('on', 'off'));
ALTER TABLE access_tokens ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN resources TEXT;

-- Who made it, from where and with what.
ALTER TABLE access_tokens ADD COLUMN created_by TEXT;
ALTER TABLE access_tokens ADD COLUMN creator_address TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN creator_agent TEXT NOT NULL DEFAULT '';

-- What owners call the registries of Registry Access Management, and those
-- that they list without allowing them. The settings decide; this is beside.
CREATE TABLE listed_registries (
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    registry TEXT NOT NULL,
    address TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    permission TEXT NOT NULL CHECK (permission IN ('allowed', 'restricted')),
    position BIGINT NOT NULL,
    PRIMARY KEY (organization, registry)
);
