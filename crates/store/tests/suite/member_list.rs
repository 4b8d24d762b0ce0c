use pullgate_policy::Role;
use pullgate_store::{
    MemberEntry, MemberFilter, MemberKey, MemberSearch, StoreError, TeamFilter, Window,
};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, team, user};

const ALL: Window = Window {
    offset: 0,
    limit: 100,
};

fn names(entries: &[MemberEntry]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry.member.username.as_str())
        .collect()
}

/// acme with olivia, mia, and max and ann who are in the team data.
async fn acme(on: Backend) -> Home {
    let home = Home::with_acme(on).await;
    let acme = org("acme");
    home.store
        .create_team(&acme, &team("data"), &olivia())
        .await
        .unwrap();
    home.store
        .create_team(&acme, &team("apps"), &olivia())
        .await
        .unwrap();
    for name in ["max", "ann"] {
        home.person(name).await;
        home.store
            .set_member(&acme, &user(name), Role::Member, &olivia())
            .await
            .unwrap();
        home.store
            .add_team_member(&acme, &team("data"), &user(name), &olivia())
            .await
            .unwrap();
    }
    home.store
        .add_team_member(&acme, &team("apps"), &user("max"), &olivia())
        .await
        .unwrap();
    // Whoever is elsewhere alone is in no list of acme's.
    home.person("oscar").await;
    home.found("other", "oscar").await;
    home
}

#[rstest]
#[tokio::test]
async fn members_are_listed_a_part_at_a_time(#[values(Sqlite, Postgres)] on: Backend) {
    let home = acme(on).await;
    let (acme, filter) = (org("acme"), MemberFilter::default());
    let part = |offset, limit| {
        let window = Window { offset, limit };
        home.store.members_in(&acme, &filter, window)
    };
    let first = part(0, 3).await.unwrap();
    assert_eq!(first.count, 4);
    assert_eq!(names(&first.entries), ["ann", "max", "mia"]);
    assert_eq!(first.entries[1].teams, [team("apps"), team("data")]);
    assert!(first.entries[2].teams.is_empty());
    let last = part(3, 3).await.unwrap();
    assert_eq!(last.count, 4);
    assert_eq!(names(&last.entries), ["olivia"]);
    assert_eq!(last.entries[0].member.role, Role::Owner);
    let beyond = part(u64::MAX, 3).await.unwrap();
    assert_eq!((beyond.count, beyond.entries.len()), (4, 0));
}

#[rstest]
#[tokio::test]
async fn a_list_has_only_whom_its_filter_names(#[values(Sqlite, Postgres)] on: Backend) {
    let home = acme(on).await;
    let (acme, data) = (org("acme"), team("data"));
    let by_name = |text| MemberFilter {
        search: Some(MemberSearch::Name(text)),
        ..MemberFilter::default()
    };
    let by_both = |text| MemberFilter {
        search: Some(MemberSearch::NameOrEmail(text)),
        ..MemberFilter::default()
    };
    for (filter, expected) in [
        (
            MemberFilter {
                role: Some(Role::Owner),
                ..MemberFilter::default()
            },
            vec!["olivia"],
        ),
        (
            MemberFilter {
                team: Some(&data),
                ..MemberFilter::default()
            },
            vec!["ann", "max"],
        ),
        (by_name("M"), vec!["max", "mia"]),
        // E-mail addresses are not for everybody.
        (by_name("example.com"), vec![]),
        (by_both("MIA@Example"), vec!["mia"]),
        (by_both("example.com"), vec!["ann", "max", "mia", "olivia"]),
        // What means something in a pattern means itself here.
        (by_both("%"), vec![]),
        (by_both("m_a"), vec![]),
        (by_both("\\"), vec![]),
        (by_both("' OR 1=1 --"), vec![]),
    ] {
        let part = home.store.members_in(&acme, &filter, ALL).await.unwrap();
        assert_eq!(names(&part.entries), expected, "{filter:?}");
        assert_eq!(part.count, expected.len() as u64, "{filter:?}");
    }
    let bad = home.store.members_in(&acme, &by_both("a\0b"), ALL).await;
    assert!(matches!(bad, Err(StoreError::Text { .. })), "{bad:?}");
}

#[rstest]
#[tokio::test]
async fn all_members_are_gone_through_one_part_after_the_other(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = acme(on).await;
    let acme = org("acme");
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let next = home.store.members_after(&acme, after.as_ref(), 2);
        let next = next.await.unwrap();
        let Some(last) = next.last() else { break };
        after = Some(last.member.username.clone());
        seen.extend(names(&next).into_iter().map(str::to_owned));
        // Somebody leaves in between: nobody else is passed over.
        if seen.len() == 2 {
            home.store
                .remove_member(&acme, &user("ann"), &olivia())
                .await
                .unwrap();
        }
    }
    assert_eq!(seen, ["ann", "max", "mia", "olivia"]);
}

#[rstest]
#[tokio::test]
async fn one_member_is_found_by_name_or_address(#[values(Sqlite, Postgres)] on: Backend) {
    let home = acme(on).await;
    let acme = org("acme");
    let (max, oscar) = (user("max"), user("oscar"));
    for (key, expected) in [
        (MemberKey::Name(&max), Some("max")),
        (MemberKey::Email("MAX@example.com"), Some("max")),
        (MemberKey::Email("ax@example.com"), None),
        (MemberKey::Email(""), None),
        (MemberKey::Name(&oscar), None),
        (MemberKey::Email("oscar@example.com"), None),
    ] {
        let found = home.store.member(&acme, key).await.unwrap();
        let found = found.as_ref().map(|found| found.member.username.as_str());
        assert_eq!(found, expected, "{key:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_role_is_given_to_members_alone(#[values(Sqlite, Postgres)] on: Backend) {
    let home = acme(on).await;
    let acme = org("acme");
    let stranger = home
        .store
        .set_role(&acme, &user("oscar"), Role::Owner, &olivia())
        .await;
    assert!(matches!(
        stranger,
        Err(StoreError::NotFound { what: "member", .. })
    ));
    home.store
        .set_role(&acme, &user("max"), Role::Owner, &olivia())
        .await
        .unwrap();
    let max = user("max");
    let found = home.store.member(&acme, MemberKey::Name(&max)).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.member.role, Role::Owner);
    assert_eq!(found.teams.len(), 2, "{found:?}");
}

#[rstest]
#[tokio::test]
async fn teams_are_listed_a_part_at_a_time(#[values(Sqlite, Postgres)] on: Backend) {
    let home = acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let all = store.teams_in(&acme, TeamFilter::default(), ALL).await;
    let all = all.unwrap();
    let seen: Vec<_> = all
        .entries
        .iter()
        .map(|team| (team.name.as_str(), team.members))
        .collect();
    assert_eq!((all.count, seen), (2, vec![("apps", 1), ("data", 2)]));
    let window = Window {
        offset: 1,
        limit: 1,
    };
    let part = store.teams_in(&acme, TeamFilter::default(), window).await;
    let part = part.unwrap();
    assert_eq!((part.count, &part.entries[0]), (2, &all.entries[1]));
    let ann = user("ann");
    let ann = store.member(&acme, MemberKey::Name(&ann)).await.unwrap();
    for (filter, expected) in [
        (
            TeamFilter {
                person: ann.map(|ann| ann.member.person),
                ..TeamFilter::default()
            },
            vec!["data"],
        ),
        (
            TeamFilter {
                search: Some("PP"),
                ..TeamFilter::default()
            },
            vec!["apps"],
        ),
    ] {
        let part = store.teams_in(&acme, filter, ALL).await.unwrap();
        let seen: Vec<_> = part.entries.iter().map(|team| team.name.as_str()).collect();
        assert_eq!(seen, expected, "{filter:?}");
    }
    let other = store.team(&org("other"), &team("data")).await.unwrap();
    assert_eq!(other, None);
}
