-- Who looks after the installation: its organizations, catalog and cache.
ALTER TABLE people ADD COLUMN site_role TEXT NOT NULL DEFAULT 'none'
    CHECK (site_role IN ('none', 'administrator'));
