//! `docker login` and `docker pull`, with a real daemon.

use std::sync::{Arc, LazyLock};

use pullgate_e2e::{Client, DockerPull, Dockerd, Elsewhere, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerPull {
    static DAEMON: LazyLock<Arc<Dockerd>> = LazyLock::new(Dockerd::start);
    DockerPull::new(&DAEMON, site)
}

/// The same with newer Engines, of which each says it in other words.
macro_rules! newer {
    ($($module:ident $engine:ident),+) => {
        $(
            mod $module {
                use std::sync::{Arc, LazyLock};

                use pullgate_e2e::{DockerPull, Dockerd, Engine, Site, stories};

                stories! { client;
                    a_member_pulls_an_official_image
                    a_member_is_denied_a_community_image_and_reads_why
                    a_stranger_pulls_nothing
                    a_digest_is_decided_as_its_tag_is
                    an_index_gives_the_image_of_this_platform
                    a_change_of_policy_holds_from_the_next_pull_on
                }

                fn client(site: &Site) -> DockerPull {
                    static DAEMON: LazyLock<Arc<Dockerd>> =
                        LazyLock::new(|| Dockerd::start_with(Engine::$engine, &[]));
                    DockerPull::new(&DAEMON, site)
                }
            }
        )+
    };
}

newer!(trixie Trixie, forky Forky, forky_containerd ForkyContainerd);

/// `docker pull GATEWAY/REGISTRY/org/denied`.
#[test]
fn another_registrys_image_is_named_behind_the_gateway() {
    let elsewhere = Elsewhere::on_an_address();
    let site = Site::start_with(|setting| elsewhere.add_to(setting));
    let client = client(&site);
    let name = format!("{}/org/denied:1", elsewhere.name);
    client.sign_in(&site.member).expect_success();
    client
        .pull(Some(&site.member), &name)
        .expect_failure(&format!(
            "denied: pull denied: {}/org/denied is outside Docker Hub and not listed as trusted",
            elsewhere.name
        ));
    assert_eq!(elsewhere.upstream.heard(), [""; 0]);
    client.sign_in(&site.owner).expect_success();
    client.pull(Some(&site.owner), &name).expect_success();
    assert_eq!(client.holds(&name), "elsewhere/org/denied:1");
    assert_eq!(elsewhere.front.heard(), [""; 0]);
}
