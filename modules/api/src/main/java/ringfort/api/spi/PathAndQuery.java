package ringfort.api.spi;

import org.jspecify.annotations.Nullable;

/** Splits the origin form of a target at its first question mark (RFC 9112, section 3.2.1). */
final class PathAndQuery {
    private PathAndQuery() {}

    static String rawPath(String pathAndQuery) {
        int question = pathAndQuery.indexOf('?');
        return question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
    }

    static @Nullable String rawQuery(String pathAndQuery) {
        int question = pathAndQuery.indexOf('?');
        return question < 0 ? null : pathAndQuery.substring(question + 1);
    }
}
