package ringfort.h1;

import org.jspecify.annotations.Nullable;

/**
 * The parser for all connections of one thread: a head that comes in one piece needs one for as long as it is read, and a
 * connection between two requests needs none. One that has only a part of a head keeps the parser, and the pool makes
 * another. One thread at a time.
 */
public final class ParserPool {
    private final Limits limits;
    private @Nullable RequestParser spare;

    /** A pool whose parsers hold heads to these limits. */
    public ParserPool(Limits limits) {
        this.limits = limits;
    }

    /** A parser between two heads. */
    RequestParser take() {
        RequestParser taken = spare;
        spare = null;
        return taken == null ? new RequestParser(limits) : taken;
    }

    /** Takes back a parser that is between two heads. */
    void give(RequestParser parser) {
        parser.forgetHead();
        spare = parser;
    }
}
