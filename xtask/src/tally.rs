/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Reads one line of output, and counts if it is a result of `cargo test`,
    /// `test result: ok. 12 passed; 0 failed; …`, or of `node --test` in the
    /// form of TAP: `# pass 12`, `# fail 0`.
    pub(crate) fn read(&mut self, line: &str) {
        let of_node = |word: &str| line.strip_prefix(word)?.trim().parse::<u64>().ok();
        self.passed += of_node("# pass ").unwrap_or(0);
        self.failed += of_node("# fail ").unwrap_or(0);
        let Some(result) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        let count = |word: &str| {
            result
                .split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .sum::<u64>()
        };
        self.passed += count("passed");
        self.failed += count("failed");
    }

    /// What was counted after `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            passed: self.passed - before.passed,
            failed: self.failed - before.failed,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn results_of_cargo_test_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 13 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test a_test ... FAILED",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            tally.read(line);
        }
        assert_eq!(
            tally,
            Tally {
                passed: 15,
                failed: 2
            }
        );
    }

    #[test]
    fn results_of_node_count_as_well() {
        let mut tally = Tally::default();
        for line in [
            "1..2",
            "# tests 20",
            "# pass 18",
            "# fail 2",
            "# cancelled 0",
        ] {
            tally.read(line);
        }
        assert_eq!(
            tally,
            Tally {
                passed: 18,
                failed: 2
            }
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        let mut tally = Tally::default();
        for line in [
            "5 passed; 5 failed",
            "# passing 3",
            "    # pass 3",
            "# pass no",
        ] {
            tally.read(line);
        }
        assert!(tally.is_empty());
    }
}
