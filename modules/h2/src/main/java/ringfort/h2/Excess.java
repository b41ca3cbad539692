package ringfort.h2;

/** What a peer did too much of, when a connection ended with {@link ErrorCode#ENHANCE_YOUR_CALM}: the name of a metric. */
public enum Excess {
    /** Streams that it reset, or that had to be reset by its fault (CVE-2023-44487, CVE-2025-8671). */
    RESETS,
    /** Streams above the limit, before the limit was known to it. */
    REFUSED_STREAMS,
    /** PING and SETTINGS (CVE-2019-9512, CVE-2019-9515). */
    CONTROL_FRAMES,
    /** Answers that it does not read. */
    QUEUED_REPLIES,
    /** Frames of unknown types, and frames for streams that are gone. */
    MEANINGLESS_FRAMES,
    /** PRIORITY and PRIORITY_UPDATE (CVE-2019-9513). */
    PRIORITY_FRAMES,
    /** WINDOW_UPDATE, more than content was sent for. */
    WINDOW_UPDATES,
    /** CONTINUATION frames or octets of one block (CVE-2024-27316). */
    CONTINUATIONS,
    /** Frames without an octet that end nothing (CVE-2019-9518). */
    EMPTY_FRAMES,
    /** Content in small pieces, not read by a handler (CVE-2019-9518). */
    SMALL_DATA,
    /** Content for streams that were reset. */
    DROPPED_DATA,
    /** Fields far above their bound (HPACK bomb). */
    FIELDS,
    /** Settings in one frame. */
    SETTINGS
}
