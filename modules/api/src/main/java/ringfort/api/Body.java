package ringfort.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The content of a response, in the four shapes an engine knows how to send. Immutable but for what it refers to. */
public sealed interface Body {
    /** No content. */
    Body EMPTY = new Empty();

    /**
     * How many bytes it will be.
     *
     * @return the length in bytes, or -1 when only the end of the stream will tell
     */
    long length();

    /** No content at all: {@code Content-Length: 0}, or none where the status forbids content. */
    record Empty() implements Body {
        @Override
        public long length() {
            return 0;
        }
    }

    /**
     * Bytes in memory.
     *
     * @param bytes the content; not copied, so the caller must not change it any more
     */
    @SuppressWarnings("ArrayRecordComponent") // identity is enough: bodies are never compared, and a copy would cost
    record Bytes(byte[] bytes) implements Body {
        public Bytes {
            Objects.requireNonNull(bytes, "bytes");
        }

        @Override
        public long length() {
            return bytes.length;
        }
    }

    /**
     * Content a function writes while it is sent.
     *
     * @param length exact number of bytes the writer will write, or -1 when unknown (chunked)
     * @param writer writes the content
     * @param trailers what is sent behind the content; only content of unknown length can have any
     */
    record Streaming(long length, BodyWriter writer, List<Trailer> trailers) implements Body {
        public Streaming {
            Objects.requireNonNull(writer, "writer");
            trailers = List.copyOf(trailers);
            if (length < -1) {
                throw new IllegalArgumentException("length is " + length + "; give the exact number of bytes, or -1");
            }
            if (length >= 0 && !trailers.isEmpty()) {
                throw new IllegalArgumentException("only chunked content has trailers (RFC 9112, section 7.1.2), and"
                        + " content of known length is not chunked; leave the length or the trailers out");
            }
        }

        /**
         * Content without trailers.
         *
         * @param length exact number of bytes the writer will write, or -1 when unknown (chunked)
         * @param writer writes the content
         */
        public Streaming(long length, BodyWriter writer) {
            this(length, writer, List.of());
        }
    }

    /**
     * A part of a file, which the engine opens and sends.
     *
     * @param path the file
     * @param offset first byte to send, counted from 0
     * @param length how many bytes to send; a file that shrank meanwhile makes the engine close the connection, as
     *     the length is promised already
     */
    record FileBody(Path path, long offset, long length) implements Body {
        public FileBody {
            Objects.requireNonNull(path, "path");
            if (offset < 0 || length < 0) {
                throw new IllegalArgumentException("offset " + offset + " and length " + length + " must be 0 or more");
            }
        }
    }
}
