import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Four things that tests with a mocked client do not show. */
class OrdersTest {
    /** The clock goes straight on to what everybody waits for, such as a second in which a shard takes more. */
    @RegisterExtension
    static final KinesimExtension KINESIM = new KinesimExtension("--clock", "auto", "--transitions", "0ms");

    private static final String SHARD = "shardId-000000000000";

    @BeforeEach
    void aStreamOfOneShard(Kinesim kinesim, KinesisClient kinesis) {
        kinesim.heal();
        if (kinesis.listStreams().streamNames().contains("orders")) {
            kinesis.deleteStream(r -> r.streamName("orders"));
        }
        kinesis.createStream(r -> r.streamName("orders").shardCount(1));
    }

    private static void put(KinesisClient kinesis, String data) {
        kinesis.putRecord(r -> r.streamName("orders").partitionKey("customer").data(SdkBytes.fromUtf8String(data)));
    }

    private static String fromTheBeginning(KinesisClient kinesis) {
        return kinesis.getShardIterator(r -> r.streamName("orders").shardId(SHARD)
                .shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
    }

    private static List<String> read(KinesisClient kinesis, String iterator) {
        return kinesis.getRecords(r -> r.shardIterator(iterator)).records().stream()
                .map(record -> record.data().asUtf8String()).toList();
    }

    @Test
    void aShardTakesAMegabyteASecondAndTheSdkTriesAgain(Kinesim kinesim, KinesisClient kinesis) {
        for (int order = 0; order < 5; order++) {
            put(kinesis, "x".repeat(1_000_000));
        }
        assertEquals(5, read(kinesis, fromTheBeginning(kinesis)).size());
        assertTrue(kinesim.told().contains("ProvisionedThroughputExceededException"), "some were refused at first");
    }

    @Test
    void anIteratorExpiresAfterFiveMinutes(Kinesim kinesim, KinesisClient kinesis) {
        put(kinesis, "one");
        String iterator = fromTheBeginning(kinesis);
        kinesim.advance("6m");
        assertThrows(ExpiredIteratorException.class, () -> read(kinesis, iterator));
        assertEquals(List.of("one"), read(kinesis, fromTheBeginning(kinesis)), "nothing is lost by it");
    }

    @Test
    void aRecordMayStandTwice(Kinesim kinesim, KinesisClient kinesis) {
        // As when an answer was lost, and the SDK tried again: to PutRecord there is no idempotency.
        kinesim.fault("{\"duplicate\": {\"service\": \"kinesis\", \"operation\": \"PutRecord\"}}");
        put(kinesis, "one");
        assertEquals(List.of("one", "one"), read(kinesis, fromTheBeginning(kinesis)));
    }

    @Test
    void ofTwoWorkersOneTakesALease(DynamoDbClient dynamodb) {
        dynamodb.createTable(r -> r.tableName("leases").billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(a -> a.attributeName("leaseKey").attributeType(ScalarAttributeType.S))
                .keySchema(k -> k.attributeName("leaseKey").keyType(KeyType.HASH)));
        take(dynamodb, "worker-1");
        assertThrows(ConditionalCheckFailedException.class, () -> take(dynamodb, "worker-2"));
    }

    private static void take(DynamoDbClient dynamodb, String worker) {
        dynamodb.putItem(r -> r.tableName("leases").conditionExpression("attribute_not_exists(leaseKey)").item(
                Map.of("leaseKey", AttributeValue.fromS(SHARD), "leaseOwner", AttributeValue.fromS(worker))));
    }
}
