//! The one door: may this subject pull this?
//!
//! Every way into Pullgate calls [`Door::check`], and nothing else turns a
//! policy into an answer. The door looks the subject's organizations up in
//! memory, asks the catalog for the category, lets the pure rules of
//! `pullgate-policy` decide and hands the decision to the log.
//!
//! # What is in memory, and how it stays true
//!
//! All policies are compiled into one immutable snapshot, read without a
//! lock and replaced as a whole. [`Door::follow`] is told of changes where the
//! store tells of them, and asks a few times a second in any case;
//! [`Door::reload`] brings a change in at once. When the store cannot be asked, the last known policy
//! goes on deciding for a set time; after that everything is denied.
//!
//! # What a change would do
//!
//! [`Door::replay`] tries a draft policy out on what was decided before, with
//! the same rules.
//!
//! # Away from the server
//!
//! [`Door::bundle`] is what a machine takes along to decide by, with the same
//! rules, while this cannot be asked; [`Door::take_report`] takes in what it
//! decided then.
//!
//! # No decision without a record
//!
//! [`Door::check`] returns a [`Checked`], which records itself when it is
//! dropped: a caller cannot forget it, and can add the digest that a tag
//! turned out to name. The log counts same decisions together in memory and
//! writes them in batches; see [`Recorder`].

mod bundling;
mod decision;
mod door;
mod entry;
mod follow;
mod gathering;
mod impact;
mod loading;
mod policies;
mod prospects;
mod pull;
mod recorder;
mod replay;
mod reported;
mod retention;
mod seen;
mod spool;
mod suppose;

pub use decision::{Checked, Decision};
pub use door::{Clock, Door, DoorSettings, Standing};
pub use impact::{
    Foremost, Impact, ImpactChange, LeftOut, OutcomeTally, RepositoryImpact, SubjectImpact,
    TeamImpact,
};
pub use prospects::Prospects;
pub use pull::{Action, Pull};
pub use recorder::{LogCounters, Recorder, RecorderSettings};
pub use replay::Trial;
pub use reported::Reported;
pub use retention::Retention;
pub use seen::{Known, Seen};
pub use suppose::{By, Supposed};
