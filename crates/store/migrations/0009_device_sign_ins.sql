-- Sign-ins that begin on a machine and are answered in a browser (RFC 8628):
-- the machine keeps a long code, its person types a short one. Neither is
-- here, only their keyed hashes. Each is used once. No change in the sense of
-- the history: it gives nobody a right, it only says who they are.
CREATE TABLE device_sign_ins (
    device_hash BYTEA PRIMARY KEY,
    user_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- When the machine asked last whether it was answered.
    asked_at BIGINT NOT NULL,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    -- waiting, approved or denied
    state TEXT NOT NULL,
    -- Who approved it, and in which epoch of their credentials.
    person TEXT REFERENCES people (id) ON DELETE CASCADE,
    credentials_epoch BIGINT
);

CREATE INDEX device_sign_ins_by_end ON device_sign_ins (ends_at);
CREATE INDEX device_sign_ins_by_address ON device_sign_ins (address);
