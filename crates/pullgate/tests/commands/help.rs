//! What `--help` says, as golden files: a change of it is seen in review.
//!
//! `INSTA_UPDATE=always cargo test -p pullgate --test commands help` writes
//! them anew.

use super::site::{bare, finish};

#[test]
fn every_command_explains_itself() {
    let mut open = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(command) = open.pop() {
        let help = help(&command);
        // clap breaks no line of usage.
        for line in help.lines().filter(|line| !line.starts_with("Usage:")) {
            assert!(line.chars().count() <= 80, "{command:?}: {line}");
        }
        let name = match command.join("-") {
            none if none.is_empty() => "pullgate".to_owned(),
            name => format!("pullgate-{name}"),
        };
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../help");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, help));
        for subcommand in subcommands(&help) {
            open.push(command.iter().cloned().chain([subcommand]).collect());
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen} commands");
}

#[test]
fn groups_show_examples_and_the_top_shows_exit_codes() {
    for group in [
        "org",
        "user",
        "member",
        "invite",
        "team",
        "namespace",
        "token",
        "policy",
        "exception",
        "request",
        "catalog",
        "signin",
    ] {
        let help = help(&[group.to_owned()]);
        assert!(help.contains("Examples:\n  pullgate "), "{group}:\n{help}");
    }
    let top = help(&[]);
    assert!(top.contains("Exit codes:\n  0  "), "{top}");
}

#[test]
fn help_never_shows_what_the_environment_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(folder.path());
    command
        .env(
            "PULLGATE_DATABASE",
            "postgres://pullgate:hunter2@db.example/state",
        )
        .args(["serve", "--help"]);
    let done = finish(command, "");
    assert!(done.out.contains("PULLGATE_DATABASE"), "{done:?}");
    assert!(!done.out.contains("hunter2"), "{done:?}");
}

fn help(command: &[String]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut process = bare(folder.path());
    process.args(command).arg("--help");
    let done = finish(process, "");
    assert_eq!(done.code, 0, "{command:?}: {done:?}");
    assert_eq!(done.err, "");
    done.out
}

/// The commands that a help lists.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}
