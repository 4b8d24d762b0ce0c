-- What somebody asks the owners of an organization for: to pull a repository
-- that its policy denies. Closed ones stay, as what was asked and answered.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    repository TEXT NOT NULL,
    -- JSON: when it was asked and in which words, each time, oldest first.
    asked TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn')),
    closed_by TEXT,
    closed_at BIGINT,
    answer TEXT NOT NULL,
    exception TEXT REFERENCES exceptions (id),
    CHECK ((state = 'open') = (closed_by IS NULL)),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK ((state = 'approved') = (exception IS NOT NULL))
);

-- Asking again adds to what is open.
CREATE UNIQUE INDEX open_requests ON requests (organization, person, repository)
    WHERE state = 'open';
CREATE INDEX requests_of_organization ON requests (organization, state, id);
CREATE INDEX requests_of_person ON requests (person, state, id);
CREATE INDEX requests_by_exception ON requests (exception) WHERE exception IS NOT NULL;
