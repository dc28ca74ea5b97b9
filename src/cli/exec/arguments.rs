//! What can be asked of `kinesim exec`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::base::written::Duration;
use crate::report::shell_word;
use crate::serve::Pace;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Scenario whose streams, producers, faults and actions are there
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The command, once for each worker of the consumer whose place it takes
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(super) words: Vec<OsString>,
    /// How many runs there are, a seed each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seeds: u64,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) from: u64,
    /// The consumer whose place the command takes; may be left out where there is one
    #[arg(long, value_name = "NAME")]
    pub(super) consumer: Option<String>,
    /// How time passes: a multiple of the machine's such as x10, or real. The command's own timers are not hurried
    #[arg(long, default_value = "x10", value_name = "xN|real", value_parser = pace)]
    pub(super) clock: Pace,
    /// How long of the machine's time a process may take to end, after SIGTERM at the end of the scenario
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub(super) grace: Duration,
    /// So many runs at the same time
    #[arg(short, long, value_name = "N", default_value = "1")]
    pub(super) jobs: NonZeroUsize,
    /// Leave of each run that fails a report, its faults, a recording and what the command printed in DIR/NAME-seed-N
    #[arg(long, value_name = "DIR", default_value = "kinesim-found")]
    pub(super) out: PathBuf,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text.parse::<Pace>()? {
        Pace::Manual | Pace::Auto => {
            Err("a command has the machine's time, so the clock must go on with it: write `x10` or `real`".to_owned())
        }
        pace => Ok(pace),
    }
}

impl Arguments {
    /// The line that runs this seed again.
    pub(super) fn again(&self, seed: u64) -> String {
        let consumer =
            self.consumer.as_deref().map_or(String::new(), |name| format!(" --consumer {}", shell_word(name)));
        let words: Vec<String> = self.words.iter().map(|word| shell_word(&word.to_string_lossy())).collect();
        let file = shell_word(&self.file.to_string_lossy());
        format!("kinesim exec {file} --from {seed} --clock {}{consumer} -- {}", self.clock, words.join(" "))
    }

    /// The folder of a seed's run.
    pub(super) fn folder(&self, seed: u64) -> PathBuf {
        let stem = self.file.file_stem().unwrap_or(self.file.as_os_str()).to_string_lossy();
        self.out.join(format!("{stem}-seed-{seed}"))
    }
}
