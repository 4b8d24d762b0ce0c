use std::process::{Command, Stdio};

/// What a command did and what its user read.
#[derive(Clone, Debug)]
pub struct Outcome {
    command: String,
    succeeded: bool,
    text: String,
    answer: Vec<u8>,
}

impl Outcome {
    /// Everything the command printed: standard output, then standard error.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it ended with 0.
    pub fn succeeded(&self) -> bool {
        self.succeeded
    }

    /// Asserts that it succeeded, and gives what it printed.
    #[track_caller]
    pub fn expect_success(&self) -> &str {
        assert!(
            self.succeeded,
            "failed, and should have succeeded: {}\n{}",
            self.command, self.text
        );
        &self.text
    }

    /// Asserts that it succeeded and that its standard output is JSON.
    #[track_caller]
    pub fn expect_json(&self) -> serde_json::Value {
        self.expect_success();
        serde_json::from_slice(&self.answer).unwrap_or_else(|error| {
            panic!("{} printed no JSON ({error}): {}", self.command, self.text)
        })
    }

    /// Asserts that it failed, and that its user read `text`.
    #[track_caller]
    pub fn expect_failure(&self, text: &str) {
        assert!(
            !self.succeeded,
            "succeeded, and should have failed: {}\n{}",
            self.command, self.text
        );
        assert!(
            self.text.contains(text),
            "{} failed as it should, but its user does not read\n  {text}\nbut\n  {}",
            self.command,
            self.text
        );
    }
}

/// Runs a command to its end, for two minutes at most, without input.
pub fn run(command: &Command) -> Outcome {
    run_with_input(command, "")
}

/// Runs a command to its end with `input` on its standard input.
pub fn run_with_input(command: &Command, input: &str) -> Outcome {
    use std::io::Write;

    let mut limited = Command::new("timeout");
    limited
        .args(["--foreground", "--kill-after=5", "120"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    let mut child = limited
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("timeout (coreutils) starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    // A command that does not read its input closes it early.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command is waited for");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Outcome {
        command: format!("{command:?}"),
        succeeded: output.status.success(),
        text,
        answer: output.stdout,
    }
}
