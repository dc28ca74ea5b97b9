//! `kinesim serve`: a local endpoint for real AWS clients.

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::{Exit, load, print_diagnostics};
use crate::aws::Account;
use crate::base::written::Duration;
use crate::check::Verdict;
use crate::measure::{StreamFigures, TableFigures};
use crate::scenario::Which;
use crate::serve::{FunctionUrl, Keep, Limits, MOVE_THE_CLOCK, Pace, Server, Session, Settings, Target, Transitions};

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
    /// A function for delivery streams, behind the invoke route of an emulator of Lambda here; may be repeated
    #[arg(long = "function", value_name = "NAME=URL")]
    functions: Vec<FunctionUrl>,
    /// A sink of yours that takes what delivery streams deliver to that one, or to every one of its kind:
    /// s3:BUCKET=DIR|URL, redshift:CLUSTER=postgres://..., opensearch:DOMAIN=URL, splunk:COLLECTOR=URL,
    /// http:ENDPOINT=URL; may be repeated
    #[arg(long = "deliver", value_name = "KIND[:NAME]=WHERE")]
    targets: Vec<Target>,
    /// Let --deliver name other machines than this one
    #[arg(long)]
    deliver_anywhere: bool,
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
    /// Throughput of shards, tables and delivery streams
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
    let elsewhere = arguments.targets.iter().find(|target| !target.is_here() && !arguments.deliver_anywhere);
    if let Some(target) = elsewhere {
        let mut out = anstream::stderr();
        writeln!(out, "kinesim: --deliver {target} is on another machine: give --deliver-anywhere if that is meant")?;
        return Ok(Exit::Wrong);
    }
    let scenario = match &arguments.scenario {
        None => None,
        Some(path) => match load(path, &Which { seeds: arguments.seed.map(Into::into), ..Which::default() })? {
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
        functions: arguments.functions.clone(),
        targets: arguments.targets.clone(),
    }
}

/// Says where it is, and what whoever starts it should know.
fn greet(arguments: &Arguments, address: &SocketAddr) -> io::Result<()> {
    let mut out = anstream::stderr();
    if !address.ip().is_loopback() {
        writeln!(out, "warning: {address} is open to other machines, and nothing is asked for")?;
    }
    for target in arguments.targets.iter().filter(|target| !target.is_here()) {
        writeln!(out, "warning: what is delivered to {target} leaves this machine, as it is")?;
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
    writeln!(out, "{} in {until} of simulated time", plural(*requests, "request", "requests"))?;
    tell_some(&mut out, "streams", figures.streams.iter().map(stream_line))?;
    tell_some(&mut out, "tables", figures.tables.iter().map(table_line))?;
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (failed, passed) = (count(Verdict::Fail), count(Verdict::Pass));
    let rest = checks.len() - failed - passed;
    writeln!(out, "checks: {failed} failed, {passed} passed, {rest} had nothing to judge")?;
    for check in checks.iter().filter(|check| check.verdict == Verdict::Fail) {
        writeln!(out, "  fail  {}: {}", check.name, check.detail)?;
    }
    Ok(failed > 0)
}

/// Streams, and tables, that are told one by one.
const TOLD_MAX: usize = 20;

/// Tells the first, and how many others there are.
fn tell_some(out: &mut impl Write, what: &str, lines: impl ExactSizeIterator<Item = String>) -> io::Result<()> {
    let more = lines.len().saturating_sub(TOLD_MAX);
    for line in lines.take(TOLD_MAX) {
        writeln!(out, "  {line}")?;
    }
    if more > 0 {
        writeln!(out, "  and {more} more {what}")?;
    }
    Ok(())
}

fn stream_line((name, stream): (&String, &StreamFigures)) -> String {
    let (acked, throttled) = (stream.records_acked, stream.records_throttled);
    format!("stream {name}: {}, {throttled} throttled", plural(acked, "record taken", "records taken"))
}

fn table_line((name, table): (&String, &TableFigures)) -> String {
    let TableFigures { read_units_consumed: read_units, write_units_consumed: write_units, .. } = table;
    let (items, throttled) = (plural(table.items, "item", "items"), table.read_throttled + table.write_throttled);
    let (reads, writes) = (plural(table.reads, "read", "reads"), plural(table.writes, "write", "writes"));
    format!(
        "table {name}: {items}, {reads} ({read_units} units), {writes} ({write_units} units), {throttled} throttled"
    )
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_took_is_told_in_a_line() {
        let figures = TableFigures {
            items: 4,
            reads: 1,
            writes: 200,
            read_units_consumed: 0.5,
            write_units_consumed: 210,
            read_throttled: 2,
            write_throttled: 3,
            ..TableFigures::default()
        };
        let line = table_line((&"leases".to_owned(), &figures));
        assert_eq!(line, "table leases: 4 items, 1 read (0.5 units), 200 writes (210 units), 5 throttled");
    }

    #[test]
    fn of_many_the_first_are_told_and_the_rest_is_counted() {
        let mut out = Vec::new();
        tell_some(&mut out, "tables", (0..100).map(|n| n.to_string())).expect("memory takes it");
        let told = String::from_utf8(out).expect("text");
        assert_eq!((told.lines().count(), told.lines().last()), (TOLD_MAX + 1, Some("  and 80 more tables")));
    }
}
