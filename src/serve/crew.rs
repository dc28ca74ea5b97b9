//! The processes of a command that stands in for a scenario's consumer: one for each worker, which does what befalls
//! its host. A host that crashes is a process that is killed, one that stands still is stopped and goes on (SIGSTOP,
//! SIGCONT), one that is asked to stop gets SIGTERM, and one that boots again is a new process.
//!
//! A process is the head of a group of its own, and signals go to the whole group, so that what a shell or a build tool
//! starts is reached too.
//!
//! Not here: the clock of a process, which is the machine's whatever befalls the host's.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::run::Worker;

/// What is started for each worker.
#[derive(Clone, Debug)]
pub(super) struct Start {
    /// The program and its arguments.
    pub(super) words: Vec<OsString>,
    /// What all processes are told in their environment.
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where each leaves what it prints, as `WORKER.log`.
    pub(super) logs: PathBuf,
}

/// What no process inherits: it would lead a client elsewhere.
const NOT_INHERITED: [&str; 6] = [
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A process in one life of its worker's host.
struct Life {
    number: u32,
    child: Child,
    group: Option<Pid>,
    is_paused: bool,
    is_asked: bool,
    ended: Option<ExitStatus>,
}

/// A worker and its process.
pub(super) struct Member {
    pub(super) worker: Rc<Worker>,
    life: Option<Life>,
}

/// A process that ended by itself.
pub(super) struct Exit {
    pub(super) status: ExitStatus,
    /// It was asked to by an action of the scenario.
    pub(super) is_asked: bool,
}

impl Life {
    fn begin(worker: &Worker, start: &Start) -> io::Result<Self> {
        let Some((program, arguments)) = start.words.split_first() else { unreachable!("a command has a word") };
        let log = start.logs.join(format!("{}.log", worker.name));
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        let number = worker.lives();
        let mut command = Command::new(program);
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_ACCESS_KEY_ID", &*worker.name)
            .env("KINESIM_WORKER", &*worker.name)
            .env("KINESIM_LIFE", number.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { number, child, group, is_paused: false, is_asked: false, ended: None })
    }

    /// A group that is gone needs no signal.
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }

    fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    fn set_paused(&mut self, is_paused: bool) {
        if self.is_paused != is_paused && !self.is_over() {
            self.signal(if is_paused { Signal::STOP } else { Signal::CONT });
            self.is_paused = is_paused;
        }
    }

    fn ask_to_stop(&mut self) {
        if !self.is_asked && !self.is_over() {
            // One that stands still hears nothing.
            self.set_paused(false);
            self.signal(Signal::TERM);
            self.is_asked = true;
        }
    }

    /// Looks whether it has ended since the last look. What it left running in its group ends with it.
    fn look(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.is_over() {
            return Ok(None);
        }
        self.ended = self.child.try_wait()?;
        if self.is_over() {
            self.signal(Signal::KILL);
        }
        Ok(self.ended)
    }
}

impl Member {
    pub(super) fn new(worker: Rc<Worker>) -> Self {
        Self { worker, life: None }
    }

    /// Does to the process what has befallen the worker's host. Gives how it ended, once, if it did so by itself.
    ///
    /// # Errors
    /// When the command cannot be started.
    pub(super) fn follow(&mut self, start: &Start) -> io::Result<Option<Exit>> {
        let worker = self.worker.clone();
        if self.life.as_ref().is_some_and(|life| !worker.is_up() || life.number != worker.lives()) {
            self.kill();
        }
        if worker.is_up() && self.life.is_none() {
            self.life = Some(Life::begin(&worker, start)?);
        }
        let Some(life) = &mut self.life else { return Ok(None) };
        if worker.is_asked_to_stop() {
            life.ask_to_stop();
        } else {
            life.set_paused(worker.is_paused());
        }
        let is_asked = life.is_asked;
        Ok(life.look()?.map(|status| Exit { status, is_asked }))
    }

    /// Returns whether its process has ended by itself, unasked, and its host goes on as if it had not.
    pub(super) fn has_ended(&self) -> bool {
        self.life.as_ref().is_some_and(|life| life.is_over() && !life.is_asked)
    }

    fn kill(&mut self) {
        if let Some(life) = self.life.take().filter(|life| !life.is_over()) {
            life.signal(Signal::KILL);
        }
    }

    /// Asks the process to end.
    pub(super) fn ask_to_end(&mut self) {
        self.life.iter_mut().for_each(Life::ask_to_stop);
    }

    /// Waits for the end of a process that was asked to, and kills it when it is still there after the time of grace.
    /// Returns whether it had to be killed.
    pub(super) async fn end(&mut self, grace: Duration) -> bool {
        let Some(life) = self.life.as_mut().filter(|life| !life.is_over()) else { return false };
        let is_late = tokio::time::timeout(grace, life.child.wait()).await.is_err();
        // What it has left running ends too.
        life.signal(Signal::KILL);
        let _ = life.child.wait().await;
        self.life = None;
        is_late
    }
}
