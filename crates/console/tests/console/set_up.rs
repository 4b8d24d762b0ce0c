use crate::world::{World, organization, username};

async fn link(world: &World) -> String {
    let (secret, _) = world.admin.new_setup_link().await.unwrap().unwrap();
    secret.expose().to_owned()
}

fn answers(key: &str) -> [(&str, &str); 7] {
    [
        ("key", key),
        ("organization", "acme"),
        ("display_name", "Acme Ltd"),
        ("namespace", "acme"),
        ("username", "olivia"),
        ("email", "olivia@acme.example"),
        ("password", "correct horse battery staple"),
    ]
}

fn with<'a>(
    mut answers: [(&'a str, &'a str); 7],
    field: &str,
    value: &'a str,
) -> [(&'a str, &'a str); 7] {
    let place = answers.iter().position(|(name, _)| *name == field).unwrap();
    answers[place].1 = value;
    answers
}

#[tokio::test]
async fn the_first_person_becomes_the_owner_of_their_organization() {
    let world = World::empty().await;
    let key = link(&world).await;
    let mut browser = world.browser();
    let page = browser.get(&format!("/setup?key={key}")).await;
    assert_eq!(page.status, 200);
    let done = browser.post("/setup", &answers(&key)).await;
    assert_eq!((done.status, done.leads_to()), (303, "/"), "{}", done.text);
    let account = browser.get("/account").await;
    assert!(
        account.text.contains("Welcome. acme is set up"),
        "{}",
        account.text
    );
    assert!(account.text.contains("olivia@acme.example"));
    assert!(account.text.contains("(owner)"));
    assert!(account.text.contains("site administrator"));
    let namespaces = world.store.namespaces(&organization("acme")).await.unwrap();
    assert_eq!(namespaces[0].pattern.as_str(), "docker.io/acme/**");
    let acme = world
        .store
        .organization(&organization("acme"))
        .await
        .unwrap();
    assert_eq!(acme.unwrap().display_name, "Acme Ltd");

    let mut later = world.browser();
    let signed_in = later
        .sign_in("olivia", "correct horse battery staple")
        .await;
    assert_eq!(signed_in.status, 303);
}

#[tokio::test]
async fn a_link_works_once_and_on_every_server() {
    let world = World::empty().await;
    let replica = world.another_replica().await;
    let (mine, others) = (link(&world).await, link(&replica).await);
    let mut browser = world.browser();
    assert_eq!(
        browser.get(&format!("/setup?key={others}")).await.status,
        200
    );
    assert_eq!(browser.post("/setup", &answers(&others)).await.status, 303);
    for key in [&mine, &others] {
        let again = with(answers(key), "username", "mallory");
        let mut stranger = replica.browser();
        let answer = stranger.post("/setup", &again).await;
        assert_eq!(answer.status, 404);
        assert!(answer.text.contains("This link cannot be used"));
        assert_eq!(stranger.get(&format!("/setup?key={key}")).await.status, 404);
    }
    assert_eq!(world.store.people().await.unwrap().len(), 1);
    assert!(world.admin.new_setup_link().await.unwrap().is_none());
}

#[tokio::test]
async fn without_a_link_nobody_sets_anything_up() {
    let world = World::empty().await;
    link(&world).await;
    for key in ["", "x", &"A".repeat(43)] {
        let mut browser = world.browser();
        assert_eq!(browser.get(&format!("/setup?key={key}")).await.status, 404);
        assert_eq!(browser.post("/setup", &answers(key)).await.status, 404);
    }
    assert_eq!(world.store.people().await.unwrap(), []);
}

#[tokio::test]
async fn a_link_ends_after_a_day() {
    let world = World::empty().await;
    let key = link(&world).await;
    world.wait(24 * 60 - 1);
    let mut browser = world.browser();
    assert_eq!(browser.get(&format!("/setup?key={key}")).await.status, 200);
    world.wait(1);
    assert_eq!(browser.get(&format!("/setup?key={key}")).await.status, 404);
    assert_eq!(browser.post("/setup", &answers(&key)).await.status, 404);
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_told_at_its_field_and_nothing_is_made() {
    let world = World::empty().await;
    let key = link(&world).await;
    let mut browser = world.browser();
    for (field, value, told) in [
        ("organization", "Acme Ltd", "lowercase letters"),
        ("organization", "", "lowercase letters"),
        ("username", "o livia", "lowercase letters"),
        ("namespace", "acme/*/x", "write it as acme or ghcr.io/acme"),
        ("email", "olivia", "name@example.com"),
        ("password", "short", "at least 12 characters"),
        (
            "password",
            "pgp_looks like a token",
            "begins like an access token",
        ),
    ] {
        let answer = browser
            .post("/setup", &with(answers(&key), field, value))
            .await;
        assert_eq!(answer.status, 422, "{field}={value}");
        let (_, after) = answer
            .text
            .split_once(&format!("id=\"{field}-fault\""))
            .unwrap();
        let (fault, _) = after.split_once("</p>").unwrap();
        assert!(fault.contains(told), "{field}={value}: {fault}");
        assert!(
            !answer.text.contains("battery staple"),
            "no password in a page"
        );
    }
    assert_eq!(world.store.people().await.unwrap(), []);
    // The link is still good.
    assert_eq!(browser.post("/setup", &answers(&key)).await.status, 303);
}

#[tokio::test]
async fn what_is_optional_can_be_left_out() {
    let world = World::empty().await;
    let key = link(&world).await;
    let mut all = answers(&key);
    for field in ["display_name", "namespace", "email"] {
        all = with(all, field, "");
    }
    assert_eq!(world.browser().post("/setup", &all).await.status, 303);
    let acme = world
        .store
        .organization(&organization("acme"))
        .await
        .unwrap();
    assert_eq!(acme.unwrap().display_name, "acme");
    let olivia = world.store.person(&username("olivia")).await.unwrap();
    assert_eq!(olivia.unwrap().email, "");
    assert_eq!(
        world.store.namespaces(&organization("acme")).await.unwrap(),
        []
    );
}
