package ringfort.server.http2;

import java.io.IOException;

/** Why handlers fail whose connection has ended. */
final class Ends {
    /** Made beforehand: a connection is also ended because there is no memory, and that must take none. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    static final IOException CLOSED = new IOException("the connection is closed");

    private Ends() {}
}
