//! The promises of the clusters.

use super::*;
use crate::base::body::Coding;
use crate::base::{Body, DeliveryId, Holds, Seed};
use crate::world::CallId;

const CALLER: HostId = HostId(9);

fn copy(table: &str) -> Request {
    let at = |key: &str| Location { bucket: "stage".into(), key: key.into() };
    let parts =
        [Payload::from(b"a\n".to_vec()), Payload::from(b"b\n".to_vec()), Payload::Synthetic { seed: 1, len: 9 }];
    let holds = Holds::of(DeliveryId(0), [(0, 0, 0), (0, 1, 0), (0, 2, 0)]);
    let file = StagedFile { at: at("file"), body: Body::new(parts, Coding::Gzip), holds };
    let (cluster, options) = ("warehouse".into(), "JSON 'auto' GZIP".into());
    Request::Copy(CopyCommand {
        cluster,
        table: table.into(),
        columns: "".into(),
        manifest: at("manifests/file"),
        options,
        files: [file].into(),
        call: CallId(0),
    })
}

fn service(tables: Option<&[&str]>) -> Redshift {
    let tables = tables.map(|tables| tables.iter().map(|&table| table.into()).collect());
    let clusters = [("warehouse".into(), Cluster { tables, ..Cluster::default() })].into();
    Redshift::new(Settings { clusters, ..Settings::default() }, Seed(1))
}

fn fault(trouble: Trouble) -> Fault {
    Fault { trouble, name: Some("warehouse".into()), operation: None, rate: 1.0 }
}

fn rows(service: &Redshift) -> Vec<Vec<u8>> {
    service.tables().flat_map(|(.., table)| table.rows()).map(Cow::into_owned).collect()
}

#[test]
fn a_copy_loads_a_row_for_each_record_and_the_same_copy_again_loads_them_again() {
    let (mut service, mut events) = (service(None), Vec::new());
    for n in 1..=2 {
        let reply = service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events);
        let Ok(Response::Loaded { rows: 3, took }) = reply else { panic!("{reply:?}") };
        assert!(took >= Cluster::default().per_copy.0 && Redshift::time_taken(&reply) == took);
        assert_eq!(rows(&service).len(), 3 * n);
    }
    assert_eq!(rows(&service)[..2], [b"a".to_vec(), b"b".to_vec()]);
    let loads: Vec<_> = service.tables().flat_map(|(.., table)| table.loads()).collect();
    let told: Vec<_> = loads.iter().map(|load| (load.at, &*load.manifest.key, load.files.len())).collect();
    assert_eq!(told, [(SimTime::ZERO, "manifests/file", 1); 2]);
    let arrived =
        |event: &&Event| matches!(event, Event::RecordsArrived { output: Output::Destination, from: 0, to: 3, .. });
    assert_eq!(events.iter().filter(arrived).count(), 2);
}

#[test]
fn a_table_that_is_not_there_is_not_loaded() {
    let (mut service, mut events) = (service(Some(&["orders"])), Vec::new());
    let reply = service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events);
    assert!(matches!(reply, Err(Error::TableNotFound(_))), "{reply:?}");
    assert_eq!(events, [Event::SinkRefused { service: "redshift", host: CALLER, error: "Redshift.TableNotFound" }]);
    assert!(service.handle(SimTime::ZERO, CALLER, copy("orders"), &mut events).is_ok());
}

#[test]
fn each_trouble_is_told_by_its_name_and_an_answer_that_never_comes_was_carried_out() {
    let cases = [
        (Trouble::Throttle, "Redshift.ConnectionFailed"),
        (Trouble::Unavailable, "Redshift.ConnectionFailed"),
        (Trouble::Denied, "Redshift.AuthenticationFailed"),
        (Trouble::InternalError, "Redshift.InternalError"),
    ];
    for (trouble, code) in cases {
        let (mut service, mut events) = (service(None), Vec::new());
        service.inject(SimTime::ZERO, 1, fault(trouble), &mut events);
        let reply = service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events);
        assert_eq!(reply.expect_err("a refusal").code(), code);
        if trouble != Trouble::InternalError {
            assert!(rows(&service).is_empty());
        }
        service.heal(SimTime::ZERO, 1, &mut events);
        assert!(service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events).is_ok());
    }
    let (mut service, mut events) = (service(None), Vec::new());
    service.inject(SimTime::ZERO, 1, fault(Trouble::NoAnswer), &mut events);
    let reply = service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events);
    assert_eq!(Redshift::time_taken(&reply), SimDuration::MAX);
    assert_eq!(rows(&service).len(), 3);
}

#[test]
fn the_statement_is_what_redshift_reads() {
    let Request::Copy(copy) = copy("clicks");
    assert_eq!(
        copy.statement("arn:aws:iam::000000000000:role/firehose"),
        "COPY clicks FROM 's3://stage/manifests/file' IAM_ROLE 'arn:aws:iam::000000000000:role/firehose' MANIFEST \
         JSON 'auto' GZIP;"
    );
}

#[test]
fn a_copy_by_hand_loads_what_its_manifest_names_or_says_what_is_missing() {
    let Request::Copy(asked) = copy("clicks");
    let file = &asked.files[0];
    let by_hand = |bytes: &[u8], is_there: bool| {
        let of = (asked.cluster.clone(), asked.table.clone());
        let found = |at: &Location| (is_there && *at == file.at).then(|| (file.body.clone(), file.holds.clone()));
        CopyCommand::of_manifest(of, asked.options.clone(), (asked.manifest.clone(), bytes), found)
    };
    let bytes = manifest::written([&file.at]);
    let (mut service, mut events) = (service(None), Vec::new());
    let whole = by_hand(&bytes, true).expect("everything is there");
    assert!(service.handle(SimTime::ZERO, CALLER, Request::Copy(whole), &mut events).is_ok());
    assert_eq!(rows(&service).len(), 3);
    assert_eq!(by_hand(&bytes, false).expect_err("no file"), file.at);
    assert_eq!(by_hand(b"{}", true).expect_err("no manifest"), asked.manifest);
}

#[test]
fn a_cluster_outside_has_taken_every_row_or_says_by_its_code_why_none() {
    let outside = Names { are_all: true, ..Names::default() };
    let mut service = Redshift::new(Settings { outside, ..Settings::default() }, Seed(1));
    let mut told = |came: Came| {
        let mut events = Vec::new();
        let reply = service.handle(SimTime::ZERO, CALLER, copy("clicks"), &mut events);
        assert_eq!((Redshift::time_taken(&reply), service.outside.take(SimTime::ZERO).len()), (SimDuration::MAX, 1));
        let told = service.came(CallId(0), &came, &mut events).expect("an answer");
        assert_eq!(events.iter().any(|event| matches!(event, Event::RecordsArrived { .. })), told.is_ok());
        told
    };
    assert!(matches!(told(Came::Done { count: 3 }), Ok(Response::Loaded { rows: 3, .. })));
    let codes = [
        ("42P01", "Redshift.TableNotFound"),
        ("28P01", "Redshift.AuthenticationFailed"),
        ("42703", "Redshift.SyntaxError"),
        ("22P02", "Redshift.DataLoadFailed"),
        ("53100", "Redshift.DiskFull"),
        ("25006", "Redshift.ReadOnlyCluster"),
        ("57P03", "Redshift.ConnectionFailed"),
        ("XX000", "Redshift.InternalError"),
        ("", "Redshift.InternalError"),
    ];
    for (code, name) in codes {
        let refused = told(Came::Refused { code: code.into(), message: "why".into() });
        assert_eq!(refused.map_err(|error| error.code()).err(), Some(name), "{code}");
    }
    assert!(matches!(told(Came::Unreachable {}), Err(Error::ConnectionFailed)));
}
