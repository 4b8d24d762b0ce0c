//! What owners and members may do with their organization.
//!
//! The API, the console and the command line are three ways to the same
//! services, and the services are here: each takes a [`Caller`], says who may
//! do this and who may not, checks what is asked, makes the change with its
//! row of history, and returns when the server decides by it. So a right is
//! written down once, and no handler, template or command holds a rule.
//!
//! # Rights
//!
//! - An *owner* may read and change everything of the organization.
//! - A *member* may read the organization's settings, teams and members, and
//!   their own exceptions and requests, and change none of it but their own.
//! - A *site administrator* looks after the installation (organizations, the
//!   catalog, the cache), and has no right in an organization by it.
//! - What would be decided about an image is told to everybody for themselves,
//!   and to an owner for the members.
//! - *Whoever has signed in as a person* may read how the server is doing, and
//!   look up what is known of a namespace on Docker Hub. The catalog as a
//!   whole, the cache and the upstreams are for site administrators.
//! - An owner may change their own standing as that of others, as long as one
//!   owner who can sign in is left. A member cannot leave by themselves.
//! - To whoever does not belong to an organization it does not exist: the
//!   answer is the same for one of others and for none.
//! - A personal access token administrates only with the scope `repo:admin`,
//!   and never makes or changes access tokens. An organization's token pulls
//!   images and administrates nothing.
//! - Personal access tokens are seen and changed by their person alone, who has
//!   signed in with a password. Those of an organization are read by its
//!   owners, and changed by owners who have signed in with a password.
//!
//! Rights are looked up in the directory of the moment, so one that was lost
//! is lost from the next request on.

mod access_tokens;
mod additions;
mod admin;
mod all_members;
mod allowlist;
mod apply;
mod asking;
mod audit;
mod caller;
mod catalog;
mod console_sessions;
mod decisions;
mod device_sign_ins;
mod difference;
mod error;
mod exceptions;
mod expected;
mod explain;
mod files;
mod image_access;
mod image_name;
mod invited;
mod invites;
mod look_up;
mod machines;
mod members;
mod my_account;
mod namespaces;
mod organizations;
mod policy_cases;
mod policy_change;
mod policy_file;
mod policy_history;
mod policy_schema;
mod preview;
mod registry_access;
mod requests;
mod review;
mod rights;
mod set_up;
mod settings;
mod settings_edit;
mod site_status;
mod tables;
mod teams;
mod test_policy;
mod text;
mod undoing;

pub use access_tokens::{NewAccessToken, Whose};
pub use admin::{Admin, Parts};
pub use all_members::AllMembers;
pub use allowlist::{AllowlistPage, ListedImages};
pub use apply::{Applied, Exported};
pub use asking::{AccessAsk, AskedAccess, AskingProspect};
pub use audit::{
    AllChanges, AuditAction, AuditEntry, AuditGroup, AuditSearch, ChangeKind, ChangePage,
    ChangeSearch, ToldChange,
};
pub use caller::Caller;
pub use console_sessions::{
    Browser, ConsoleSessions, ConsoleSignInError, Opened, SessionSettings, Visitor,
};
pub use decisions::{
    AllDecisions, DecisionPage, DecisionSearch, DecisionSummary, DecisionsLookedThrough,
    ToldDecision,
};
pub use device_sign_ins::{BegunSignIn, DeviceChoice, DeviceOutcome};
pub use difference::differences;
pub use error::AdminError;
pub use exceptions::{ExceptionQuery, ExceptionsShown};
pub use expected::Expected;
pub use explain::Explained;
pub use files::{Complaint, FileError, Place};
pub use image_access::ImageAccess;
pub use invites::{INVITE_DAYS, Invitation, InviteLink, InviteResult, Invited, MOST_INVITEES};
pub use look_up::{ImageFacts, LookedUp, USE_DAYS};
pub use machines::{BUNDLE_PURPOSE, EngineAction, Machine, Report, SignedBundle};
pub use members::{Listed, ListedKind, MemberQuery, OrganizationMember};
pub use my_account::{ChangePasswordError, MyAccount};
pub use namespaces::{NamespaceError, namespace};
pub use policy_cases::{Case, CasesFile, Image, PolicyTest};
pub use policy_change::{MOST_ENTRIES, PolicyChange};
pub use policy_file::{Exceptions, PolicyFile};
pub use policy_history::{PastChange, PolicyHistory};
pub use policy_schema::{FileKind, file_schema};
pub use preview::{PolicyDraft, Preview, PreviewOf};
pub use pullgate_access::{
    Decision, ImpactChange, Prospects, RepositoryImpact, Seen, Standing, TeamImpact,
};
pub use pullgate_catalog::{Knowledge, Source};
pub use pullgate_store::{
    AccessRequest, AccountStatus, Actor, AllowlistEntry, Approval, ApprovedFor, Asking, Backing,
    Became, DecisionCursor, DecisionRecord, Effect, ExceptionId, ExceptionRecord, InvalidCursor,
    Invite, InviteId, Invitee, Namespace, NewException, Organization, Part, RepositoryTotal,
    RepositoryUse, RequestId, RequestState, Run, StoredSettings, TeamEdit, TeamSummary, Window,
};
pub use registry_access::{NewListedRegistry, NewRegistryAccess};
pub use requests::OpenRequests;
pub use review::{Review, ReviewedEntry};
pub use set_up::{SetUpAnswers, SetUpError, SetUpField};
pub use settings_edit::SettingsEdit;
pub use site_status::{CacheStatus, LastAnswer, Machinery, SystemStatus, UpstreamStatus};
pub use tables::{Table, TableFormat, UnknownFormat};
pub use teams::{TeamQuery, groups};
pub use test_policy::Tested;
pub use undoing::CannotUndo;
