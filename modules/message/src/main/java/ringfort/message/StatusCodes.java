package ringfort.message;

/** Status codes (RFC 9110, 15, and the IANA registry). Stateless, any thread. */
public final class StatusCodes {
    /** The first code that is none. */
    public static final int END = 600;

    private static final String REASONS = """
            100 Continue
            101 Switching Protocols
            102 Processing
            103 Early Hints
            200 OK
            201 Created
            202 Accepted
            203 Non-Authoritative Information
            204 No Content
            205 Reset Content
            206 Partial Content
            207 Multi-Status
            208 Already Reported
            226 IM Used
            300 Multiple Choices
            301 Moved Permanently
            302 Found
            303 See Other
            304 Not Modified
            305 Use Proxy
            307 Temporary Redirect
            308 Permanent Redirect
            400 Bad Request
            401 Unauthorized
            402 Payment Required
            403 Forbidden
            404 Not Found
            405 Method Not Allowed
            406 Not Acceptable
            407 Proxy Authentication Required
            408 Request Timeout
            409 Conflict
            410 Gone
            411 Length Required
            412 Precondition Failed
            413 Content Too Large
            414 URI Too Long
            415 Unsupported Media Type
            416 Range Not Satisfiable
            417 Expectation Failed
            421 Misdirected Request
            422 Unprocessable Content
            423 Locked
            424 Failed Dependency
            425 Too Early
            426 Upgrade Required
            428 Precondition Required
            429 Too Many Requests
            431 Request Header Fields Too Large
            451 Unavailable For Legal Reasons
            500 Internal Server Error
            501 Not Implemented
            502 Bad Gateway
            503 Service Unavailable
            504 Gateway Timeout
            505 HTTP Version Not Supported
            506 Variant Also Negotiates
            507 Insufficient Storage
            508 Loop Detected
            511 Network Authentication Required
            """;

    private StatusCodes() {}

    /**
     * The registered phrase of a status code.
     *
     * @return the phrase; empty for a code without one (RFC 9112, 4)
     */
    public static String reason(int status) {
        int at = REASONS.indexOf(status + " ");
        return at < 0 ? "" : REASONS.substring(REASONS.indexOf(' ', at) + 1, REASONS.indexOf('\n', at));
    }

    /** Whether a final response of this status never has content: 204, 205, 304 (RFC 9110, 15.3.5, 15.3.6, 15.4.5). */
    public static boolean forbidsContent(int status) {
        return status == 204 || status == 205 || status == 304;
    }
}
