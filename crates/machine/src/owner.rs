/// Who owns what counts: root, on a machine.
///
/// What this user alone may write is guarded, and what is put there belongs to
/// this user and group. Tests that are run by somebody else name themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl Owner {
    /// root.
    pub const ROOT: Self = Self { uid: 0, gid: 0 };
}
