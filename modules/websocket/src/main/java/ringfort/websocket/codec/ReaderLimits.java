package ringfort.websocket.codec;

/**
 * What a peer may ask a reader to keep and to do. Immutable; any thread.
 *
 * @param messageBytes most bytes of a message, also inflated; above it 1009
 * @param fragments most frames of a message; above it 1008
 * @param smallFrames how many empty data frames, Pings and Pongs may come at once; above it 1008
 * @param smallFramesPerSecond how many of those may come in each second after that
 */
public record ReaderLimits(int messageBytes, int fragments, int smallFrames, int smallFramesPerSecond) {
    /** 1 MiB, 1024 fragments, 100 small frames and 20 more in each second. */
    public static final ReaderLimits DEFAULT = new ReaderLimits(1 << 20, 1024, 100, 20);

    /** Checks the limits. */
    public ReaderLimits {
        if (messageBytes < 125 || fragments < 1 || smallFrames < 1 || smallFramesPerSecond < 1) {
            throw new IllegalArgumentException("a limit is too small: " + messageBytes + " bytes, " + fragments
                    + " fragments, " + smallFrames + " small frames, " + smallFramesPerSecond + " in a second");
        }
    }

    /**
     * These limits with another size of a message.
     *
     * @param bytes most bytes of a message, at least 125
     * @return the limits
     */
    public ReaderLimits withMessageBytes(int bytes) {
        return new ReaderLimits(bytes, fragments, smallFrames, smallFramesPerSecond);
    }
}
