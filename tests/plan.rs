//! `kinesim plan` as a user meets it: what it answers, what it leaves, and its exit codes.

mod support;

use std::path::Path;

use support::told;

#[test]
fn a_plan_names_the_cheapest_configuration_that_keeps_the_promises() {
    let file = "scenarios/plan/lease-table-of-twice-the-shards.toml";
    let fewer = ["--vary", "consumer.billing.lease_table.write=20,40", "--vary", "stream.clicks.shards=32,64"];
    let asked: Vec<&str> = ["plan", file, "--horizon", "10m"].into_iter().chain(fewer).collect();
    let (code, out, err) = told(&asked);
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    let last = out.lines().last().expect("an answer");
    let wanted = "consumer.billing.lease_table.write = 20, stream.clicks.shards = 32: ";
    assert!(last.starts_with(wanted) && last.ends_with(" USD a month"), "{out}");
    assert!(out.contains("it says 8 shards, here 32"), "the public formula, beside it\n{out}");
    let (code, json, _) = told(&asked.iter().copied().chain(["--json", "-"]).collect::<Vec<_>>());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, json["tried"].as_array().map(Vec::len)), (Some(0), Some(4)));
}

#[test]
fn a_plan_leaves_a_page_and_a_scenario_that_runs_and_its_parts_come_to_the_same_answer() {
    let file = "scenarios/plan/lease-table-of-twice-the-shards.toml";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planned");
    let _ = std::fs::remove_dir_all(&folder);
    let folder = folder.to_str().expect("text");
    let fewer = ["--vary", "consumer.billing.lease_table.write=20,40", "--vary", "stream.clicks.shards=16,32"];
    let asked: Vec<&str> = ["plan", file, "--horizon", "5m"].into_iter().chain(fewer).collect();
    let with = |more: &[&str]| told(&asked.iter().chain(more).copied().collect::<Vec<_>>());
    let (code, whole, _) = with(&["--out", folder]);
    let left = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).expect("it is left");
    assert!(left("report.html").contains("Plan of"), "{whole}");
    assert!(left("plan.json").starts_with('{'));
    let (checked, out, err) = told(&["check", &format!("{folder}/recommended.toml")]);
    assert_eq!(checked, Some(0), "{out}{err}");
    let (missing, _, err) = with(&["--merge", folder]);
    assert_eq!(missing, Some(2));
    assert!(err.contains("no part is here"), "{err}");
    for part in ["1/2", "2/2"] {
        let (made, _, err) = with(&["--partition", part, "--out", folder]);
        assert_eq!(made, Some(0), "{err}");
        assert!(err.contains("2 of 4 configurations"), "{err}");
    }
    assert_eq!(with(&["--merge", folder]), (code, whole, String::new()));
    let (other, _, err) = with(&["--merge", folder, "--slo", "unread_trimmed == 0"]);
    assert_eq!(other, Some(2));
    assert!(err.contains("a part is of another plan"), "{err}");
}

#[test]
fn a_plan_chooses_between_polling_and_fan_out_and_says_what_each_costs() {
    let reader = |name: &str| format!("[consumer.{name}]\nstream = \"orders\"\ncheckpoint = \"10s\"\n");
    let readers = ["billing", "audit", "search", "fraud"].map(reader).concat();
    let text = format!(
        "name = \"four readers\"\nduration = \"25m\"\n[stream.orders]\nshards = 2\n[producer.shop]\n\
         stream = \"orders\"\nrate = \"110/s\"\nrecord_size = \"10 KiB\"\nkeys = {{ uniform = 1000 }}\n{readers}\
         [[expect]]\niterator_age.max = \"< 10s\"\nfrom = \"15m\"\n"
    );
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fan-out-or-not.toml");
    std::fs::write(&file, text).expect("it is written");
    let asked = ["plan", file.to_str().expect("text"), "--vary", "consumer.billing.retrieval=polling,fan-out"];
    let (code, json, err) = told(&[&asked[..], &["--json", "-"]].concat());
    assert_eq!((code, &*err), (Some(0), ""), "{json}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let tried = json["tried"].as_array().expect("what was tried");
    let of = |retrieval: &str| {
        let is = |point: &&serde_json::Value| point.to_string().contains(retrieval);
        let point = tried.iter().find(is).unwrap_or_else(|| panic!("{retrieval} in {tried:?}"));
        (point["holds"].as_bool(), point["cost_per_month_usd"].as_f64().expect("a price"))
    };
    let ((polling_holds, polling), (fan_out_holds, fan_out)) = (of("polling"), of("fan-out"));
    assert_eq!((polling_holds, fan_out_holds), (Some(false), Some(true)), "four poll for more than a shard gives");
    // Two consumer-shard hours at 0.015 USD for 730 hours, and 1.1 MB/s at 0.013 USD a GB.
    let wanted = 2.0 * 730.0 * 0.015 + 110.0 * 10_246.0 * 3600.0 * 730.0 / 1e9 * 0.013;
    assert!((fan_out - polling - wanted).abs() < 0.05 * wanted, "{polling} and {fan_out}: {wanted} more");
}

#[test]
fn a_plan_without_a_configuration_that_holds_says_so_and_fails() {
    let file = "scenarios/plan/lease-table-of-twice-the-shards.toml";
    let (code, out, _) = told(&["plan", file, "--horizon", "10m", "--vary", "stream.clicks.shards=2,4"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("no configuration keeps all promises"), "{out}");
    let (code, _, err) = told(&["plan", file, "--slo", "throttled_writes"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`throttled_writes` is no promise"), "{err}");
    let (code, _, err) = told(&["plan", file, "--vary", "stream.clik.shards=1,2"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`stream.clik.shards` means nothing in this file"), "{err}");
}
