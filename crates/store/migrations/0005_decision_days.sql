-- Sums of what was decided, day by day, written with the decisions
-- themselves. Days are counted from 1970 on, in UTC. What no organization
-- decided is in no sum.

-- What each subject asked of each repository: what a draft policy is tried
-- on. A pull is many decisions on one question, and a day of them is one row.
CREATE TABLE decision_days (
    organization TEXT NOT NULL,
    day BIGINT NOT NULL,
    repository TEXT NOT NULL,
    subject TEXT NOT NULL,
    badge TEXT NOT NULL,
    person TEXT,
    allowed BIGINT NOT NULL,
    monitored BIGINT NOT NULL,
    denied BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (organization, day, repository, subject, badge)
) /* WITHOUT ROWID */;

-- How much was decided how: what an overview shows. Of what was allowed only
-- the sum is kept, with no repository ('').
CREATE TABLE decision_totals (
    organization TEXT NOT NULL,
    day BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    category TEXT NOT NULL,
    repository TEXT NOT NULL,
    decisions BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (organization, day, outcome, category, repository)
) /* WITHOUT ROWID */;

INSERT INTO decision_days
SELECT organization, at / 86400000, repository, subject, badge, MAX(person),
    SUM(CASE outcome WHEN 'allowed' THEN count ELSE 0 END),
    SUM(CASE outcome WHEN 'monitored' THEN count ELSE 0 END),
    SUM(CASE outcome WHEN 'denied' THEN count ELSE 0 END),
    MAX(at)
FROM decisions WHERE organization IS NOT NULL
GROUP BY organization, at / 86400000, repository, subject, badge;

INSERT INTO decision_totals
SELECT organization, at / 86400000, outcome, category,
    CASE outcome WHEN 'allowed' THEN '' ELSE repository END, SUM(count), MAX(at)
FROM decisions WHERE organization IS NOT NULL
GROUP BY organization, at / 86400000, outcome, category,
    CASE outcome WHEN 'allowed' THEN '' ELSE repository END;

-- Searches are within an organization: a popular repository is pulled from by
-- all of them.
DROP INDEX decisions_by_repository;
CREATE INDEX decisions_of_repository ON decisions (organization, repository, at);
