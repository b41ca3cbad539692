package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.Fields;
import ringfort.message.Refusal;

/** Reads the content of one request that has some: of an announced length, or chunked (RFC 9112, 6.3). */
final class BodyReader {
    /** What {@link #read} found. */
    enum Found {
        MORE,
        DATA,
        END,
        REFUSED
    }

    private static final Refusal TOO_LARGE = new Refusal(413, "content too large");

    private final long announced;
    private final @Nullable ChunkedDecoder chunked;
    private long remaining;
    private long limit;
    private boolean complete;
    private int position;
    private int dataFrom;
    private int dataTo;
    private @Nullable Refusal refusal;

    BodyReader(Limits limits, RequestHead head) {
        announced = Math.max(0, head.contentLength());
        remaining = announced;
        limit = limits.bodyBytes();
        chunked = head.chunked() ? new ChunkedDecoder(limits) : null;
    }

    /** Sets how long the content may get; returns a refusal when it is announced to be longer. */
    @Nullable Refusal limit(long bytes) {
        limit = bytes;
        if (chunked != null) {
            chunked.limit(bytes);
        }
        return announced > limit ? TOO_LARGE : null;
    }

    /** Lifts the limit: the content is read only to be dropped, so its length does not matter. */
    void unlimited() {
        limit(Long.MAX_VALUE);
    }

    /** Whether all content has been read. */
    boolean complete() {
        return complete;
    }

    /**
     * How many bytes of an announced length have not been read yet; 0 for chunked content, whose length is not known.
     */
    long remaining() {
        return remaining;
    }

    /** Whether the content is chunked, so that its length is known only at its end. */
    boolean isChunked() {
        return chunked != null;
    }

    /** What the bytes of an unfinished trailer section take of the heap. */
    int heldBytes() {
        return chunked == null ? 0 : chunked.heldBytes();
    }

    int position() {
        return position;
    }

    int dataFrom() {
        return dataFrom;
    }

    int dataTo() {
        return dataTo;
    }

    Fields trailers() {
        return chunked == null ? Fields.EMPTY : chunked.trailers();
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Continues to read, in {@code buffer[from, to)}. */
    Found read(byte[] buffer, int from, int to) {
        if (chunked != null) {
            return readChunked(chunked, buffer, from, to);
        } else if (announced > limit) {
            position = to;
            refusal = TOO_LARGE;
            return Found.REFUSED;
        }
        int bytes = (int) Math.min(remaining, to - from);
        remaining -= bytes;
        dataFrom = from;
        dataTo = from + bytes;
        position = dataTo;
        complete = remaining == 0;
        if (bytes > 0) {
            return Found.DATA;
        }
        return complete ? Found.END : Found.MORE;
    }

    private Found readChunked(ChunkedDecoder decoder, byte[] buffer, int from, int to) {
        ChunkedDecoder.Found found = decoder.read(buffer, from, to);
        position = decoder.position();
        return switch (found) {
            case MORE -> Found.MORE;
            case DATA -> {
                dataFrom = decoder.dataFrom();
                dataTo = decoder.dataTo();
                yield Found.DATA;
            }
            case END -> {
                complete = true;
                yield Found.END;
            }
            case REFUSED -> {
                position = to;
                refusal = decoder.refusal();
                yield Found.REFUSED;
            }
        };
    }
}
