//! A site in a temporary folder, and its administrator at a terminal.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A site that nobody else sees.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

/// What has come out of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Site {
    /// A folder with nothing in it but a configuration that asks nobody.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = "\
            public_url = 'https://pullgate.acme.example'\n\
            [hub]\n\
            url = 'http://127.0.0.1:9'\n\
            ask_timeout = '1s'\n";
        std::fs::write(folder.path().join("pullgate.toml"), configuration).unwrap();
        Self { folder }
    }

    /// With the organization acme, its owner olga and its member mia.
    pub(crate) fn of_acme() -> Self {
        let site = Self::new();
        for user in ["olga", "mia"] {
            let line = format!("user create {user} --password-stdin");
            assert_eq!(site.typing(&line, &password_of(user)).code, 0);
        }
        site.ok("org create acme --owner olga");
        site.ok("member add acme mia");
        site
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The binary, with this site as its only surroundings.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = bare(self.folder.path());
        command
            .env("PULLGATE_CONFIG", self.path("pullgate.toml"))
            .env("PULLGATE_DATA", self.path("data"))
            .args(words(line));
        command
    }

    pub(crate) fn run(&self, line: &str) -> Done {
        self.typing(line, "")
    }

    /// Runs a command with something on standard input.
    pub(crate) fn typing(&self, line: &str, input: &str) -> Done {
        finish(self.command(line), input)
    }

    /// Runs a command that works, and gives what it prints.
    pub(crate) fn ok(&self, line: &str) -> String {
        let done = self.run(line);
        assert_eq!(done.code, 0, "{line}: {done:?}");
        done.out
    }

    /// The same, with what changes from run to run replaced.
    pub(crate) fn told(&self, line: &str) -> String {
        plain(&self.ok(line))
    }
}

/// The password that these tests give somebody.
pub(crate) fn password_of(user: &str) -> String {
    format!("correct horse of {user}")
}

/// The binary in no site's surroundings.
pub(crate) fn bare(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pullgate"));
    command
        .env_clear()
        .env("HOME", home)
        .env("COLUMNS", "80")
        .current_dir(home);
    command
}

pub(crate) fn finish(mut command: Command, input: &str) -> Done {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads no input may have ended by now.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Done {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Words as a shell splits them, with single quotes and nothing else.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Dates and identifiers replaced by DATE and ID.
pub(crate) fn plain(text: &str) -> String {
    const DATE: &str = "dddd-dd-dd dd:dd";
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if starts_like(rest, DATE) {
            plain.push_str("DATE");
            rest = &rest[DATE.len()..];
            continue;
        }
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric());
        let (word, after) = rest.split_at(word.unwrap_or(rest.len()));
        if word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            plain.push_str("ID");
            rest = after;
        } else if word.is_empty() {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
        } else if starts_like(after, "-dd-dd dd:dd") {
            plain.push_str("DATE");
            rest = &after["-dd-dd dd:dd".len()..];
        } else {
            plain.push_str(word);
            rest = after;
        }
    }
    plain
}

fn starts_like(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                other => byte == other,
            })
}
