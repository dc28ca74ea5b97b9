//! Floor 10: the command line. One file per subcommand; what a library user needs lives below.

mod analyze;
mod check;
mod completions;
mod diff;
mod events;
#[cfg(feature = "serve")]
mod exec;
mod explain;
mod explore;
#[cfg(all(feature = "serve", feature = "http"))]
mod health;
mod interrupt;
mod man;
mod new;
mod part;
mod plan;
#[cfg(feature = "serve")]
mod replay;
mod run;
mod schema;
#[cfg(feature = "serve")]
mod serve;
mod shrink;
mod surroundings;
mod terminal;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::terminal::{Colour, Exit};

const AFTER_HELP: &str = "\
Exit codes:
  0  everything held, or came out as the scenario declares
  1  a check or an expectation failed
  2  the command or the scenario is wrong; nothing was run
  3  unknown: what was asked for was not judged, or not done";

/// Runs a Kinesis stream system on simulated time, the same way every time, and says what broke.
#[derive(Parser)]
#[command(name = "kinesim", version = VERSION, about, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to colour what is printed: `auto` is on a terminal that has colours, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    color: Colour,
}

/// The version, and the commit where one is known.
const VERSION: &str = env!("KINESIM_VERSION");

#[derive(Subcommand)]
enum Command {
    /// Run scenario files and report what held and what broke.
    Run(run::Arguments),
    /// Look at a run while it goes on: pause, step, jump to the next fault, go back.
    Watch(watch::Arguments),
    /// Read scenario files, explain what they mean, and run nothing.
    Check(check::Arguments),
    /// Write a commented scenario file to start from.
    New(new::Arguments),
    /// Search many runs of scenario files for failures, and tell each kind of failure once.
    Explore(explore::Arguments),
    /// Find the cheapest configuration of a scenario that keeps its promises, what it has left, and what breaks first.
    Plan(plan::Arguments),
    /// Find the hot keys and hot shards of a trace, and what helps against them.
    Analyze(analyze::Arguments),
    /// Cut a run that fails down to a scenario file that is short enough to read aloud.
    Shrink(shrink::Arguments),
    /// Read the events that `run --out` left behind: those of a shard, a host, a time, a kind.
    Events(events::Arguments),
    /// Compare two runs: what came out differently, the first event that differs, keys and figures.
    Diff(diff::Arguments),
    /// Explain a key of scenario files, a check, or a number of reports.
    Explain(explain::Arguments),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Print the script that lets a shell complete kinesim's commands and options.
    Completions(completions::Arguments),
    /// Print the manual page, or write one of each command into a folder.
    Man(man::Arguments),
    /// Serve Kinesis, Firehose and DynamoDB to real AWS clients on a local port.
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    /// Run a command in a consumer's place, against an endpoint with a scenario's load and faults, seed after seed.
    #[cfg(feature = "serve")]
    Exec(exec::Arguments),
    /// Ask an endpoint whether it answers, and exit with 0 if it does and with 1 if not.
    #[cfg(all(feature = "serve", feature = "http"))]
    Health(health::Arguments),
    /// Feed a recorded session to fresh services: the same answers, and the same trace hash.
    #[cfg(feature = "serve")]
    Replay(replay::Arguments),
}

/// Reads the command line, does what it says, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not errors; clap prints both to the right stream.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Wrong as u8 } else { 0 });
        }
    };
    cli.color.choose();
    let done = match cli.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Watch(arguments) => watch::watch(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::New(arguments) => new::new(&arguments),
        Command::Explore(arguments) => explore::explore(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Analyze(arguments) => analyze::analyze(&arguments),
        Command::Shrink(arguments) => shrink::shrink(&arguments),
        Command::Events(arguments) => events::events(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Schema => schema::schema(),
        Command::Completions(arguments) => completions::completions(&arguments, &mut Cli::command()),
        Command::Man(arguments) => man::man(&arguments, Cli::command()),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::serve(&arguments),
        #[cfg(feature = "serve")]
        Command::Exec(arguments) => exec::exec(&arguments),
        #[cfg(all(feature = "serve", feature = "http"))]
        Command::Health(arguments) => health::health(&arguments),
        #[cfg(feature = "serve")]
        Command::Replay(arguments) => replay::replay(&arguments),
    };
    match done {
        Ok(exit) => ExitCode::from(exit as u8),
        // Whoever read our output has gone: nothing more to say.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "kinesim: {error}");
            ExitCode::from(Exit::Wrong as u8)
        }
    }
}
