import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * Gives a test class a kinesim of its own, and its tests {@link Kinesim}, {@link KinesisClient} and
 * {@link DynamoDbClient} as parameters. It is a static field, so that it can take arguments:
 *
 * <pre>
 * &#64;RegisterExtension
 * static final KinesimExtension KINESIM = new KinesimExtension("--clock", "auto");
 * </pre>
 *
 * When a test fails, what kinesim told is printed: every request with its simulated time and error. A class whose tests
 * pass fails nevertheless when one of kinesim's checks did.
 */
public final class KinesimExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver, TestWatcher {
    private final String[] arguments;
    private final Map<Class<?>, SdkClient> clients = new ConcurrentHashMap<>();
    private Kinesim kinesim;

    /** Takes arguments of {@code kinesim serve}. */
    public KinesimExtension(String... arguments) {
        this.arguments = arguments;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        kinesim = new Kinesim(arguments);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        clients.values().forEach(SdkClient::close);
        clients.clear();
        if (kinesim == null) {
            return;
        }
        try (Kinesim stopped = kinesim) {
            Kinesim.Ended ended = stopped.stop();
            if (ended.code() != 0) {
                throw new AssertionError("kinesim ended with " + ended.code() + ":\n" + ended.told());
            }
        }
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.err.println(context.getDisplayName() + " failed; what kinesim told:\n" + kinesim.told());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Kinesim.class || type == KinesisClient.class || type == DynamoDbClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == Kinesim.class) {
            return kinesim;
        }
        Supplier<SdkClient> make = type == KinesisClient.class
                ? () -> kinesim.at(KinesisClient.builder()).build()
                : () -> kinesim.at(DynamoDbClient.builder()).build();
        return clients.computeIfAbsent(type, any -> make.get());
    }
}
