import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/** A {@code kinesim serve} on a free port, and its control routes. */
public final class Kinesim implements AutoCloseable {
    /** How it ended: 1 when one of its checks failed, and what it told: requests, a summary, failed checks. */
    public record Ended(int code, String told) {}

    private final Process process;
    private final Path log;
    private final URI url;
    private final HttpClient http = HttpClient.newHttpClient();

    /** Starts it; returns once it is ready. */
    public Kinesim(String... arguments) throws IOException {
        String binary = System.getenv().getOrDefault("KINESIM", "kinesim");
        List<String> command = new ArrayList<>(List.of(
                binary, "serve", "--port", "0", "--log-requests", "always", "--fail-on-check"));
        command.addAll(List.of(arguments));
        log = Files.createTempFile("kinesim", ".log");
        try {
            process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        } catch (IOException e) {
            throw new IOException("there is no " + binary + ": install kinesim, or give its path in KINESIM", e);
        }
        String ready = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
        if (ready == null) {
            throw new IOException("kinesim did not start: " + stop().told());
        }
        url = URI.create(ready.substring(ready.lastIndexOf(' ') + 1));
    }

    /** Where it is. */
    public URI url() {
        return url;
    }

    /** Points a client of the AWS SDK here: {@code kinesim.at(KinesisClient.builder()).build()}. */
    public <B extends AwsClientBuilder<B, ?>> B at(B builder) {
        return builder.endpointOverride(url)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")));
    }

    /** Lets time pass at once: "5m", "24h". */
    public void advance(String by) {
        control("POST", "clock/advance", "{\"by\": \"" + by + "\"}");
    }

    /** Breaks something, as a {@code [[fault]]} says it: {"throttle": {"stream": "orders"}, "for": "30s"}. */
    public void fault(String json) {
        control("POST", "faults", json);
    }

    /** Heals everything. */
    public void heal() {
        control("DELETE", "faults", "");
    }

    /** The figures so far, as JSON. */
    public String state() {
        return control("GET", "state", "");
    }

    /** Asks one of the routes under /_kinesim/. */
    public String control(String method, String route, String body) {
        var request = HttpRequest.newBuilder(url.resolve("/_kinesim/" + route))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalArgumentException(route + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(route, e);
        }
    }

    /** What it told so far. */
    public String told() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Stops it. */
    public Ended stop() {
        process.destroy();
        try {
            return new Ended(process.waitFor(), told());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        stop();
        Files.deleteIfExists(log);
    }
}
