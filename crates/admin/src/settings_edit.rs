//! What somebody changes of an organization's settings, and nothing else of
//! them: two who change different things at the same time lose nothing.

use pullgate_policy::{Mode, Permission, Settings, Switch, text};
use pullgate_reference::{Pattern, Registry};
use serde::{Deserialize, Serialize};

/// What is to be different; what is `None` or empty stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsEdit {
    /// Image Access Management.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_access: Option<Switch>,
    /// Whether its denials block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_mode: Option<Mode>,
    /// Docker Official Images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub official: Option<Permission>,
    /// Verified publishers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_publisher: Option<Permission>,
    /// Docker-Sponsored Open Source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsored_oss: Option<Permission>,
    /// Whether the allowlist counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowlist: Option<Switch>,
    /// Registry Access Management.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_access: Option<Switch>,
    /// Whether its denials block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_mode: Option<Mode>,
    /// Docker Hub, among the registries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker_hub: Option<Permission>,
    /// Registries that may be pulled from as well.
    #[serde(with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<Registry>,
    /// Registries that may be pulled from no more.
    #[serde(with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub unlist: Vec<Registry>,
    /// What is trusted as well.
    #[serde(with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Pattern>,
    /// What is trusted no more.
    #[serde(with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub distrust: Vec<Pattern>,
}

impl SettingsEdit {
    /// All choices as the settings have them; of the lists nothing.
    pub fn of(settings: &Settings) -> Self {
        let (iam, ram) = (&settings.iam, &settings.ram);
        Self {
            image_access: Some(iam.enabled),
            image_mode: Some(iam.mode),
            official: Some(iam.official),
            verified_publisher: Some(iam.verified_publisher),
            sponsored_oss: Some(iam.sponsored_oss),
            allowlist: Some(iam.allowlist),
            registry_access: Some(ram.enabled),
            registry_mode: Some(ram.mode),
            docker_hub: Some(ram.docker_hub),
            ..Self::default()
        }
    }

    /// Without the choices that are the same in `before`: what a form says
    /// that was not touched.
    #[must_use]
    pub fn but_for(self, before: &Self) -> Self {
        fn changed<T: PartialEq>(new: Option<T>, old: Option<&T>) -> Option<T> {
            new.filter(|new| Some(new) != old)
        }
        Self {
            image_access: changed(self.image_access, before.image_access.as_ref()),
            image_mode: changed(self.image_mode, before.image_mode.as_ref()),
            official: changed(self.official, before.official.as_ref()),
            verified_publisher: changed(
                self.verified_publisher,
                before.verified_publisher.as_ref(),
            ),
            sponsored_oss: changed(self.sponsored_oss, before.sponsored_oss.as_ref()),
            allowlist: changed(self.allowlist, before.allowlist.as_ref()),
            registry_access: changed(self.registry_access, before.registry_access.as_ref()),
            registry_mode: changed(self.registry_mode, before.registry_mode.as_ref()),
            docker_hub: changed(self.docker_hub, before.docker_hub.as_ref()),
            ..self
        }
    }

    /// Makes the settings be so. What is listed already stays where it is.
    pub fn apply(&self, settings: &mut Settings) {
        fn set<T: Copy>(into: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *into = new;
            }
        }
        let (iam, ram) = (&mut settings.iam, &mut settings.ram);
        set(&mut iam.enabled, self.image_access);
        set(&mut iam.mode, self.image_mode);
        set(&mut iam.official, self.official);
        set(&mut iam.verified_publisher, self.verified_publisher);
        set(&mut iam.sponsored_oss, self.sponsored_oss);
        set(&mut iam.allowlist, self.allowlist);
        set(&mut ram.enabled, self.registry_access);
        set(&mut ram.mode, self.registry_mode);
        set(&mut ram.docker_hub, self.docker_hub);
        put(&mut ram.registries, &self.list, &self.unlist);
        put(&mut settings.trusted, &self.trust, &self.distrust);
    }
}

/// Puts in what is new, and takes out what goes.
fn put<T: Clone + PartialEq>(list: &mut Vec<T>, new: &[T], gone: &[T]) {
    list.retain(|item| !gone.contains(item));
    for item in new {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_repeats_is_no_change() {
        let mut settings = Settings::default();
        let form = SettingsEdit::of(&settings);
        let mut typed = form.clone();
        typed.official = Some(Permission::Restricted);
        let edit = typed.but_for(&form);
        assert_eq!(
            edit,
            SettingsEdit {
                official: Some(Permission::Restricted),
                ..SettingsEdit::default()
            }
        );
        // Somebody else has switched it on in the meantime.
        settings.iam.enabled = Switch::On;
        edit.apply(&mut settings);
        assert_eq!(settings.iam.enabled, Switch::On);
        assert_eq!(settings.iam.official, Permission::Restricted);
    }

    #[test]
    fn lists_get_what_is_new_and_lose_what_goes() {
        let registry = |text: &str| text.parse::<Registry>().unwrap();
        let mut settings = Settings::default();
        settings.ram.registries = vec![registry("ghcr.io"), registry("quay.io")];
        let edit = SettingsEdit {
            list: vec![registry("quay.io"), registry("registry.acme.example")],
            unlist: vec![registry("ghcr.io")],
            trust: vec!["quay.io/**".parse().unwrap()],
            ..SettingsEdit::default()
        };
        edit.apply(&mut settings);
        let listed: Vec<_> = settings
            .ram
            .registries
            .iter()
            .map(Registry::as_str)
            .collect();
        assert_eq!(listed, ["quay.io", "registry.acme.example"]);
        assert_eq!(settings.trusted.len(), 1);
    }
}
