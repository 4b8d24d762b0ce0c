//! `pullgate login --device`: a machine shows a code, its person answers on the
//! console's page, and the machine is signed in, or told why not.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::process::Command;

use pullgate_e2e::{
    Agent, AgentSetting, Browser, Folder, Person, Process, Shelter, Site, eventually, run, tool,
};

/// A sign-in that waits.
struct Waiting {
    command: Process,
    code: String,
    _folder: Folder,
}

impl Waiting {
    /// Begins it on the machine of an agent, as one who has an account there.
    fn begin(site: &Site, agent: &Agent, home: &str) -> Self {
        let folder = Folder::new("login");
        let mut command = agent.pullgate(home);
        command.args(["login", &site.gateway.public_url(), "--device"]);
        let command = Process::start("login", &command, Shelter::None, &folder);
        let page = format!("\n  {}/device?code=", site.gateway.public_url());
        command.wait_until("waiting", || command.log().contains(&page));
        let shown = command.log();
        let (_, code) = shown.split_once(&page).expect("it was shown");
        let code = code
            .split_whitespace()
            .next()
            .expect("it has an end")
            .to_owned();
        assert_eq!(
            shown,
            format!(
                "To sign in, open this page in a browser and approve the code {code}:\n{page}{code}\n\n"
            )
        );
        for line in shown.lines() {
            assert!(line.chars().count() < 80, "{line}");
        }
        Self {
            command,
            code,
            _folder: folder,
        }
    }

    /// Answers it on the console's page, as somebody's browser does.
    fn answer(&self, browser: &mut Browser, answer: &str) {
        let shown = browser.submit("/device", "/device", &[("code", &self.code)]);
        assert_eq!(shown.status, 200, "{}", shown.text());
        assert!(
            shown.text().contains("Let this machine in?"),
            "{}",
            shown.text()
        );
        let fields = [("code", self.code.as_str()), ("answer", answer)];
        let done = browser.submit("/device", "/device/answer", &fields);
        assert_eq!(done.status, 303, "{}", done.text());
    }

    /// What was printed once it has ended, and whether it ended well.
    fn ended(&self) -> (bool, String) {
        eventually("the command ends", || self.command.ended_well().is_some());
        let log = self.command.log();
        let told = log.split_once("\n\n").expect("it shows the code first").1;
        let told = told.split_once("\n\n").map_or(told, |(_, told)| told);
        (self.command.ended_well() == Some(true), told.to_owned())
    }
}

/// Lets the codes end that wait, as ten minutes would.
fn let_codes_end(site: &Site) {
    let database = site.gateway.folder().join("data/pullgate.db");
    assert!(database.is_file(), "{}", database.display());
    let mut command = Command::new(tool("python3", "python3"));
    command
        .args(["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30); n = c.execute(\"UPDATE device_sign_ins SET ends_at = 1 WHERE state = 'waiting'\").rowcount; c.commit(); print(n)"])
        .arg(database);
    assert_eq!(run(&command).expect_success().trim(), "1");
}

#[test]
fn a_machine_is_signed_in_by_whoever_approves_its_code() {
    let mut site = Site::start();
    let agent = Agent::start(&site, &AgentSetting::default());
    let image = |name: &str| format!("{}/{name}", site.gateway.address());
    let (good, bad) = (image("library/base:1"), image("evil/miner:1"));
    let mia = site.member.clone();
    agent
        .docker(&mia, &["pull", &good])
        .expect_failure(&agent.denied("Sign in required! Run: pullgate login"));

    let approved = Waiting::begin(&site, &agent, "mia");
    let denied = Waiting::begin(&site, &agent, "denied");
    let forgotten = Waiting::begin(&site, &agent, "forgotten");
    // A server that is away for a moment is asked again.
    site.gateway.restart();
    let mut browser = Browser::signed_in(&site.gateway, &mia);
    // A link from somebody else does nothing by itself.
    let shown = browser.get(&format!("/device?code={}", approved.code));
    assert!(
        !shown.text().contains("Let this machine in?"),
        "{}",
        shown.text()
    );
    approved.answer(&mut browser, "approve");
    denied.answer(&mut browser, "deny");
    let_codes_end(&site);

    // Each is told once, and plainly.
    let (well, told) = approved.ended();
    assert!(well, "{told}");
    let signed_in = format!("Signed in to {} as mia, until ", site.gateway.public_url());
    assert!(told.contains(&signed_in), "{told}");
    let known = "The agent of this machine knows: the Docker Engine brings in what mia may pull.\n";
    assert!(told.ends_with(known), "{told}");
    let (well, told) = denied.ended();
    assert!(
        !well && told.contains("pullgate: the sign-in was denied in the browser\n"),
        "{told}"
    );
    let (well, told) = forgotten.ended();
    assert!(!well, "{told}");
    assert!(
        told.contains(
            "pullgate: nobody approved the code in time\n  hint: run the command again for another\n"
        ),
        "{told}"
    );

    // The session is mia's, and the agent's.
    let who = run(agent.pullgate("mia").args(["whoami"]));
    assert!(who.expect_success().contains("mia"), "{}", who.text());
    assert_eq!(agent.status()["people"][0]["person"], "mia");
    agent
        .docker_login(&mia, &site.gateway.address())
        .expect_success();
    agent.docker(&mia, &["pull", &good]).expect_success();
    agent
        .docker(&mia, &["pull", &bad])
        .expect_failure(&agent.denied(&site.community("evil/miner")));
    nobody_signed_in(&agent, "denied");
    nobody_signed_in(&agent, "forgotten");

    // A code works once, whoever types it, and an ended one not at all.
    for (person, waiting) in [
        (&mia, &approved),
        (&site.owner, &approved),
        (&mia, &denied),
        (&mia, &forgotten),
    ] {
        used(&site, person, &waiting.code);
    }
}

fn nobody_signed_in(agent: &Agent, home: &str) {
    run(agent.pullgate(home).args(["whoami"])).expect_failure("you have not signed in");
}

fn used(site: &Site, person: &Person, code: &str) {
    let mut browser = Browser::signed_in(&site.gateway, person);
    let shown = browser.submit("/device", "/device", &[("code", code)]);
    assert_eq!(shown.status, 422, "{}", shown.text());
    let told = "No machine waits under this code. Codes last ten minutes and work once";
    assert!(shown.text().contains(told), "{}", shown.text());
    // A form that was open in another window.
    let fields = [("code", code), ("answer", "approve")];
    assert_eq!(
        browser.submit("/device", "/device/answer", &fields).status,
        303
    );
    let shown = browser.get("/device").text();
    assert!(
        shown.contains("That machine waits no more. Begin again there."),
        "{shown}"
    );
}
