package ringfort.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.FormLimits;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.syntax.ContentDisposition;
import ringfort.api.syntax.MultipartReader;

/**
 * {@link MultipartReader}: any cut and any size of reads give the same parts, skipped contents change nothing,
 * {@link NaiveMultipart} reads the same, parts written anew are read alike, limits hold. What is refused is refused with 400
 * or 413.
 *
 * <p>Option 0 chooses limits that are easily reached; the alternative is the boundary.
 */
public final class Multiparts {
    private static final FormLimits SMALL = new FormLimits(3, 10, 60, 16, 120);
    private static final String[] BOUNDARIES = {
        "b", "-", "--b", "a b", "0123456789".repeat(7), "'()+_,-./:=?", "bb", "b--"
    };

    private Multiparts() {}

    /**
     * What a body came to.
     *
     * @param parts its parts, those before a refusal
     * @param status 0 when it is whole
     */
    record Reading(List<Part> parts, int status) {}

    /** A part: its fields as text, and its content. */
    record Part(String fields, String content) {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        byte[] body = input.message();
        String boundary = BOUNDARIES[input.alternative() % BOUNDARIES.length];
        FormLimits limits = input.option(0) ? SMALL : FormLimits.STREAMED;
        Reading whole = read(new ByteArrayInputStream(body), boundary, limits, 1 << 16);
        Check.same(
                "cut at " + Arrays.toString(input.cuts()),
                whole,
                read(new CutStream(body, input.cuts()), boundary, limits, 1 << 16));
        Check.same("byte by byte", whole, read(new CutStream(body, input.everyByte()), boundary, limits, 1));
        skip(body, boundary, limits, whole);
        if (input.option(0)) {
            Check.that(whole.parts().size() <= limits.maxFields(), "more parts than the limit");
            for (Part part : whole.parts()) {
                Check.that(part.content().length() <= limits.maxFieldBytes(), "more content than the limit");
                Check.that(part.fields().length() <= limits.maxPartHeadBytes(), "more header than the limit");
            }
        } else {
            // A head above its limit is 413 here and no concern of the naive reading.
            if (whole.status() != 413) {
                Check.same("a naive reading", NaiveMultipart.read(Check.text(body), boundary), whole);
            }
            rewrite(whole, boundary);
        }
    }

    private static Reading read(InputStream in, String boundary, FormLimits limits, int readBytes) {
        var reader = new MultipartReader(in, boundary, limits);
        List<Part> parts = new ArrayList<>();
        try {
            while (reader.next()) {
                String fields = fields(reader.headers());
                disposition(reader.headers());
                var content = new StringBuilder();
                byte[] buffer = new byte[readBytes];
                InputStream stream = reader.content();
                for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                    Check.that(count > 0, "read nothing");
                    content.append(Check.text(Arrays.copyOf(buffer, count)));
                }
                Check.same("the end of a part", -1, stream.read());
                parts.add(new Part(fields, content.toString()));
            }
            Check.that(!reader.next(), "a part behind the last");
            Check.same("what is left of the body", -1, in.read());
            return new Reading(parts, 0);
        } catch (HttpException refusal) {
            int status = refusal.status();
            Check.that(status == 400 || status == 413, "refused with " + status);
            Check.same("refused again", status, refusedAgain(reader));
            return new Reading(parts, status);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int refusedAgain(MultipartReader reader) throws AssertionError {
        try {
            return reader.next() ? 0 : -1;
        } catch (HttpException refusal) {
            return refusal.status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fields(Headers headers) {
        var text = new StringBuilder();
        for (int i = 0; i < headers.size(); i++) {
            text.append(headers.name(i)).append(':').append(headers.value(i)).append("\r\n");
        }
        return text.toString();
    }

    private static @Nullable ContentDisposition disposition(Headers headers) {
        try {
            return ContentDisposition.of(headers);
        } catch (HttpException refusal) {
            Check.same("status of " + refusal.getMessage(), 400, refusal.status());
            return null;
        }
    }

    /** Parts whose content nobody reads. */
    private static void skip(byte[] body, String boundary, FormLimits limits, Reading whole) {
        var reader = new MultipartReader(new ByteArrayInputStream(body), boundary, limits);
        int parts = 0;
        try {
            while (reader.next()) {
                if (parts < whole.parts().size()) {
                    Check.same("fields of a part", whole.parts().get(parts).fields(), fields(reader.headers()));
                }
                parts++;
            }
            Check.same("parts", whole, new Reading(whole.parts().subList(0, parts), 0));
        } catch (HttpException refusal) {
            Check.same("status when contents are skipped", whole.status(), refusal.status());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void rewrite(Reading whole, String boundary) {
        var body = new StringBuilder();
        for (Part part : whole.parts()) {
            body.append("--")
                    .append(boundary)
                    .append("\r\n")
                    .append(part.fields())
                    .append("\r\n");
            body.append(part.content()).append("\r\n");
        }
        byte[] again =
                Check.bytes(body.append("--").append(boundary).append("--").toString());
        Check.same(
                "parts written anew",
                new Reading(whole.parts(), 0),
                read(new ByteArrayInputStream(again), boundary, FormLimits.STREAMED, 1 << 16));
    }

    /** Gives a message in pieces, one for each read at most. */
    static final class CutStream extends InputStream {
        private final byte[] message;
        private final int[] cuts;
        private int at;
        private int piece;

        CutStream(byte[] message, int[] cuts) {
            this.message = message;
            this.cuts = cuts;
        }

        @Override
        public int read() {
            byte[] octet = new byte[1];
            return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            while (piece < cuts.length && cuts[piece] <= at) {
                piece++;
            }
            int to = piece < cuts.length ? cuts[piece] : message.length;
            if (at == message.length) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, to - at);
            System.arraycopy(message, at, target, offset, count);
            at += count;
            return count;
        }
    }
}
