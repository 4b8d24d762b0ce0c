//! Where a repository's content is looked for, and on whose behalf.

use std::sync::Arc;

use pullgate_access::Checked;
use pullgate_cache::{Holder, View};
use pullgate_reference::Repository;
use pullgate_upstream::{Credentials, Upstream, Upstreams};

use crate::problem::{Code, Problem};
use crate::settings::GatewaySettings;

/// A repository at its upstream, as a subject may see it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Under whom the cache keeps it.
    pub(crate) holder: Holder,
    /// Where it comes from.
    pub(crate) upstream: Arc<Upstream>,
    /// With which credentials it is asked for.
    pub(crate) credentials: Credentials,
}

impl Place {
    /// The place of a repository for a subject whose pull was decided.
    ///
    /// An organization's credentials are used for its own people and its own
    /// namespaces alone, and what they fetched is kept apart from what
    /// anybody may see.
    pub(crate) fn of(
        checked: &Checked,
        upstreams: &Upstreams,
        settings: &GatewaySettings,
    ) -> Result<Self, Problem> {
        let repository: &Repository = &checked.repository;
        let registry = repository.registry();
        let Some(upstream) = upstreams.get(registry) else {
            return Err(Problem::new(
                Code::NameUnknown,
                format!(
                    "this gateway does not pull from {registry}. Whoever runs it can add that registry \
                     to the upstreams of its configuration"
                ),
            ));
        };
        let own = checked.own_namespace_of().and_then(|organization| {
            let key = (registry.clone(), organization.clone());
            let login = settings.organization_logins.get(&key)?;
            Some((organization, login))
        });
        let (view, credentials) = match own {
            Some((organization, login)) => (
                View::Organization(organization.clone()),
                Credentials::Login(Arc::clone(login)),
            ),
            None => (View::Public, upstream.site_credentials().clone()),
        };
        Ok(Self {
            holder: Holder {
                view,
                repository: repository.clone(),
            },
            upstream: Arc::clone(upstream),
            credentials,
        })
    }

    /// The repository.
    pub(crate) fn repository(&self) -> &Repository {
        &self.holder.repository
    }
}
