//! Which part of a search this machine makes: as `--partition` says, or as the engine that started many of them does.

use crate::explore::Partition;

/// The value of `--partition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Asked {
    /// This one.
    Given(Partition),
    /// That of this machine, of so many.
    Auto(u64),
}

/// Reads the value.
pub(in crate::cli) fn asked(text: &str) -> Result<Asked, String> {
    match text.strip_prefix("auto/") {
        Some(of) => match of.parse() {
            Ok(of) if of > 0 => Ok(Asked::Auto(of)),
            _ => Err("of how many? Such as auto/8".to_owned()),
        },
        None => text.parse().map(Asked::Given).map_err(str::to_owned),
    }
}

/// A part, and what is to be said of where it came from.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct Part {
    /// None where all is searched.
    pub(in crate::cli) partition: Option<Partition>,
    pub(in crate::cli) note: Option<String>,
}

/// Looks a variable of the environment up.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Which of its parts an engine says that this is, and of how many if it says that.
struct Told {
    engine: &'static str,
    number: u64,
    of: Option<u64>,
}

/// The part that is meant. What is asked for wins over what an engine says.
pub(in crate::cli) fn part(asked: Option<Asked>, variable: Lookup<'_>) -> Result<Part, String> {
    match asked {
        Some(Asked::Given(partition)) => Ok(Part { partition: Some(partition), note: None }),
        Some(Asked::Auto(of)) => {
            let Some(told) = told(variable)? else {
                return Err(
                    "--partition auto/N: neither Slurm, AWS Batch, an Indexed Job of Kubernetes nor GNU parallel \
                            says which part this is; name it, as 2/8"
                        .to_owned(),
                );
            };
            taken(&told, of)
        }
        None => match told(variable)? {
            Some(told @ Told { of: Some(of), .. }) => taken(&told, of),
            Some(Told { engine: engine @ KUBERNETES, .. }) => {
                let note = format!(
                    "{engine} runs this, and how many parts there are is not said: all is searched; \
                                    --partition auto/N searches this part of N"
                );
                Ok(Part { partition: None, note: Some(note) })
            }
            _ => Ok(Part { partition: None, note: None }),
        },
    }
}

fn taken(Told { engine, number, .. }: &Told, of: u64) -> Result<Part, String> {
    let partition = Partition::new(*number, of);
    let partition = partition.ok_or_else(|| format!("{engine} says that this is part {number}, of {of}"))?;
    let note = format!("part {partition}, as {engine} says; --partition 1/1 searches all");
    Ok(Part { partition: Some(partition), note: Some(note) })
}

const KUBERNETES: &str = "an Indexed Job of Kubernetes";

/// What an engine says: <https://slurm.schedmd.com/job_array.html>,
/// <https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html>,
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode>,
/// <https://www.gnu.org/software/parallel/man.html>. Only the first two say of how many.
fn told(variable: Lookup<'_>) -> Result<Option<Told>, String> {
    let number = |name: &str| match variable(name) {
        None => Ok(None),
        Some(text) => text.trim().parse::<u64>().map(Some).map_err(|_| format!("{name}={text} is no whole number")),
    };
    if let (Some(id), Some(first), of @ Some(count)) =
        (number("SLURM_ARRAY_TASK_ID")?, number("SLURM_ARRAY_TASK_MIN")?, number("SLURM_ARRAY_TASK_COUNT")?)
    {
        let (step, behind) = (number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1), id.saturating_sub(first));
        if !behind.is_multiple_of(step) || behind / step >= count {
            return Err(format!(
                "the tasks of this Slurm array do not follow each other ({id} is one of {count} from \
                                {first} on): say which part this is, as --partition 2/8"
            ));
        }
        return Ok(Some(Told { engine: "the array of Slurm", number: behind / step + 1, of }));
    }
    if let (Some(index), of @ Some(_)) = (number("AWS_BATCH_JOB_ARRAY_INDEX")?, number("AWS_BATCH_JOB_ARRAY_SIZE")?) {
        return Ok(Some(Told { engine: "the array job of AWS Batch", number: index + 1, of }));
    }
    if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        return Ok(Some(Told { engine: KUBERNETES, number: index + 1, of: None }));
    }
    Ok(number("PARALLEL_SEQ")?.map(|number| Told { engine: "GNU parallel", number, of: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, variables: &[(&str, &str)]) -> Result<Part, String> {
        let variable =
            |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        let asked = (!text.is_empty()).then(|| asked(text)).transpose()?;
        part(asked, &variable)
    }

    fn partition(text: &str, variables: &[(&str, &str)]) -> String {
        let part = of(text, variables).unwrap_or_else(|error| panic!("{error}"));
        part.partition.map_or("all".to_owned(), |partition| partition.to_string())
    }

    const SLURM: &[(&str, &str)] = &[
        ("SLURM_ARRAY_TASK_ID", "8"),
        ("SLURM_ARRAY_TASK_MIN", "4"),
        ("SLURM_ARRAY_TASK_STEP", "2"),
        ("SLURM_ARRAY_TASK_COUNT", "5"),
    ];

    #[test]
    fn engines_that_say_of_how_many_are_taken_at_their_word() {
        assert_eq!(partition("", &[]), "all");
        assert_eq!(partition("", SLURM), "3/5");
        let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "4")];
        assert_eq!(partition("", &batch), "1/4");
        assert!(of("", &batch).is_ok_and(|part| part.note.is_some_and(|note| note.contains("AWS Batch"))));
    }

    #[test]
    fn those_that_do_not_are_taken_where_it_is_said() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "2")];
        assert_eq!(partition("", &kubernetes), "all");
        assert!(of("", &kubernetes).is_ok_and(|part| part.note.is_some_and(|note| note.contains("auto/N"))));
        assert_eq!(partition("auto/3", &kubernetes), "3/3");
        let parallel = [("PARALLEL_SEQ", "2")];
        assert_eq!((partition("", &parallel), partition("auto/8", &parallel)), ("all".into(), "2/8".into()));
        assert!(of("auto/2", &kubernetes).is_err_and(|told| told.contains("part 3, of 2")));
        assert!(of("auto/2", &[]).is_err_and(|told| told.contains("neither Slurm")));
    }

    #[test]
    fn what_is_asked_for_wins_and_what_makes_no_sense_is_told() {
        assert_eq!(partition("1/2", SLURM), "1/2");
        let gaps = [&SLURM[..2], &[("SLURM_ARRAY_TASK_COUNT", "3")]].concat();
        assert!(of("", &gaps).is_err_and(|told| told.contains("do not follow each other")));
        assert!(of("", &[("JOB_COMPLETION_INDEX", "one")]).is_err_and(|told| told.contains("no whole number")));
        assert!(of("auto/many", &[]).is_err());
    }
}
