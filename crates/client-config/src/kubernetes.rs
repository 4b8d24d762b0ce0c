//! A node's images are pulled by its containerd; who pulls is said by the
//! pod's pull secret.

use crate::containerd::{enforced, hosts, open};
use crate::guide::{Block, Guide, Step, sentences};
use crate::site::Site;

pub(crate) fn guide(site: &Site) -> Guide {
    let username = &site.username;
    Guide {
        steps: vec![
            hosts(site),
            Step::new(
                "Have containerd read that folder",
                "In containerd 1.x; in 2.x the table is [plugins.'io.containerd.cri.v1.images'.registry]. Restart containerd afterwards. Distributions of Kubernetes often have this set already.",
                vec![Block::file(
                    "/etc/containerd/config.toml",
                    "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"/etc/containerd/certs.d\"\n".to_owned(),
                )],
            ),
            Step::new(
                "Say who pulls",
                "With an access token; for a cluster, one of the organization's rather than a person's. Name the secret in the pods' imagePullSecrets, or in their service account.",
                vec![Block::shell(format!(
                    "kubectl create secret docker-registry pullgate \\\n  --docker-server=https://index.docker.io/v1/ \\\n  --docker-username={username} --docker-password=TOKEN\n"
                ))],
            ),
        ],
        enforced: enforced(),
        open: open(),
        untried: sentences([
            "No Kubernetes node was tried: the first step is what was tried with containerd alone, and the sentence of a denial is expected in the pod's events.",
        ]),
    }
}
