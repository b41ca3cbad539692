package ringfort.h1;

import org.jspecify.annotations.Nullable;

/** A request head. */
public final class RequestHead extends FieldSection {
    RequestHead() {}

    public String method() {
        throw new UnsupportedOperationException();
    }

    public boolean isGet() {
        throw new UnsupportedOperationException();
    }

    public boolean isHead() {
        throw new UnsupportedOperationException();
    }

    public String target() {
        throw new UnsupportedOperationException();
    }

    public TargetForm form() {
        throw new UnsupportedOperationException();
    }

    public @Nullable String authority() {
        throw new UnsupportedOperationException();
    }

    public String pathAndQuery() {
        throw new UnsupportedOperationException();
    }

    public int minorVersion() {
        throw new UnsupportedOperationException();
    }

    /** -1: none announced. */
    public long contentLength() {
        throw new UnsupportedOperationException();
    }

    public boolean chunked() {
        throw new UnsupportedOperationException();
    }

    public boolean hasBody() {
        throw new UnsupportedOperationException();
    }

    public boolean keepAlive() {
        throw new UnsupportedOperationException();
    }

    public boolean expectsContinue() {
        throw new UnsupportedOperationException();
    }

    public @Nullable String upgrade() {
        throw new UnsupportedOperationException();
    }

    public int byteLength() {
        throw new UnsupportedOperationException();
    }
}
