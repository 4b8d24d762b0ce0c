-- Who is signed in to the console, in which browser. The cookie's secret is
-- not here, only its keyed hash. No change in the sense of the history: a
-- session gives nobody a right, it only says who they are.
CREATE TABLE console_sessions (
    id TEXT PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    -- A session ends with the epoch of its person's credentials.
    credentials_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);

CREATE INDEX console_sessions_of_person ON console_sessions (person, seen_at);
CREATE INDEX console_sessions_by_end ON console_sessions (ends_at);

-- Links by which the first person sets an installation up; each server that
-- starts without people prints one of its own.
CREATE TABLE setup_links (
    hash BYTEA PRIMARY KEY,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
