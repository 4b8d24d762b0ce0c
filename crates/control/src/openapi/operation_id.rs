//! What each operation is called in programs that are generated from the
//! description.

/// The name of an operation: its method and the words of its path, so that it
/// stays the same for as long as those do. `GET /v2/orgs/{org}/members` is
/// `get_orgs_members`, `DELETE /v2/invites/{id}` is `delete_invites_by_id`.
pub(super) fn of(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    let words = path.strip_prefix("/v2/").or(path.strip_prefix("/api/v1/"));
    let mut words = words.unwrap_or(path).split('/').peekable();
    while let Some(word) = words.next() {
        let parameter = word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'));
        let word = match parameter {
            // In the middle of a path the next word says more.
            Some(_) if words.peek().is_some() => continue,
            Some(parameter) => &format!("by_{}", parameter.trim_start_matches('*')),
            None => word,
        };
        name.push('_');
        name.extend(word.chars().map(|letter| match letter {
            'a'..='z' | '0'..='9' => letter,
            _ => '_',
        }));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_operation_is_called_what_its_path_says() {
        for (method, path, name) in [
            ("post", "/v2/users/login", "post_users_login"),
            ("get", "/v2/orgs/{name}/settings", "get_orgs_settings"),
            ("get", "/v2/orgs/{name}", "get_orgs_by_name"),
            ("get", "/v2/access-tokens", "get_access_tokens"),
            (
                "get",
                "/v2/access-tokens/{uuid}",
                "get_access_tokens_by_uuid",
            ),
            ("get", "/api/v1/explain", "get_explain"),
        ] {
            assert_eq!(of(method, path), name);
        }
    }
}
