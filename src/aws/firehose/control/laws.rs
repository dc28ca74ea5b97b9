//! What holds whatever is asked, and whenever.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{Became, Change};
use crate::aws::firehose::desk::{Desk, creation, s3, update};

/// How the engine sees a delivery stream.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Active(u32),
    Gone,
}

fn follow(seen: &mut BTreeMap<String, Seen>, became: &Became) {
    let before = seen.get(became.name.as_str()).copied();
    let now = match (&became.what, before) {
        (Change::Active(_), None | Some(Seen::Gone)) => Seen::Active(1),
        (Change::Updated(_, version), Some(Seen::Active(before))) if *version > before => Seen::Active(*version),
        (Change::Gone, Some(Seen::Active(_))) => Seen::Gone,
        (what, before) => panic!("{what:?} after {before:?}"),
    };
    seen.insert(became.name.to_string(), now);
}

proptest! {
    /// The engine hears of a delivery stream once that it is there, then of newer versions, then once that it is gone.
    #[test]
    fn changes_come_in_the_order_of_a_life(steps in prop::collection::vec((0_u8..6, 0_u8..2, 0_u64..90), 1..80)) {
        let mut desk = Desk::with(|settings| settings.kms_keys = Some(Vec::new()));
        let mut seen = BTreeMap::new();
        for (what, which, pause) in steps {
            desk.sleep(pause);
            let became = desk.firehose.control.advance(desk.now);
            prop_assert!(became.is_sorted_by_key(|became| became.at));
            prop_assert!(became.iter().all(|became| became.at <= desk.now));
            prop_assert!(desk.firehose.control.next_deadline().is_none_or(|at| at > desk.now));
            became.iter().for_each(|became| follow(&mut seen, became));
            let name = ["a", "b"][usize::from(which)];
            let named = json!({ "DeliveryStreamName": name });
            let version = desk.call("DescribeDeliveryStream", named.to_string().as_bytes());
            let version = version.1["DeliveryStreamDescription"]["VersionId"].as_str().unwrap_or("1").to_owned();
            let mut unknown_key = creation(name, s3(json!({})));
            unknown_key["DeliveryStreamEncryptionConfigurationInput"] = json!({
                "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": "arn:aws:kms:us-east-1:000000000000:key/1",
            });
            let (operation, body) = match what {
                0 => ("CreateDeliveryStream", creation(name, s3(json!({})))),
                1 => ("CreateDeliveryStream", unknown_key),
                2 => ("DeleteDeliveryStream", named),
                3 => ("StartDeliveryStreamEncryption", named),
                4 => ("StopDeliveryStreamEncryption", named),
                _ => ("UpdateDestination", update(name, &version, json!({ "Prefix": format!("{pause}/") }))),
            };
            let (status, answer) = desk.call(operation, body.to_string().as_bytes());
            prop_assert!(status == 200 || answer["__type"].is_string(), "{operation}: {answer}");
        }
    }
}
