use std::collections::BTreeMap;
use std::fmt::Write;

use crate::wire::{Answer, ask};
use crate::{Gateway, Person};

/// Somebody's browser on the console, as far as its forms need one: it keeps
/// cookies, and sends what a page's forms carry.
#[derive(Debug)]
pub struct Browser {
    port: u16,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// The browser of somebody who has signed in with their password.
    pub fn signed_in(gateway: &Gateway, person: &Person) -> Self {
        let mut browser = Self {
            port: gateway.control(),
            cookies: BTreeMap::new(),
        };
        let password = person.password();
        let fields = [
            ("username", person.username.as_str()),
            ("password", password.as_str()),
        ];
        let answer = browser.post("/sign-in", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// Fills in a form of `page` and sends it to `path`.
    pub fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).text();
        let token = shown
            .split_once("name=\"csrf\" value=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .unwrap_or_else(|| panic!("{page} has no form: {shown}"))
            .0;
        let mut all = vec![("csrf", token)];
        all.extend_from_slice(fields);
        self.post(path, &all)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        self.send("POST", path, Some(&form))
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Answer {
        let mut request = ask(method, path);
        if let Some(form) = form {
            let kind = "application/x-www-form-urlencoded";
            request = request
                .header("origin", &format!("http://127.0.0.1:{}", self.port))
                .body(kind, form.as_bytes());
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter();
            let cookies = cookies.map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", &cookies.collect::<Vec<_>>().join("; "));
        }
        let answer = request.to(self.port);
        for (_, set) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let cookie = set.split(';').next().unwrap_or_default();
            if let Some((name, value)) = cookie.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
