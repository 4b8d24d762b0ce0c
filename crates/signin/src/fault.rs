use std::fmt;

/// What is wrong with a list of organizations, or with what holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is nothing in it.
    Empty,
    /// It is longer than any such file, and was not read.
    TooLong,
    /// It begins with a byte-order mark.
    ByteOrderMark,
    /// It is not UTF-8.
    NotUtf8,
    /// It is not JSON, for this reason.
    NotJson(String),
    /// It is JSON, and no object.
    NotAnObject,
    /// It is not a property list, for this reason.
    NotPropertyList(String),
    /// It is not an export of the Windows registry, for this reason.
    NotRegistryExport(String),
    /// It is an export of another part of the registry.
    NotCovered,
    /// It has no `allowedOrgs`.
    NoKey,
    /// It has `allowedOrgs` in another spelling.
    WrongKey(String),
    /// It has `allowedOrgs` more than once.
    KeyTwice,
    /// It has this besides, which nothing reads.
    OtherKey(String),
    /// `allowedOrgs` is not a list.
    NotAList,
    /// The list is empty.
    NoOrganizations,
    /// This stands in the list and names no organization.
    NotAName(String),
    /// A name is not in lowercase.
    Uppercase(String),
    /// A name is in the list more than once.
    NameTwice(String),
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing; it is only not as it should be.
    Untidy,
    /// The file, or a name in it, counts for nothing.
    Broken,
}

impl Fault {
    /// A name for it that does not change.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::ByteOrderMark => "byte-order-mark",
            Self::NotUtf8 => "not-utf-8",
            Self::NotJson(_) => "not-json",
            Self::NotAnObject => "not-an-object",
            Self::NotPropertyList(_) => "not-plist",
            Self::NotRegistryExport(_) => "not-reg",
            Self::NotCovered => "not-covered",
            Self::NoKey => "no-allowed-orgs",
            Self::WrongKey(_) => "wrong-key",
            Self::KeyTwice => "key-twice",
            Self::OtherKey(_) => "other-key",
            Self::NotAList => "not-a-list",
            Self::NoOrganizations => "no-organizations",
            Self::NotAName(_) => "not-a-name",
            Self::Uppercase(_) => "uppercase-name",
            Self::NameTwice(_) => "name-twice",
        }
    }

    /// What it does.
    pub fn weight(&self) -> Weight {
        match self {
            Self::OtherKey(_) | Self::NameTwice(_) => Weight::Untidy,
            _ => Weight::Broken,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the file is empty"),
            Self::TooLong => {
                formatter.write_str("the file is longer than any list of organizations")
            }
            Self::ByteOrderMark => {
                formatter.write_str("the file begins with a byte-order mark, so it is not read")
            }
            Self::NotUtf8 => formatter.write_str("the file is not UTF-8, so it is not read"),
            Self::NotJson(why) => write!(formatter, "the file is not JSON: {why}"),
            Self::NotAnObject => {
                formatter.write_str("the file is not an object like {\"allowedOrgs\":[\"acme\"]}")
            }
            Self::NotPropertyList(why) => {
                write!(formatter, "the file is not a property list: {why}")
            }
            Self::NotRegistryExport(why) => {
                write!(
                    formatter,
                    "the file is not an export of the registry: {why}"
                )
            }
            Self::NotCovered => write!(
                formatter,
                "the export leaves out HKLM\\SOFTWARE\\Policies, so whether the key is there is not known"
            ),
            Self::NoKey => formatter.write_str("there is no \"allowedOrgs\" in it"),
            Self::WrongKey(found) => {
                write!(formatter, "{found:?} is not spelled \"allowedOrgs\"")
            }
            Self::KeyTwice => formatter.write_str(
                "\"allowedOrgs\" is there more than once, and readers differ in which they take",
            ),
            Self::OtherKey(found) => write!(formatter, "{found:?} means nothing in this file"),
            Self::NotAList => formatter.write_str("\"allowedOrgs\" is not a list of names"),
            Self::NoOrganizations => {
                formatter.write_str("\"allowedOrgs\" is an empty list, which demands nothing")
            }
            Self::NotAName(found) => {
                write!(formatter, "{found} is not the name of an organization")
            }
            Self::Uppercase(found) => write!(
                formatter,
                "{found:?} is not in lowercase, so nobody is found to belong to it"
            ),
            Self::NameTwice(found) => write!(formatter, "{found:?} is in the list twice"),
        }
    }
}
