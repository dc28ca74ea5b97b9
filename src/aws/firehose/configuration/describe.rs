//! A destination as DescribeDeliveryStream shows it: what was said and what holds, without passwords and access keys.

use super::document::{Document, kept_members, rename, set, take};
use super::kind::Kind;
use super::said::Configuration;
use super::shapes::S3_CONFIGURATION;
use crate::aws::protocol::value::Value;

impl Configuration {
    /// The members of a DestinationDescription that show it. A destination in S3 is shown twice, as it was before it
    /// could do more and as it is now.
    pub(in crate::aws::firehose) fn described(&self) -> Vec<(&'static str, Document)> {
        let mut shown = self.document.clone();
        rename(&mut shown, "S3Configuration", "S3DestinationDescription");
        rename(&mut shown, "S3BackupConfiguration", "S3BackupDescription");
        rename(&mut shown, "VpcConfiguration", "VpcConfigurationDescription");
        if let Some(vpc) = shown.get("VpcConfigurationDescription").cloned() {
            let mut vpc = vpc;
            set(&mut vpc, "VpcId", "vpc-00000000000000000".into());
            set(&mut shown, "VpcConfigurationDescription", vpc);
        }
        take(&mut shown, "Password");
        if let Some(mut endpoint) = take(&mut shown, "EndpointConfiguration") {
            take(&mut endpoint, "AccessKey");
            let Value::Map(members) = &mut shown else { unreachable!("a configuration is a structure") };
            members.insert(0, ("EndpointConfiguration".into(), endpoint));
        }
        match self.kind {
            Kind::S3 => vec![
                ("S3DestinationDescription", kept_members(S3_CONFIGURATION, &shown)),
                (self.kind.description(), shown),
            ],
            _ => vec![(self.kind.description(), shown)],
        }
    }
}
