//! How the gateway's names stand in a bundle.

use pullgate_policy::text;
use pullgate_reference::{GatewayNames, Registry};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    /// The gateway's own addresses.
    #[serde(with = "text::list")]
    addresses: Vec<Registry>,
    /// Hosts that stand for one upstream each.
    bound: Vec<BoundHost>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundHost {
    /// The host name, without a port.
    host: String,
    /// The registry that it stands for.
    #[serde(with = "text::one")]
    registry: Registry,
}

/// Writes the names by which the gateway is reached from every machine.
pub(crate) fn serialize<S: Serializer>(
    names: &GatewayNames,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let form = Form {
        addresses: names.own().cloned().collect(),
        bound: names
            .bound()
            .map(|(host, registry)| BoundHost {
                host: host.to_owned(),
                registry: registry.clone(),
            })
            .collect(),
    };
    form.serialize(serializer)
}

/// Reads them.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<GatewayNames, D::Error> {
    let form = Form::deserialize(deserializer)?;
    let bound = form.bound.into_iter();
    Ok(GatewayNames::new(
        form.addresses,
        bound.map(|bound| (bound.host, bound.registry)),
    ))
}
