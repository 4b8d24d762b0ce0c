//! Throttling of failed sign-ins, by account and by address.
//!
//! Each account, each address and each pair of them has a bucket of free
//! failures that refills evenly over a window; when it is empty, one more is
//! free after each step of refilling. A password takes its place in the
//! buckets before it is compared and gives it back when it was right, so that
//! a hundred guesses sent at once are no better than a hundred in a row, and
//! neither is a guess whose connection is cut.
//!
//! Wrong access tokens have a bucket per address of their own: a machine with
//! a revoked token must not lock its colleagues out of their passwords. A
//! right access token asks no bucket at all, so that nobody can lock somebody
//! else out by failing on their account.
//!
//! Buckets are kept in memory, in a bounded number, each replica for itself.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use jiff::Timestamp;
use moka::ops::compute::Op;
use moka::sync::Cache;

use crate::keyed_hash::{HashKey, LENGTH};

/// The most buckets kept at once; those used least are forgotten first.
const MOST_BUCKETS: u64 = 100_000;

/// How many failed sign-ins are free.
#[derive(Clone, Debug)]
pub struct ThrottleSettings {
    /// How long an emptied bucket takes to be full again.
    pub window: Duration,
    /// Free failures of one account from one address.
    pub per_pair: u32,
    /// Free failures of one account from all addresses together.
    pub per_account: u32,
    /// Free failures from one address (for IPv6: one /64 network) on all
    /// accounts together, passwords and access tokens counted apart.
    pub per_address: u32,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_mins(15),
            per_pair: 10,
            per_account: 50,
            per_address: 100,
        }
    }
}

/// Too many failed sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttled {
    /// When the next attempt is free.
    pub(crate) retry_after: Duration,
}

/// The account and the address of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pair: [u8; LENGTH],
    account: [u8; LENGTH],
    address: [u8; LENGTH],
    token_address: [u8; LENGTH],
    now: Timestamp,
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Throttle {
    settings: ThrottleSettings,
    key: HashKey,
    /// When each bucket will be full again, in milliseconds.
    full_at: Cache<[u8; LENGTH], i64>,
}

impl Throttle {
    pub(crate) fn new(settings: ThrottleSettings, key: HashKey) -> Self {
        let full_at = Cache::builder()
            .max_capacity(MOST_BUCKETS)
            .time_to_live(settings.window)
            .build();
        Self {
            settings,
            key,
            full_at,
        }
    }

    /// An attempt on `account`, whether there is one of that name or not.
    pub(crate) fn attempt(&self, account: &str, from: IpAddr, now: Timestamp) -> Attempt {
        let network = network(from).octets();
        Attempt {
            pair: self.key.hash(&[b"pair", account.as_bytes(), &network]),
            account: self.key.hash(&[b"account", account.as_bytes()]),
            address: self.key.hash(&[b"address", &network]),
            token_address: self.key.hash(&[b"token", &network]),
            now,
        }
    }

    /// Whether the address may try a password on this account now, without
    /// taking a place.
    pub(crate) fn look(&self, attempt: &Attempt) -> Result<(), Throttled> {
        for (bucket, free) in self.near(attempt) {
            let full_at = self.full_at.get(&bucket);
            self.fill(full_at, free, attempt.now)?;
        }
        Ok(())
    }

    /// Takes a place for a password that is about to be compared.
    pub(crate) fn take(&self, attempt: &Attempt) -> Result<(), Throttled> {
        let buckets = self.all(attempt);
        for (position, (bucket, free)) in buckets.into_iter().enumerate() {
            if let Err(throttled) = self.take_one(bucket, free, attempt.now) {
                for (bucket, free) in buckets.into_iter().take(position) {
                    self.give_one_back(bucket, free);
                }
                return Err(throttled);
            }
        }
        Ok(())
    }

    /// The password was right, or was not compared after all.
    pub(crate) fn give_back(&self, attempt: &Attempt) {
        for (bucket, free) in self.all(attempt) {
            self.give_one_back(bucket, free);
        }
    }

    /// Who signs in is forgiven earlier typing errors from the same address.
    /// Failures of the account from elsewhere are not: they are not theirs.
    pub(crate) fn forgive(&self, attempt: &Attempt) {
        self.full_at.invalidate(&attempt.pair);
    }

    /// Counts a wrong access token.
    pub(crate) fn wrong_token(&self, attempt: &Attempt) -> Result<(), Throttled> {
        let free = self.settings.per_address;
        self.take_one(attempt.token_address, free, attempt.now)
    }

    fn near(&self, attempt: &Attempt) -> [([u8; LENGTH], u32); 2] {
        [
            (attempt.pair, self.settings.per_pair),
            (attempt.address, self.settings.per_address),
        ]
    }

    fn all(&self, attempt: &Attempt) -> [([u8; LENGTH], u32); 3] {
        let [pair, address] = self.near(attempt);
        [pair, address, (attempt.account, self.settings.per_account)]
    }

    fn take_one(&self, bucket: [u8; LENGTH], free: u32, now: Timestamp) -> Result<(), Throttled> {
        let mut taken = Ok(());
        self.full_at.entry(bucket).and_compute_with(|entry| {
            match self.fill(entry.map(moka::Entry::into_value), free, now) {
                Ok(full_at) => Op::Put(full_at),
                Err(throttled) => {
                    taken = Err(throttled);
                    Op::Nop
                }
            }
        });
        taken
    }

    fn give_one_back(&self, bucket: [u8; LENGTH], free: u32) {
        self.full_at
            .entry(bucket)
            .and_compute_with(|entry| match entry {
                Some(entry) => Op::Put(entry.into_value() - self.step(free)),
                None => Op::Nop,
            });
    }

    /// When a bucket will be full after one more failure, or that there is no
    /// room for it.
    fn fill(&self, full_at: Option<i64>, free: u32, now: Timestamp) -> Result<i64, Throttled> {
        let now = now.as_millisecond();
        let next = full_at.unwrap_or(now).max(now) + self.step(free);
        let excess = next - now - self.window();
        if excess > 0 {
            let retry_after = Duration::from_millis(excess.unsigned_abs());
            Err(Throttled { retry_after })
        } else {
            Ok(next)
        }
    }

    fn step(&self, free: u32) -> i64 {
        self.window() / i64::from(free.max(1))
    }

    fn window(&self) -> i64 {
        i64::try_from(self.settings.window.as_millis()).unwrap_or(i64::MAX / 4)
    }
}

/// What counts as one address: an IPv4 address, or the /64 network that one
/// customer of an IPv6 provider gets.
fn network(from: IpAddr) -> Ipv6Addr {
    match from.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            Ipv6Addr::from(bits >> 64 << 64)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::keyed_hash::ServerSecret;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn throttle() -> Throttle {
        let key = ServerSecret::new(b"of this test").key_for("throttle");
        Throttle::new(ThrottleSettings::default(), key)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn take(throttle: &Throttle, account: &str, from: &str, now: Timestamp) -> Result<(), u64> {
        let attempt = throttle.attempt(account, address(from), now);
        throttle
            .take(&attempt)
            .map_err(|throttled| throttled.retry_after.as_secs())
    }

    #[test]
    fn ten_failures_are_free_and_then_one_every_ninety_seconds() {
        let throttle = throttle();
        for _ in 0..10 {
            assert_eq!(take(&throttle, "mia", "192.0.2.1", START), Ok(()));
        }
        assert_eq!(take(&throttle, "mia", "192.0.2.1", START), Err(90));
        assert_eq!(take(&throttle, "mia", "192.0.2.2", START), Ok(()));
        assert_eq!(take(&throttle, "olga", "192.0.2.1", START), Ok(()));

        let later = START + SignedDuration::from_secs(90);
        assert_eq!(take(&throttle, "mia", "192.0.2.1", later), Ok(()));
        assert_eq!(take(&throttle, "mia", "192.0.2.1", later), Err(90));
    }

    #[test]
    fn many_addresses_guessing_one_account_are_throttled_together() {
        let throttle = throttle();
        for host in 0..50 {
            let from = format!("192.0.2.{host}");
            assert_eq!(take(&throttle, "mia", &from, START), Ok(()));
        }
        assert_eq!(take(&throttle, "mia", "192.0.2.99", START), Err(18));
        assert_eq!(take(&throttle, "olga", "192.0.2.99", START), Ok(()));
    }

    #[test]
    fn one_address_guessing_many_accounts_is_throttled() {
        let throttle = throttle();
        for account in 0..100 {
            let account = format!("person-{account}");
            assert_eq!(take(&throttle, &account, "192.0.2.1", START), Ok(()));
        }
        assert_eq!(take(&throttle, "mia", "192.0.2.1", START), Err(9));
        assert_eq!(take(&throttle, "mia", "::ffff:192.0.2.1", START), Err(9));
        assert_eq!(take(&throttle, "mia", "192.0.2.2", START), Ok(()));
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let throttle = throttle();
        for host in 0..10 {
            let from = format!("2001:db8:1:2::{host}");
            assert_eq!(take(&throttle, "mia", &from, START), Ok(()));
        }
        assert!(take(&throttle, "mia", "2001:db8:1:2:ffff::1", START).is_err());
        assert_eq!(take(&throttle, "mia", "2001:db8:1:3::1", START), Ok(()));
    }

    #[test]
    fn what_was_right_gives_its_place_back_and_a_refusal_takes_none() {
        let throttle = throttle();
        let attempt = throttle.attempt("mia", address("192.0.2.1"), START);
        for _ in 0..1000 {
            throttle.take(&attempt).unwrap();
            throttle.give_back(&attempt);
        }
        for _ in 0..10 {
            throttle.take(&attempt).unwrap();
        }
        for _ in 0..1000 {
            throttle.take(&attempt).unwrap_err();
        }
        assert!(throttle.look(&attempt).is_err());
        throttle.forgive(&attempt);
        throttle.take(&attempt).unwrap();
        let elsewhere = throttle.attempt("mia", address("192.0.2.2"), START);
        throttle.take(&elsewhere).unwrap();
    }
}
