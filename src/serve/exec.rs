//! One run of a scenario against a command that takes a consumer's place: the endpoint, the processes, the verdict.
//!
//! The services, the scenario's other clients and its faults are the world of `kinesim serve`, so all that happens
//! there is of the seed. When the command asks for something is its own affair, and the machine's.
//!
//! The run ends with the scenario, or when every process has ended by itself, or when one has failed. It is judged
//! then; what a process does between the SIGTERM that follows and its end is not.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use super::app::App;
use super::crew::{Member, Start};
use super::http::{Keep, Server, ServerError, StopSignals};
use super::settings::Settings;
use crate::base::{SimDuration, SimTime};
use crate::run::{RunResult, Told};
use crate::scenario::Scenario;
use crate::scenario::plan::Plan;

/// How a command is run.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    /// The command and its arguments.
    pub(crate) words: Vec<OsString>,
    /// The consumer whose place it takes.
    pub(crate) consumer: String,
    /// How long, of the machine's time, a process may take to end after SIGTERM.
    pub(crate) grace: SimDuration,
    /// A folder that is there: `session.ndjson` and `WORKER.log` go into it.
    pub(crate) folder: PathBuf,
}

/// The recording in the folder of a run.
pub(crate) const RECORDING: &str = "session.ndjson";

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The scenario was over.
    Scenario,
    /// Every process had ended by itself.
    Command,
    /// A process had failed.
    Failure,
    /// kinesim was asked to stop.
    Interrupted,
}

/// What came of a run.
pub(crate) struct Executed {
    pub(crate) ended: Ended,
    /// When, in simulated time.
    pub(crate) at: SimTime,
    /// How many processes there were at a time.
    pub(crate) workers: usize,
    pub(crate) result: RunResult,
    /// How processes failed, and what they told that cannot be.
    pub(crate) faults_of_command: Vec<String>,
    /// Workers that did not end within the time of grace.
    pub(crate) killed: Vec<String>,
    /// Workers of which no call was seen.
    pub(crate) unseen: Vec<String>,
}

/// Why a run did not come about.
#[derive(Debug)]
pub(crate) enum ExecError {
    Server(ServerError),
    /// The command cannot be started.
    Start(OsString, io::Error),
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Start(program, error) => write!(f, "cannot start {}: {error}", program.display()),
        }
    }
}
impl std::error::Error for ExecError {}

/// Runs a scenario, whose consumer's code is brought, with a command in that consumer's place.
///
/// # Errors
/// When the endpoint, or the command, cannot be started.
pub(crate) fn exec(
    settings: &Settings,
    scenario: Scenario,
    seed: u64,
    execution: &Execution,
) -> Result<Executed, ExecError> {
    let plan = settings.plan(Some(&scenario), seed);
    let keep = Keep::Recording(execution.folder.join(RECORDING));
    let server = Server::new(settings, Some(scenario), seed, &keep).map_err(ExecError::Server)?;
    let url = format!("http://{}", server.address().map_err(ExecError::Server)?);
    let start = Start {
        words: execution.words.clone(),
        environment: environment(&url, settings, seed, &execution.consumer, &plan),
        logs: execution.folder.clone(),
    };
    let grace = Duration::from_nanos(execution.grace.as_nanos());
    let consumer = execution.consumer.clone();
    server.run_until_done(|app, stop| work(app, stop, plan, start, consumer, grace))
}

/// What every process is told.
fn environment(url: &str, settings: &Settings, seed: u64, consumer: &str, plan: &Plan) -> Vec<(&'static str, String)> {
    let (url, region) = (url.to_owned(), settings.account.region.to_string());
    let stream = plan.apps.iter().find(|app| *app.name == *consumer).map(|app| app.stream.to_string());
    vec![
        ("AWS_ENDPOINT_URL", url.clone()),
        ("AWS_ENDPOINT_URL_KINESIS", url.clone()),
        ("AWS_ENDPOINT_URL_DYNAMODB", url.clone()),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", url.clone()),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("KINESIM_URL", url),
        ("KINESIM_SEED", seed.to_string()),
        ("KINESIM_CONSUMER", consumer.to_owned()),
        ("KINESIM_STREAM", stream.unwrap_or_default()),
        ("KINESIM_CLOCK", settings.pace.to_string()),
    ]
}

/// So often the processes are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The processes of a run, and what they did wrong.
struct Running {
    members: Vec<Member>,
    start: Start,
    faults: Vec<String>,
}

impl Running {
    fn follow(&mut self, app: &App) -> Result<(), ExecError> {
        for member in &mut self.members {
            let exit = member.follow(&self.start);
            let exit = exit.map_err(|error| ExecError::Start(self.start.words[0].clone(), error))?;
            let Some(exit) = exit else { continue };
            // A worker that has ended cannot have done so wrongly.
            let _ = app.tell(&member.worker, &Told::Ended);
            if !exit.is_asked && !exit.status.success() {
                self.faults.push(format!("{} {} ended with {}", app.live.now(), member.worker.name, exit.status));
            }
        }
        Ok(())
    }

    fn ended(&self, app: &App, end: SimTime) -> Option<Ended> {
        if !self.faults.is_empty() {
            Some(Ended::Failure)
        } else if app.live.now() >= end {
            Some(Ended::Scenario)
        } else {
            self.members.iter().all(Member::has_ended).then_some(Ended::Command)
        }
    }
}

/// Lets the processes do what befalls their hosts until the run is over, judges it, and ends them.
async fn work(
    app: Rc<App>,
    mut stop: StopSignals,
    plan: Plan,
    start: Start,
    consumer: String,
    grace: Duration,
) -> Result<Executed, ExecError> {
    let workers = app.live.workers().iter().filter(|worker| *worker.application == *consumer).cloned();
    let mut running = Running { members: workers.map(Member::new).collect(), start, faults: Vec::new() };
    let end = SimTime::ZERO.saturating_add(plan.duration);
    let mut changes = app.signals.changes.subscribe();
    let ended = loop {
        app.catch_up();
        running.follow(&app)?;
        if let Some(ended) = running.ended(&app, end) {
            break ended;
        }
        tokio::select! { biased;
            () = stop.heard() => break Ended::Interrupted,
            _ = changes.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    };
    if let Err(error) = app.record(|recorder| recorder.end(&app.live)) {
        tracing::error!(%error, "the end of the run is not kept");
    }
    let at = app.live.now();
    let result = app.live.conclude(plan);
    let mut faults_of_command = running.faults;
    faults_of_command.extend(app.mistakes.take());
    let unseen = running.members.iter().filter(|member| !member.worker.has_called());
    let unseen = unseen.map(|member| member.worker.name.to_string()).collect();
    let mut killed = Vec::new();
    running.members.iter_mut().for_each(Member::ask_to_end);
    for member in &mut running.members {
        if member.end(grace).await {
            killed.push(member.worker.name.to_string());
        }
    }
    let workers = running.members.len();
    Ok(Executed { ended, at, workers, result, faults_of_command, killed, unseen })
}
