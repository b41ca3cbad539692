package ringfort.server.protocol;

/** What HTTP/1 counts as held, for tests of other packages. */
public final class ProtocolCosts {
    public static final int STATE_BYTES = Http1Pool.STATE_BYTES;
    public static final int REQUEST_BYTES = InProgress.REQUEST_BYTES;
    public static final int STREAM_AHEAD_BYTES = Http1Responder.STREAM_AHEAD_BYTES;
    public static final int SHORT_AHEAD_BYTES = Http1Responder.SHORT_AHEAD_BYTES;

    private ProtocolCosts() {}
}
