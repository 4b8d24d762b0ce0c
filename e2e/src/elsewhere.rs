use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};

use crate::tool::needs_root;
use crate::{Image, Kind, Platform, Registry, Setting, Upstream};

/// A second registry beside Docker Hub's, which would serve everybody.
///
/// | image | kind |
/// |---|---|
/// | `org/app:1` | nothing in particular |
/// | `org/denied:1` | nothing in particular |
/// | `library/base:1` | named as Docker Hub's, and another image |
///
/// It can be reached in two places, so that it shows who asked: at the
/// address that is its name, where a client comes that goes around the
/// gateway, and at another one, which only the gateway is told. Each image's
/// label `holds` is the path above with `elsewhere/` before it.
#[derive(Debug)]
pub struct Elsewhere {
    /// What its images' names begin with.
    pub name: String,
    /// What listens at the address that is its name.
    pub front: Upstream,
    /// What the gateway is told to ask instead.
    pub upstream: Upstream,
    /// What really holds the images.
    pub registry: Registry,
    images: BTreeMap<&'static str, Image>,
}

impl Elsewhere {
    /// A registry named by a loopback address and a port.
    pub fn on_a_port() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        Self::start(address.to_string(), listener)
    }

    /// A registry named by a loopback address alone, where it listens on
    /// HTTP's own port. A name with a port cannot stand inside another
    /// image's name, as `GATEWAY/REGISTRY/org/app`.
    pub fn on_an_address() -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(1);
        needs_root("a registry on port 80");
        let [.., high, low] = std::process::id().to_be_bytes();
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let address = Ipv4Addr::new(127, 100 + number % 100, high, low.max(1));
            if let Ok(listener) = TcpListener::bind((address, 80)) {
                return Self::start(address.to_string(), listener);
            }
            assert!(number < u8::MAX, "no loopback address has port 80 free");
        }
    }

    fn start(name: String, listener: TcpListener) -> Self {
        let registry = Registry::start();
        let images = ["org/app", "org/denied", "library/base"].map(|path| {
            let image = Image::new(&format!("elsewhere/{path}:1"), Kind::Oci, Platform::Here);
            registry.push(path, "1", &image);
            (path, image)
        });
        Self {
            name,
            front: Upstream::on(listener, registry.port()),
            upstream: Upstream::start(registry.port()),
            registry,
            images: BTreeMap::from(images),
        }
    }

    /// The image `org/app`, `org/denied` or `library/base`.
    pub fn image(&self, path: &str) -> &Image {
        &self.images[path]
    }

    /// Lets a gateway pull from it.
    pub fn add_to(&self, setting: &mut Setting) {
        setting
            .upstreams
            .push((self.name.clone(), self.upstream.url()));
    }
}
