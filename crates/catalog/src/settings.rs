//! For how long what is learnt counts, and how gently Docker Hub is asked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Longer than anybody means; anything above is a mistake in the unit.
const TEN_YEARS: Duration = Duration::from_hours(10 * 366 * 24);

/// A pull waits for the answer, and clients give up after about that long.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// By how much the clocks of two machines may differ.
pub(crate) const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(5);

/// The settings of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The age at which a badge is asked for again.
    pub fresh_for: Duration,
    /// The age up to which a badge is used while Docker Hub cannot be asked.
    /// At least `fresh_for`.
    pub usable_for: Duration,
    /// How long an answer may take, and so how long a pull waits for one. At
    /// most a minute.
    pub ask_timeout: Duration,
    /// For how long nobody waits again after a failure.
    pub retry_after_failure: Duration,
    /// How often the background looks for badges to ask again. Those that
    /// would be due before it looks again are asked at once.
    pub refresh_interval: Duration,
    /// A namespace that nobody has pulled from for that long is left to its
    /// next pull.
    pub refresh_used_within: Duration,
    /// The pause between two questions of the background.
    pub refresh_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fresh_for: Duration::from_hours(24),
            usable_for: Duration::from_hours(7 * 24),
            ask_timeout: Duration::from_secs(3),
            retry_after_failure: Duration::from_secs(15),
            refresh_interval: Duration::from_mins(10),
            refresh_used_within: Duration::from_hours(7 * 24),
            refresh_pause: Duration::from_millis(250),
        }
    }
}

/// How much a badge of some age is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// It is used, and nobody is asked.
    Fresh,
    /// It is asked for again, and used if there is no answer.
    Usable,
    /// It is not used any more.
    TooOld,
}

impl Settings {
    /// Whether the settings make sense together.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let positive = [
            ("fresh_for", self.fresh_for),
            ("ask_timeout", self.ask_timeout),
            ("retry_after_failure", self.retry_after_failure),
            ("refresh_interval", self.refresh_interval),
        ];
        if let Some((setting, _)) = positive.iter().find(|(_, value)| value.is_zero()) {
            return Err(SettingsError::Zero { setting });
        }
        let bounded = [
            ("fresh_for", self.fresh_for, TEN_YEARS),
            ("usable_for", self.usable_for, TEN_YEARS),
            ("ask_timeout", self.ask_timeout, LONGEST_WAIT),
            ("retry_after_failure", self.retry_after_failure, TEN_YEARS),
            ("refresh_interval", self.refresh_interval, TEN_YEARS),
            ("refresh_used_within", self.refresh_used_within, TEN_YEARS),
            ("refresh_pause", self.refresh_pause, LONGEST_WAIT),
        ];
        if let Some((setting, _, limit)) = bounded.iter().find(|(_, value, limit)| value > limit) {
            return Err(SettingsError::TooLong {
                setting,
                limit: *limit,
            });
        }
        if self.usable_for < self.fresh_for {
            return Err(SettingsError::UsableBeforeFresh {
                fresh_for: self.fresh_for,
                usable_for: self.usable_for,
            });
        }
        Ok(())
    }

    /// How much a badge is worth. One that was learnt in the future was learnt
    /// by a wrong clock, so that nobody knows its age.
    pub(crate) fn age(&self, learnt_at: Timestamp, now: Timestamp) -> Age {
        let age = now.duration_since(learnt_at);
        if age < -CLOCK_DIFFERENCE || age > signed(self.usable_for) {
            Age::TooOld
        } else if age < signed(self.fresh_for) {
            Age::Fresh
        } else {
            Age::Usable
        }
    }

    /// Whether a badge is fresh no longer when the background looks again.
    pub(crate) fn is_due(&self, learnt_at: Timestamp, now: Timestamp) -> bool {
        let ahead = self.refresh_interval.min(self.fresh_for / 2);
        let due_after = self.fresh_for.saturating_sub(ahead);
        let age = now.duration_since(learnt_at);
        age < -CLOCK_DIFFERENCE || age >= signed(due_after)
    }
}

/// As a difference of two moments. The longest there is, if there is none so long.
pub(crate) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A duration that must not be zero.
    #[error("{setting} is zero; set it to a duration such as 15s or 24h")]
    Zero {
        /// Which setting.
        setting: &'static str,
    },
    /// A duration that nobody can mean.
    #[error("{setting} is longer than {limit:?}; check its unit")]
    TooLong {
        /// Which setting.
        setting: &'static str,
        /// The longest there may be.
        limit: Duration,
    },
    /// What is fresh is usable.
    #[error(
        "usable_for ({usable_for:?}) is shorter than fresh_for ({fresh_for:?}); make it at least as long"
    )]
    UsableBeforeFresh {
        /// The age at which a badge is asked for again.
        fresh_for: Duration,
        /// The age up to which it is used.
        usable_for: Duration,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn the_defaults_are_those_of_the_policy() {
        let settings = Settings::default();
        assert_eq!(settings.validate(), Ok(()));
        let learnt_at = Timestamp::from_second(1_800_000_000).unwrap();
        let second = Duration::from_secs(1);
        for (age, worth) in [
            (Duration::ZERO, Age::Fresh),
            (DAY.saturating_sub(second), Age::Fresh),
            (DAY, Age::Usable),
            (DAY * 7, Age::Usable),
            (DAY * 7 + second, Age::TooOld),
        ] {
            assert_eq!(settings.age(learnt_at, learnt_at + age), worth, "{age:?}");
        }
        let minute = Duration::from_mins(1);
        assert_eq!(settings.age(learnt_at + minute, learnt_at), Age::Fresh);
        assert_eq!(settings.age(learnt_at + 6 * minute, learnt_at), Age::TooOld);
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        let good = Settings::default();
        for (settings, part) in [
            (
                Settings {
                    fresh_for: Duration::ZERO,
                    ..good
                },
                "fresh_for is zero",
            ),
            (
                Settings {
                    ask_timeout: Duration::ZERO,
                    ..good
                },
                "ask_timeout is zero",
            ),
            (
                Settings {
                    refresh_interval: Duration::ZERO,
                    ..good
                },
                "refresh_interval is zero",
            ),
            (
                Settings {
                    retry_after_failure: Duration::ZERO,
                    ..good
                },
                "retry_after_failure",
            ),
            (
                Settings {
                    ask_timeout: Duration::from_hours(1),
                    ..good
                },
                "ask_timeout is longer",
            ),
            (
                Settings {
                    usable_for: Duration::MAX,
                    ..good
                },
                "usable_for is longer",
            ),
            (
                Settings {
                    usable_for: DAY / 2,
                    ..good
                },
                "shorter than fresh_for",
            ),
        ] {
            let error = settings.validate().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let never_old = Settings {
            fresh_for: 3650 * DAY,
            usable_for: 3650 * DAY,
            ..good
        };
        assert_eq!(never_old.validate(), Ok(()));
    }

    #[test]
    fn what_falls_due_before_the_next_look_is_due() {
        let settings = Settings::default();
        let learnt_at = Timestamp::from_second(1_800_000_000).unwrap();
        let ten_minutes = Duration::from_mins(10);
        assert!(settings.is_due(learnt_at, learnt_at + DAY.saturating_sub(ten_minutes)));
        assert!(!settings.is_due(learnt_at, learnt_at + DAY.saturating_sub(2 * ten_minutes)));
        let rarely = Settings {
            refresh_interval: 30 * DAY,
            ..settings
        };
        assert!(!rarely.is_due(learnt_at, learnt_at + DAY / 3));
        assert!(rarely.is_due(learnt_at, learnt_at + DAY / 2));
    }
}
