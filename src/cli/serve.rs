//! `kinesim serve`: a local endpoint for real AWS clients.

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::{Exit, load, print_diagnostics};
use crate::aws::Account;
use crate::base::written::Duration;
use crate::check::Verdict;
use crate::serve::{Keep, Limits, MOVE_THE_CLOCK, Pace, Server, Session, Settings, Transitions};

/// Arguments of `kinesim serve`.
#[derive(Args)]
pub(super) struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Address to listen on; anything but loopback lets other machines in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Scenario whose streams, producers, consumers and faults are there too
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Seed of everything that is left to chance
    #[arg(long)]
    seed: Option<u64>,
    /// How time passes: real, a multiple such as x60, manual (POST /_kinesim/clock/advance), or auto: as real, and
    /// straight on to what is due while every client waits
    #[arg(long, default_value = "real", value_name = "real|xN|manual|auto")]
    clock: Pace,
    /// Account number
    #[arg(long, default_value = "000000000000", value_parser = account_id)]
    account: String,
    /// Region of the scenario, of what the page shows, and of requests that name none; others are worlds of their own
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Open shards allowed in the account
    #[arg(long, value_name = "N")]
    shard_limit: Option<u32>,
    /// How long streams and tables take to change state: a time, or realistic; else streams half a second, and tables
    /// no time
    #[arg(long, value_name = "TIME|realistic", value_parser = transitions)]
    transitions: Option<Transitions>,
    /// KMS key (id or alias, or `alias/NAME=ID`) that exists besides alias/aws/kinesis, and may be named by its ARN;
    /// may be repeated, * is any
    #[arg(long = "kms-key", value_name = "KEY")]
    kms_keys: Vec<String>,
    /// Which limits are enforced
    #[arg(long, value_enum, default_value_t = LimitsChoice::Data)]
    limits: LimitsChoice,
    /// Keep the requests and their simulated times in this file, for `kinesim replay`
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    record: Option<PathBuf>,
    /// Keep the state in this directory across restarts
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Name besides localhost under which the page and its routes may be asked for, as a container's; may be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// Let web pages of any origin use the AWS routes, as AWS does
    #[arg(long)]
    cors: bool,
    /// Tell every request on stderr: when that is a terminal, always, or never
    #[arg(long, value_enum, default_value_t = Telling::Auto, value_name = "auto|always|never")]
    log_requests: Telling,
    /// Exit with 1 when a check failed by the time of the stop
    #[arg(long)]
    fail_on_check: bool,
    /// Speak HTTPS too, with a certificate made now
    #[arg(long)]
    tls: bool,
    /// Where to write the authority that the certificate is signed by, as PEM
    #[arg(long, value_name = "FILE", default_value = "kinesim-ca.pem", requires = "tls")]
    tls_cert: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum LimitsChoice {
    /// Throughput of shards and tables
    Data,
    /// Those, and the call quotas of the control plane
    All,
    /// None
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
enum Telling {
    Auto,
    Always,
    Never,
}

impl Telling {
    fn is_on(self) -> bool {
        match self {
            Self::Auto => io::stderr().is_terminal(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

fn account_id(text: &str) -> Result<String, &'static str> {
    match text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err("an account number has twelve digits"),
    }
}

fn transitions(text: &str) -> Result<Transitions, String> {
    match text {
        "realistic" => Ok(Transitions::Realistic),
        _ => text.parse::<Duration>().map(|time| Transitions::Fixed(time.0)).map_err(ToOwned::to_owned),
    }
}

/// Serves until it is told to stop.
pub(super) fn serve(arguments: &Arguments) -> io::Result<Exit> {
    let scenario = match &arguments.scenario {
        None => None,
        Some(path) => match load(path, arguments.seed)? {
            Ok(scenario) => {
                for app in &scenario.plan().apps {
                    let (mut out, name) = (anstream::stderr(), &app.name);
                    writeln!(
                        out,
                        "note: nothing runs consumer `{name}` here (`library = \"app\"`): point yours at this endpoint"
                    )?;
                }
                Some(scenario)
            }
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                return Ok(Exit::Wrong);
            }
        },
    };
    let keep = match (&arguments.record, &arguments.data_dir) {
        (Some(file), _) => Keep::Recording(file.clone()),
        (None, Some(directory)) => Keep::Directory(directory.clone()),
        (None, None) => Keep::Nothing,
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let settings = settings(arguments);
    let served = Server::new(&settings, scenario, arguments.seed.unwrap_or(1), &keep).and_then(|server| {
        // Whoever reads along may have gone.
        let _ = greet(arguments, &server.address()?);
        Ok(server.run())
    });
    match served {
        Ok(session) => {
            let failed = tell(&session)?;
            Ok(if failed && arguments.fail_on_check { Exit::Fail } else { Exit::Pass })
        }
        Err(error) => {
            writeln!(anstream::stderr(), "kinesim: {error}")?;
            Ok(Exit::Wrong)
        }
    }
}

fn settings(arguments: &Arguments) -> Settings {
    Settings {
        address: SocketAddr::new(arguments.bind, arguments.port),
        pace: arguments.clock,
        account: Account { id: arguments.account.as_str().into(), region: arguments.region.as_str().into() },
        shard_limit: arguments.shard_limit,
        limits: match arguments.limits {
            LimitsChoice::Data => Limits::Data,
            LimitsChoice::All => Limits::All,
            LimitsChoice::Off => Limits::Off,
        },
        transitions: arguments.transitions.unwrap_or(Transitions::Quick),
        epoch_unix_ms: None,
        tls_authority_file: arguments.tls.then(|| arguments.tls_cert.clone()),
        kms_keys: arguments.kms_keys.clone(),
        allowed_hosts: arguments.allowed_hosts.clone(),
        cors: arguments.cors,
        tells_requests: arguments.log_requests.is_on(),
    }
}

/// Says where it is, and what whoever starts it should know.
fn greet(arguments: &Arguments, address: &SocketAddr) -> io::Result<()> {
    let mut out = anstream::stderr();
    if !address.ip().is_loopback() {
        writeln!(out, "warning: {address} is open to other machines, and nothing is asked for")?;
    }
    if let (true, Ok(file)) = (arguments.tls, arguments.tls_cert.canonicalize()) {
        writeln!(out, "for clients to trust: AWS_CA_BUNDLE={}", file.display())?;
    }
    if arguments.clock == Pace::Manual {
        writeln!(
            out,
            "the clock stands still: streams stay CREATING, and whoever is throttled stays so, until it moves; \
             {MOVE_THE_CLOCK}"
        )?;
    }
    let scheme = if arguments.tls { "https" } else { "http" };
    // Whoever started us waits for this line.
    writeln!(io::stdout(), "kinesim is ready on {scheme}://{address}").and_then(|()| io::stdout().flush())?;
    writeln!(out, "its page: {scheme}://{address}/_kinesim/")
}

/// Says what came of it. Returns whether a check failed.
fn tell(session: &Session) -> io::Result<bool> {
    let mut out = anstream::stderr();
    let Session { requests, until, figures, checks } = session;
    let what = if *requests == 1 { "request" } else { "requests" };
    writeln!(out, "{requests} {what} in {until} of simulated time")?;
    for (name, stream) in &figures.streams {
        let (acked, throttled) = (stream.records_acked, stream.records_throttled);
        writeln!(out, "  stream {name}: {acked} records taken, {throttled} throttled")?;
    }
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (failed, passed) = (count(Verdict::Fail), count(Verdict::Pass));
    let rest = checks.len() - failed - passed;
    writeln!(out, "checks: {failed} failed, {passed} passed, {rest} had nothing to judge")?;
    for check in checks.iter().filter(|check| check.verdict == Verdict::Fail) {
        writeln!(out, "  fail  {}: {}", check.name, check.detail)?;
    }
    Ok(failed > 0)
}
