//! `kinesim serve`: a local endpoint for real AWS clients.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::{Exit, print_diagnostics};
use crate::aws::Account;
use crate::base::written::Duration;
use crate::scenario;
use crate::serve::{Keep, Limits, Pace, Server, Settings, Transitions};

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
    /// How time passes: real, a multiple such as x60, or manual (POST /_kinesim/clock/advance)
    #[arg(long, default_value = "real", value_name = "real|xN|manual")]
    clock: Pace,
    /// Account number
    #[arg(long, default_value = "000000000000", value_parser = account_id)]
    account: String,
    /// Region
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Open shards allowed in the account
    #[arg(long, value_name = "N")]
    shard_limit: Option<u32>,
    /// How long streams and tables take to change state: a time, or realistic
    #[arg(long, default_value = "500ms", value_name = "TIME|realistic", value_parser = transitions)]
    transitions: Transitions,
    /// Which limits are enforced
    #[arg(long, value_enum, default_value_t = LimitsChoice::Data)]
    limits: LimitsChoice,
    /// Keep the requests and their simulated times in this file, for `kinesim replay`
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    record: Option<PathBuf>,
    /// Keep the state in this directory across restarts
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
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
        Some(path) => match scenario::load_file(path, &path.to_string_lossy(), arguments.seed) {
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
    let settings = Settings {
        address: SocketAddr::new(arguments.bind, arguments.port),
        pace: arguments.clock,
        account: Account { id: arguments.account.as_str().into(), region: arguments.region.as_str().into() },
        shard_limit: arguments.shard_limit,
        limits: match arguments.limits {
            LimitsChoice::Data => Limits::Data,
            LimitsChoice::All => Limits::All,
            LimitsChoice::Off => Limits::Off,
        },
        transitions: arguments.transitions,
        epoch_unix_ms: None,
        tls_authority_file: arguments.tls.then(|| arguments.tls_cert.clone()),
    };
    let keep = match (&arguments.record, &arguments.data_dir) {
        (Some(file), _) => Keep::Recording(file.clone()),
        (None, Some(directory)) => Keep::Directory(directory.clone()),
        (None, None) => Keep::Nothing,
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let served = Server::new(&settings, scenario, arguments.seed.unwrap_or(1), &keep).and_then(|server| {
        let address = server.address()?;
        if !address.ip().is_loopback() {
            let _ =
                writeln!(anstream::stderr(), "warning: {address} is open to other machines, and nothing is asked for");
        }
        let scheme = if arguments.tls { "https" } else { "http" };
        if let (true, Ok(file)) = (arguments.tls, arguments.tls_cert.canonicalize()) {
            let _ = writeln!(anstream::stderr(), "for clients to trust: AWS_CA_BUNDLE={}", file.display());
        }
        // Whoever started us waits for this line.
        let _ = writeln!(io::stdout(), "kinesim is ready on {scheme}://{address}").and_then(|()| io::stdout().flush());
        server.run()
    });
    match served {
        Ok(()) => Ok(Exit::Pass),
        Err(error) => {
            writeln!(anstream::stderr(), "kinesim: {error}")?;
            Ok(Exit::Wrong)
        }
    }
}
