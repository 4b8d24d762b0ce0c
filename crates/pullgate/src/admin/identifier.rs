//! Identifiers that a person can type: the last twelve letters of a UUID,
//! which are random, where the first ones tell little more than the day.

use uuid::Uuid;

use crate::failure::Failure;

/// The fewest letters that say which one is meant.
const FEWEST: usize = 4;

/// The identifier as it is shown.
pub(crate) fn short(id: Uuid) -> String {
    let id = id.simple().to_string();
    id.get(20..).unwrap_or_default().to_owned()
}

/// The one that is meant: by its whole identifier or the end of it. `what`
/// says what kind of thing it is, `list` which command shows them.
pub(crate) fn pick<T>(
    given: &str,
    what: &str,
    list: &str,
    candidates: impl IntoIterator<Item = (Uuid, T)>,
) -> Result<T, Failure> {
    let wanted = given.replace('-', "").to_ascii_lowercase();
    let meant = |id: Uuid| {
        let id = id.simple().to_string();
        id == wanted || (wanted.len() >= FEWEST && id.ends_with(&wanted))
    };
    let mut found = candidates.into_iter().filter(|(id, _)| meant(*id));
    match (found.next(), found.next()) {
        (Some((_, one)), None) => Ok(one),
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "several {what}s have an ID that ends with {given}"
        ))
        .hint("write more of it")),
        (None, _) => {
            Err(Failure::new(format!("there is no {what} {given}"))
                .hint(format!("{list} shows them")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_identifier_is_enough() {
        let ids = [
            "0192aaaa-0000-7000-8000-00000000abcd",
            "0192aaaa-0000-7000-8000-00000001abcd",
        ];
        let ids = ids.map(|id| Uuid::parse_str(id).unwrap());
        let pick = |given: &str| pick(given, "token", "the list", ids.map(|id| (id, id)));
        assert_eq!(short(ids[0]), "00000000abcd");
        assert_eq!(pick(&short(ids[1])).unwrap(), ids[1]);
        assert_eq!(pick(&ids[0].to_string()).unwrap(), ids[0]);
        assert!(pick("abcd").unwrap_err().to_string().contains("several"));
        assert!(
            pick("bcd")
                .unwrap_err()
                .to_string()
                .contains("no token bcd")
        );
        assert!(pick("").is_err());
    }
}
