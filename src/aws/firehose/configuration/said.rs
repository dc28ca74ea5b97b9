//! One destination as it was said.

use super::defaults;
use super::document::{Document, Problem, is_on, kept_members, merge, rename, text};
use super::kind::{Kind, NOT_DELIVERED, TOLD, Told};
use crate::aws::protocol::types;
use crate::aws::protocol::value::Value;

/// Structures of which an update says only what changes.
const UPDATED_IN_PART: [&str; 2] = ["S3Configuration", "S3BackupConfiguration"];

/// What a destination was told, with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::aws::firehose) struct Configuration {
    pub(in crate::aws::firehose) kind: Kind,
    pub(super) document: Document,
}

/// The one destination that a body has a member for.
fn only<'a>(
    body: &'a Value<'_>,
    what: &str,
    name: fn(&Told) -> &'static str,
) -> Result<(&'static Told, &'a Value<'a>), Problem> {
    for (stem, called) in NOT_DELIVERED {
        if body.get(&format!("{stem}Destination{what}")).is_some() {
            return Err(format!("kinesim does not deliver to {called}").into());
        }
    }
    let mut found = TOLD.iter().filter_map(|told| Some((told, body.get(name(told))?)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("Exactly one destination configuration is supported for a Firehose".into()),
    }
}

impl Configuration {
    /// What a request to create says.
    ///
    /// # Errors
    /// It must name one destination that something is delivered to here.
    pub(in crate::aws::firehose) fn of_new(body: &Value<'_>) -> Result<Self, Problem> {
        let (told, value) = only(body, "Configuration", |told| told.configuration)?;
        Ok(Self { kind: told.kind, document: kept_members(told.members, value) })
    }

    /// What a request to update says, under the names that a configuration has.
    ///
    /// # Errors
    /// See [`Configuration::of_new`].
    pub(in crate::aws::firehose) fn of_update(body: &Value<'_>) -> Result<Self, Problem> {
        let (told, value) = only(body, "Update", |told| told.update)?;
        let mut document = kept_members(told.update_members, value);
        rename(&mut document, "S3Update", "S3Configuration");
        rename(&mut document, "S3BackupUpdate", "S3BackupConfiguration");
        Ok(Self { kind: told.kind, document })
    }

    /// It with its defaults.
    pub(in crate::aws::firehose) fn filled(mut self) -> Self {
        defaults::fill_in(self.kind, &mut self.document);
        self
    }

    /// What it becomes when an update is taken over: members of the same kind of destination are merged, another kind
    /// has to say all.
    ///
    /// # Errors
    /// What may not change, or is missing.
    pub(in crate::aws::firehose) fn updated(&self, update: Self) -> Result<Self, Problem> {
        let is_same = self.kind == update.kind;
        if !is_same && let Some(kind) = [update.kind, self.kind].into_iter().find(|kind| kind.is_for_good()) {
            let text =
                format!("Changing the destination type to or from {} is not supported at this time.", kind.name());
            return Err(text.into());
        }
        if !is_same {
            let told = TOLD.iter().find(|told| told.kind == update.kind);
            let members = told.map_or(&[][..], |told| told.members);
            let missing = types::check_constraints(members, &update.document).err();
            return match missing.and_then(|error| error.message) {
                Some(text) => {
                    Err(format!("All parameters must be specified for another destination type: {text}").into())
                }
                None => Ok(update.filled()),
            };
        }
        self.check_unchanged(&update)?;
        let mut document = self.document.clone();
        merge(&mut document, update.document, &UPDATED_IN_PART);
        Ok(Self { kind: self.kind, document }.filled())
    }

    /// What can only be said once.
    fn check_unchanged(&self, update: &Self) -> Result<(), Problem> {
        let mode = |of: &Self| text(&of.document, "S3BackupMode").map(str::to_owned);
        match (mode(self).as_deref(), mode(update).as_deref()) {
            (Some("Enabled"), Some("Disabled")) => {
                return Err("S3BackupMode cannot be disabled once it is enabled".into());
            }
            (Some("AllEvents"), Some("FailedEventsOnly")) => {
                return Err("S3BackupMode cannot be changed from AllEvents to FailedEventsOnly".into());
            }
            _ => {}
        }
        let is_partitioned =
            |of: &Self| of.document.get("DynamicPartitioningConfiguration").map(|of| is_on(of, "Enabled"));
        let (present, wanted) = (is_partitioned(self).unwrap_or_default(), is_partitioned(update));
        match wanted.is_none_or(|wanted| wanted == present) {
            true => Ok(()),
            false => {
                Err("Dynamic Partitioning can only be enabled when the Firehose is created, and never disabled".into())
            }
        }
    }
}
