-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970 in
-- UTC, identifiers are version 7 UUIDs as text, JSON is text.

-- Raised by every change, in the change's own transaction.
CREATE TABLE generation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);

INSERT INTO generation (id, value) VALUES (1, 0);

-- The history. Names instead of references: it outlives what it tells of.
CREATE TABLE changes (
    generation BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    organization TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_json TEXT,
    after_json TEXT
);

CREATE INDEX changes_of_organization ON changes (organization, generation);

CREATE TABLE organizations (
    name TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE namespaces (
    pattern TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    added_at BIGINT NOT NULL
);

CREATE INDEX namespaces_of_organization ON namespaces (organization);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    password_hash TEXT,
    credentials_epoch BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'deactivated')),
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX people_by_email ON people (lower(email)) WHERE email <> '';

CREATE TABLE members (
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    since BIGINT NOT NULL,
    PRIMARY KEY (organization, person)
);

CREATE INDEX members_by_person ON members (person);

CREATE TABLE teams (
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> 'owners'),
    additions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization, name)
);

-- A place in a team ends with the team and with the membership.
CREATE TABLE team_members (
    organization TEXT NOT NULL,
    team TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (organization, team, person),
    FOREIGN KEY (organization, team) REFERENCES teams (organization, name) ON DELETE CASCADE,
    FOREIGN KEY (organization, person) REFERENCES members (organization, person) ON DELETE CASCADE
);

CREATE INDEX team_members_by_person ON team_members (organization, person);

CREATE TABLE policies (
    organization TEXT PRIMARY KEY REFERENCES organizations (name) ON DELETE CASCADE,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE allowlist (
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    pattern TEXT NOT NULL,
    note TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (organization, pattern)
);

-- Covers a team, a person (by name), or the whole organization.
CREATE TABLE exceptions (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    repository TEXT NOT NULL,
    team TEXT,
    person TEXT,
    ends_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    CHECK (team IS NULL OR person IS NULL)
);

CREATE INDEX exceptions_of_organization ON exceptions (organization, id);
CREATE INDEX exceptions_by_end ON exceptions (ends_at);

CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    person TEXT REFERENCES people (id) ON DELETE CASCADE,
    organization TEXT REFERENCES organizations (name) ON DELETE CASCADE,
    label TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    CHECK ((person IS NULL) <> (organization IS NULL))
);

CREATE INDEX access_tokens_of_person ON access_tokens (person);
CREATE INDEX access_tokens_of_organization ON access_tokens (organization);

-- What Docker Hub has said of its namespaces.
CREATE TABLE badges (
    namespace TEXT PRIMARY KEY,
    badge TEXT NOT NULL,
    learnt_at BIGINT NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    private_der BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- Names instead of references: decisions outlive what they tell of.
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    count BIGINT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT,
    organization TEXT,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    repository TEXT NOT NULL,
    reference TEXT,
    digest TEXT,
    category TEXT NOT NULL,
    badge TEXT NOT NULL,
    rule TEXT NOT NULL,
    outcome TEXT NOT NULL,
    team TEXT
);

-- Listing all, and dropping what is too old.
CREATE INDEX decisions_by_time ON decisions (at);
-- One organization's, and replaying a period against a draft policy.
CREATE INDEX decisions_of_organization ON decisions (organization, at);
-- Searching by repository and by person.
CREATE INDEX decisions_by_repository ON decisions (repository, at);
CREATE INDEX decisions_by_person ON decisions (person, at) WHERE person IS NOT NULL;
-- What was denied by an organization, among the much that was not.
CREATE INDEX decisions_not_allowed ON decisions (organization, outcome, at) WHERE outcome <> 'allowed';
