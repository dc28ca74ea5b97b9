//! Where deliveries go on to, as it is typed: `KIND[:NAME]=WHERE`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use super::postgres::Database;
use super::store::Store;
use crate::aws::protocol::outside::Names;
use crate::serve::url::Url;

/// What kind of sink it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::serve) enum Kind {
    /// Buckets.
    S3,
    /// Clusters.
    Redshift,
    /// Domains.
    OpenSearch,
    /// Collectors.
    Splunk,
    /// HTTP endpoints.
    Http,
}

impl Kind {
    const ALL: [Self; 5] = [Self::S3, Self::Redshift, Self::OpenSearch, Self::Splunk, Self::Http];

    fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Redshift => "redshift",
            Self::OpenSearch => "opensearch",
            Self::Splunk => "splunk",
            Self::Http => "http",
        }
    }
}

/// Where what is delivered goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Place {
    /// To who listens there.
    Url(Url),
    /// Into a folder, a file an object.
    Folder(PathBuf),
    /// Into a bucket of a store.
    Store(Store),
    /// Into a table.
    Database(Database),
    /// Nowhere: what came back is known already.
    Known,
}

/// A sink of the user's that takes what a simulated one is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(in crate::serve) kind: Kind,
    /// The bucket, domain, ... that it stands for; every one of its kind when absent.
    pub(in crate::serve) name: Option<Arc<str>>,
    pub(in crate::serve) place: Place,
}

impl Target {
    /// One whose answers are known already, as [`Self::stands_for`] tells it.
    pub(in crate::serve) fn known(stands_for: &str) -> Result<Self, String> {
        let (kind, name) = sink(stands_for)?;
        Ok(Self { kind, name, place: Place::Known })
    }
    /// `KIND` or `KIND:NAME`.
    pub(in crate::serve) fn stands_for(&self) -> String {
        match &self.name {
            Some(name) => format!("{}:{name}", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
    /// Whether it is on this machine.
    pub(crate) fn is_here(&self) -> bool {
        match &self.place {
            Place::Url(url) => url.is_loopback(),
            Place::Store(store) => store.is_loopback(),
            Place::Database(database) => database.is_loopback(),
            Place::Folder(_) | Place::Known => true,
        }
    }
    /// Which of all sinks of a kind these stand for.
    pub(in crate::serve) fn names(targets: &[Self], kind: Kind) -> Names {
        let of_kind = || targets.iter().filter(|target| target.kind == kind);
        let names = of_kind().filter_map(|target| target.name.clone()).collect();
        Names { are_all: of_kind().any(|target| target.name.is_none()), names }
    }
    /// The one that stands for a sink: one that names it comes first.
    pub(super) fn of<'a>(targets: &'a [Self], kind: Kind, name: &str) -> Option<&'a Self> {
        let of_kind = || targets.iter().filter(|target| target.kind == kind);
        let named = of_kind().find(|target| target.name.as_deref() == Some(name));
        named.or_else(|| of_kind().find(|target| target.name.is_none()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stands_for())
    }
}

/// `KIND` or `KIND:NAME`.
fn sink(text: &str) -> Result<(Kind, Option<Arc<str>>), String> {
    let (kind, name) = text.split_once(':').map_or((text, None), |(kind, name)| (kind, Some(name)));
    let kind = Kind::ALL.into_iter().find(|one| one.name() == kind);
    let all = || Kind::ALL.map(Kind::name).join(", ");
    let kind = kind.ok_or_else(|| format!("what is delivered to is one of {}, as in KIND:NAME=WHERE", all()))?;
    match name {
        Some("") => Err("a name is missing behind the colon".to_owned()),
        name => Ok((kind, name.map(Into::into))),
    }
}

/// What is posted to collectors and endpoints brings the token or key of the delivery stream.
fn without_user(url: Url) -> Result<Url, &'static str> {
    match url.user {
        None => Ok(url),
        Some(_) => Err("who calls stands in the delivery stream's configuration, and not in the URL"),
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (stands_for, place) = text.split_once('=').ok_or("a delivery is KIND[:NAME]=WHERE")?;
        let (kind, name) = sink(stands_for)?;
        let place = match kind {
            Kind::S3 if place.is_empty() => return Err("a folder is missing".to_owned()),
            Kind::S3 if place.contains("://") => Place::Store(Store::parse(place)?),
            Kind::S3 => Place::Folder(place.into()),
            Kind::Redshift => Place::Database(Database::parse(place)?),
            Kind::OpenSearch => Place::Url(Url::parse(place)?),
            Kind::Splunk | Kind::Http => Place::Url(without_user(Url::parse(place)?)?),
        };
        Ok(Self { kind, name, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_target_is_of_one_sink_or_of_all_of_its_kind() {
        let all = [target("http=http://localhost:1"), target("http:partner=http://localhost:2"), target("s3:lake=out")];
        let url = |name| match &Target::of(&all, Kind::Http, name).expect("one").place {
            Place::Url(url) => url.authority.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!((url("partner"), url("other")), ("localhost:2".to_owned(), "localhost:1".to_owned()));
        assert_eq!(Target::of(&all, Kind::S3, "lake").map(|one| &one.place), Some(&Place::Folder("out".into())));
        assert_eq!(Target::of(&all, Kind::S3, "pond"), None);
        assert_eq!(Target::names(&all, Kind::Http), Names { are_all: true, names: ["partner".into()].into() });
        assert_eq!(Target::names(&all, Kind::S3), Names { are_all: false, names: ["lake".into()].into() });
    }

    #[test]
    fn what_it_stands_for_says_nothing_of_where() {
        let told = target("opensearch:logs=http://user:password@localhost/x").stands_for();
        assert_eq!(told, "opensearch:logs");
        assert_eq!(Target::known(&told).map(|known| known.stands_for()), Ok(told));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for bad in [
            "",
            "http",
            "lake=out",
            "s3:=out",
            "s3=",
            "http:x=out",
            "s3:lake=ftp://x",
            "http:x=https://y",
            "splunk=http://u:p@localhost",
        ] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_on_another_machine_is_not_here() {
        assert!(target("http=http://127.0.0.1").is_here() && target("s3=out").is_here());
        assert!(!target("http=http://10.0.0.1").is_here());
    }
}
