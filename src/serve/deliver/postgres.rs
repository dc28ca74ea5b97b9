//! PostgreSQL in Redshift's place: a COPY of rows into a table, all of them or none.
//!
//! Not here: TLS, Unix sockets.

use std::future::poll_fn;
use std::pin::pin;

use futures_util::Sink;
use hyper::body::Bytes;
use tokio::net::TcpStream;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use crate::aws::protocol::outside::Came;
use crate::aws::redshift::{CopyCommand, Loading};
use crate::serve::url::is_loopback;

/// Where a database is, and who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Database {
    config: Config,
    host: String,
    port: u16,
}

/// What cannot be carried over, as PostgreSQL would say it: a feature that is not supported.
const NOT_SUPPORTED: &str = "0A000";
const PORT: u16 = 5432;

impl Database {
    /// Reads `postgres://USER:PASSWORD@HOST[:PORT]/DATABASE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let config = text.parse::<Config>().map_err(|error| format!("that is no database: {error}"))?;
        let [Host::Tcp(host)] = config.get_hosts() else {
            return Err("one host must be said, as in postgres://USER:PASSWORD@127.0.0.1/DATABASE".to_owned());
        };
        let (host, port) = (host.clone(), config.get_ports().first().copied().unwrap_or(PORT));
        Ok(Self { config, host, port })
    }
    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Loads rows.
    pub(super) async fn load(&self, copy: &CopyCommand) -> Came {
        let loading = match Loading::of(copy) {
            Ok(loading) => loading,
            Err(message) => return Came::Refused { code: NOT_SUPPORTED.to_owned(), message },
        };
        let Ok(stream) = TcpStream::connect((self.host.trim_matches(['[', ']']), self.port)).await else {
            return Came::Unreachable {};
        };
        let loaded = match self.config.connect_raw(stream, NoTls).await {
            Ok((client, connection)) => {
                let connection = tokio::task::spawn_local(async move { connection.await.is_err() });
                let loaded = load(client, loading).await;
                // It says good-bye.
                let _ = connection.await;
                loaded
            }
            Err(error) => Err(error),
        };
        match loaded {
            Ok(count) => Came::Done { count },
            Err(error) => {
                let text = error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned());
                tracing::warn!(table = &*copy.table, error = text, "no rows were loaded");
                match error.code() {
                    Some(code) => Came::Refused { code: code.code().to_owned(), message: text },
                    None => Came::Broken {},
                }
            }
        }
    }
}

async fn load(mut client: Client, loading: Loading) -> Result<u64, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    if let Some((make, _)) = &loading.around {
        transaction.batch_execute(make).await?;
    }
    let mut sink = pin!(transaction.copy_in::<_, Bytes>(&loading.copy).await?);
    poll_fn(|cx| sink.as_mut().poll_ready(cx)).await?;
    sink.as_mut().start_send(loading.data.into())?;
    let copied = sink.finish().await?;
    let rows = match &loading.around {
        Some((_, bring)) => transaction.execute(bring, &[]).await?,
        None => copied,
    };
    transaction.commit().await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_has_one_host() {
        let read = |text: &str| Database::parse(text).map(|read| (read.host.clone(), read.port, read.is_loopback()));
        assert_eq!(read("postgres://u:p@localhost/dev"), Ok(("localhost".to_owned(), 5432, true)));
        assert_eq!(read("postgres://u@10.0.0.1:5439/dev"), Ok(("10.0.0.1".to_owned(), 5439, false)));
        for bad in ["", "dev", "postgres:///dev", "postgres://a,b/dev", "http://localhost"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let database = Database::parse("postgres://u:secret@localhost/dev").expect("a database");
        assert!(!format!("{database:?}").contains("secret"));
    }
}
