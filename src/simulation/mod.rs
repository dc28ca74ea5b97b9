//! Floor 10: your own code inside the simulation: a consumer or producer on the AWS SDK for Rust as a host of a
//! scenario.
//!
//! ```no_run
//! # mod my_app { pub async fn run(_: aws_types::SdkConfig) -> Result<(), String> { Ok(()) } }
//! let sim = kinesim::Simulation::from_scenario("scenarios/orders.toml")?
//!     .seed(7)
//!     .app("orders-consumer", |cx| async move { my_app::run(cx.sdk_config()).await });
//! let run = sim.run()?;
//! run.assert_passed();
//! # Ok::<(), kinesim::simulation::SimulationError>(())
//! ```
//!
//! The scenario declares the application, which says how many hosts run it and what it reads:
//!
//! ```toml
//! [consumer.orders-consumer]
//! stream = "orders"
//! library = "app"
//! workers = 2
//! ```
//!
//! Everything a scenario can do to a host it can do to these: crash `orders-consumer-1` and start it again, pause it,
//! cut it off, skew its clock. The code runs unmodified on tokio, on simulated time: `tokio::time` sleeps cost nothing,
//! and clients of `aws-sdk-kinesis`, `aws-sdk-dynamodb` and `aws-sdk-firehose` made from
//! [`AppCx::sdk_config`] talk HTTP over simulated TCP.
//!
//! What makes a run the same every time is up to the code too: it must not read the machine's clock
//! (`SystemTime::now`, `std::time::Instant`; use [`AppCx::wall_clock`] and `tokio::time::Instant`), nor draw from the
//! machine's randomness (use [`AppCx::seed`]; `fastrand`'s functions are seeded), nor act in the order of a `HashMap`,
//! nor start threads. A task begun with `tokio::task::spawn_local` stops with its host; one begun with `tokio::spawn`
//! goes on after a crash until it next uses the SDK or [`AppCx::sleep`], and then never wakes: nobody sees more of it.

mod agent;
mod cx;
mod function;
mod identity;
mod job;
mod run;
mod sdk;
mod stage;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::rc::Rc;

use self::cx::AppCode;
pub use self::cx::AppCx;
pub use self::function::Transformed;
pub use self::run::Run;
use self::stage::Stage;
use crate::aws::lambda::Code;
use crate::base::Fold;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::plan::Plan;
use crate::scenario::{self, Scenario};

/// A scenario, and the code of its applications.
pub struct Simulation {
    source: String,
    path: String,
    seed: Option<u64>,
    apps: BTreeMap<String, AppCode>,
    functions: BTreeMap<String, Code>,
}

/// Why a simulation cannot run.
#[derive(Debug)]
pub enum SimulationError {
    /// The file cannot be read.
    Unreadable(String, std::io::Error),
    /// What is wrong with the scenario.
    Scenario(Box<Diagnostics>),
    /// The scenario has an application without code: `.app(NAME, ...)` is missing.
    CodeMissing(String),
    /// Code was given for what the scenario does not declare as an application.
    NotDeclared(String),
    /// Code was given for a function that the scenario does not declare.
    FunctionNotDeclared(String),
}

impl fmt::Display for SimulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "cannot read {path}: {error}"),
            Self::Scenario(diagnostics) => write!(f, "{diagnostics}"),
            Self::CodeMissing(name) => {
                write!(f, "the scenario has the application `{name}`: give its code with .app(\"{name}\", |cx| ...)")
            }
            Self::NotDeclared(name) => write!(
                f,
                "the scenario has no application `{name}`: declare it as [consumer.{name}] with library = \"app\""
            ),
            Self::FunctionNotDeclared(name) => {
                write!(f, "the scenario has no function `{name}`: declare it as [function.{name}]")
            }
        }
    }
}
impl std::error::Error for SimulationError {}

/// What an application's code may end with.
pub trait AppEnd {
    /// What went wrong, for the report.
    fn into_result(self) -> Result<(), String>;
}
impl AppEnd for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}
impl AppEnd for Never {
    fn into_result(self) -> Result<(), String> {
        self
    }
}
impl<T, E: fmt::Debug> AppEnd for Result<T, E> {
    fn into_result(self) -> Result<(), String> {
        self.map(drop).map_err(|error| format!("{error:?}"))
    }
}

/// `!`, the type of an endless loop, which stable Rust lets nobody write here.
type Never = <fn() -> ! as never::Returns>::Type;

mod never {
    pub trait Returns {
        type Type;
    }
    impl<T> Returns for fn() -> T {
        type Type = T;
    }
}

impl Simulation {
    /// The scenario of a file. Trace files that it names are read relative to its folder.
    ///
    /// # Errors
    /// That it cannot be read, or all that is wrong with it.
    pub fn from_scenario(path: impl AsRef<Path>) -> Result<Self, SimulationError> {
        let shown = path.as_ref().display().to_string();
        let source = std::fs::read_to_string(path.as_ref());
        let source = source.map_err(|error| SimulationError::Unreadable(shown.clone(), error))?;
        Self::checked(source, shown)
    }

    /// A scenario written in the test itself.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_text(source: &str) -> Result<Self, SimulationError> {
        Self::checked(source.to_owned(), "scenario".to_owned())
    }

    fn checked(source: String, path: String) -> Result<Self, SimulationError> {
        let simulation = Self { source, path, seed: None, apps: BTreeMap::new(), functions: BTreeMap::new() };
        simulation.load().map(|_| simulation)
    }

    /// Sets the seed, instead of the file's.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Gives the code of an application that the scenario declares. It is called for every life of every host of the
    /// application: at its start, and again after each crash.
    #[must_use]
    pub fn app<F, R>(mut self, name: &str, app: F) -> Self
    where
        F: Fn(AppCx) -> R + 'static,
        R: Future<Output: AppEnd> + 'static,
    {
        let code: AppCode = Rc::new(move |cx| {
            let running = app(cx);
            Box::pin(async move { running.await.into_result() })
        });
        self.apps.insert(name.to_owned(), code);
        self
    }

    /// Gives the code of a function that the scenario declares as `[function.NAME]`: what it makes of each record's
    /// bytes. It must make the same of the same record whenever it is asked, because Firehose invokes it again after a
    /// time-out. Its times, and what goes wrong with invocations, stay the scenario's; shares of records, sizes and
    /// partition keys are the code's.
    #[must_use]
    pub fn function(mut self, name: &str, transform: impl Fn(&[u8]) -> Transformed + Send + Sync + 'static) -> Self {
        self.functions.insert(name.to_owned(), function::code(transform));
        self
    }

    /// Runs the scenario.
    ///
    /// # Errors
    /// An application without code, or code without an application.
    ///
    /// # Panics
    /// When another simulation runs in this thread.
    pub fn run(self) -> Result<Run, SimulationError> {
        let plan = self.load()?.plan();
        self.lacks(&plan)?;
        Ok(self.carry_out(&plan, Vec::new()))
    }

    /// For plans that are made elsewhere.
    pub(crate) fn without_scenario() -> Self {
        let (apps, functions) = (BTreeMap::new(), BTreeMap::new());
        Self { source: String::new(), path: String::new(), seed: None, apps, functions }
    }

    /// Carries out a plan whose applications have code here.
    pub(crate) fn carry_out(&self, plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Run {
        let plan = &self.with_functions(plan);
        let codes: Vec<AppCode> = plan.apps.iter().map(|app| self.apps[&*app.name].clone()).collect();
        let stage = Stage::open(plan);
        fastrand::seed(plan.seed.first().derive("fastrand").0);
        let acting = stage.clone();
        let result = crate::run::run_in_room(plan, listeners, move |room, life| {
            agent::begin(&acting, room, &life, codes[life.of.app].clone());
        });
        Run::new(result, stage.close())
    }

    fn with_functions<'a>(&self, plan: &'a Plan) -> Cow<'a, Plan> {
        let mut plan = Cow::Borrowed(plan);
        for (name, code) in &self.functions {
            if let Some(function) = plan.to_mut().services.lambda.functions.get_mut(&**name) {
                function.code = Some(code.clone());
            }
        }
        plan
    }

    fn load(&self) -> Result<Scenario, SimulationError> {
        let loaded = scenario::load(&self.source, &self.path, self.seed.map(Into::into));
        loaded.map_err(|diagnostics| SimulationError::Scenario(Box::new(diagnostics)))
    }

    /// Says whether code and applications fit each other.
    pub(crate) fn lacks(&self, plan: &Plan) -> Result<(), SimulationError> {
        if let Some(name) = self.apps.keys().find(|name| !plan.apps.iter().any(|app| *app.name == ***name)) {
            return Err(SimulationError::NotDeclared(name.clone()));
        }
        if let Some(name) = self.functions.keys().find(|name| !plan.services.lambda.functions.contains_key(&***name)) {
            return Err(SimulationError::FunctionNotDeclared(name.clone()));
        }
        match plan.apps.iter().find(|app| !self.apps.contains_key(&*app.name)) {
            Some(app) => Err(SimulationError::CodeMissing(app.name.to_string())),
            None => Ok(()),
        }
    }
}
