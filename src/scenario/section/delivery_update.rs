//! Actions on delivery streams: UpdateDestination, DeleteDeliveryStream, and the COPY of skipped manifests.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::{BufferHints, Delivery};
use super::delivery_sinks::S3;
use crate::aws::firehose::pipeline::Destination;
use crate::base::DeliveryName;
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::ActionKind;
use crate::scenario::spans::Path;

/// What UpdateDestination changes; the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryUpdate {
    /// The delivery stream.
    pub(crate) name: String,
    /// When records are brought to the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) buffer: Option<BufferHints>,
    /// The function that transforms records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    /// When records are given to the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) function_buffer: Option<BufferHints>,
    /// Where objects are put, of one that delivers to S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<S3>,
}

impl DeliveryUpdate {
    /// What the delivery stream is afterwards.
    fn of(&self, present: &Delivery) -> Delivery {
        let Self { buffer, function, function_buffer, s3, .. } = self.clone();
        let present = present.clone();
        Delivery {
            buffer: buffer.or(present.buffer),
            function: function.or(present.function),
            function_buffer: function_buffer.or(present.function_buffer),
            s3: s3.or(present.s3),
            ..present
        }
    }
}

/// What an action says of delivery streams.
pub(super) struct DeliveryAction<'a> {
    /// `update_delivery`.
    pub(super) update: Option<&'a DeliveryUpdate>,
    /// `delete_delivery`.
    pub(super) delete: Option<&'a str>,
    /// `copy_manifests`.
    pub(super) copy: Option<&'a str>,
}

impl Compiler<'_> {
    /// What an action does to a delivery stream, if it is about one.
    pub(super) fn delivery_actions(
        &mut self,
        n: usize,
        action: &DeliveryAction<'_>,
        deliveries: &BTreeMap<String, Delivery>,
    ) -> Vec<(ActionKind, String)> {
        let mut kinds = Vec::new();
        if let Some(update) = action.update {
            let base = file_path!["action", n, "update_delivery"];
            let (name, path) = (&update.name, [base.clone(), file_path!["name"]].concat());
            if let Some((delivery, present)) = self.delivery_meant(name, path, deliveries) {
                let pipeline = Box::new(self.pipeline(&base, name, &update.of(present)));
                kinds.push((
                    ActionKind::UpdateDestination { delivery, pipeline },
                    format!("UpdateDestination of {name}"),
                ));
            }
        }
        if let Some(name) = action.delete {
            let path = file_path!["action", n, "delete_delivery"];
            if let Some((delivery, _)) = self.delivery_meant(name, path, deliveries) {
                kinds.push((ActionKind::DeleteDelivery { delivery }, format!("DeleteDeliveryStream {name}")));
            }
        }
        if let Some(name) = action.copy {
            let path = || file_path!["action", n, "copy_manifests"];
            if let Some((_, present)) = self.delivery_meant(name, path(), deliveries) {
                match self.pipeline(&file_path!["delivery", name], name, present).destination {
                    Destination::Redshift(to) => {
                        let to = Box::new(to);
                        kinds.push((ActionKind::CopyManifests { to }, format!("COPY of what {name} skipped")));
                    }
                    _ => self.problem(
                        path(),
                        format!("{name} does not deliver to Redshift"),
                        "here",
                        "only its manifests can be loaded by hand",
                    ),
                }
            }
        }
        kinds
    }

    fn delivery_meant<'a>(
        &mut self,
        name: &str,
        path: Path,
        deliveries: &'a BTreeMap<String, Delivery>,
    ) -> Option<(DeliveryName, &'a Delivery)> {
        let parsed = self.delivery_name(name, path);
        Some((parsed, deliveries.get(name)?))
    }
}
