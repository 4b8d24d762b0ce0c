-- Failed sign-ins of all replicas together: for each account, address and pair
-- of them, by a keyed hash, when all its failures will be free again. A row
-- whose moment has passed says nothing and is deleted.
CREATE TABLE failed_sign_ins (
    bucket BYTEA PRIMARY KEY,
    full_at BIGINT NOT NULL
);

CREATE INDEX failed_sign_ins_by_end ON failed_sign_ins (full_at);
