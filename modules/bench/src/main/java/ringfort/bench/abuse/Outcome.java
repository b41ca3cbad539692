package ringfort.bench.abuse;

/** What a polite request came to. */
enum Outcome {
    /** 200, with exactly the content that was due. */
    RIGHT,
    /** 503: the server says that it cannot now, which it may. */
    BUSY,
    /** Another status, or other content. */
    WRONG,
    /** The answer ended in the middle, or none came within {@link PoliteClient#PATIENCE_NANOS}. */
    LOST,
    /** No connection, or one that was closed or reset before the first octet of an answer. */
    REFUSED
}
