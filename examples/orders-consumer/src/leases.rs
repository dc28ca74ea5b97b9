//! The lease table.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};

use crate::Error;

/// The checkpoint of a shard that is processed to its end.
pub const SHARD_END: &str = "SHARD_END";
/// The checkpoint of a shard that nobody has read yet.
pub const TRIM_HORIZON: &str = "TRIM_HORIZON";

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The shard.
    pub shard: String,
    /// Who reads it; empty at first.
    pub owner: String,
    /// Goes up with every renewal and every change of owner.
    pub count: u64,
    /// The last sequence number that was processed, or a sentinel.
    pub checkpoint: String,
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// It holds.
    Done,
    /// Somebody else has the lease.
    Lost,
    /// The table did not take it, this time.
    Failed,
}

/// The lease table.
#[derive(Clone, Debug)]
pub struct Leases {
    client: Client,
    table: String,
}

impl Leases {
    /// The table, which is created when it is not there.
    pub async fn open(client: Client, table: &str) -> Result<Self, Error> {
        let attribute =
            AttributeDefinition::builder().attribute_name("shard_id").attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name("shard_id").key_type(KeyType::Hash);
        let (Ok(attribute), Ok(key)) = (attribute.build(), key.build()) else { unreachable!("both are complete") };
        loop {
            match client.describe_table().table_name(table).send().await {
                Ok(found) if found.table().and_then(|t| t.table_status()) == Some(&TableStatus::Active) => break,
                Ok(_) => {}
                Err(error) if error.code() == Some("ResourceNotFoundException") => {
                    let create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
                    let create = create.attribute_definitions(attribute.clone()).key_schema(key.clone());
                    match create.send().await {
                        // Another worker was first.
                        Err(error) if error.code() == Some("AccessDeniedException") => {
                            return Err(Error::Table(format!("{error:?}")));
                        }
                        _ => {}
                    }
                }
                Err(error) if error.code() == Some("AccessDeniedException") => {
                    return Err(Error::Table(format!("{error:?}")));
                }
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(Self { client, table: table.to_owned() })
    }

    /// All leases, as they are; `None` when they cannot be read now.
    pub async fn list(&self) -> Option<Vec<Lease>> {
        let (mut leases, mut from) = (Vec::new(), None);
        loop {
            let scan = self.client.scan().table_name(&self.table).consistent_read(true).set_exclusive_start_key(from);
            let page = scan.send().await.ok()?;
            leases.extend(page.items().iter().filter_map(lease));
            from = page.last_evaluated_key().cloned();
            if from.is_none() {
                leases.sort_by(|a, b| a.shard.cmp(&b.shard));
                return Some(leases);
            }
        }
    }

    /// Adds the lease of a shard, unless it is there.
    pub async fn create(&self, shard: &str) {
        let put = self.client.put_item().table_name(&self.table).condition_expression("attribute_not_exists(shard_id)");
        let put = put.item("shard_id", text(shard)).item("owner", text("")).item("count", number(0));
        // A failure is made up for in the next round.
        let _ = put.item("checkpoint", text(TRIM_HORIZON)).send().await;
    }

    /// Takes a lease that was seen with this owner and count.
    pub async fn take(&self, lease: &Lease, worker: &str) -> Write {
        self.update(lease, worker, &lease.checkpoint).await
    }

    /// Renews a lease that this worker holds.
    pub async fn renew(&self, lease: &Lease) -> Write {
        self.update(lease, &lease.owner, &lease.checkpoint).await
    }

    /// Stores how far the shard is processed.
    pub async fn checkpoint(&self, lease: &Lease, checkpoint: &str) -> Write {
        self.update(lease, &lease.owner, checkpoint).await
    }

    /// Writes the row with the next count, if it is still as `seen`; or if it is as this very write would leave it,
    /// which then was carried out before, and only its answer lost.
    async fn update(&self, seen: &Lease, owner: &str, checkpoint: &str) -> Write {
        let update = self.client.update_item().table_name(&self.table).key("shard_id", text(&seen.shard));
        let update = update
            .update_expression("SET #owner = :owner, #count = :next, #checkpoint = :checkpoint")
            .condition_expression(
                "(#owner = :seen AND #count = :count) OR \
                 (#owner = :owner AND #count = :next AND #checkpoint = :checkpoint)",
            )
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#checkpoint", "checkpoint")
            .expression_attribute_values(":seen", text(&seen.owner))
            .expression_attribute_values(":count", number(seen.count))
            .expression_attribute_values(":next", number(seen.count + 1))
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":checkpoint", text(checkpoint));
        match update.send().await {
            Ok(_) => Write::Done,
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Write::Lost,
            Err(_) => Write::Failed,
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn lease(row: &std::collections::HashMap<String, AttributeValue>) -> Option<Lease> {
    let text = |name: &str| row.get(name)?.as_s().ok().cloned();
    let count = row.get("count")?.as_n().ok()?.parse().ok()?;
    Some(Lease { shard: text("shard_id")?, owner: text("owner")?, count, checkpoint: text("checkpoint")? })
}
