import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A consumer of orders on the Kinesis Client Library: stores each in a table, and then checkpoints.
 *
 * <p>It tells kinesim what it has stored, so that kinesim can say what it left out. With {@code ORDERS_BUG=swallow} an
 * order that could not be stored is logged, and the checkpoint passes over it.
 */
public final class Orders {
    private static final String STREAM = env("KINESIM_STREAM", "orders");
    private static final String CONSUMER = env("KINESIM_CONSUMER", "orders-consumer");
    private static final String WORKER = env("KINESIM_WORKER", "worker-1");
    private static final String KINESIM = env("KINESIM_URL", null);
    private static final boolean SWALLOWS = "swallow".equals(env("ORDERS_BUG", null));
    private static final String TABLE = CONSUMER + "-orders";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static String env(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : value;
    }

    /** Tells kinesim what was done, when it is there to listen. */
    private static void tell(String what, String said) {
        if (KINESIM == null) {
            return;
        }
        String body = "{\"consumer\": \"%s\", \"worker\": \"%s\", %s}".formatted(CONSUMER, WORKER, said);
        HttpRequest request = HttpRequest.newBuilder(URI.create(KINESIM + "/_kinesim/" + what))
            .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.body());
            }
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stores orders. Once is enough for the SDK: who stores them tries again. */
    private static final class Store {
        private final DynamoDbClient table =
            DynamoDbClient.builder().overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1))).build();

        void create() {
            while (true) {
                try {
                    table.createTable(r -> r.tableName(TABLE).billingMode(BillingMode.PAY_PER_REQUEST)
                        .keySchema(KeySchemaElement.builder().attributeName("id").keyType(KeyType.HASH).build())
                        .attributeDefinitions(AttributeDefinition.builder().attributeName("id")
                            .attributeType(ScalarAttributeType.S).build()));
                    return;
                } catch (ResourceInUseException isThere) {
                    return;
                } catch (SdkException again) {
                    System.err.println("create: " + again.getMessage());
                }
            }
        }

        void put(String id) {
            table.putItem(r -> r.tableName(TABLE).item(Map.of("id", AttributeValue.fromS(id))));
        }
    }

    private static final class Processor implements ShardRecordProcessor {
        private final Store store;

        Processor(Store store) {
            this.store = store;
        }

        @Override
        public void initialize(InitializationInput input) {
            System.err.println("begins " + input.shardId());
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            List<String> stored = input.records().stream().map(KinesisClientRecord::sequenceNumber)
                .filter(this::isStored).collect(Collectors.toList());
            if (!stored.isEmpty()) {
                tell("processed", "\"sequenceNumbers\": [\"" + String.join("\", \"", stored) + "\"]");
            }
            checkpoint(input.checkpointer());
        }

        /** Tries until the order is stored. */
        private boolean isStored(String number) {
            while (true) {
                try {
                    store.put(number);
                    return true;
                } catch (SdkException refused) {
                    System.err.println(number + ": " + refused.getMessage());
                    if (SWALLOWS) {
                        return false;
                    }
                    sleep();
                }
            }
        }

        private static void sleep() {
            try {
                Thread.sleep(50);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }

        /** A checkpoint that is not stored is made up for by the next. */
        private static void checkpoint(RecordProcessorCheckpointer checkpointer) {
            try {
                checkpointer.checkpoint();
            } catch (Exception error) {
                System.err.println("checkpoint: " + error);
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            System.err.println("lease lost");
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            checkpoint(input.checkpointer());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            checkpoint(input.checkpointer());
        }
    }

    public static void main(String[] arguments) {
        Store store = new Store();
        store.create();
        KinesisAsyncClient kinesis = KinesisAsyncClient.create();
        InitialPositionInStreamExtended oldest =
            InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
        ConfigsBuilder configs = new ConfigsBuilder(new SingleStreamTracker(STREAM, oldest), CONSUMER, kinesis,
            DynamoDbAsyncClient.create(), CloudWatchAsyncClient.create(), WORKER, () -> new Processor(store));
        // Its timers are the machine's: at x10 ten simulated seconds pass in one of theirs.
        LeaseManagementConfig leases =
            configs.leaseManagementConfig().failoverTimeMillis(2000).shardSyncIntervalMillis(2000);
        leases.workerUtilizationAwareAssignmentConfig()
            .workerMetricsReporterFreqInMillis(1000).inMemoryWorkerMetricsCaptureFrequencyMillis(500);
        Scheduler scheduler = new Scheduler(
            configs.checkpointConfig(),
            configs.coordinatorConfig().parentShardPollIntervalMillis(500).shardConsumerDispatchPollIntervalMillis(100),
            leases,
            configs.lifecycleConfig(),
            configs.metricsConfig().metricsLevel(MetricsLevel.NONE),
            configs.processorConfig(),
            configs.retrievalConfig().retrievalSpecificConfig(
                new PollingConfig(STREAM, kinesis).idleTimeBetweenReadsInMillis(250).maxRecords(100)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> scheduler.startGracefulShutdown().join()));
        scheduler.run();
    }
}
