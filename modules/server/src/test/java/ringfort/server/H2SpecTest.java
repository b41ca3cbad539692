package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * The conformance suite h2spec 2.2.0 (of RFC 7540, without what RFC 9113 has removed): all of its cases, on each engine. It takes
 * any close for a stream error; the exact codes are in {@link Http2RowsTest}.
 */
@EnumSource(names = {"RING", "POLL", "NIO"})
@Timeout(120)
class H2SpecTest extends ServerContract {
    private static final String ARCHIVE = "h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final int TAR_BLOCK = 512;

    @Override
    Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, options, routes).withoutBoundOnLateness();
    }

    @Test
    void allCasesPass(@TempDir Path folder) throws Exception {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "h2spec is a program for Linux on amd64");
        Path program = unpack(folder);
        // An answer before the end of a request may come before the error, and cases about windows need several octets.
        Handler handler = request -> Response.text(request.bytes().length + " octets of content");
        Served served = serve(server -> server.get("/x", handler).post("/x", handler));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        program.toString(), "-h", "127.0.0.1", "-p", "" + served.port(), "-P", "/x", "-o", "3")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(90, TimeUnit.SECONDS), "h2spec did not end");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertTrue(said.contains("145 tests, 145 passed, 0 skipped, 0 failed"), said);
    }

    /** The archive has one file: a header of one block, then the file. */
    private static Path unpack(Path folder) throws IOException {
        Path program = folder.resolve("h2spec");
        try (InputStream found = ClassLoader.getSystemResourceAsStream(ARCHIVE)) {
            assertNotNull(found, ARCHIVE);
            try (InputStream tar = new GZIPInputStream(found)) {
                byte[] header = tar.readNBytes(TAR_BLOCK);
                String octal = new String(header, 124, 11, StandardCharsets.US_ASCII).strip();
                Files.write(program, tar.readNBytes(Integer.parseInt(octal, 8)));
            }
        }
        assertTrue(program.toFile().setExecutable(true));
        return program;
    }
}
