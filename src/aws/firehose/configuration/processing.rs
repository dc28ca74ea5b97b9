//! ProcessingConfiguration: processors with their parameters, as stages of a pipeline.

use super::document::{Document, Problem, is_on, text};
use super::queries;
use crate::aws::firehose::pipeline::{Deaggregation, FunctionStage, Hints, Processing, Queries};
use crate::aws::protocol::value::Value;
use crate::base::SimDuration;
use crate::base::units::MIB;

/// How often a function is called again when nothing is said.
const RETRIES: u32 = 3;

/// One processor.
struct Processor<'a> {
    kind: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Processor<'a> {
    fn of(document: &'a Document) -> Self {
        let parameters = document.get("Parameters").and_then(Value::as_list).unwrap_or_default();
        let pair = |of| Some((text(of, "ParameterName")?, text(of, "ParameterValue")?));
        Self {
            kind: text(document, "Type").unwrap_or_default(),
            parameters: parameters.iter().filter_map(pair).collect(),
        }
    }
    fn get(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
    fn need(&self, name: &str) -> Result<&'a str, Problem> {
        self.get(name).ok_or_else(|| format!("Processor {} needs the parameter {name}", self.kind).into())
    }
    fn wrong(&self, name: &str) -> Problem {
        let value = self.get(name).unwrap_or_default();
        format!("{value} is no {name} that processor {} can have", self.kind).into()
    }
    /// Only these parameters.
    fn takes(&self, names: &[&str]) -> Result<(), Problem> {
        let other = self.parameters.iter().find(|(name, _)| !names.contains(name));
        match other {
            Some((name, _)) => Err(format!("Processor {} has no parameter {name}", self.kind).into()),
            None => Ok(()),
        }
    }
}

/// The stages that a destination's processors are. `function_mb` is the size of a function's payload when none is said.
pub(super) fn stages(destination: &Document, function_mb: f64) -> Result<Processing, Problem> {
    let mut stages = Processing::default();
    let Some(said) = destination.get("ProcessingConfiguration") else { return Ok(stages) };
    let processors = said.get("Processors").and_then(Value::as_list).unwrap_or_default();
    for (n, processor) in processors.iter().enumerate() {
        let processor = Processor::of(processor);
        if processors[..n].iter().any(|before| text(before, "Type") == Some(processor.kind)) {
            return Err(format!("Processor {} can only be there once", processor.kind).into());
        }
        add(&mut stages, &processor, function_mb)?;
    }
    // What is switched off must be right all the same, and does nothing.
    Ok(if is_on(said, "Enabled") { stages } else { Processing::default() })
}

fn add(stages: &mut Processing, processor: &Processor<'_>, function_mb: f64) -> Result<(), Problem> {
    match processor.kind {
        "Lambda" => stages.function = Some(function(processor, function_mb)?),
        "RecordDeAggregation" => stages.deaggregate = Some(deaggregation(processor)?),
        "Decompression" => {
            processor.takes(&["CompressionFormat"])?;
            match processor.get("CompressionFormat") {
                None | Some("GZIP") => stages.decompress = true,
                Some(_) => return Err(processor.wrong("CompressionFormat")),
            }
        }
        "CloudWatchLogProcessing" => {
            return Err("kinesim does not extract messages of CloudWatch Logs: the function may do so".into());
        }
        "MetadataExtraction" => {
            processor.takes(&["MetadataExtractionQuery", "JsonParsingEngine"])?;
            if processor.need("JsonParsingEngine")? != "JQ-1.6" {
                return Err(processor.wrong("JsonParsingEngine"));
            }
            let keys = queries::split(processor.need("MetadataExtractionQuery")?)?;
            if keys.len() > KEYS_MAX {
                return Err(format!("MetadataExtractionQuery has more than {KEYS_MAX} keys").into());
            }
            stages.keys = Queries::new(keys).map_err(|error| Problem::from(error.to_string()))?;
        }
        _ => {
            processor.takes(&["Delimiter"])?;
            match processor.get("Delimiter") {
                None | Some("\\n") | Some("\n") => stages.newline = true,
                Some(_) => return Err("kinesim appends no other delimiter than \\n".into()),
            }
        }
    }
    Ok(())
}

/// Keys of dynamic partitioning (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html>).
const KEYS_MAX: usize = 50;

fn function(processor: &Processor<'_>, function_mb: f64) -> Result<FunctionStage, Problem> {
    processor.takes(&["LambdaArn", "NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds"])?;
    let name = function_of_arn(processor.need("LambdaArn")?).ok_or_else(|| processor.wrong("LambdaArn"))?;
    let number = |name: &'static str, max: u32, default: u32| match processor.get(name) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|n| *n <= max).ok_or_else(|| processor.wrong(name)),
    };
    let megabytes = match processor.get("BufferSizeInMBs") {
        None => function_mb,
        Some(text) => {
            let number = text.parse::<f64>().ok().filter(|mb| (0.2..=3.0).contains(mb));
            number.ok_or_else(|| processor.wrong("BufferSizeInMBs"))?
        }
    };
    Ok(FunctionStage {
        name: name.into(),
        hints: Hints {
            size_bytes: (megabytes * MIB as f64) as u64,
            interval: SimDuration::from_secs(number("BufferIntervalInSeconds", 900, 60)?.into()),
        },
        retries: number("NumberOfRetries", 300, RETRIES)?,
    })
}

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, and perhaps a version.
fn function_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_lambda = parts.next()? == "arn" && parts.nth(1)? == "lambda";
    let name = parts.nth(2).filter(|kind| *kind == "function").and_then(|_| parts.next())?;
    (is_lambda && !name.is_empty()).then_some(name)
}

fn deaggregation(processor: &Processor<'_>) -> Result<Deaggregation, Problem> {
    processor.takes(&["SubRecordType", "Delimiter"])?;
    match processor.need("SubRecordType")? {
        "JSON" => Ok(Deaggregation::Json),
        "DELIMITED" => {
            let bytes = base64_simd::STANDARD.decode_to_vec(processor.need("Delimiter")?.as_bytes());
            let bytes = bytes.ok().filter(|bytes| !bytes.is_empty());
            Ok(Deaggregation::Delimited(bytes.ok_or_else(|| processor.wrong("Delimiter"))?.into()))
        }
        _ => Err(processor.wrong("SubRecordType")),
    }
}
