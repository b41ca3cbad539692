package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HTTP/2 without TLS as other people's clients speak it, by prior knowledge and by upgrade, to the program as a user starts it. A client that is
 * not installed is skipped. Their HTTP/2 over TLS is in {@link TlsClientsIT}.
 */
@Timeout(120)
class Http2ClientsIT {
    private static final String HTTP_1 = "\"protocol\":\"HTTP/1.1\"";
    private static final String HTTP_2 = "\"protocol\":\"HTTP/2\"";
    private static final int LARGE = 8 * 1024 * 1024;
    private static final int UPLOAD = 1_500_000; // larger than the window of the connection

    @TempDir
    private static Path folder;

    private static final List<Running> RUNNING = new ArrayList<>(); // one server for each engine, for all tests

    static synchronized Stream<Running> servers() {
        if (RUNNING.isEmpty()) {
            List.of("ring", "poll", "nio")
                    .forEach(engine -> RUNNING.add(Running.start(engine, "http://", folder, "--h2c-upgrade", "on")));
        }
        return RUNNING.stream();
    }

    @AfterAll
    static void everyServerEndsInOrder() throws Exception {
        Running.endInOrder(RUNNING);
    }

    private static String upload() throws Exception {
        return Files.writeString(folder.resolve("upload"), "x".repeat(UPLOAD)).toString();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void curl(Running server) throws Exception {
        Running.installed("curl", "curl");
        assumeTrue(server.says("", "curl", "--version").contains("HTTP2"), "this curl has no HTTP/2");
        String prior = "--http2-prior-knowledge";
        String url = "http://127.0.0.1:PORT/whoami";
        Running.has(server.says("", "curl", "-sS", prior, url, url), HTTP_2);
        String sizes = "%{http_version} %{http_code} %{size_download}";
        String[] large = {"curl", "-sS", prior, "-o", "/dev/null", "-w", sizes, "http://127.0.0.1:PORT/large"};
        assertEquals("2 200 " + LARGE, server.says("", large));
        String[] echo = {
            "curl",
            "-sS",
            prior,
            "--data-binary",
            "@" + upload(),
            "-o",
            "/dev/null",
            "-w",
            sizes,
            "http://127.0.0.1:PORT/echo"
        };
        assertEquals("2 200 " + UPLOAD, server.says("", echo));
        // Without prior knowledge it asks for an upgrade, and goes on over the same connection.
        String upgraded = server.says("", "curl", "-sS", "--http2", url, url);
        assertEquals(2, upgraded.split(HTTP_2, -1).length - 1, upgraded);
        Running.has(server.says("", "curl", "-sS", "--http1.1", url), HTTP_1);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nghttp(Running server) throws Exception {
        Running.installed("nghttp", "nghttp2-client");
        String url = "http://127.0.0.1:PORT/whoami";
        Running.has(server.says("", "nghttp", url), HTTP_2);
        Running.has(server.says("", "nghttp", "-u", url), HTTP_2);
        String verbose = server.says("", "nghttp", "-nv", "-m", "20", "--no-dep", url);
        assertEquals(20, verbose.split(":status: 200", -1).length - 1, verbose);
        Running.has(verbose, "SETTINGS_MAX_CONCURRENT_STREAMS(0x03):100");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void h2load(Running server) throws Exception {
        Running.installed("h2load", "nghttp2-client");
        String said = server.says("", "h2load", "-t1", "-c4", "-m16", "-n2000", "http://127.0.0.1:PORT/whoami");
        Running.has(said, "2000 succeeded, 0 failed, 0 errored, 0 timeout", "status codes: 2000 2xx");
    }

    /** As many requests at a time as streams are allowed, then content both ways. */
    @ParameterizedTest
    @MethodSource("servers")
    void node(Running server) throws Exception {
        Running.installed("node", "nodejs");
        String script = """
                const client = require('http2').connect('http://127.0.0.1:PORT');
                const ask = (headers, content) => new Promise((done, failed) => {
                  const stream = client.request(headers);
                  let status, octets = 0, text = '';
                  stream.on('response', head => status = head[':status']);
                  stream.on('data', data => { octets += data.length; if (octets < 1000) text += data; });
                  stream.on('end', () => done({status, octets, text}));
                  stream.on('error', failed);
                  stream.end(content);
                });
                (async () => {
                  const all = await Promise.all(Array.from({length: 100}, () => ask({':path': '/whoami'})));
                  console.log(all[0].text, all.filter(each => each.status === 200).length + ' answers');
                  console.log((await ask({':path': '/large'})).octets + ' down');
                  const post = {':path': '/echo', ':method': 'POST'};
                  console.log((await ask(post, Buffer.alloc(%d, 120))).octets + ' echoed');
                  client.close();
                })();
                """.formatted(UPLOAD);
        String said = server.says("", "node", "-e", script);
        Running.has(said, HTTP_2, "100 answers", LARGE + " down", UPLOAD + " echoed");
    }

    /** It always asks for an upgrade, also with content, for which it then speaks HTTP/1.1; in a JVM of its own. */
    @ParameterizedTest
    @MethodSource("servers")
    void javaHttpClient(Running server) throws Exception {
        Path source = Files.writeString(folder.resolve("Client.java"), """
                import java.net.URI;
                import java.net.http.*;

                void main(String[] arguments) throws Exception {
                    try (var client = HttpClient.newHttpClient()) {
                        for (String path : new String[] {"/whoami", "/large", "/whoami"}) {
                            var request = HttpRequest.newBuilder(URI.create(arguments[0] + path)).build();
                            var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                            System.out.println(response.version() + " " + response.body().length);
                        }
                    }
                    try (var client = HttpClient.newHttpClient()) {
                        var post = HttpRequest.newBuilder(URI.create(arguments[0] + "/echo"))
                                .POST(HttpRequest.BodyPublishers.ofString("abc"))
                                .build();
                        var response = client.send(post, HttpResponse.BodyHandlers.ofString());
                        System.out.println(response.version() + " " + response.body());
                    }
                }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String[] client = {
            java, "--source", "25", "--add-modules", "java.net.http", source.toString(), "http://127.0.0.1:PORT"
        };
        String said = server.says("", client);
        assertEquals(3, said.split("HTTP_2 ", -1).length - 1, said);
        Running.has(said, "HTTP_2 " + LARGE, "HTTP_1_1 abc");
    }

    /** The library of frames and states for Python, which checks what it receives against the RFC. */
    @ParameterizedTest
    @MethodSource("servers")
    void python(Running server) throws Exception {
        String python = pythonWithH2(server);
        String script = """
                import socket, h2.connection, h2.events
                client = h2.connection.H2Connection()
                client.initiate_connection()
                for each in range(10):
                    client.send_headers(client.get_next_available_stream_id(), [(':method', 'GET'), (':scheme', 'http'),
                        (':path', '/whoami'), (':authority', 'localhost')], end_stream=True)
                with socket.create_connection(('127.0.0.1', PORT), 30) as peer:
                    peer.sendall(client.data_to_send())
                    left = 10
                    while left > 0:
                        for event in client.receive_data(peer.recv(65536)):
                            if isinstance(event, h2.events.ResponseReceived):
                                print(event.headers)
                            elif isinstance(event, h2.events.DataReceived):
                                print(event.data.decode())
                                client.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                            elif isinstance(event, h2.events.StreamEnded):
                                left -= 1
                        peer.sendall(client.data_to_send())
                    print('all ended')
                """;
        String said = server.says("", python, "-c", script);
        assertEquals(10, said.split(HTTP_2, -1).length - 1, said);
        Running.has(said, "all ended");
    }

    /** The system's own comes first: packages of the system are for it alone. */
    private static String pythonWithH2(Running server) throws Exception {
        Running.installed("python3", "python3");
        for (String python : List.of("/usr/bin/python3", "python3")) {
            boolean isThere = python.equals("python3") || Files.isExecutable(Path.of(python));
            if (isThere
                    && server.says("", python, "-c", "import h2; print('has', 'h2')")
                            .contains("has h2")) {
                return python;
            }
        }
        assumeTrue(false, "there is no h2 for python3 (Debian: python3-h2)");
        return "";
    }
}
