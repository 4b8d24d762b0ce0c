-- Who changed the policy, among all who joined, were invited and made tokens.
-- The actions are those of policy_history.rs, word for word: an index of a
-- part of a table serves a question that names the same part.
CREATE INDEX changes_of_policy ON changes (organization, generation)
WHERE action IN ('settings_changed', 'registry_names_changed', 'policy_applied', 'change_undone', 'allowlist_added', 'allowlist_removed');
