//! What the services are set to: by `[assume]`, by the functions, and by the delivery streams' own words on where they
//! deliver to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::delivery_sinks::{HttpEndpoint, Splunk};
use super::{Assume, Delivery};
use crate::aws::{self, http_endpoint, lambda, redshift, splunk};
use crate::file_path;
use crate::scenario::compiler::Compiler;

/// The services of a run.
pub(crate) fn services(
    c: &mut Compiler<'_>,
    assume: &Assume,
    functions: BTreeMap<Arc<str>, lambda::Function>,
    deliveries: &BTreeMap<String, Delivery>,
) -> aws::Settings {
    let mut settings = assume.services();
    settings.lambda = lambda::Settings { functions, ..lambda::Settings::default() };
    for (name, delivery) in deliveries {
        let is_new = match (&delivery.http, &delivery.splunk) {
            (Some(http), _) => endpoint(&mut settings.http_endpoint, name, http),
            (_, Some(splunk)) => collector(&mut settings.splunk, splunk),
            _ => true,
        };
        let help = "say it of one of the delivery streams that deliver there";
        let title = "what receives is described twice";
        c.need(is_new, file_path!["delivery", name.as_str()], title, help);
    }
    clusters(&mut settings.redshift, deliveries);
    settings
}

/// Returns whether nothing else was said of the same endpoint.
fn endpoint(settings: &mut http_endpoint::Settings, name: &str, http: &HttpEndpoint) -> bool {
    let HttpEndpoint { body_max, knows_requests, .. } = http;
    if body_max.is_none() && !knows_requests {
        return true;
    }
    let of = http_endpoint::Endpoint {
        body_bytes_max: body_max.map(|size| size.0),
        knows_requests: *knows_requests,
        ..http_endpoint::Endpoint::default()
    };
    settings.endpoints.insert(http.endpoint(name).into(), of).is_none()
}

/// Returns whether nothing else was said of the same collector.
fn collector(settings: &mut splunk::Settings, of: &Splunk) -> bool {
    let Some(after) = of.ack_after else { return true };
    let collector = splunk::Collector { indexing: (after.0, after.1), ..splunk::Collector::default() };
    settings.collectors.insert(of.collector.as_str().into(), collector).is_none()
}

/// A cluster of which a table is missing has those of the other delivery streams.
fn clusters(settings: &mut redshift::Settings, deliveries: &BTreeMap<String, Delivery>) {
    let loaded = || deliveries.iter().filter_map(|(name, delivery)| Some((name, delivery.redshift.as_ref()?)));
    for (_, missing) in loaded().filter(|(_, of)| of.missing_table) {
        let others = loaded().filter(|(_, of)| of.cluster == missing.cluster && !of.missing_table);
        let tables: BTreeSet<Arc<str>> = others.map(|(name, of)| of.table_name(name).into()).collect();
        let cluster = redshift::Cluster { tables: Some(tables), ..redshift::Cluster::default() };
        settings.clusters.insert(missing.cluster.as_str().into(), cluster);
    }
}
