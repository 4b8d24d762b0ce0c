use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::{LazyLock, Mutex};

static HANDED_OUT: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// Of programs that run side by side each has its share of all ports: with
/// `1/3` in `PULLGATE_E2E_PLACE` every third pair of them. Pairs, for the
/// kernel may give out odd ones alone.
static SHARE: LazyLock<(u16, u16)> = LazyLock::new(|| {
    let place = std::env::var("PULLGATE_E2E_PLACE").unwrap_or_else(|_| "0/1".to_owned());
    let read = place.split_once('/').and_then(|(place, places)| {
        let (place, places) = (place.parse().ok()?, places.parse().ok()?);
        (place < places).then_some((place, places))
    });
    read.unwrap_or_else(|| panic!("PULLGATE_E2E_PLACE is {place:?}, not a share like 1/3"))
});

/// A loopback port that nobody listens on, and that this process has not
/// handed out before.
pub fn free_port() -> u16 {
    let (place, places) = *SHARE;
    let mut handed_out = HANDED_OUT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let handed_out = handed_out.get_or_insert_with(HashSet::new);
    loop {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("loopback has a free port")
            .port();
        if port / 2 % places == place && handed_out.insert(port) {
            return port;
        }
    }
}
