//! `[[autoscaling]]`: a policy that changes a stream's shards.
//!
//! The keys of a policy of amazon-kinesis-scaling-utils are its own words in the house's spelling (`scaleThresholdPct` is
//! `scale_threshold_pct`), so that a file of that tool is copied line by line; so are those of target tracking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::client::autoscaling::{Autoscaling as Rule, Operation, Scale as OneWay, Step};
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::spans::Path;

/// Changes a stream's shards by its metrics: `target_tracking`, or `scale_up` and `scale_down`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Autoscaling {
    /// The stream; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<String>,
    /// minShards (MinCapacity): it never asks for fewer.
    #[serde(default = "one")]
    min_shards: u32,
    /// maxShards (MaxCapacity): it never asks for more.
    max_shards: u32,
    /// scaleOnOperation: whose use is looked at. With both, up where one is beyond its threshold, down where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale_on_operation: Option<Vec<OperationWord>>,
    /// Target tracking, as Application Auto Scaling does it: keeps the use of all shards near a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_tracking: Option<TargetTracking>,
    /// scaleUp of amazon-kinesis-scaling-utils.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale_up: Option<Scale>,
    /// scaleDown of amazon-kinesis-scaling-utils.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale_down: Option<Scale>,
}

/// What a policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum OperationWord {
    /// Records and bytes written, whichever is nearer to its limit.
    #[serde(rename = "PUT")]
    Put,
    /// Bytes that GetRecords returns.
    #[serde(rename = "GET")]
    Get,
}

/// Keeps the use of all shards near a percentage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TargetTracking {
    /// TargetValue: percent of what all shards take.
    target_value_pct: u32,
    /// Minutes above it, one after the other, until shards are added.
    #[serde(default = "three")]
    scale_out_after_mins: u32,
    /// Minutes below nine tenths of it, one after the other, until shards are taken away.
    #[serde(default = "fifteen")]
    scale_in_after_mins: u32,
    /// ScaleOutCooldown: minutes after shards were added in which no more are.
    #[serde(default = "five")]
    scale_out_cooldown_mins: u32,
    /// ScaleInCooldown: minutes after shards were taken away in which no more are.
    #[serde(default = "five")]
    scale_in_cooldown_mins: u32,
    /// DisableScaleIn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disable_scale_in: bool,
}

/// One direction of a policy of amazon-kinesis-scaling-utils.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Scale {
    /// scaleThresholdPct: percent of what all shards take or give.
    scale_threshold_pct: u32,
    /// scaleAfterMins: minutes beyond it, one after the other.
    scale_after_mins: u32,
    /// scaleCount: by so many shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale_count: Option<u32>,
    /// scalePct: by so many percent of the shards that there are, and one at least; 100 doubles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale_pct: Option<u32>,
    /// coolOffMins: minutes after a change in this direction in which there is no other one.
    #[serde(default)]
    cool_off_mins: u32,
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}

fn five() -> u32 {
    5
}

fn fifteen() -> u32 {
    15
}

/// Every policy of the file.
pub(crate) fn autoscaling(c: &mut Compiler<'_>, written: &[Autoscaling]) -> Vec<Rule> {
    let rules: Vec<Rule> = written.iter().enumerate().filter_map(|(n, policy)| rule(c, n, policy)).collect();
    for (n, rule) in rules.iter().enumerate() {
        let is_twice = rules[..n].iter().any(|other| other.stream == rule.stream);
        let help = "two policies would undo each other's changes";
        c.need(!is_twice, file_path!["autoscaling", n], "a stream has one policy", help);
    }
    rules
}

fn rule(c: &mut Compiler<'_>, n: usize, policy: &Autoscaling) -> Option<Rule> {
    let stream = match &policy.stream {
        Some(name) => c.stream_name(name, file_path!["autoscaling", n, "stream"]),
        None => c.only_stream(file_path!["autoscaling", n]),
    };
    let bounds = 1..=policy.max_shards;
    let help = "from one shard on, and no more than `max_shards`";
    let at = file_path!["autoscaling", n, "min_shards"];
    c.need(bounds.contains(&policy.min_shards), at, "`min_shards` is out of its range", help);
    let is_utils = policy.scale_up.is_some() || policy.scale_down.is_some();
    if is_utils == policy.target_tracking.is_some() {
        let help = "`target_tracking`, or `scale_up` and `scale_down`";
        c.problem(file_path!["autoscaling", n], "a policy is of exactly one kind", "this one", help);
        return None;
    }
    let (up, down) = match &policy.target_tracking {
        Some(tracking) => {
            let percent = tracking.target_value_pct;
            let at = file_path!["autoscaling", n, "target_tracking", "target_value_pct"];
            c.need((1..=100).contains(&percent), at, "a percentage is from 1 to 100", "AWS's examples take 70");
            tracking.both_ways()
        }
        None => {
            let mut one_way = |scale: &Option<Scale>, key: &str| {
                scale.as_ref().and_then(|scale| scale.one_way(c, file_path!["autoscaling", n, key]))
            };
            (one_way(&policy.scale_up, "scale_up"), one_way(&policy.scale_down, "scale_down"))
        }
    };
    let words = policy.scale_on_operation.clone().unwrap_or_else(|| vec![OperationWord::Put]);
    let help = "`scale_on_operation = [\"PUT\"]`, `[\"GET\"]` or both";
    c.need(!words.is_empty(), file_path!["autoscaling", n, "scale_on_operation"], "it looks at nothing", help);
    let operations = words.iter().map(|word| match word {
        OperationWord::Put => Operation::Put,
        OperationWord::Get => Operation::Get,
    });
    let (shards_min, shards_max) = (policy.min_shards, policy.max_shards.max(policy.min_shards));
    Some(Rule { stream, shards_min, shards_max, operations: operations.collect(), up, down })
}

impl TargetTracking {
    fn both_ways(&self) -> (Option<OneWay>, Option<OneWay>) {
        let step = Step::ToUse(self.target_value_pct);
        let up = OneWay {
            threshold_tenths: self.target_value_pct * 10,
            after_min: self.scale_out_after_mins,
            step,
            cool_off_min: self.scale_out_cooldown_mins,
        };
        let down = OneWay {
            threshold_tenths: self.target_value_pct * 9,
            after_min: self.scale_in_after_mins,
            step,
            cool_off_min: self.scale_in_cooldown_mins,
        };
        (Some(up), (!self.disable_scale_in).then_some(down))
    }
}

impl Scale {
    fn one_way(&self, c: &mut Compiler<'_>, mut at: Path) -> Option<OneWay> {
        let step = match (self.scale_count, self.scale_pct) {
            (Some(count), None) if count > 0 => Some(Step::Count(count)),
            (None, Some(percent)) if percent > 0 => Some(Step::Percent(percent)),
            _ => None,
        };
        let help = "`scale_count = 2`, or `scale_pct = 100`";
        c.need(step.is_some(), at.clone(), "how far it scales is one number above 0", help);
        at.push("scale_threshold_pct".into());
        let is_possible = (1..=100).contains(&self.scale_threshold_pct);
        c.need(is_possible, at, "a percentage is from 1 to 100", "of what all shards take or give");
        step.map(|step| OneWay {
            threshold_tenths: self.scale_threshold_pct.min(100) * 10,
            after_min: self.scale_after_mins,
            step,
            cool_off_min: self.cool_off_mins,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::load;

    fn loaded(policy: &str) -> Result<String, String> {
        let text = format!("name = \"t\"\nduration = \"10m\"\n[stream.s]\nshards = 2\n[[autoscaling]]\n{policy}");
        let scenario = load(&text, "t.toml", None).map_err(|problems| problems.to_string())?;
        Ok(scenario.explain().lines().filter(|line| line.starts_with("autoscaling")).collect())
    }

    #[test]
    fn a_policy_is_of_one_kind_and_says_how_far_it_goes() {
        let utils = "max_shards = 8\nscale_up = { scale_threshold_pct = 80, scale_after_mins = 5, scale_count = 2 }\n";
        assert_eq!(loaded(utils), Ok("autoscaling of s, 1 to 8 shards: up above 80 % in 5 minutes".into()));
        let tracking = "max_shards = 8\ntarget_tracking = { target_value_pct = 70 }\n";
        let told = "autoscaling of s, 1 to 8 shards: up above 70 % in 3 minutes, down below 63 % in 15 minutes";
        assert_eq!(loaded(tracking), Ok(told.into()));
        for (wrong, why) in [
            ("max_shards = 8\n", "exactly one kind"),
            ("min_shards = 9\nmax_shards = 8\ntarget_tracking = { target_value_pct = 70 }\n", "`min_shards`"),
            ("max_shards = 8\ntarget_tracking = { target_value_pct = 0 }\n", "from 1 to 100"),
            ("max_shards = 8\nscale_up = { scale_threshold_pct = 80, scale_after_mins = 5 }\n", "how far"),
            ("max_shards = 8\nstream = \"x\"\ntarget_tracking = { target_value_pct = 70 }\n", "x"),
        ] {
            let told = loaded(wrong).expect_err(wrong);
            assert!(told.contains(why), "{told}");
        }
    }
}
