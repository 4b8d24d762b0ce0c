-- Who asks for what is written down once, and the sums of each day name it by
-- its number. A draft policy is tried out on the sums of many days, and numbers
-- are grouped much faster than texts.
CREATE TABLE decision_questions (
    id INTEGER PRIMARY KEY /* NUMBERED */,
    organization TEXT NOT NULL,
    repository TEXT NOT NULL,
    subject TEXT NOT NULL,
    badge TEXT NOT NULL,
    person TEXT,
    -- The last day of which there is a sum.
    last_day BIGINT NOT NULL,
    UNIQUE (organization, repository, subject, badge)
);

CREATE TABLE question_days (
    organization TEXT NOT NULL,
    day BIGINT NOT NULL,
    question BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    monitored BIGINT NOT NULL,
    denied BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (organization, day, question)
) /* WITHOUT ROWID */;

INSERT INTO decision_questions (organization, repository, subject, badge, person, last_day)
SELECT organization, repository, subject, badge, MAX(person), MAX(day)
FROM decision_days
GROUP BY organization, repository, subject, badge
ORDER BY organization, repository, subject, badge;

INSERT INTO question_days
SELECT days.organization, days.day, known.id,
    days.allowed, days.monitored, days.denied, days.last_at
FROM decision_days AS days
JOIN decision_questions AS known
    ON known.organization = days.organization AND known.repository = days.repository
    AND known.subject = days.subject AND known.badge = days.badge;

DROP TABLE decision_days;
