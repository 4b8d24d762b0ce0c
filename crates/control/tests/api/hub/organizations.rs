//! What Docker's tools read of an organization.

use crate::world::World;

#[tokio::test]
async fn owners_and_members_read_it_and_nobody_else() {
    let world = World::new().await;
    // As Docker's Terraform provider asks, and as hub-tool does.
    for (who, path) in [("olivia", "/v2/orgs/acme/"), ("mia", "/v2/orgs/acme")] {
        let answer = world.get(who, path).await;
        assert_eq!(answer.status, 200, "{who}: {}", answer.text);
        assert_eq!(answer.body["orgname"], "acme");
        assert_eq!(answer.body["type"], "Org");
        let id = answer.body["id"].as_str().unwrap();
        assert_eq!(id.len(), 32, "{id}");
        for text in ["full_name", "location", "company", "gravatar_url"] {
            assert!(answer.body[text].is_string(), "{text}: {}", answer.text);
        }
        let since = answer.body["date_joined"].as_str().unwrap();
        assert!(since.parse::<jiff::Timestamp>().is_ok(), "{since}");
    }
    let theirs = world.get("oscar", "/v2/orgs/acme").await;
    let nobodys = world.get("oscar", "/v2/orgs/acne").await;
    assert_eq!((theirs.status, nobodys.status), (404, 404));
    assert_eq!(theirs.text.replace("acme", "acne"), nobodys.text);
    assert_eq!(world.get("", "/v2/orgs/acme").await.status, 401);
}
