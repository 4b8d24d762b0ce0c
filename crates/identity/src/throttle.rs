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
//! Buckets are kept in memory, in a bounded number. Where several replicas share
//! a store, what they have counted together is added to what is counted here
//! alone: see `colleagues`.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use jiff::Timestamp;
use moka::ops::compute::Op;
use moka::sync::Cache;
use pullgate_store::{Failure, FailureBucket};

use crate::keyed_hash::HashKey;

/// The most buckets kept at once; those used least are forgotten first.
const MOST_BUCKETS: u64 = 100_000;

/// How full a bucket can become in the store, in windows. Replicas that compare
/// passwords at the same moment all believe that there is room, and overdraw
/// it together: a guesser then waits for what was overdrawn, and an owner of
/// the account not for ever.
const FULLEST: u32 = 2;

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
    pair: FailureBucket,
    account: FailureBucket,
    address: FailureBucket,
    token_address: FailureBucket,
    now: Timestamp,
}

/// What an attempt is counted as when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A wrong password.
    Password,
    /// A wrong access token.
    Token,
}

/// What becomes of what was known of a bucket when the store says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    /// It is forgotten.
    Replace,
    /// The later moment counts: the store was asked before something that is
    /// known was counted there.
    Later,
}

/// The buckets, each with when it will be full again, in milliseconds.
#[derive(Debug)]
pub(crate) struct Throttle {
    settings: ThrottleSettings,
    key: HashKey,
    /// By what only this replica knows: attempts under way, and failures that
    /// were not counted in the store.
    own: Cache<FailureBucket, i64>,
    /// By the failures that were counted in the store, as it said last. Empty
    /// where no other replica shares it.
    shared: Cache<FailureBucket, i64>,
}

impl Throttle {
    pub(crate) fn new(settings: ThrottleSettings, key: HashKey) -> Self {
        let buckets = |lifetime| {
            Cache::builder()
                .max_capacity(MOST_BUCKETS)
                .time_to_live(lifetime)
                .build()
        };
        Self {
            own: buckets(settings.window),
            shared: buckets(settings.window * (FULLEST + 1)),
            settings,
            key,
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
            self.fill(&bucket, self.own.get(&bucket), free, attempt.now)?;
        }
        Ok(())
    }

    /// Whether there is still room for an attempt that has taken its place,
    /// after the store has said what others have counted.
    pub(crate) fn look_again(&self, attempt: &Attempt) -> Result<(), Throttled> {
        for (bucket, _) in self.all(attempt) {
            self.room(&bucket, self.own.get(&bucket), attempt.now)?;
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
    /// Gives the bucket that is to be forgotten in the store, if it has one.
    pub(crate) fn forgive(&self, attempt: &Attempt) -> Option<FailureBucket> {
        self.own.invalidate(&attempt.pair);
        let shared = self.shared.remove(&attempt.pair);
        shared.map(|_| attempt.pair)
    }

    /// Takes a place for a wrong access token, and keeps it.
    pub(crate) fn wrong_token(&self, attempt: &Attempt) -> Result<(), Throttled> {
        let free = self.settings.per_address;
        self.take_one(attempt.token_address, free, attempt.now)
    }

    /// The buckets in which a failed password is counted.
    pub(crate) fn buckets(attempt: &Attempt) -> [FailureBucket; 3] {
        [attempt.pair, attempt.address, attempt.account]
    }

    /// The failed attempt, to be counted in the store.
    pub(crate) fn failures(&self, attempt: &Attempt, kind: Kind) -> Vec<Failure> {
        let counted = self.counted(attempt, kind).into_iter();
        let failure = |(bucket, free): (FailureBucket, u32)| Failure {
            bucket,
            at: attempt.now,
            step: Duration::from_millis(self.step(free).unsigned_abs()),
            most: self.settings.window * FULLEST,
        };
        counted.map(failure).collect()
    }

    /// The failed attempt was counted in the store, which says how full its
    /// buckets are now: they stand there and no longer here.
    pub(crate) fn counted_in_store(
        &self,
        attempt: &Attempt,
        kind: Kind,
        told: &[(FailureBucket, Timestamp)],
    ) -> Result<(), Throttled> {
        self.told(told, Merge::Later);
        for (bucket, free) in self.counted(attempt, kind) {
            self.give_one_back(bucket, free);
        }
        for (bucket, _) in self.counted(attempt, kind) {
            self.room(&bucket, None, attempt.now)?;
        }
        Ok(())
    }

    /// What the store says of the buckets of an attempt. A bucket of which it
    /// says nothing was forgiven by another replica, or is full.
    pub(crate) fn learnt(
        &self,
        attempt: &Attempt,
        told: &[(FailureBucket, Timestamp)],
        merge: Merge,
    ) {
        if merge == Merge::Replace {
            for bucket in Self::buckets(attempt) {
                if !told.iter().any(|(known, _)| *known == bucket) {
                    self.shared.invalidate(&bucket);
                }
            }
        }
        self.told(told, merge);
    }

    fn told(&self, told: &[(FailureBucket, Timestamp)], merge: Merge) {
        for (bucket, full_at) in told {
            let full_at = full_at.as_millisecond();
            self.shared.entry(*bucket).and_compute_with(|entry| {
                let before = entry.map_or(i64::MIN, moka::Entry::into_value);
                match merge {
                    Merge::Later if before >= full_at => Op::Nop,
                    Merge::Later | Merge::Replace => Op::Put(full_at),
                }
            });
        }
    }

    fn counted(&self, attempt: &Attempt, kind: Kind) -> Vec<(FailureBucket, u32)> {
        match kind {
            Kind::Password => self.all(attempt).to_vec(),
            Kind::Token => vec![(attempt.token_address, self.settings.per_address)],
        }
    }

    fn near(&self, attempt: &Attempt) -> [(FailureBucket, u32); 2] {
        [
            (attempt.pair, self.settings.per_pair),
            (attempt.address, self.settings.per_address),
        ]
    }

    fn all(&self, attempt: &Attempt) -> [(FailureBucket, u32); 3] {
        let [pair, address] = self.near(attempt);
        [pair, address, (attempt.account, self.settings.per_account)]
    }

    fn take_one(&self, bucket: FailureBucket, free: u32, now: Timestamp) -> Result<(), Throttled> {
        let mut taken = Ok(());
        self.own.entry(bucket).and_compute_with(|entry| {
            match self.fill(&bucket, entry.map(moka::Entry::into_value), free, now) {
                Ok(full_at) => Op::Put(full_at),
                Err(throttled) => {
                    taken = Err(throttled);
                    Op::Nop
                }
            }
        });
        taken
    }

    fn give_one_back(&self, bucket: FailureBucket, free: u32) {
        self.own
            .entry(bucket)
            .and_compute_with(|entry| match entry {
                Some(entry) => Op::Put(entry.into_value() - self.step(free)),
                None => Op::Nop,
            });
    }

    /// When a bucket will be full by what is counted here, after one more
    /// failure, or that there is no room for it.
    fn fill(
        &self,
        bucket: &FailureBucket,
        own: Option<i64>,
        free: u32,
        now: Timestamp,
    ) -> Result<i64, Throttled> {
        let milliseconds = now.as_millisecond();
        let next = own.unwrap_or(milliseconds).max(milliseconds) + self.step(free);
        self.room(bucket, Some(next), now)?;
        Ok(next)
    }

    /// Whether a bucket has room for what is counted here and in the store.
    fn room(
        &self,
        bucket: &FailureBucket,
        own: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Throttled> {
        let now = now.as_millisecond();
        let until = |full_at: Option<i64>| full_at.map_or(0, |at| at.saturating_sub(now).max(0));
        let taken = until(own).saturating_add(until(self.shared.get(bucket)));
        let excess = taken.saturating_sub(self.window());
        if excess > 0 {
            let retry_after = Duration::from_millis(excess.unsigned_abs());
            Err(Throttled { retry_after })
        } else {
            Ok(())
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
