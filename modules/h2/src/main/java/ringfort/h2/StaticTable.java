package ringfort.h2;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The fields that every endpoint knows by number (RFC 7541, appendix A). Stateless, any thread. */
final class StaticTable {
    /** Numbers run from 1 to this. */
    static final int LAST = 61;

    /** One field a line; where there is no value, the name alone. */
    private static final String FIELDS = """
            :authority
            :method=GET
            :method=POST
            :path=/
            :path=/index.html
            :scheme=http
            :scheme=https
            :status=200
            :status=204
            :status=206
            :status=304
            :status=400
            :status=404
            :status=500
            accept-charset
            accept-encoding=gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    private static final HpackEntry[] ENTRIES = new HpackEntry[LAST + 1];
    private static final Map<String, Integer> FIRST_OF_NAME = new HashMap<>();

    static {
        String[] lines = FIELDS.split("\n", -1);
        for (int number = 1; number <= LAST; number++) {
            String line = lines[number - 1];
            int equals = line.indexOf('=');
            String name = equals < 0 ? line : line.substring(0, equals);
            String value = equals < 0 ? "" : line.substring(equals + 1);
            byte[] octets = (name + value).getBytes(StandardCharsets.US_ASCII);
            ENTRIES[number] = new HpackEntry(octets, name.length());
            FIRST_OF_NAME.putIfAbsent(name, number);
        }
    }

    private StaticTable() {}

    /** The entry of a number from 1 to {@link #LAST}. */
    static HpackEntry entry(int number) {
        return ENTRIES[number];
    }

    /** The lowest number of a name; 0 when it has none. */
    static int numberOfName(String name) {
        return FIRST_OF_NAME.getOrDefault(name, 0);
    }

    /** The number of a status code as a whole field; 0 when it has none. */
    static int numberOfStatus(int status) {
        return switch (status) {
            case 200 -> 8;
            case 204 -> 9;
            case 206 -> 10;
            case 304 -> 11;
            case 400 -> 12;
            case 404 -> 13;
            case 500 -> 14;
            default -> 0;
        };
    }
}
