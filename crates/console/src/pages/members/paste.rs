//! People, as somebody pastes them.

/// The addresses and names in a text: one in each line, or with commas,
/// semicolons or spaces between them, or as a mail program writes them
/// (`Mia Miller <mia@acme.example>`). Each once, in their order.
pub(super) fn people(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |one: &str| {
        let known = found.iter().any(|known| known.eq_ignore_ascii_case(one));
        if !one.is_empty() && !known {
            found.push(one.to_owned());
        }
    };
    for part in text.split(['\n', ',', ';']) {
        match part
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'))
        {
            Some((address, _)) => add(address.trim()),
            None => part.split_whitespace().for_each(&mut add),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::people;

    #[test]
    fn people_are_found_however_they_are_written() {
        for (text, expected) in [
            ("mia@acme.example", vec!["mia@acme.example"]),
            ("a@b\r\nc@d\n\n", vec!["a@b", "c@d"]),
            ("a@b, c@d;e@f  g", vec!["a@b", "c@d", "e@f", "g"]),
            (
                "\"Miller, Mia\" <mia@acme.example>, Bo Li <bo@acme.example>",
                vec!["\"Miller", "mia@acme.example", "bo@acme.example"],
            ),
            ("a@b A@B a@b", vec!["a@b"]),
            ("<script>", vec!["script"]),
            (" ", vec![]),
        ] {
            assert_eq!(people(text), expected, "{text:?}");
        }
    }
}
