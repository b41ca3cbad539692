/**
 * The parts of HTTP messages that do not depend on the version (RFC 9110).
 *
 * <p>A {@link ringfort.message.FieldSection} holds field lines as offsets into one array. {@link ringfort.message.FieldRules}
 * says which fields may be trailers, {@link ringfort.message.StatusCodes} knows status codes, and a
 * {@link ringfort.message.ByteSink} collects what is to be sent.
 *
 * {@snippet lang = java :
 * String line(int status) {
 *     return new ByteSink(32).decimal(status).octet(' ').ascii(StatusCodes.reason(status)).toString(); // "404 Not Found"
 * }
 * }
 */
package ringfort.message;
