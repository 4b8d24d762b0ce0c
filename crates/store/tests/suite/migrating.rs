//! What a database of an earlier version holds is still there, and has what
//! it needs.

use rstest::rstest;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::home::Backend::{self, Postgres, Sqlite};

const FIRST: &str = include_str!("../../migrations/0001_first.sql");
const SITE: &str = include_str!("../../migrations/0002_site_administrators.sql");
const PEOPLE: &str = include_str!("../../migrations/0003_people.sql");

/// Two organizations with teams, as the second version had them.
const THERE: &str = "
    INSERT INTO organizations (name, display_name, created_at) VALUES ('acme', '', 0), ('b', '', 0);
    INSERT INTO teams (organization, name, additions, created_at)
    VALUES ('b', 'data', '{}', 0), ('acme', 'data', '{}', 0), ('acme', 'apps', '{}', 0);
";

#[rstest]
#[tokio::test]
async fn teams_and_organizations_get_numbers(#[values(Sqlite, Postgres)] on: Backend) {
    let mut numbers: Vec<(String, i64)>;
    let given: (i64,);
    let all = [FIRST, SITE, THERE, PEOPLE];
    let question = "SELECT name, number FROM organizations
        UNION ALL SELECT organization || '/' || name, number FROM teams ORDER BY 2";
    let counter = "SELECT numbers FROM generation";
    match on {
        Sqlite => {
            let mut database = SqliteConnection::connect("sqlite::memory:").await.unwrap();
            for text in all {
                database.execute(sqlx::raw_sql(text)).await.unwrap();
            }
            numbers = sqlx::query_as(question)
                .fetch_all(&mut database)
                .await
                .unwrap();
            given = sqlx::query_as(counter)
                .fetch_one(&mut database)
                .await
                .unwrap();
        }
        Postgres => {
            let address = pullgate_testpg::Server::shared().create_database();
            let mut database = PgConnection::connect(&address).await.unwrap();
            for text in all {
                database.execute(sqlx::raw_sql(text)).await.unwrap();
            }
            numbers = sqlx::query_as(question)
                .fetch_all(&mut database)
                .await
                .unwrap();
            given = sqlx::query_as(counter)
                .fetch_one(&mut database)
                .await
                .unwrap();
        }
    }
    numbers.sort_by_key(|(_, number)| *number);
    let seen: Vec<_> = numbers
        .iter()
        .map(|(name, number)| (name.as_str(), *number))
        .collect();
    assert_eq!(
        seen,
        [
            ("acme", 1),
            ("b", 2),
            ("acme/apps", 3),
            ("acme/data", 4),
            ("b/data", 5)
        ]
    );
    assert_eq!(given.0, 5);
}
